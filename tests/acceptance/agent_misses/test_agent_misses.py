"""An agent who is offered a call and does not take it: the caller is not lost, and the agent is not stuck."""

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import hears_phrase
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    SECOND,
    Client,
    a_client,
    facts_of,
    keys,
    open_calls,
    reason_of,
    state_of,
    wait_for_state,
)

CHOOSES_AGENT = keys((1, "0"))


def test_phone_that_is_not_answered_twice_makes_its_agent_not_ready(rig: Rig) -> None:
    """The caller waits on and is offered to the next; after two misses the first gets no more calls until she says."""
    client = a_client(rig, "asleep", agents=2, ring=3 * SECOND, strategy="linear")
    sleeper, helper = (place.agent for place in client.places)
    client.at_work(0, answers=False)
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=9.5 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("abandoned", None)
    first, second = report["legs"][1:]
    assert first["missed"] and second["missed"]
    assert first["agent"] == second["agent"] == sleeper
    assert 2800 < milliseconds(first) < 3800
    assert (state_of(sleeper), reason_of(sleeper)) == ("paused", "missed")

    client.at_work(1)
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=4 * SECOND)
    assert rig.report(result)["agent"] == helper
    client.unpause(0)
    wait_for_state(sleeper, "ready")


def test_next_agent_takes_the_call_that_the_first_missed(rig: Rig) -> None:
    """One miss, one answer, one caller who noticed nothing but time."""
    client = a_client(rig, "relay", agents=2, ring=3 * SECOND, strategy="linear")
    client.at_work(0, answers=False)
    client.at_work(1)
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=8 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[1].agent)
    assert [leg["missed"] for leg in report["legs"]] == [False, True, False]
    assert facts_of(report).count("AgentOffered") == 2
    assert report["ring_ms"] > 3000
    wait_for_state(client.places[0].agent, "ready")
    wait_for_state(client.places[1].agent, "ready")


def test_phone_that_declines_gives_the_call_to_the_next_at_once(rig: Rig) -> None:
    """The agent presses the red key: the call does not wait for the ring to end."""
    client = a_client(rig, "busybody", agents=2, ring=15 * SECOND, strategy="linear")
    phone = client.at_work(0, answers=False)
    client.at_work(1)
    since = phone.mark()
    call = rig.begin_call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=6 * SECOND)
    phone.wait_for("CALL_INCOMING", since=since)
    phone.hang_up()
    report = rig.report(call.result(20))
    assert (report["outcome"], report["agent"]) == ("answered", client.places[1].agent)
    declined = report["legs"][1]
    assert declined["missed"]
    assert declined["cause"] in (17, 21), "busy, or refused"
    assert milliseconds(declined) < 3000
    wait_for_state(client.places[0].agent, "ready")


def test_phone_whose_plug_is_pulled_while_it_rings(rig: Rig) -> None:
    """It says nothing more, not even that it is gone: the ring runs out and the next agent answers."""
    client = a_client(rig, "unplugged", agents=2, ring=3 * SECOND, strategy="linear")
    phone = client.at_work(0, answers=False)
    client.at_work(1)
    since = phone.mark()
    call = rig.begin_call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=8 * SECOND)
    phone.wait_for("CALL_INCOMING", since=since)
    phone.pull_plug()
    report = rig.report(call.result(20))
    assert (report["outcome"], report["agent"]) == ("answered", client.places[1].agent)
    assert [leg["missed"] for leg in report["legs"]] == [False, True, False]
    phone.stop()


def test_phone_that_is_switched_off_is_not_rung(rig: Rig) -> None:
    """It has given its registration back: the agent is passed over, not made to miss a call; and is back with it."""
    client = a_client(rig, "elsewhere", agents=2, strategy="linear")
    phone = client.at_work(0)
    client.at_work(1)
    phone.stop()
    wait_until(lambda: not contacts(rig, phone), 5, "Asterisk to know that the phone is off")
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=4 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[1].agent)
    assert len(report["legs"]) == 2, "the first agent's phone was not tried"
    client.phone(0)
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=4 * SECOND)
    assert rig.report(result)["agent"] == client.places[0].agent


def test_caller_waits_in_vain_when_all_agents_have_gone(rig: Rig) -> None:
    """The last agent logs out while a caller waits: the caller is told at the end of the wait, and not forgotten."""
    client = a_client(rig, "emptied", max_wait=5 * SECOND)
    client.log_in()
    client.pause()
    call = rig.begin_call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=30 * SECOND)
    wait_until(lambda: any(one.queue_code for one in open_calls(client.dialled)), 6, "the caller in the queue")
    client.log_out()
    result = call.result(40)
    assert result.hung_up_by == "far"
    report = rig.report(result)
    assert report["outcome"] in ("queue_timeout", "no_agent")
    phrase = report["outcome"].replace("_", "-")
    assert result.heard is not None
    assert hears_phrase(result.heard, rig.var / "sounds" / "en" / f"{phrase}.wav")


@pytest.fixture
def lonely(rig: Rig) -> Client:
    """One agent, whose phone does not answer; who waits in vain is told so in a tone, not in a sentence."""
    client = a_client(rig, "lonely", ring=3 * SECOND, misses_allowed=1, max_wait=6 * SECOND)
    client.say_tone("queue-timeout")
    client.say_tone("no-agent")
    return client


def test_only_agent_misses_and_the_caller_is_told(rig: Rig, lonely: Client) -> None:
    """Nobody else is there: the wait ends with the queue's words, and the agent is out for one miss."""
    lonely.at_work(answers=False)
    result = rig.call(lonely.dialled, keys=CHOOSES_AGENT, hang_up_after=40 * SECOND)
    report = rig.report(result)
    assert report["outcome"] in ("queue_timeout", "no_agent")
    assert result.hung_up_by == "far"
    assert (state_of(lonely.places[0].agent), reason_of(lonely.places[0].agent)) == ("paused", "missed")


def contacts(rig: Rig, phone: RigPhone) -> bool:
    """Whether Asterisk has an address for the phone."""
    return phone.endpoint in rig.asterisk.ask("pjsip show contacts")


def milliseconds(leg: dict[str, str]) -> float:
    """How long a leg lasted."""
    from datetime import datetime

    begin, end = (datetime.fromisoformat(leg[name]) for name in ("started_at", "ended_at"))
    return (end - begin).total_seconds() * 1000
