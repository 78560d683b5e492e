"""The agent sends the caller on by SIP REFER: to a colleague, to one who does not answer, to a queue, and to nobody.

The caller speaks at 440 Hz and each agent at a frequency of its own: each file tells who was heard where.
"""

import time

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import hears_phrase, seconds_of_tone
from tests.acceptance.waiting import wait_until
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
def office(rig: Rig) -> Client:
    """A client with two agents, whose wrap-up is longer than a story takes to see it."""
    return a_client(rig, "office", agents=2, wrap_up=3 * SECOND, strategy="linear")


@pytest.fixture(scope="module")
def first(office: Client) -> RigPhone:
    """The phone of the agent to whom calls come."""
    return office.at_work(0, record=True)


@pytest.fixture(scope="module")
def second(office: Client, first: RigPhone) -> RigPhone:
    """The phone of the colleague, who takes no calls of the queue: the caller is the first agent's alone."""
    return office.at_work(1, record=True)


def test_caller_is_sent_on_and_the_first_agent_is_free(
    rig: Rig, office: Client, first: RigPhone, second: RigPhone
) -> None:
    """Who answers, sends on; the other talks to the end, and each has a time of his own on the record."""
    call = rig.begin_call(office.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=11 * SECOND)
    wait_until(lambda: "talking" in (state_of(office.places[0].agent), state_of(office.places[1].agent)), 10)
    sender, taker = (0, 1) if state_of(office.places[0].agent) == "talking" else (1, 0)
    phones = (first, second)
    time.sleep(2)
    phones[sender].refer(office.places[taker].agent)
    wait_for_state(office.places[taker].agent, "talking", 5)
    wait_for_state(office.places[sender].agent, "wrap_up", 2)
    result = call.result(30)
    wait_for_state(office.places[taker].agent, "wrap_up", 3)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    told = [kind for kind in facts_of(report) if kind.startswith(("Agent", "Transfer", "Leg", "Recording"))]
    assert told[:8] == [
        "AgentOffered", "AgentConnected", "RecordingStarted", "TransferBegun", "LegEnded", "AgentOffered",
        "AgentConnected", "LegEnded",
    ]  # fmt: skip
    assert told.count("RecordingStarted") == 1, "one file for the whole call"
    _, one, other = report["legs"]
    assert (one["agent"], other["agent"]) == (office.places[sender].agent, office.places[taker].agent)
    assert one["ended_at"] < other["answered_at"], "the first is not on the call while the second talks"
    assert 1500 < one["talk_ms"] < 4000
    assert other["talk_ms"] > 1500
    assert result.heard is not None
    for place in office.places:
        assert seconds_of_tone(result.heard, place.hertz) > 1.2, "the caller hears the one, then the other"
    for phone in phones:
        assert seconds_of_tone(phone.heard()[-1], CALLER_HERTZ) > 1, "and each of them hears the caller"
    assert wait_until(lambda: rig.report(result)["recording"], 10, "the recording")["seconds"] > 5


def test_caller_who_is_sent_to_nobody_stays_with_the_agent(
    rig: Rig, office: Client, first: RigPhone, second: RigPhone
) -> None:
    """A number of no agent is refused, and the two talk on."""
    for place in office.places:
        wait_for_state(place.agent, "ready", 6)
    call = rig.begin_call(office.dialled, keys=keys((1, "0")), hang_up_after=7 * SECOND)
    wait_until(lambda: "talking" in (state_of(office.places[0].agent), state_of(office.places[1].agent)), 10)
    sender = 0 if state_of(office.places[0].agent) == "talking" else 1
    phone = (first, second)[sender]
    phone.refer("9999")
    report = rig.report(call.result(30))
    assert "TransferFailed" in facts_of(report)
    assert "TransferBegun" not in facts_of(report)
    assert [leg["agent"] for leg in report["legs"][1:]] == [office.places[sender].agent]
    leg = report["legs"][1]
    assert leg["talk_ms"] + leg["hold_ms"] > 3000
    assert report["ended_by"] == "caller"
    said = rig.var / "sounds" / "en" / "not-possible.wav"
    assert hears_phrase(phone.heard()[-1], said), "and the agent is told"


def test_caller_is_sent_to_a_queue_and_waits_there(rig: Rig, office: Client, first: RigPhone, second: RigPhone) -> None:
    """The queue is entered a second time, and its next free agent answers."""
    for place in office.places:
        wait_for_state(place.agent, "ready", 6)
    call = rig.begin_call(office.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=9 * SECOND)
    wait_until(lambda: "talking" in (state_of(office.places[0].agent), state_of(office.places[1].agent)), 10)
    sender, taker = (0, 1) if state_of(office.places[0].agent) == "talking" else (1, 0)
    time.sleep(1)
    (first, second)[sender].refer("service")
    wait_for_state(office.places[taker].agent, "talking", 5)
    report = rig.report(call.result(30))
    assert facts_of(report).count("QueueEntered") == 2
    assert [leg["agent"] for leg in report["legs"][1:]] == [office.places[n].agent for n in (sender, taker)]
