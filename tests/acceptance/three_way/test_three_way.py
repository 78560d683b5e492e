"""Three talk: brought together by keys of the agent's telephone, and left by one after another.

The caller speaks at 440 Hz and each agent at a frequency of its own: each hears the other two, and nobody himself.
"""

import time

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_tone, seconds_of_tones
from tests.acceptance.wishing import wish
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    state_of,
    wait_for_state,
)


@pytest.fixture(scope="module")
def house(rig: Rig) -> Client:
    """A client with two agents."""
    return a_client(rig, "threeway", agents=2, wrap_up=2 * SECOND, strategy="linear")


@pytest.fixture(scope="module")
def phones(house: Client) -> tuple[RigPhone, RigPhone]:
    """Their phones; both are at work."""
    return house.at_work(0, record=True), house.at_work(1, record=True)


def test_agent_brings_three_together_by_keys_and_leaves_the_other_two(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """*2 and the colleague's number, *3, and after two seconds of three voices *2: caller and colleague go on."""
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=16 * SECOND)
    asks, takes = house.first_to_answer()
    asker, taker = house.places[asks], house.places[takes]
    phones[asks].key(f"*2{taker.agent}#")
    wait_for_state(taker.agent, "talking", 5)
    phones[asks].key("*3")
    time.sleep(2.5)
    phones[asks].key("*2")
    wait_for_state(asker.agent, "wrap_up", 3)
    assert state_of(taker.agent) == "talking"
    result = call.result(30)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    assert [kind for kind in facts_of(report) if kind.startswith(("Consult", "Talk", "Transfer"))] == [
        "ConsultBegun", "ConsultAnswered", "TalkJoined",
    ]  # fmt: skip
    assert result.heard is not None
    assert seconds_of_tones(result.heard, asker.hertz, taker.hertz) > 1.2, "the caller hears both agents"
    assert seconds_of_tone(result.heard, taker.hertz) > 1, "and then one"
    heard, colleague_heard = phones[asks].heard()[-1], phones[takes].heard()[-1]
    assert seconds_of_tones(heard, CALLER_HERTZ, taker.hertz) > 1.2
    assert seconds_of_tones(colleague_heard, CALLER_HERTZ, asker.hertz) > 1.2
    assert seconds_of_tone(colleague_heard, CALLER_HERTZ) > 1, "the caller alone, when the agent has left"


def test_caller_leaves_the_three_and_the_agents_talk_on(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """The call is over when the last two part, and each has a time of its own on the record."""
    for place in house.places:
        wait_for_state(place.agent, "ready", 6)
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=9 * SECOND)
    asks, takes = house.first_to_answer()
    asker, taker = house.places[asks], house.places[takes]
    assert wish(house, asks, "consult", taker.agent) == ""
    wait_for_state(taker.agent, "talking", 5)
    assert wish(house, asks, "add") == ""
    result = call.result(30)
    time.sleep(1.5)
    assert (state_of(asker.agent), state_of(taker.agent)) == ("talking", "talking")
    phones[takes].hang_up()
    wait_for_state(asker.agent, "wrap_up", 3)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "agent")
    caller, one, other = report["legs"]
    assert caller["ended_at"] < other["ended_at"]
    assert one["talk_ms"] > caller["talk_ms"] + 1000, "the agents talked on"
    assert report["talk_ms"] <= caller["talk_ms"] + caller["hold_ms"] + 50, "which is none of the caller's talk"
