"""From draft to issue: two persons, one number, and nothing changes afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing.contracts.models import TenantBilling
from billing.contracts.services import FinanceOnly, SecondPersonNeeded
from billing.invoices.crediting import AlreadyCredited, NotAnIssuedInvoice, ReasonMissing
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax, NumberSeries
from billing.invoices.numbers import NotApprovedYet
from billing.invoices.parties import BuyerMissing
from billing.invoices.services import (
    EarlierPeriodOpen,
    NotADraft,
    NothingToBill,
    NotPrepared,
    PeriodStillOpen,
    approve,
    approve_and_issue,
    credit,
    issue,
    prepare,
    refresh_draft,
    refresh_drafts,
    withdraw,
)
from billing.invoices.sources import line_sources
from seatline.ids import new_id
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope, tenant_scope
from tests.builders.billing import (
    MID_OCTOBER,
    NOVEMBER_3,
    NOVEMBER_24,
    PER_CALL,
    a_closed_call,
    a_world,
    mediate_calls,
)
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A museum with three calls in October, in the finance scope."""
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        yield contract, first, second


def october_of(contract):
    return refresh_drafts(contract, NOVEMBER_3)[0]


def issued(contract, first, second, at=NOVEMBER_3):
    return approve_and_issue(prepare(october_of(contract), first, at), second, at)


def test_document_gets_number_dates_and_frozen_parties(world):
    contract, first, second = world
    document = issued(*world)
    assert document.number == "SL-INV-2026-00001"
    assert (document.status, document.prepared_by, document.approved_by) == ("issued", first, second)
    assert (document.issued_on, document.due_on) == (date(2026, 11, 3), date(2026, 12, 3))
    TenantBilling.objects.filter(tenant=contract.tenant).update(legal_name="Renamed Ltd")
    document.refresh_from_db()
    assert document.buyer["legal_name"] == "Museum Ltd"
    assert document.net == sum(line.amount for line in document.lines.all())
    assert document.tax == sum(tax.amount for tax in document.taxes.all())
    assert document.gross == document.net + document.tax


def test_day_of_issue_is_the_seller_s_local_day(world):
    # 17:30 UTC on the 3rd is half past one on the 4th in Shanghai.
    assert issued(*world, at=datetime(2026, 11, 3, 17, 30, tzinfo=UTC)).issued_on == date(2026, 11, 4)


