"""What the switch did not see, Asterisk tells: calls that nobody claimed, ends in a gap, ends in a crash."""

import time
from datetime import datetime, timedelta

from seatline.clock import now
from telephony.core.values import ChannelId
from tests.acceptance.rig import Rig
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, a_client, caller_voice, keys, wait_for_state


def the_call(dialled: str):
    """The newest call to a number, as soon as it has ended and Asterisk confirms it."""
    from telephony.journal.models import Call
    from tenants.accounts.scope import operator_scope

    def ended():
        with operator_scope():
            calls = Call.objects.filter(dialled__endswith=dialled, ended_at__isnull=False, witnessed=True)
            return calls.select_related("tenant").order_by("-started_at").first()

    return wait_until(ended, 15, f"the call to {dialled}, on record with its end")


def test_call_that_no_switch_claims_is_on_record_with_its_tenant(rig: Rig) -> None:
    """Neither switch nor watchdog runs; the ledger has no fact of the call, and yet there is one."""
    from billing.mediation.models import UsageRecord
    from billing.mediation.services import mediate
    from telephony.journal.models import LedgerEntry
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "unseen")
    rig.watchdog.stop()
    rig.kill_switch()
    began = now()
    result = rig.call(client.dialled, hang_up_after=40 * SECOND)
    rig.start_switch()
    rig.watchdog.start()
    assert result.hung_up_by == "far"
    call = the_call(client.dialled)
    with operator_scope():
        assert not LedgerEntry.objects.filter(call_id=call.id).exists()
    assert (call.tenant.code, call.outcome, call.ended_by) == ("unseen", "failed", "system")
    assert call.dialled == client.e164
    assert abs(call.started_at - began) < SECOND
    assert not call.end_estimated
    mediate(now())
    with operator_scope():
        assert list(UsageRecord.objects.filter(source_id=call.id).values_list("reason", flat=True)) == ["failed"]


def test_call_that_ends_while_no_switch_runs_ends_when_asterisk_says(rig: Rig) -> None:
    """The caller hangs up, and only seconds later comes a switch: nobody talks, or pays, for the time in between."""
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "trueend")
    client.at_work()
    call = rig.begin_call(
        client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=5 * SECOND
    )  # fmt: skip
    wait_for_state(client.places[0].agent, "talking")
    rig.kill_switch()
    call.result(30)
    hung_up = now()
    time.sleep(4)
    rig.start_switch()
    told = the_call(client.dialled)
    with operator_scope():
        caller = told.legs.get(no=0)
    # The agent's telephone stood off its hook until the next switch hung it up; that is nobody's talk.
    assert abs(caller.ended_at - hung_up) < timedelta(seconds=0.5)
    assert told.ended_at - hung_up > timedelta(seconds=4)
    assert timedelta(seconds=2) < told.talked < timedelta(seconds=5)
    assert (told.outcome, told.end_estimated) == ("answered", False)
    wait_for_state(client.places[0].agent, "ready")


def test_call_on_record_is_named_by_its_callers_channel(rig: Rig) -> None:
    """The two witnesses need not have met: each makes the same id."""
    from telephony.core.naming import call_of_caller
    from telephony.journal.models import Leg
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "named")
    report = rig.report(rig.call(client.dialled, hang_up_after=SECOND))
    with operator_scope():
        channel = Leg.objects.get(call_id=report["call_id"], no=0).channel
    assert str(call_of_caller(ChannelId(channel))) == report["call_id"]
    assert datetime.fromisoformat(report["answered_at"]) <= datetime.fromisoformat(report["ended_at"])
