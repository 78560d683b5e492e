"""What is told of calls: to mediation, to a person who asks, and to each tenant alone."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction

from telephony.core import facts as fact
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.services import call_report, closed_calls_after, open_call_facts, open_calls
from telephony.journal.ship import ship
from telephony.recordings.models import Recording
from telephony.stays.models import QueueStay
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope, tenant_scope
from tests.builders.calls import a_call_id
from tests.builders.telephony import an_answered_call
from tests.builders.tenants import NINE, a_tenant

CALL, OTHER = a_call_id(1), a_call_id(2)


@pytest.fixture
def calls(journal, museum):
    """One call of the museum with a missed agent, one of a neighbour, one of nobody."""
    with operator_scope():
        neighbour = a_tenant("harbour")
    journal.append(
        [
            *an_answered_call(
                CALL, tenant=museum.tenant.id, agent=museum.agent.id, missed_by=UUID(int=9), sip_call_id="abc@sipp"
            ),
            *an_answered_call(OTHER, tenant=neighbour.id, starts_at=NINE + timedelta(minutes=1)),
            fact.CallArrived(call=a_call_id(3), seq=1, at=NINE, dialled="+861252", caller="110"),
        ],
        [],
    )  # fmt: skip
    ship(journal)
    return museum


def dump() -> dict[str, list]:
    """Every row that is made of the ledger."""
    with operator_scope():
        models = (Call, Leg, Recording, QueueStay)
        return {model.__name__: list(model.objects.order_by("id").values()) for model in models}


def test_tenant_sees_its_own_calls_alone(calls):
    with tenant_scope(calls.tenant.id):
        assert list(Call.objects.values_list("id", flat=True)) == [CALL]
        assert set(Leg.objects.values_list("call_id", flat=True)) == {CALL}
        assert set(Recording.objects.values_list("call_id", flat=True)) == {CALL}
        # The same without our own managers: PostgreSQL's wall stands by itself.
        assert Call._base_manager.count() == 1
        assert Leg._base_manager.count() == 3
        assert call_report("abc@sipp") is not None
    with operator_scope():
        assert Call.objects.count() == 3


def test_tenant_reads_its_own_ledger_alone_and_writes_neither_it_nor_calls(calls):
    with tenant_scope(calls.tenant.id):
        assert set(LedgerEntry._base_manager.values_list("tenant_id", flat=True)) == {calls.tenant.id}
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            LedgerEntry._base_manager.update(kind="CallEnded")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Call.objects.update(outcome="failed")


def test_closed_calls_come_in_the_order_in_which_they_became_known(calls):
    with finance_scope():
        first, second = closed_calls_after(0, 100)
        assert {first.call_id, second.call_id} == {CALL, OTHER}
        assert first.position < second.position
        assert closed_calls_after(first.position, 100) == [second]
        assert closed_calls_after(second.position, 100) == []
        assert closed_calls_after(0, 1) == [first]
        told = {one.call_id: one for one in (first, second)}[CALL]
    assert (told.agent_number, told.queue_code, told.outcome) == ("1001", "service", "answered")
    assert (told.talk, told.waited) == (timedelta(seconds=90), timedelta(seconds=30))
    assert told.merchant_code is None


def test_report_has_the_whole_story(calls, settings):
    with operator_scope():
        report = call_report("abc@sipp")
    assert report is not None
    assert report["legs"][1]["missed"] is True
    assert [leg["agent"] for leg in report["legs"]] == [None, None, "1001"]
    assert report["recording"]["path"] == str(settings.VAR / "recordings" / "museum" / "2026-11-24" / f"{CALL}.wav")
    del report["legs"], report["recording"]
    assert report == {
        "call_id": str(CALL), "tenant": "museum", "direction": "inbound", "number": "+862196968101",
        "caller": "02161234567", "caller_name": "", "flow": "service", "flow_version": 3, "merchant_code": None,
        "language": "zh", "queue": "service", "agent": "1001", "agent_name": "Agent 1001", "outcome": "answered",
        "ended_by": "caller", "started_at": "2026-11-24T01:00:00+00:00", "answered_at": "2026-11-24T01:00:00+00:00",
        "connected_at": "2026-11-24T01:00:34+00:00", "ended_at": "2026-11-24T01:02:04.020000+00:00",
        "queued_ms": 30000, "ring_ms": 25000, "talk_ms": 90000, "practice": False, "usage": [],
        "callback": None, "orders": [], "messages": [],
    }  # fmt: skip


def test_nobody_knows_of_a_call_that_never_was(calls):
    with operator_scope():
        assert call_report("xyz@sipp") is None


def test_open_calls_are_found_with_their_facts(calls):
    with operator_scope():
        assert [one.call_id for one in open_calls()] == [a_call_id(3)]
    facts = open_call_facts()
    assert list(facts) == [a_call_id(3)]
    assert isinstance(facts[a_call_id(3)][0], fact.CallArrived)


def test_rebuilding_what_is_right_changes_not_a_byte(calls):
    before = dump()
    call_command("rebuild_projections", "--check", stdout=StringIO())
    call_command("rebuild_projections", stdout=StringIO())
    assert repr(dump()) == repr(before)


def test_rebuilding_puts_right_what_was_spoilt(calls):
    before = dump()
    with telephony_scope():
        Call.objects.filter(id=CALL).update(outcome="failed", talked=timedelta(0))
        Leg.objects.filter(call_id=OTHER, no=1).update(missed=True)
        Recording.objects.filter(call_id=OTHER).update(seconds=1)
        QueueStay.objects.filter(call_id=CALL).update(left="abandoned")
        position = Call.objects.get(id=CALL).position
    said = StringIO()
    with pytest.raises(CommandError, match="1 calls, 1 legs, 1 recordings, 1 stays"):
        call_command("rebuild_projections", "--check", stdout=said)
    assert f"calls: {CALL} differs" in said.getvalue()
    call_command("rebuild_projections", stdout=StringIO())
    with operator_scope():
        # Mediation reads on from positions: a corrected call comes again.
        assert Call.objects.get(id=CALL).position > position
    after = dump()
    for row in (*before["Call"], *after["Call"]):
        row["position"] = 0
    assert repr(after) == repr(before)


def test_tenant_sees_its_own_stays_in_queues_alone(calls):
    with tenant_scope(calls.tenant.id):
        (stay,) = QueueStay._base_manager.all()
    assert (stay.call_id, stay.left, stay.agent_id) == (CALL, "connected", calls.agent.id)
    assert stay.left_at - stay.entered_at == timedelta(seconds=30), "a phone that was missed, a wait, and one that rang"
