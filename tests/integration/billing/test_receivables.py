"""Money that comes in, what it pays for, what is overdue, and who may be suspended."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.contracts.services import FinanceOnly
from billing.invoices.models import Document
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from billing.receivables.balances import (
    Account,
    accounts,
    balance,
    invoices_with_balance,
    item_of,
    open_items,
    statement,
    unallocated,
)
from billing.receivables.dunning import AlreadyDecided, decide, remind
from billing.receivables.models import Allocation, Payment, Reminder
from billing.receivables.rules import state_of
from billing.receivables.services import (
    AllocatedTooMuch,
    AlreadyDisputed,
    AmountMissing,
    NotAPayment,
    OtherAccount,
    ReceivedTwice,
    allocate,
    allocate_oldest_first,
    close_dispute,
    dispute,
    record_payment,
    release,
    take_back,
    write_off,
)
from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, a_closed_call, a_world, mediate_calls
from tests.integration.billing.test_at_once import at_once

DECEMBER_4 = datetime(2026, 12, 4, 4, tzinfo=UTC)
NOV_20 = date(2026, 11, 20)


@pytest.fixture
def invoice(db):
    """October's invoice over 9,135.27, due on 3 December, in the finance scope."""
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        yield approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)


def november(invoice):
    """The invoice of November, which does not refer to the first one."""
    draft = refresh_drafts(invoice.contract, DECEMBER_4)[0]
    return approve_and_issue(prepare(draft, invoice.prepared_by, DECEMBER_4), invoice.approved_by, DECEMBER_4)


def paid(invoice, amount, bank_ref="B1", pay=None, on=NOV_20):
    return record_payment(
        invoice.tenant, invoice.entity, Decimal(amount), "CNY", on, user=invoice.prepared_by, at=NOVEMBER_24,
        bank_ref=bank_ref, pay=pay,
    )  # fmt: skip


def item(invoice):
    return item_of(invoices_with_balance().get(pk=invoice.pk))


def account(invoice):
    return Account(invoice.tenant_id, invoice.entity_id, invoice.currency)


def test_payment_makes_an_invoice_part_paid_and_then_paid(invoice):
    assert state_of(item(invoice), date(2026, 12, 3)) == "open"
    assert state_of(item(invoice), date(2026, 12, 4)) == "overdue"
    paid(invoice, "9000.00")
    assert (item(invoice).open, state_of(item(invoice), NOV_20)) == (Decimal("135.27"), "part_paid")
    rest = paid(invoice, "200.00", "B2")
    assert (item(invoice).open, state_of(item(invoice), date(2027, 1, 1))) == (0, "paid")
    assert (unallocated(rest), balance(account(invoice))) == (Decimal("64.73"), Decimal("-64.73"))
    # What was too much pays for the next invoice.
    allocate_oldest_first(rest, invoice.prepared_by, DECEMBER_4)
    later = november(invoice)
    assert allocate_oldest_first(rest, invoice.prepared_by, DECEMBER_4)[0].amount == Decimal("64.73")
    assert item(later).open == later.gross - Decimal("64.73")


def test_line_of_the_bank_s_statement_counts_once(invoice):
    paid(invoice, "10.00")
    with pytest.raises(ReceivedTwice, match="B1"):
        paid(invoice, "10.00")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "-1", "1.001"])
def test_payment_of_nothing_is_refused(invoice, amount):
    with pytest.raises(AmountMissing):
        paid(invoice, amount)


