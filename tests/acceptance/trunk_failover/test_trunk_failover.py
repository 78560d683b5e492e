"""Calls to outside over two trunks: when the first fails, the next carries the call; nobody's number but one's own.

The first carrier is a machine that is off, or one that answers 503; the second one rings the telephone.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from seatline.house.exchange import Telephone
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.world import CALLER_HERTZ, SECOND, Client, a_client, caller_voice, facts_of, wait_for_plan

NUMBER = "13900000001"
HERTZ = 950


def a_definition(**parts: Any) -> Mapping[str, Any]:
    """A flow that forwards at once to one number."""
    forward = {"kind": "forward", "numbers": [f"+86{NUMBER}"], "otherwise": "nobody", **parts}
    return {"start": "out", "nodes": {"out": forward, "nobody": {"kind": "finish", "outcome": "closed"}}}


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """A client that may call mobile numbers, over two trunks."""
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "twotrunks", agents=0, definition=a_definition())
    with operator_scope():
        add_trunk("carrier", "127.0.0.10", priority=1)
        add_trunk("reserve", "127.0.0.11", priority=2)
        allow_outside(Tenant.objects.get(code="twotrunks"), "+8613")
    wait_for_plan(rig)
    return client


def test_next_trunk_carries_the_call_when_the_first_is_broken_or_silent(rig: Rig, client: Client) -> None:
    """503 leads on at once; a machine that says nothing, after six seconds; a trunk that failed is not asked again."""
    voice = write_tone(rig.folder / "tones" / "outside.wav", HERTZ, 30)
    person = Telephone(speech=voice)
    with rig.exchange("carrier") as first, rig.exchange("reserve", **{f"n{NUMBER}": person}) as second:
        first.broken = 503
        result = rig.call(client.dialled, speech=caller_voice(rig), hang_up_after=5 * SECOND)
        report = rig.report(result)
        again = rig.call(client.dialled, hang_up_after=3 * SECOND)
        again_report = rig.report(again)
        assert len(first.calls) == 1, "the second caller did not meet the broken trunk"
        assert [one.number for one in second.calls] == [NUMBER, NUMBER]
        heard = second.calls[0].heard
    assert [leg["trunk"] for leg in report["legs"]] == [None, "carrier", "reserve"]
    assert report["outcome"] == again_report["outcome"] == "forwarded"
    assert [leg["trunk"] for leg in again_report["legs"]] == [None, "reserve"]
    assert facts_of(report)[4:] == [
        "OutsideDialled", "OutsideFailed", "OutsideDialled", "OutsideAnswered", "OutsideConnected", "LegEnded",
        "LegEnded", "CallEnded",
    ]  # fmt: skip
    assert result.heard is not None and heard is not None
    assert seconds_of_tone(result.heard, HERTZ) > 2
    assert seconds_of_tone(heard, CALLER_HERTZ) > 2


def test_busy_is_an_answer_and_not_the_trunks_fault(rig: Rig, client: Client) -> None:
    """The other trunk is not tried for a number that is busy."""
    busy = {f"n{NUMBER}": Telephone(refuses=486)}
    with rig.exchange("carrier", **busy) as first, rig.exchange("reserve", **busy) as second:
        report = rig.report(rig.call(client.dialled, hang_up_after=10 * SECOND))
        assert len(first.calls) + len(second.calls) == 1
    assert (report["outcome"], report["legs"][1]["cause"]) == ("closed", 17)


def test_number_that_is_not_the_tenants_own_is_not_shown_and_not_called_with(rig: Rig) -> None:
    """A flow that would show a stranger's number, and a number that no rule allows: neither leaves the house."""
    from telephony.trunks.services import allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    stranger = a_client(rig, "masked", agents=0, definition=a_definition(caller_id="+862162000000"))
    barred = a_client(rig, "barred", agents=0, definition=a_definition())
    with operator_scope():
        allow_outside(Tenant.objects.get(code="masked"), "+8613")
    wait_for_plan(rig)
    with rig.exchange("carrier") as first, rig.exchange("reserve") as second:
        reports = [rig.report(rig.call(one.dialled, hang_up_after=8 * SECOND)) for one in (stranger, barred)]
        assert not first.calls and not second.calls
    assert [(one["outcome"], len(one["legs"])) for one in reports] == [("closed", 1), ("closed", 1)]
    assert all("OutsideFailed" in facts_of(one) for one in reports)
