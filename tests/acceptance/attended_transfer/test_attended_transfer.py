"""The agent consults a colleague, turns from the one to the other, and leaves the caller to the colleague; or not.

The caller speaks at 440 Hz and each agent at a frequency of its own: each file tells who was heard where.
"""

import time

import pytest

from tests.acceptance.leaks import unshipped
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_sound, seconds_of_tone
from tests.acceptance.waiting import wait_until
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
    return a_client(rig, "consult", agents=2, wrap_up=2 * SECOND, strategy="linear")


@pytest.fixture(scope="module")
def phones(house: Client) -> tuple[RigPhone, RigPhone]:
    """Their phones; both are at work."""
    return house.at_work(0, record=True), house.at_work(1, record=True)


def test_caller_is_left_to_the_colleague_who_was_consulted(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """Two seconds each: talk, consultation, back with the caller, and then caller and colleague alone."""
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=16 * SECOND)
    asks, takes = house.first_to_answer()
    asker, taker = house.places[asks], house.places[takes]
    time.sleep(1.5)
    assert wish(house, asks, "consult", taker.agent) == ""
    wait_for_state(taker.agent, "talking", 5)
    time.sleep(2)
    assert wish(house, asks, "toggle") == ""
    time.sleep(2)
    assert wish(house, asks, "complete") == ""
    wait_for_state(asker.agent, "wrap_up", 2)
    assert state_of(taker.agent) == "talking"
    result = call.result(30)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", asker.agent)
    told = [kind for kind in facts_of(report) if kind.startswith(("Agent", "Consult", "Transfer", "Leg", "Recording"))]
    assert told[:10] == [
        "AgentOffered", "AgentConnected", "RecordingStarted", "ConsultBegun", "AgentOffered", "ConsultAnswered",
        "ConsultTurned", "LegEnded", "TransferCompleted", "AgentConnected",
    ]  # fmt: skip
    assert told.count("RecordingStarted") == 1, "one file for the whole call"
    caller, _, other = report["legs"]
    assert 2000 < caller["hold_ms"] < 5500, "while they consulted"
    assert 1800 < other["hold_ms"] < 3500, "while the agent was back with the caller"
    assert caller["talk_ms"] + caller["hold_ms"] == pytest.approx(report["talk_ms"], abs=20), "nothing counts twice"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, asker.hertz) > 2.5, "the caller hears the agent, twice"
    assert seconds_of_tone(result.heard, taker.hertz) > 1.5, "then the colleague"
    voices = sum(seconds_of_tone(result.heard, place.hertz) for place in house.places)
    assert seconds_of_sound(result.heard) - voices > 1.5, "and music meanwhile"
    heard, colleague_heard = phones[asks].heard()[-1], phones[takes].heard()[-1]
    assert seconds_of_tone(heard, CALLER_HERTZ) > 2.5, "the agent hears the caller, twice"
    assert seconds_of_tone(heard, taker.hertz) > 1.5, "and the colleague between"
    assert seconds_of_tone(colleague_heard, asker.hertz) > 1.5, "who hears the agent"
    assert seconds_of_tone(colleague_heard, CALLER_HERTZ) > 1.5, "and at last the caller"
    assert wait_until(lambda: rig.report(result)["recording"], 10, "the recording")["seconds"] > 8


def test_colleague_who_hangs_up_gives_the_caller_back_and_agent_who_hangs_up_leaves_him(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """Nothing is lost by whoever hangs up: the other two go on."""
    for place in house.places:
        wait_for_state(place.agent, "ready", 6)
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=13 * SECOND)
    asks, takes = house.first_to_answer()
    asker, taker = house.places[asks], house.places[takes]
    assert wish(house, asks, "consult", "9999") == "unknown"
    assert wish(house, asks, "consult", taker.agent) == ""
    wait_for_state(taker.agent, "talking", 5)
    phones[takes].hang_up()
    wait_for_state(taker.agent, "wrap_up", 3)
    wait_for_state(taker.agent, "ready", 4)
    assert state_of(asker.agent) == "talking"
    assert wish(house, asks, "consult", taker.agent) == ""
    wait_for_state(taker.agent, "talking", 5)
    phones[asks].hang_up()
    wait_for_state(asker.agent, "wrap_up", 3)
    report = rig.report(call.result(30))
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    kinds = facts_of(report)
    assert [kinds.count(one) for one in ("ConsultBegun", "ConsultEnded", "TransferCompleted")] == [2, 1, 1]
    assert [leg["agent"] for leg in report["legs"][1:]] == [asker.agent, taker.agent, taker.agent]
    assert report["legs"][3]["talk_ms"] > 500


def test_consultation_outlives_the_switch_that_began_it(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """The switch is killed while the agents talk and the caller hears music: the next one completes the transfer."""
    for place in house.places:
        wait_for_state(place.agent, "ready", 6)
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=60 * SECOND)
    asks, takes = house.first_to_answer()
    asker, taker = house.places[asks], house.places[takes]
    assert wish(house, asks, "consult", taker.agent) == ""
    wait_for_state(taker.agent, "talking", 5)
    wait_until(lambda: not unshipped(rig), 5, "the facts of the consultation in PostgreSQL")
    rig.kill_switch()
    rig.start_switch()
    # What is asked before the new one begins is refused: `restarted`.
    wait_until(lambda: wish(house, asks, "complete") == "", 30, "the new switch to know the call")
    # Its shipper takes a while to start: wrap-up may be over by then.
    wait_until(lambda: state_of(asker.agent) in ("wrap_up", "ready"), 10, "the agent to be free")
    assert state_of(taker.agent) == "talking"
    time.sleep(1.5)
    phones[takes].hang_up()
    result = call.result(40)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "agent")
    assert facts_of(report).count("TransferCompleted") == 1
    assert result.heard is not None
    assert seconds_of_tone(result.heard, taker.hertz) > 0.5, "the caller hears the colleague at last"