def test_preparer_cannot_approve_the_own_document(world):
    contract, first, _ = world
    document = prepare(october_of(contract), first, NOVEMBER_3)
    with pytest.raises(SecondPersonNeeded, match="fin1"):
        approve_and_issue(document, first, NOVEMBER_3)
    with pytest.raises(IntegrityError, match="document_approved_by_another"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(status="approved", approved_by=first)
    document.refresh_from_db()
    assert document.status == "prepared"


def test_only_finance_prepares_and_approves(world):
    contract, first, _ = world
    with operator_scope():
        stranger = User.objects.create_user("ops", is_staff=True, is_superuser=True)
    with pytest.raises(FinanceOnly):
        prepare(october_of(contract), stranger, NOVEMBER_3)
    document = prepare(october_of(contract), first, NOVEMBER_3)
    with pytest.raises(FinanceOnly):
        approve_and_issue(document, stranger, NOVEMBER_3)
    with pytest.raises(FinanceOnly):
        withdraw(document, stranger, NOVEMBER_3)


def test_running_period_is_refused_unless_it_is_an_interim_invoice(world):
    contract, first, second = world
    draft = refresh_draft(contract, MID_OCTOBER)
    with pytest.raises(PeriodStillOpen, match="runs until 2026-10-31"):
        prepare(draft, first, MID_OCTOBER)
    interim = approve_and_issue(prepare(draft, first, MID_OCTOBER, interim=True), second, MID_OCTOBER)
    assert (interim.interim, str(interim.net), interim.counted_to) == (True, "8601.20", date(2026, 10, 16))
    # The rest of the month follows: one more call, and nothing of what is billed.
    mediate_calls([a_closed_call(contract.tenant_id, 9)])
    document = issued(*world)
    assert not document.interim
    assert [(line.text, str(line.amount)) for line in document.lines.all()] == [("Hotline bundle: usage", "1.20")]


def test_earlier_month_is_prepared_first(world):
    contract, first, _ = world
    november = refresh_drafts(contract, NOVEMBER_24)[1]
    with pytest.raises(EarlierPeriodOpen, match="from 2026-10-01 comes first"):
        prepare(november, first, NOVEMBER_24, interim=True)


def test_prepared_document_stands_still_while_calls_come(world):
    contract, first, second = world
    document = prepare(october_of(contract), first, NOVEMBER_3)
    mediate_calls([a_closed_call(contract.tenant_id, 9)])
    november = refresh_draft(contract, NOVEMBER_24)
    document.refresh_from_db()
    assert str(document.net) == "8601.20"
    # The late call is not lost: it stands on November's draft already.
    assert "Correction" in november.lines.order_by("-position")[0].text
    with pytest.raises(NotADraft):
        prepare(document, second, NOVEMBER_24)


def test_withdrawn_document_is_a_draft_again_with_the_calls_since(world):
    contract, first, _ = world
    document = prepare(october_of(contract), first, NOVEMBER_3)
    mediate_calls([a_closed_call(contract.tenant_id, 9)])
    again = withdraw(document, first, NOVEMBER_24)
    assert (again.pk, again.status, str(again.net)) == (document.pk, "draft", "8602.40")
    with pytest.raises(NotPrepared):
        withdraw(again, first, NOVEMBER_24)


def test_draft_cannot_skip_a_step(world):
    contract, _, second = world
    draft = october_of(contract)
    with pytest.raises(NotPrepared):
        approve(draft, second, NOVEMBER_3)
    with pytest.raises(NotApprovedYet):
        issue(draft, NOVEMBER_3)
    for jump in ({"status": "issued"}, {"number": "SL-INV-2026-00001"}, {"status": "approved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=draft.pk).update(**jump)


def test_document_of_a_tenant_without_billing_data_is_not_prepared(world):
    contract, first, _ = world
    with operator_scope():
        harbour = a_tenant("harbour")
    # Nobody may delete billing data, so the tenant gets another's.
    TenantBilling.objects.filter(tenant=contract.tenant).update(tenant=harbour)
    with pytest.raises(BuyerMissing):
        prepare(october_of(contract), first, NOVEMBER_3)


def test_interim_invoice_of_nothing_is_refused():
    contract, first, second = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id)])
    with finance_scope():
        draft = refresh_draft(contract, MID_OCTOBER)
        approve_and_issue(prepare(draft, first, MID_OCTOBER, interim=True), second, MID_OCTOBER)
        again = refresh_draft(contract, MID_OCTOBER)
        with pytest.raises(NothingToBill):
            prepare(again, first, MID_OCTOBER, interim=True)


CHANGES = [
    lambda document: Document.objects.filter(pk=document.pk).update(buyer={}),
    lambda document: Document.objects.filter(pk=document.pk).update(status="draft"),
    lambda document: Document.objects.filter(pk=document.pk).delete(),
    lambda document: DocumentLine.objects.filter(document=document).update(amount=0),
    lambda document: DocumentLine.objects.filter(document=document).delete(),
    lambda document: DocumentTax.objects.filter(document=document).update(amount=0),
    lambda document: DocumentTax.objects.filter(document=document).delete(),
    lambda document: Charge.objects.filter(document=document).update(amount=0),
    lambda document: Charge.objects.filter(document=document).delete(),
    # Neither may a line be added, nor brought over from a draft.
    lambda document: DocumentTax.objects.create(
        tenant_id=document.tenant_id, document=document, tax_code="x", name="x", rate_percent=0, base=0, amount=0
    ),
    lambda document: DocumentTax.objects.exclude(document=document).update(document=document),
]


@pytest.mark.parametrize("change", CHANGES)
def test_issued_document_is_refused_every_change(world, change):
    contract, *_ = world
    document = issued(*world)
    refresh_draft(contract, NOVEMBER_24)
    with pytest.raises(IntegrityError, match=r"never changes|no draft"), transaction.atomic():
        change(document)


def test_owner_of_the_tables_cannot_change_an_issued_document_either(world):
    document = issued(*world)
    with connection.cursor() as cursor:
        cursor.execute("set local role none")
        cursor.execute("create policy test on billing_document using (true)")
        for statement in ("update billing_document set net = 0, tax = 0, gross = 0", "delete from billing_document"):
            with pytest.raises(IntegrityError, match=f"{document.number} is issued"), transaction.atomic():
                cursor.execute(statement)


