"""Each closed call becomes usage exactly once, or says why it is not billed."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.mediation.models import UsageRecord
from billing.mediation.rules import OUTCOMES
from billing.mediation.services import mediate
from billing.mediation.usage import usage_of_call
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tests.builders.billing import MID_OCTOBER, NOVEMBER_3, a_closed_call, a_world, mediate_calls
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    with operator_scope():
        return a_tenant()


def rows():
    with finance_scope():
        return list(UsageRecord.objects.order_by("position"))


def in_all(call):
    """Quantity by meter and reason over all rows of a call."""
    sums = {}
    for row in rows():
        if row.source_id == call.call_id:
            sums[row.meter, row.reason] = sums.get((row.meter, row.reason), 0) + row.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def test_answered_call_counts_one_on_the_inbound_meter(tenant):
    call = a_closed_call(tenant)
    done = mediate_calls([call])
    assert (done.calls, done.records, done.tenants) == (1, 1, {tenant.pk})
    (row,) = rows()
    assert (row.meter, row.quantity, row.reason, row.duration) == ("call_in", 1, "", timedelta(minutes=3))
    assert row.occurred_at == call.started_at
    assert "caller" not in row.facts


def test_run_again_adds_nothing(tenant):
    calls = [a_closed_call(tenant, n) for n in range(1, 8)]
    mediate_calls(calls, batch=3)
    assert mediate_calls(calls, batch=3).records == 0
    assert [row.position for row in rows()] == list(range(1, 8))


def test_call_told_twice_with_the_same_words_adds_nothing(tenant):
    call = a_closed_call(tenant, 1)
    mediate_calls([call])
    done = mediate_calls([replace(call, position=9)])
    assert (done.calls, done.records) == (1, 0)


def test_corrected_call_takes_the_old_row_back_and_adds_the_new(tenant):
    call = a_closed_call(tenant, 1)
    mediate_calls([call])
    corrected = replace(call, position=2, outcome="abandoned", talk=timedelta(0))
    mediate_calls([corrected])
    old, back, new = rows()
    assert (back.corrects_id, back.quantity, back.reason) == (old.pk, -1, "")
    assert (new.quantity, new.reason) == (1, "abandoned")
    assert in_all(call) == {("call_in", "abandoned"): 1}
    # And once more, back to what it was.
    mediate_calls([replace(call, position=3)])
    assert in_all(call) == {("call_in", ""): 1}


def test_call_that_moves_to_another_tenant_leaves_the_first_one_s_usage(tenant):
    with operator_scope():
        harbour = a_tenant("harbour")
    call = a_closed_call(tenant, 1)
    mediate_calls([call])
    assert mediate_calls([replace(call, position=2, tenant_id=harbour.pk)]).tenants == {tenant.pk, harbour.pk}
    assert [(row.tenant_id, row.quantity) for row in rows()] == [(tenant.pk, 1), (tenant.pk, -1), (harbour.pk, 1)]


@pytest.mark.parametrize(
    ("fields", "meter", "reason"),
    [({"outcome": outcome}, meter or "call_in", "" if meter else outcome) for outcome, meter in OUTCOMES.items()]
    + [
        ({"practice": True}, "call_in", "practice"),
        ({"direction": "outbound"}, "call_out", ""),
        # A word that telephony has learnt and billing has not.
        ({"outcome": "teleported"}, "call_in", "unknown_outcome"),
    ],
)
def test_each_outcome_is_billed_or_says_why_not(tenant, fields, meter, reason):
    mediate_calls([a_closed_call(tenant, **fields)])
    (row,) = rows()
    assert (row.meter, row.reason) == (meter, reason)


def test_call_to_a_number_of_nobody_is_kept_without_a_tenant(tenant):
    mediate_calls([a_closed_call(None, outcome="unassigned")])
    (row,) = rows()
    assert (row.tenant_id, row.reason) == (None, "unassigned")
    with tenant_scope(tenant.pk):
        assert not UsageRecord.objects.exists()


def test_every_reason_and_outcome_has_a_name():
    reasons = {outcome for outcome, meter in OUTCOMES.items() if meter is None}
    assert reasons <= set(UsageRecord.Reason.values)


def test_usage_is_never_changed_or_deleted(tenant):
    mediate_calls([a_closed_call(tenant)])
    for change in ("UPDATE billing_usagerecord SET quantity = 2", "DELETE FROM billing_usagerecord"):
        # The owner of the table, who could do anything else, in the finance scope: no right; outside: the trigger.
        with pytest.raises(Exception, match="permission denied"), finance_scope(), connection.cursor() as cursor:
            cursor.execute(change)
        refused = pytest.raises(IntegrityError, match="added and never changed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE POLICY test ON billing_usagerecord USING (true)")
            cursor.execute(change)


def test_tenant_sees_its_own_usage_only(tenant):
    with operator_scope():
        harbour = a_tenant("harbour")
    mediate_calls([a_closed_call(tenant, 1), a_closed_call(harbour, 2)])
    with tenant_scope(harbour.pk):
        assert [row.tenant_id for row in UsageRecord.objects.all()] == [harbour.pk]


def test_usage_of_a_call_names_the_draft_on_which_it_stands():
    from billing.invoices.services import refresh_draft

    contract, *_ = a_world()
    call = a_closed_call(contract.tenant_id)
    with finance_scope():
        assert usage_of_call(call.call_id) == []
    mediate_calls([call], at=MID_OCTOBER)
    with finance_scope():
        draft = refresh_draft(contract, MID_OCTOBER)
        (told,) = usage_of_call(call.call_id)
    assert told["meter"] == "call_in"
    assert told["billable"] is True
    assert told["contract"] == "C-museum"
    assert (told["document"], told["document_id"]) == ("draft", str(draft.pk))
    with finance_scope():
        assert usage_of_call(uuid4()) == []


def test_closed_calls_of_the_real_journal_are_read_in_the_finance_scope():
    """The rights: mediation reads telephony's calls as finance and as nobody else."""
    assert mediate(NOVEMBER_3).calls == 0
