"""What people do with money: record a payment, allocate it, take it back, write off, dispute, decide on a suspension.

Rules of this file: one lock per tenant's account, the same that the triggers take, so two clerks at once cannot spend a
payment twice. All runs in the finance scope.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from billing.contracts.models import BillingEntity
from billing.contracts.services import must_be_finance
from billing.invoices.models import Document
from billing.receivables.balances import Account, invoices_with_balance, item_of, open_items, unallocated
from billing.receivables.models import Allocation, Dispute, Payment
from billing.receivables.rules import oldest_first
from seatline.errors import BadInput, Refused
from tenants.accounts.models import Tenant, User

NOTHING = Decimal(0)


class AmountMissing(BadInput):
    """Enter an amount above nought with two decimals at most."""


class ReceivedTwice(Refused):
    """A payment with the bank's reference {bank_ref} is already recorded for this tenant."""


class AllocatedTooMuch(Refused):
    """Only {left} can be allocated there."""


class NothingOpen(Refused):
    """Invoice {number} has nothing open."""


class OtherAccount(BadInput):
    """Payment and invoice must be of the same tenant, seller and currency."""


class NotAPayment(Refused):
    """Only a payment can be returned or refunded, and only what of it pays for nothing."""


class AlreadyDisputed(Refused):
    """Invoice {number} is already disputed."""


class NotDisputed(Refused):
    """This dispute is closed already."""


@transaction.atomic
def record_payment(
    tenant: Tenant,
    entity: BillingEntity,
    amount: Decimal,
    currency: str,
    received_on: date,
    *,
    user: User,
    at: datetime,
    bank_ref: str = "",
    method: str = Payment.Method.TRANSFER,
    note: str = "",
    pay: Sequence[UUID] | None = None,
) -> Payment:
    """Record money that came in and let it pay for invoices: those of `pay` in order, or the oldest first.

    An empty `pay` allocates nothing. What is more than is open stays unallocated, to the tenant's credit. Raises
    `AmountMissing`, `ReceivedTwice`.
    """
    must_be_finance(user)
    _must_be_money(amount)
    lock_account(tenant.pk)
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                tenant=tenant, entity=entity, amount=amount, currency=currency, received_on=received_on,
                bank_ref=bank_ref.strip(), method=method, note=note, recorded_by=user, recorded_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise ReceivedTwice(bank_ref=bank_ref) from error
    if pay is None:
        allocate_oldest_first(payment, user, at)
    else:
        left = amount
        for item in sorted(open_items(documents=pay), key=lambda one: list(pay).index(one.document)):
            part = min(left, item.open)
            if part > 0:
                _allocate(payment, item.document, part, user, at)
                left -= part
    return payment


@transaction.atomic
def allocate(payment: Payment, document: Document, amount: Decimal, user: User, at: datetime) -> Allocation:
    """Let a part of a payment pay for an invoice. Raises `AllocatedTooMuch`, `OtherAccount`, `AmountMissing`."""
    must_be_finance(user)
    _must_be_money(amount)
    lock_account(payment.tenant_id)
    mine = (payment.tenant_id, payment.entity_id, payment.currency)
    if mine != (document.tenant_id, document.entity_id, document.currency):
        raise OtherAccount
    row = invoices_with_balance().filter(pk=document.pk).first()
    left = min(unallocated(payment), item_of(row).open if row else NOTHING)
    if amount > left:
        raise AllocatedTooMuch(left=f"{max(left, NOTHING):,.2f}")
    return _allocate(payment, document.pk, amount, user, at)


@transaction.atomic
def allocate_oldest_first(payment: Payment, user: User, at: datetime) -> list[Allocation]:
    """Let what is left of a payment pay for the account's oldest invoices."""
    must_be_finance(user)
    lock_account(payment.tenant_id)
    items = open_items(Account(payment.tenant_id, payment.entity_id, payment.currency))
    parts = oldest_first(items, unallocated(payment))
    return [_allocate(payment, document, part, user, at) for document, part in parts]


@transaction.atomic
def release(document: Document, user: User, at: datetime) -> Decimal:
    """Free what was paid above what an invoice comes to after its credit notes; the amount freed."""
    must_be_finance(user)
    lock_account(document.tenant_id)
    row = invoices_with_balance().filter(pk=document.pk).first()
    too_much = -item_of(row).open if row else NOTHING
    if too_much <= 0:
        return NOTHING
    left = too_much
    for payment_id, held in _held_by_payment(document_id=document.pk):
        part = min(left, held)
        if part > 0:
            _allocate(Payment.objects.get(pk=payment_id), document.pk, -part, user, at)
            left -= part
    return too_much - left