def test_nothing_is_allocated_above_the_payment_or_the_invoice(invoice):
    payment = paid(invoice, "100.00", pay=[])
    with pytest.raises(AllocatedTooMuch, match=r"100\.00"):
        allocate(payment, invoice, Decimal("100.01"), invoice.prepared_by, NOVEMBER_24)
    big = paid(invoice, "99999.00", "B2", pay=[])
    with pytest.raises(AllocatedTooMuch, match=r"9,135\.27"):
        allocate(big, invoice, Decimal("9135.28"), invoice.prepared_by, NOVEMBER_24)
    for row in (
        {"payment": payment, "amount": Decimal("100.01")},
        {"payment": big, "amount": Decimal("9135.28")},
        {"payment": big, "amount": Decimal("-0.01")},
    ):
        with pytest.raises(IntegrityError, match=r"left to allocate|is allocated"), transaction.atomic():
            Allocation.objects.create(
                tenant_id=invoice.tenant_id, document=invoice, made_by=invoice.prepared_by, made_at=NOVEMBER_24, **row
            )


def test_payment_of_another_account_pays_for_nothing_here(invoice):
    other, first, second = a_world("lotus")
    with finance_scope():
        draft = refresh_drafts(other, NOVEMBER_3)[0]
        theirs = approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)
        payment = paid(invoice, "100.00", pay=[])
        with pytest.raises(OtherAccount):
            allocate(payment, theirs, Decimal(1), first, NOVEMBER_24)
        with pytest.raises(IntegrityError, match="own tenant"), transaction.atomic():
            Allocation.objects.create(
                tenant_id=invoice.tenant_id,
                payment=payment,
                document=theirs,
                amount=1,
                made_by=first,
                made_at=NOVEMBER_24,
            )
        assert {one.tenant_id for one in accounts()} == {invoice.tenant_id, theirs.tenant_id}


def test_payment_that_the_bank_returns_opens_its_invoices_again(invoice):
    payment = paid(invoice, "9135.27")
    back = take_back(payment, invoice.prepared_by, DECEMBER_4, on=date(2026, 12, 4), note="Account closed")
    assert (back.kind, back.amount, item(invoice).open) == ("reversal", Decimal("-9135.27"), Decimal("9135.27"))
    assert balance(account(invoice)) == invoice.gross
    with pytest.raises(NotAPayment):
        take_back(payment, invoice.prepared_by, DECEMBER_4, on=date(2026, 12, 4))


def test_credit_after_payment_frees_the_money_which_then_goes_back(invoice):
    first, second = invoice.prepared_by, invoice.approved_by
    payment = paid(invoice, "9135.27")
    with pytest.raises(NotAPayment):
        take_back(payment, first, DECEMBER_4, on=NOV_20, amount=Decimal("0.01"))
    approve_and_issue(credit(invoice, first, "Outage", NOVEMBER_24, amounts={1: Decimal(500)}), second, NOVEMBER_24)
    assert item(invoice).open == -530
    assert release(invoice, first, NOVEMBER_24) == 530
    assert (item(invoice).open, unallocated(payment)) == (0, 530)
    refund = take_back(payment, first, DECEMBER_4, on=NOV_20, amount=Decimal(530))
    assert (refund.kind, balance(account(invoice))) == ("refund", 0)
    with pytest.raises(IntegrityError, match="can go back"), transaction.atomic():
        Payment.objects.create(
            tenant_id=invoice.tenant_id, entity=invoice.entity, kind="refund", received_on=NOV_20, amount=-1,
            currency="CNY", takes_back=payment, recorded_by=first, recorded_at=NOVEMBER_24,
        )  # fmt: skip


def test_write_off_closes_what_is_open(invoice):
    paid(invoice, "9000.00")
    write_off(invoice, invoice.prepared_by, DECEMBER_4, on=date(2026, 12, 4), note="Insolvent")
    assert (item(invoice).open, balance(account(invoice))) == (0, 0)


def test_money_is_never_changed(invoice):
    paid(invoice, "9135.27")
    spare = paid(invoice, "1.00", "B2", pay=[])
    for change in (
        lambda: Payment.objects.update(amount=1),
        spare.delete,
        lambda: Allocation.objects.update(amount=1),
    ):
        with pytest.raises(Exception, match=r"permission denied|never changed"), transaction.atomic():
            change()


