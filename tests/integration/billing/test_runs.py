"""Runs: all tenants of a period together, by two persons; cut off, repeated, doubled: the same documents once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from billing.contracts.models import BillingEntity, Contract, TenantBilling
from billing.contracts.services import FinanceOnly, SecondPersonNeeded
from billing.invoices.models import Document
from billing.invoices.services import refresh_drafts, withdraw
from billing.runs.findings import Kind, findings
from billing.runs.models import BillingRun, RunDocument, RunItem
from billing.runs.preview import preview, totals
from billing.runs.services import (
    ChangedSinceSeen,
    NothingInTheRun,
    RunNotPrepared,
    RunUnderWay,
    approve_run,
    digest_of,
    documents_of,
    progress_of,
    start_run,
    try_again,
    withdraw_run,
)
from billing.runs.work import issue_run, prepare_run
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, PER_CALL, a_closed_call, a_world, mediate_calls
from tests.builders.tenants import a_tenant
from tests.integration.billing.test_at_once import at_once

CLOSES = date(2026, 11, 1)


class Killed(BaseException):
    """The process dies here: nothing of it goes on, not even its handling of errors."""


class KillAt:
    """Lets `left` statements pass and kills at the next."""

    def __init__(self, left):
        self.left = left

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == -1:
            raise Killed
        return execute(sql, params, many, context)


def three_tenants():
    """Three tenants with calls in October; the two persons of finance."""
    worlds = [a_world(code) for code in ("museum", "harbour", "lotus")]
    mediate_calls([a_closed_call(world[0].tenant_id, n) for n, world in enumerate(worlds * 2, start=1)])
    return worlds[0][1], worlds[0][2]


def started(user, closes_on=CLOSES, at=NOVEMBER_3):
    with finance_scope():
        return start_run(BillingEntity.objects.get(), closes_on, user, at)


def approved(run, user, at=NOVEMBER_3):
    with finance_scope():
        return approve_run(run, user, at, seen=digest_of(run))


def numbers():
    with finance_scope():
        return list(Document.objects.exclude(number=None).order_by("serial").values_list("number", flat=True))


@pytest.mark.django_db
def test_run_goes_from_preview_to_issued_documents_of_every_tenant():
    first, second = three_tenants()
    with finance_scope():
        entity = BillingEntity.objects.get()
        seen = {one.pk: (one.content_sha256, one.gross) for one in preview(entity, CLOSES, NOVEMBER_3)}
        assert [(one.currency, one.documents) for one in totals(preview(entity, CLOSES, NOVEMBER_3))] == [("CNY", 3)]
    run = started(first)
    prepare_run(run.pk, NOVEMBER_3)
    run.refresh_from_db()
    assert run.status == "prepared"
    issue_run(approved(run, second).pk, NOVEMBER_3)
    run.refresh_from_db()
    assert run.status == "done"
    with finance_scope():
        documents = [one.document for one in documents_of(run)]
        assert {one.pk: (one.content_sha256, one.gross) for one in documents} == seen, "preview and issue are the same"
        assert all((one.prepared_by, one.approved_by) == (first, second) for one in documents)
        assert progress_of(run).percent == 100
    assert numbers() == [f"SL-INV-2026-0000{n}" for n in (1, 2, 3)]


@pytest.mark.django_db
def test_run_repeated_bills_nothing_twice():
    first, second = three_tenants()
    for _ in range(2):
        run = started(first)
        prepare_run(run.pk, NOVEMBER_3)
        prepare_run(run.pk, NOVEMBER_3)
        with finance_scope():
            if documents_of(run):
                approve_run(run, second, NOVEMBER_3, seen=digest_of(run))
        issue_run(run.pk, NOVEMBER_3)
        issue_run(run.pk, NOVEMBER_3)
    assert len(numbers()) == 3
    with finance_scope():
        assert set(run.items.values_list("status", flat=True)) == {"nothing"}
        assert withdraw_run(run, first, NOVEMBER_3).status == "withdrawn"


@pytest.mark.django_db
def test_tenant_that_fails_does_not_stop_the_others_and_is_done_later():
    first, second = three_tenants()
    with finance_scope():
        harbour = Contract.objects.get(number="C-harbour")
    with operator_scope():
        elsewhere = a_tenant("elsewhere")
    with finance_scope():
        TenantBilling.objects.filter(tenant_id=harbour.tenant_id).update(tenant=elsewhere)
    run = started(first)
    prepare_run(run.pk, NOVEMBER_3)
    with finance_scope():
        item = run.items.get(contract=harbour)
        assert (item.status, item.error_code) == ("failed", "buyer_missing")
        assert "no billing data yet" in item.error
        assert run.items.filter(status="prepared").count() == 2
        assert progress_of(run).failed == 1
        # Mended and tried again, it joins the others.
        TenantBilling.objects.filter(tenant=elsewhere).update(tenant_id=harbour.tenant_id)
        try_again(run, first, NOVEMBER_3)
    prepare_run(run.pk, NOVEMBER_3)
    issue_run(approved(run, second).pk, NOVEMBER_3)
    assert len(numbers()) == 3


@pytest.mark.django_db
def test_starter_cannot_approve_the_own_run_and_strangers_can_do_nothing():
    first, _ = three_tenants()
    run = started(first)
    prepare_run(run.pk, NOVEMBER_3)
    with operator_scope():
        stranger = User.objects.create_user("ops", is_staff=True, is_superuser=True)
    with finance_scope():
        with pytest.raises(SecondPersonNeeded, match="fin1"):
            approve_run(run, first, NOVEMBER_3, seen=digest_of(run))
        with pytest.raises(IntegrityError, match="run_approved_by_another"), transaction.atomic():
            BillingRun.objects.filter(pk=run.pk).update(
                status="issuing", approved_by_id=first.pk, approved_at=NOVEMBER_3
            )
        for act in (
            lambda: start_run(run.entity, CLOSES, stranger, NOVEMBER_3),
            lambda: approve_run(run, stranger, NOVEMBER_3, seen=""),
            lambda: withdraw_run(run, stranger, NOVEMBER_3),
            lambda: try_again(run, stranger, NOVEMBER_3),
        ):
            with pytest.raises(FinanceOnly):
                act()


@pytest.mark.django_db
def test_what_changed_after_the_second_person_looked_is_not_approved_and_after_that_not_issued():
    first, second = three_tenants()
    run = started(first)
    prepare_run(run.pk, NOVEMBER_3)
    with finance_scope():
        seen = digest_of(run)
        # Somebody withdraws one; late usage changes the draft.
        kept = documents_of(run)[0]
        withdraw(kept.document, first, NOVEMBER_24)
        mediated = a_closed_call(kept.tenant_id, 90)
    mediate_calls([mediated])
    with finance_scope():
        withdraw_again = documents_of(run)[1]
        kept.document.refresh_from_db()
        refresh_drafts(kept.document.contract, NOVEMBER_24)
        with pytest.raises(ChangedSinceSeen):
            approve_run(run, second, NOVEMBER_24, seen=seen)
        approve_run(run, second, NOVEMBER_24, seen=digest_of(run))
        withdraw(withdraw_again.document, first, NOVEMBER_24)
    issue_run(run.pk, NOVEMBER_24)
    assert len(numbers()) == 1, "only the third is what was approved"
    with finance_scope():
        failed = RunDocument.objects.filter(item__run=run, status="failed")
        assert {one.error for one in failed} == {
            "The document is not what was approved any more; it stays where it is, for the next run."
        }


@pytest.mark.django_db
def test_one_run_of_a_seller_at_a_time():
    first, _ = three_tenants()
    run = started(first)
    assert started(first) == run
    with pytest.raises(RunUnderWay, match="2026-11-01"):
        started(first, CLOSES + timedelta(days=30))
    prepare_run(run.pk, NOVEMBER_3)
    with finance_scope():
        withdraw_run(run, first, NOVEMBER_3)
        assert not Document.objects.exclude(status="draft").exists()
        with pytest.raises(RunNotPrepared):
            withdraw_run(run, first, NOVEMBER_3)
    with pytest.raises(NothingInTheRun):
        started(first, date(2026, 9, 1))


@pytest.mark.django_db
def test_run_cut_off_at_any_statement_and_taken_up_again_gives_the_same_documents_once():
    first, second = three_tenants()
    run = started(first)

    def cut_until_done(work):
        cuts = 0
        while True:
            try:
                with connection.execute_wrapper(KillAt(cuts)):
                    work(run.pk, NOVEMBER_3)
                return cuts
            except Killed:
                cuts += 1

    assert cut_until_done(prepare_run) > 30
    with finance_scope():
        assert sorted(RunItem.objects.values_list("status", flat=True)) == ["prepared"] * 3
        assert RunDocument.objects.count() == 3
    approved(run, second)
    assert cut_until_done(issue_run) > 10
    assert numbers() == [f"SL-INV-2026-0000{n}" for n in (1, 2, 3)]


@pytest.mark.django_db(transaction=True)
def test_run_worked_on_by_four_at_once_gives_the_same_documents_once():
    worlds = [a_world(f"tenant{n}", [PER_CALL]) for n in range(12)]
    mediate_calls([a_closed_call(world[0].tenant_id, n) for n, world in enumerate(worlds, start=1)])
    first, second = worlds[0][1:]
    runs = at_once(*[lambda: started(first)] * 4)
    assert len({run.pk for run in runs}) == 1, runs
    run = runs[0]
    assert at_once(*[lambda: prepare_run(run.pk, NOVEMBER_3)] * 4) == [None] * 4
    approved(run, second)
    assert at_once(*[lambda: issue_run(run.pk, NOVEMBER_3)] * 4) == [None] * 4
    assert numbers() == [f"SL-INV-2026-{n:05}" for n in range(1, 13)]
    run.refresh_from_db()
    assert run.status == "done"


@pytest.mark.django_db
def test_board_names_what_would_be_missing_from_the_bill():
    three_tenants()
    with finance_scope():
        museum = Contract.objects.get(number="C-museum")
        entity = museum.entity
        preview(entity, CLOSES, NOVEMBER_3)
        assert [one.kind for one in findings(entity, CLOSES, NOVEMBER_3)] == [Kind.LATE_USAGE_EXPECTED] * 3
    with operator_scope():
        stranger = a_tenant("stranger")
        priceless = a_tenant("priceless")
    mediate_calls([
        a_closed_call(stranger, 11),
        a_closed_call(museum.tenant_id, 12, direction="outbound"),
        a_closed_call(None, 13, outcome="unassigned"),
    ])  # fmt: skip
    with finance_scope():
        Contract.objects.create(
            tenant=priceless, entity=entity, number="C-0", service_mode="seat_leasing", starts_on=date(2026, 10, 1)
        )
        found = [(one.kind, one.what, str(one.quantity.normalize())) for one in findings(entity, CLOSES, NOVEMBER_24)]
    assert sorted(found) == sorted([
        (Kind.USAGE_WITHOUT_PRICE, "call_in", "1"),
        (Kind.USAGE_WITHOUT_PRICE, "call_out", "1"),
        (Kind.CONTRACT_WITHOUT_PRICE, "C-0", "0"),
        (Kind.BUYER_MISSING, "", "0"),
        (Kind.USAGE_OF_NOBODY, "unassigned", "1"),
    ])  # fmt: skip