@transaction.atomic
def take_back(
    payment: Payment, user: User, at: datetime, *, on: date, amount: Decimal | None = None, note: str = ""
) -> Payment:
    """Record that the bank returned a payment (no `amount`), or that a part that pays for nothing was refunded.

    A returned payment pays for nothing any more: its invoices are open again. Raises `NotAPayment`.
    """
    must_be_finance(user)
    lock_account(payment.tenant_id)
    if payment.kind != Payment.Kind.PAYMENT:
        raise NotAPayment
    if amount is None:
        if payment.taken_back_by.exists():
            raise NotAPayment
        for document_id, held in _held_by_document(payment):
            _allocate(payment, document_id, -held, user, at)
    left = unallocated(payment)
    back = left if amount is None else amount
    if back <= 0 or back > left:
        raise NotAPayment
    return Payment.objects.create(
        tenant_id=payment.tenant_id,
        entity_id=payment.entity_id,
        kind=Payment.Kind.REVERSAL if amount is None else Payment.Kind.REFUND,
        method=payment.method,
        received_on=on,
        amount=-back,
        currency=payment.currency,
        takes_back=payment,
        note=note,
        recorded_by=user,
        recorded_at=at,
    )


@transaction.atomic
def write_off(document: Document, user: User, at: datetime, *, on: date, note: str) -> Payment:
    """Give up what is open on an invoice. Raises `NothingOpen`."""
    must_be_finance(user)
    lock_account(document.tenant_id)
    row = invoices_with_balance().filter(pk=document.pk).first()
    if row is None or item_of(row).open <= 0:
        raise NothingOpen(number=document.number or "–")
    payment = Payment.objects.create(
        tenant_id=document.tenant_id, entity_id=document.entity_id, kind=Payment.Kind.WRITE_OFF,
        method=Payment.Method.OTHER, received_on=on, amount=item_of(row).open, currency=document.currency,
        note=note, recorded_by=user, recorded_at=at,
    )  # fmt: skip
    _allocate(payment, document.pk, payment.amount, user, at)
    return payment


@transaction.atomic
def dispute(document: Document, user: User, at: datetime, *, reason: str) -> Dispute:
    """Note that the tenant contests an invoice: reminders leave it out. Raises `AlreadyDisputed`."""
    must_be_finance(user)
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                tenant_id=document.tenant_id, document=document, reason=reason.strip(), opened_by=user, opened_at=at
            )
    except IntegrityError as error:
        raise AlreadyDisputed(number=document.number or "–") from error


@transaction.atomic
def close_dispute(disputed: Dispute, user: User, at: datetime) -> Dispute:
    """The dispute is settled: the invoice counts for reminders again. Raises `NotDisputed`."""
    must_be_finance(user)
    row = Dispute.objects.select_for_update().get(pk=disputed.pk)
    if row.closed_at is not None:
        raise NotDisputed
    row.closed_by, row.closed_at = user, at
    row.save(update_fields=["closed_by", "closed_at"])
    return row


def lock_account(tenant_id: UUID) -> None:
    """Keep others from moving money of the tenant until the end of the transaction; the triggers take the same lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('receivables ' || %s, 0))", [str(tenant_id)])


def _allocate(payment: Payment, document_id: UUID, amount: Decimal, user: User, at: datetime) -> Allocation:
    return Allocation.objects.create(
        tenant_id=payment.tenant_id, payment=payment, document_id=document_id, amount=amount, made_by=user, made_at=at
    )


def _held_by_payment(document_id: UUID) -> list[tuple[UUID, Decimal]]:
    """What each payment pays of a document, the newest first: it is freed first."""
    rows = Allocation.objects.filter(document_id=document_id).order_by().values("payment").annotate(held=Sum("amount"))
    return [(row["payment"], row["held"]) for row in rows.order_by("-payment") if row["held"]]


def _held_by_document(payment: Payment) -> list[tuple[UUID, Decimal]]:
    rows = payment.allocations.order_by().values("document").annotate(held=Sum("amount"))
    return [(row["document"], row["held"]) for row in rows.order_by("document") if row["held"]]


def _must_be_money(amount: Decimal) -> None:
    if amount <= 0 or amount != round(amount, 2):
        raise AmountMissing