def test_only_finance_moves_money(invoice):
    with operator_scope():
        stranger = User.objects.create_user("ops", is_staff=True, is_superuser=True)
    payment = paid(invoice, "10.00", pay=[])
    for act in (
        lambda: record_payment(
            invoice.tenant, invoice.entity, Decimal(1), "CNY", NOV_20, user=stranger, at=NOVEMBER_24
        ),
        lambda: allocate(payment, invoice, Decimal(1), stranger, NOVEMBER_24),
        lambda: take_back(payment, stranger, NOVEMBER_24, on=NOV_20),
        lambda: write_off(invoice, stranger, NOVEMBER_24, on=NOV_20, note="x"),
        lambda: dispute(invoice, stranger, NOVEMBER_24, reason="x"),
    ):
        with pytest.raises(FinanceOnly):
            act()


def test_statement_tells_how_the_balance_came_about(invoice):
    paid(invoice, "5000.00")
    november(invoice)
    told = statement(account(invoice), date(2026, 11, 10), date(2027, 1, 1))
    assert (told.opening, told.closing) == (invoice.gross, balance(account(invoice)))
    assert [(one.kind, str(one.on)) for one in told.entries] == [("payment", "2026-11-20"), ("invoice", "2026-12-04")]


def test_invoice_prints_the_balance_before_it_and_keeps_it(invoice):
    assert invoice.account == {"previous": "0", "payments": "0", "adjustments": "0", "forward": "0"}
    paid(invoice, "5000.00")
    later = november(invoice)
    assert later.account == {
        "previous": "9135.27", "payments": "-5000.00", "adjustments": "0", "forward": "4135.27",
    }  # fmt: skip
    paid(later, "4135.27", "B9")
    later.refresh_from_db()
    assert later.account["forward"] == "4135.27"


def test_reminders_step_by_step_until_a_person_suspends(invoice):
    due = invoice.due_on
    made = []
    for days in range(1, 60):
        at = datetime.combine(due + timedelta(days=days), datetime.min.time(), UTC) + timedelta(hours=4)
        made += [(one.act, days) for one in remind(at)]
        assert remind(at) == [], "twice on one day is once"
    assert made == [("reminder", 3), ("reminder", 14), ("final", 30), ("suspension", 45)]
    assert Tenant.objects.get(pk=invoice.tenant_id).status == "active", "nobody is suspended by a machine"
    proposal = Reminder.objects.get(act="suspension")
    assert proposal.open_amount == invoice.gross
    decide(proposal, invoice.prepared_by, NOVEMBER_24, suspended=True)
    assert Tenant.objects.get(pk=invoice.tenant_id).status == "suspended"
    with pytest.raises(AlreadyDecided):
        decide(proposal, invoice.prepared_by, NOVEMBER_24, suspended=False)


def test_dispute_stops_reminders_until_it_is_closed(invoice):
    late = datetime.combine(invoice.due_on + timedelta(days=5), datetime.min.time(), UTC) + timedelta(hours=4)
    disputed = dispute(invoice, invoice.prepared_by, NOVEMBER_24, reason="Wrong number of seats")
    with pytest.raises(AlreadyDisputed):
        dispute(invoice, invoice.prepared_by, NOVEMBER_24, reason="Again")
    assert remind(late) == []
    close_dispute(disputed, invoice.prepared_by, NOVEMBER_24)
    assert [one.act for one in remind(late)] == ["reminder"]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_cannot_spend_a_payment_twice():
    contract, first, second = a_world()
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        invoice = approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)
        payment = paid(invoice, "100.00", pay=[])

    def spend():
        with finance_scope():
            return allocate(payment, invoice, Decimal(60), first, NOVEMBER_24).amount

    results = at_once(*[spend] * 4)
    assert sorted(type(one).__name__ for one in results) == ["AllocatedTooMuch"] * 3 + ["Decimal"]
    with finance_scope():
        assert [one.open for one in open_items(account(invoice))] == [invoice.gross - 60]
        assert Document.objects.get(pk=invoice.pk).gross == invoice.gross