def test_credit_note_is_the_exact_mirror_and_stands_in_its_own_series(world):
    _, first, second = world
    invoice = issued(*world)
    note = credit(invoice, first, "Wrong contract", NOVEMBER_24)
    with pytest.raises(SecondPersonNeeded):
        approve_and_issue(note, first, NOVEMBER_24)
    note = approve_and_issue(note, second, NOVEMBER_24)
    assert note.number == "SL-CN-2026-00001"
    assert (note.net, note.tax, note.gross) == (-invoice.net, -invoice.tax, -invoice.gross)
    assert [line.amount for line in note.lines.all()] == [-line.amount for line in invoice.lines.all()]
    line = note.lines.get(text="Hotline bundle: usage")
    assert line.words == "credit of line 2 of SL-INV-2026-00001"
    assert line_sources(line).usage.count() == 3


def test_invoice_is_credited_once_and_with_a_reason(world):
    contract, first, second = world
    invoice = issued(*world)
    with pytest.raises(ReasonMissing):
        credit(invoice, first, " ", NOVEMBER_24)
    with pytest.raises(NotAnIssuedInvoice):
        credit(refresh_draft(contract, NOVEMBER_24), first, "x", NOVEMBER_24)
    note = credit(invoice, first, "Wrong contract", NOVEMBER_24)
    with pytest.raises(AlreadyCredited, match="SL-INV-2026-00001"):
        credit(invoice, second, "Wrong contract", NOVEMBER_24)
    # A withdrawn note leaves nothing behind.
    assert withdraw(note, first, NOVEMBER_24) is None
    assert not Document.objects.filter(doc_type="credit_note").exists()
    assert credit(invoice, first, "Wrong contract", NOVEMBER_24)


def test_credited_amounts_are_given_up_unless_they_are_to_be_billed_again(world):
    contract, first, second = world
    invoice = issued(*world)
    approve_and_issue(credit(invoice, first, "Goodwill", NOVEMBER_24), second, NOVEMBER_24)
    assert [draft.starts_on for draft in refresh_drafts(contract, NOVEMBER_24)] == [date(2026, 11, 1)]


def test_period_that_is_billed_again_opens_with_all_of_its_usage(world):
    contract, first, second = world
    invoice = issued(*world)
    note = credit(invoice, first, "Wrong address", NOVEMBER_24, bill_again=True)
    # Until the note is issued, nothing opens.
    assert len(refresh_drafts(contract, NOVEMBER_24)) == 1
    approve_and_issue(note, second, NOVEMBER_24)
    october, november = refresh_drafts(contract, NOVEMBER_24)
    assert (october.starts_on, october.net) == (date(2026, 10, 1), invoice.net)
    assert not [line for line in november.lines.all() if "Correction" in line.text]
    assert line_sources(october.lines.get(text="Hotline bundle: usage")).usage.count() == 3
    again = approve_and_issue(prepare(october, first, NOVEMBER_24), second, NOVEMBER_24)
    assert (again.number, again.gross) == ("SL-INV-2026-00002", invoice.gross)
    assert sum(Charge.objects.filter(period_starts_on=date(2026, 10, 1)).values_list("amount", flat=True)) == Decimal(
        invoice.net
    )


def test_series_runs_by_year_and_seller(world):
    contract, *_ = world
    issued(*world)
    series = NumberSeries.objects.get()
    assert (series.entity, series.doc_type, series.year, series.last_number) == (contract.entity, "invoice", 2026, 1)


def test_tenant_reads_its_own_documents_and_telephony_none(world):
    contract, *_ = world
    document = issued(*world)
    with tenant_scope(contract.tenant_id):
        assert set(Document.objects.values_list("tenant_id", flat=True)) == {contract.tenant_id}
        assert document.lines.count() == 3
    with tenant_scope(new_id()):
        assert not Document.objects.exists()
        assert not DocumentLine.objects.exists()
    with operator_scope():
        assert document in Document.objects.all()
    with pytest.raises(Exception, match="permission denied"), telephony_scope():
        Document.objects.count()
