"""Which Asterisk a call is on, and what several of them say of a telephone."""

import pytest

from telephony.core.values import ChannelId, Endpoint, agent_channel
from telephony.switch.places import HOME, REMEMBERED, Place, Places, Sightings
from tests.builders.calls import a_call_id

NAMES = (HOME, "node-2", "node-20")
PHONE = Endpoint("seat-001")


def test_a_call_is_where_its_caller_came_in_also_for_a_switch_that_begins_anew():
    first = {a_call_id(1): ChannelId("node-2-1764000000.7"), a_call_id(2): ChannelId("node-20-1764000000.7")}
    places = Places(NAMES, first.get)
    assert [places.of_call(call) for call in first] == ["node-2", "node-20"]
    assert places.of_channel(agent_channel(a_call_id(2), 1)) == "node-20", "its agent's leg is there too"
    assert places.on("node-2", first) == {a_call_id(1)}


def test_a_call_of_our_own_begins_on_the_first():
    places = Places(NAMES, {a_call_id(1): ChannelId("")}.get)
    assert places.of_call(a_call_id(1)) == HOME
    assert places.of_call(a_call_id(9)) == HOME, "as of one that nobody knows"


def test_the_last_requests_of_a_call_that_has_ended_go_where_it_was():
    places = Places(NAMES, lambda _call: None)
    places.note(a_call_id(1), "node-2")
    for no in range(2, REMEMBERED + 1):
        places.note(a_call_id(no), HOME)
    assert places.of_call(a_call_id(1)) == "node-2"
    places.note(a_call_id(REMEMBERED + 1), HOME)
    assert places.of_call(a_call_id(1)) == HOME, "but not for ever"


def test_with_one_asterisk_nothing_is_asked():
    def asked(_call):
        raise AssertionError

    assert Places((HOME,), asked).of_call(a_call_id(1)) == HOME


def test_a_phone_is_there_while_one_node_says_so():
    there = Sightings()
    assert there.see(HOME, PHONE, True)
    assert there.see("node-2", PHONE, True)
    assert there.see(HOME, PHONE, False)
    assert there.forget(HOME) == []
    assert there.forget("node-2") == [PHONE]
    assert not there.see(HOME, PHONE, False)


def test_a_place_is_read_as_it_is_written():
    place = Place.read("node-2=http://10.0.0.2:8088/ari=10.0.0.2:5038")
    assert place == Place("node-2", "http://10.0.0.2:8088/ari", "10.0.0.2", 5038)


@pytest.mark.parametrize("text", ["", "node-2", "node-2=http://a/ari", "node-2=nonsense=a:1", "n=http://a/ari=a:b"])
def test_nonsense_is_no_place(text):
    with pytest.raises(ValueError):
        Place.read(text)
