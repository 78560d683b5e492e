"""The same with a telephone of two lines: hold, call the colleague on line 2, and REFER with Replaces; or not.

The caller speaks at 440 Hz and each agent at a frequency of its own.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.acceptance.desk_phone import DeskPhone, Line
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    SECRET,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    wait_for_state,
)


@pytest.fixture(scope="module")
def house(rig: Rig) -> Client:
    """A client with two agents; the first is asked first."""
    return a_client(rig, "twolines", agents=2, wrap_up=SECOND, strategy="linear")


@pytest.fixture(scope="module")
def desk(rig: Rig, house: Client) -> Iterator[DeskPhone]:
    """The first agent's telephone, at which the agent is logged in."""
    there = house.places[0]
    wait_until(lambda: rig.ari(f"endpoints/PJSIP/{there.endpoint}"), 10, "the account at Asterisk")
    speech = write_tone(rig.folder / "tones" / f"{there.hertz}.wav", there.hertz, 120)
    phone = DeskPhone(there.endpoint, SECRET, rig.asterisk.ports.sip, speech)
    rig.do(phone.start())
    house.log_in(0)
    yield phone
    rig.do(phone.stop())


@pytest.fixture(scope="module")
def colleague(desk: DeskPhone, house: Client) -> RigPhone:
    """The other agent's telephone, who logs in after the first."""
    return house.at_work(1, record=True)


def test_caller_is_left_to_the_colleague_by_refer_with_replaces(
    rig: Rig, house: Client, desk: DeskPhone, colleague: RigPhone
) -> None:
    """Talk, hold, two seconds with the colleague on line 2, then the two lines are joined: one record, one file."""
    first, other = house.places
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=12 * SECOND)
    wait_for_state(first.agent, "talking", 8)
    (one,) = desk.lines
    time.sleep(1.5)
    rig.do(desk.hold(one))
    two = rig.do(desk.dial(other.agent))
    wait_for_state(other.agent, "talking", 5)
    time.sleep(2)
    rig.do(desk.join(one, two))
    wait_for_state(first.agent, "wrap_up", 2)
    assert rig.do(_ended(one, two)), "both lines are free"
    assert any("200 OK" in said for said in one.told), "and the telephone is told that it went well"
    result = call.result(30)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", first.agent)
    told = [kind for kind in facts_of(report) if kind.startswith(("Consult", "Transfer", "Line", "RecordingStarted"))]
    assert told == ["RecordingStarted", "ConsultBegun", "LineChanged", "ConsultAnswered", "TransferCompleted"]
    caller, _, third = report["legs"]
    assert third["agent"] == other.agent
    assert 1800 < caller["hold_ms"] < 4500, "while they consulted"
    assert caller["talk_ms"] + caller["hold_ms"] == pytest.approx(report["talk_ms"], abs=20), "nothing counts twice"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, first.hertz) > 1, "the caller hears the agent"
    assert seconds_of_tone(result.heard, other.hertz) > 1.5, "then the colleague"
    assert seconds_of_tone(desk.heard(two, rig.folder / "desk"), other.hertz) > 1.5, "the agent hears him on line 2"
    assert seconds_of_tone(colleague.heard()[-1], first.hertz) > 1.5
    assert seconds_of_tone(colleague.heard()[-1], CALLER_HERTZ) > 1.5


def test_line_2_is_hung_up_and_line_1_taken_from_hold(
    rig: Rig, house: Client, desk: DeskPhone, colleague: RigPhone
) -> None:
    """The caller comes back to the agent; a call to nobody is turned away and changes nothing."""
    first, other = house.places
    wait_for_state(first.agent, "ready", 5)
    wait_for_state(other.agent, "ready", 5)
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=11 * SECOND)
    wait_for_state(first.agent, "talking", 8)
    one = desk.lines[-1]
    rig.do(desk.hold(one))
    wait_for_state(first.agent, "hold", 3)
    nobody = rig.do(desk.dial("9999"))
    two = rig.do(desk.dial(other.agent))
    wait_for_state(other.agent, "talking", 5)
    rig.do(desk.hang_up(two))
    wait_for_state(other.agent, "wrap_up", 3)
    rig.do(desk.take_back(one))
    wait_for_state(first.agent, "talking", 3)
    result = call.result(30)
    report = rig.report(result)
    assert (report["outcome"], report["agent"], report["ended_by"]) == ("answered", first.agent, "caller")
    kinds = facts_of(report)
    assert [kinds.count(kind) for kind in ("ConsultBegun", "ConsultEnded", "TransferFailed")] == [1, 1, 1]
    assert result.heard is not None
    assert seconds_of_tone(result.heard, first.hertz) > 1.5, "the agent is back"
    assert rig.do(_ended(one, two, nobody))


async def _ended(*lines: Line) -> bool:
    for line in lines:
        await asyncio.wait_for(line.ended.wait(), 12)
    return True
