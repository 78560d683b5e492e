"""Roadside rescue: the caller is put through to numbers outside, in order, until a person takes the call.

The caller speaks at 440 Hz, the rescuers at 900 and 1000 Hz: each file tells who was heard where.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seatline.house.exchange import Telephone
from tests.acceptance.rig import Rig
from tests.acceptance.sound import channels_of, hears_phrase, seconds_of_tone, write_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import CALLER_HERTZ, SECOND, Client, a_client, caller_voice, facts_of, wait_for_plan

FIRST, SECOND_NUMBER = "13800000001", "13800000002"
RESCUER_HERTZ = 900
DEFINITION: Mapping[str, Any] = {
    "start": "rescue",
    "nodes": {
        "rescue": {
            "kind": "forward", "otherwise": "nobody", "confirm": True, "record": True,
            "numbers": [{"number": f"+86{FIRST}", "ring": 5}, {"number": f"+86{SECOND_NUMBER}", "ring": 15}],
        },
        "nobody": {"kind": "finish", "outcome": "closed"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def rescue(rig: Rig) -> Client:
    """A client that may call mobile numbers, over one trunk."""
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "rescue", agents=0, definition=DEFINITION)
    with operator_scope():
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(Tenant.objects.get(code="rescue"), "+8613")
    wait_for_plan(rig)
    return client


@pytest.fixture(scope="module")
def rescuer(rig: Rig) -> Telephone:
    """A person who answers after a second, hears what is asked, and presses 1."""
    voice = write_tone(rig.folder / "tones" / "rescuer.wav", RESCUER_HERTZ, 30)
    return Telephone(answers_after=1 * SECOND, keys=((4.5 * SECOND, "1"),), speech=voice)


def test_second_number_gets_the_call_that_the_first_does_not_answer(
    rig: Rig, rescue: Client, rescuer: Telephone
) -> None:
    """Five seconds of ringing in vain; then a person takes the call, and both hear each other."""
    never = Telephone(answers_after=None)
    with rig.exchange(**{f"n{FIRST}": never, f"n{SECOND_NUMBER}": rescuer}) as outside:
        call = rig.begin_call(rescue.dialled, speech=caller_voice(rig), hang_up_after=15 * SECOND)
        result = call.result(40)
        report = rig.report(result)
        taken = outside.calls
    assert [one.number for one in taken] == [FIRST, SECOND_NUMBER], "the national form goes out"
    assert {one.shown for one in taken} == {rescue.dialled}, "the tenant's own number is shown"
    assert [one.answered for one in taken] == [False, True]
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("forwarded", "caller", None)
    caller, first, second = report["legs"]
    assert (first["kind"], first["number"], first["trunk"], first["missed"]) == (
        "outside",
        f"+86{FIRST}",
        "carrier",
        True,
    )
    assert (second["kind"], second["number"], second["missed"]) == ("outside", f"+86{SECOND_NUMBER}", False)
    assert second["answered_at"] < second["connected_at"] == report["connected_at"]
    assert caller["missed"] is False
    assert 2000 < report["talk_ms"] < 6000
    recording = wait_until(lambda: rig.report(result)["recording"], 10, "the recording")
    assert facts_of(report) == [
        "CallArrived", "CallAnswered", "FlowEntered", "NodesPassed", "OutsideDialled", "OutsideFailed",
        "OutsideDialled", "OutsideAnswered", "OutsideConnected", "RecordingStarted", "LegEnded", "LegEnded",
        "CallEnded", "RecordingStored",
    ]  # fmt: skip
    assert result.heard is not None and taken[1].heard is not None
    assert seconds_of_tone(result.heard, RESCUER_HERTZ) > 2, "the caller hears the rescuer"
    assert seconds_of_tone(taken[1].heard, CALLER_HERTZ) > 2, "the rescuer hears the caller"
    assert hears_phrase(taken[1].heard, rig.var / "sounds" / "en" / "take-call.wav"), "and was asked first"
    sound = Path(recording["path"])
    assert channels_of(sound) == 2
    assert seconds_of_tone(sound, CALLER_HERTZ, channel=0) > 2
    assert seconds_of_tone(sound, RESCUER_HERTZ, channel=1) > 2


def test_refused_and_busy_numbers_lead_on_in_the_flow(rig: Rig, rescue: Client) -> None:
    """Nobody takes the call: the flow's own node says why."""
    busy, refused = Telephone(refuses=486), Telephone(refuses=603)
    with rig.exchange(**{f"n{FIRST}": busy, f"n{SECOND_NUMBER}": refused}) as outside:
        result = rig.call(rescue.dialled, hang_up_after=15 * SECOND)
        report = rig.report(result)
    assert [one.number for one in outside.calls] == [FIRST, SECOND_NUMBER]
    assert (report["outcome"], report["ended_by"]) == ("closed", "system")
    assert [leg["cause"] for leg in report["legs"][1:]] == [17, 21]


def test_caller_who_gives_up_stops_the_ringing_outside(rig: Rig, rescue: Client) -> None:
    """The telephone outside rings no longer, and the record says who gave up."""
    with rig.exchange(**{f"n{FIRST}": Telephone(answers_after=None)}) as outside:
        result = rig.call(rescue.dialled, hang_up_after=2 * SECOND)
        report = rig.report(result)
        assert outside.calls[0].ended_by == "near"
    assert (report["outcome"], report["ended_by"]) == ("abandoned", "caller")


def test_outside_hangs_up_and_the_caller_is_let_go(rig: Rig, rescue: Client, rescuer: Telephone) -> None:
    """The record says that the telephone outside ended the call."""
    with rig.exchange(**{f"n{FIRST}": replace(rescuer, hangs_up_after=7 * SECOND)}):
        result = rig.call(rescue.dialled, hang_up_after=30 * SECOND)
        report = rig.report(result)
    assert (result.hung_up_by, report["outcome"], report["ended_by"]) == ("far", "forwarded", "outside")
