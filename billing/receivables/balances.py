"""What tenants owe, derived from documents and payments; nothing of it is stored. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.invoices.models import Document
from billing.receivables.models import Allocation, Dispute, Payment
from billing.receivables.rules import OpenItem

_MONEY = DecimalField(max_digits=18, decimal_places=2)
_ZERO = Value(Decimal(0), output_field=_MONEY)


@dataclass(frozen=True, slots=True)
class Account:
    """What money is kept apart by: amounts of two tenants, sellers or currencies are never added."""

    tenant_id: UUID
    entity_id: UUID
    currency: str


def invoices_with_balance() -> QuerySet[Document, Any]:
    """Issued invoices with `credited`, `paid`, `disputed` and `open` beside them."""
    credits = (
        Document.objects.filter(refers=OuterRef("pk"), status=Document.Status.ISSUED)
        .order_by()
        .values("refers")
        .annotate(total=Sum("gross"))
        .values("total")
    )
    paid = (
        Allocation.objects.filter(document=OuterRef("pk"))
        .order_by()
        .values("document")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return (
        Document.objects.filter(doc_type=Document.Type.INVOICE, status=Document.Status.ISSUED)
        .annotate(
            credited=-Coalesce(Subquery(credits, output_field=_MONEY), _ZERO),
            paid=Coalesce(Subquery(paid, output_field=_MONEY), _ZERO),
            disputed=Exists(Dispute.objects.filter(document=OuterRef("pk"), closed_at__isnull=True)),
        )
        .annotate(open=F("gross") - F("credited") - F("paid"))
    )


def open_items(account: Account | None = None, documents: Iterable[UUID] | None = None) -> list[OpenItem]:
    """Invoices that are not settled to the cent, of an account or of all, by due date; or just these documents."""
    rows: Any = invoices_with_balance()
    rows = rows.exclude(open=0) if documents is None else rows.filter(pk__in=list(documents))
    if account is not None:
        rows = rows.filter(tenant_id=account.tenant_id, entity_id=account.entity_id, currency=account.currency)
    return [item_of(row) for row in rows.order_by("due_on", "number")]


def item_of(row: Any) -> OpenItem:
    """The open item of a row of `invoices_with_balance`."""
    assert row.issued_on and row.due_on and row.number, "issued documents have them"
    return OpenItem(
        document=row.pk,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        gross=row.gross,
        credited=row.credited,
        paid=row.paid,
        disputed=row.disputed,
    )


def accounts(tenant_id: UUID | None = None) -> list[Account]:
    """All accounts with an issued document or a payment."""
    documents = Document.objects.filter(status=Document.Status.ISSUED)
    payments = Payment.objects.all()
    if tenant_id is not None:
        documents, payments = documents.filter(tenant_id=tenant_id), payments.filter(tenant_id=tenant_id)
    names = ("tenant_id", "entity_id", "currency")
    found = {*documents.order_by().values_list(*names).distinct(), *payments.order_by().values_list(*names).distinct()}
    return sorted(
        (Account(*one) for one in found), key=lambda one: (str(one.tenant_id), one.currency, str(one.entity_id))
    )


def balance(account: Account, *, before: datetime | None = None) -> Decimal:
    """What the tenant owes in all, unallocated payments included; before an instant, or now."""
    return charged(account, before=before) - received(account, before=before)


def charged(
    account: Account, *, before: datetime | None = None, after: datetime | None = None, kind: str = ""
) -> Decimal:
    """The sum of issued documents, credit notes taking off; of one type, issued between two instants."""
    rows = Document.objects.filter(
        tenant_id=account.tenant_id,
        entity_id=account.entity_id,
        currency=account.currency,
        status=Document.Status.ISSUED,
    )
    rows = rows.filter(_between("issued_at", after, before), **({"doc_type": kind} if kind else {}))
    return rows.aggregate(total=Sum("gross"))["total"] or Decimal(0)


def received(account: Account, *, before: datetime | None = None, after: datetime | None = None) -> Decimal:
    """The sum of payments, write-offs among them, less what went back."""
    rows = Payment.objects.filter(
        tenant_id=account.tenant_id, entity_id=account.entity_id, currency=account.currency
    ).filter(_between("recorded_at", after, before))
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _between(field: str, after: datetime | None, before: datetime | None) -> Q:
    chosen = Q()
    if after is not None:
        chosen &= Q(**{f"{field}__gt": after})
    if before is not None:
        chosen &= Q(**{f"{field}__lt": before})
    return chosen


def unallocated(payment: Payment) -> Decimal:
    """What of a payment pays for nothing yet: less what was allocated, returned and refunded."""
    taken = payment.allocations.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    back = payment.taken_back_by.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return payment.amount + back - taken


def as_printed(account: Account, at: datetime) -> dict[str, str]:
    """The account as it is printed on a document that is issued at `at`, before its own amount.

    Balance after the last invoice, payments and credit notes since then, and what is carried forward; amounts as text.
    """
    last = (
        Document.objects.filter(
            tenant_id=account.tenant_id,
            entity_id=account.entity_id,
            currency=account.currency,
            doc_type=Document.Type.INVOICE,
            status=Document.Status.ISSUED,
            issued_at__lt=at,
        )
        .order_by("-issued_at")
        .values_list("issued_at", flat=True)
        .first()
    )
    forward = balance(account, before=at)
    payments = received(account, after=last, before=at) if last else received(account, before=at)
    adjusted = charged(account, after=last, before=at, kind=Document.Type.CREDIT_NOTE) if last else Decimal(0)
    return {
        "previous": f"{forward + payments - adjusted:f}",
        "payments": f"{-payments:f}",
        "adjustments": f"{adjusted:f}",
        "forward": f"{forward:f}",
    }


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement of account: what changed the balance, and the balance after it."""

    on: date
    kind: str  # invoice, credit_note, payment, reversal, refund, write_off
    text: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """An account between two days, the first included and the last not."""

    account: Account
    starts_on: date
    ends_on: date
    opening: Decimal
    entries: tuple[Entry, ...]

    @property
    def closing(self) -> Decimal:
        """What is owed at the end."""
        return self.entries[-1].balance if self.entries else self.opening


def statement(account: Account, starts_on: date, ends_on: date) -> Statement:
    """The statement of an account, by day of issue and value date; on one day documents before payments."""
    documents = Document.objects.filter(
        tenant_id=account.tenant_id,
        entity_id=account.entity_id,
        currency=account.currency,
        status=Document.Status.ISSUED,
    ).order_by("issued_on", "issued_at")
    payments = Payment.objects.filter(
        tenant_id=account.tenant_id, entity_id=account.entity_id, currency=account.currency
    ).order_by("received_on", "recorded_at")
    changes: list[tuple[date, int, str, str, Decimal]] = [
        (one.issued_on, 0, one.doc_type, one.number or "", one.gross) for one in documents if one.issued_on
    ]
    changes += [(one.received_on, 1, one.kind, one.bank_ref or one.note, -one.amount) for one in payments]
    running = sum((change[4] for change in changes if change[0] < starts_on), Decimal(0))
    opening, entries = running, []
    for on, _, kind, text, amount in sorted(changes, key=lambda one: one[:2]):
        if starts_on <= on < ends_on:
            running += amount
            entries.append(Entry(on, kind, text, amount, running))
    return Statement(account, starts_on, ends_on, opening, tuple(entries))
