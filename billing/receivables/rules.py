"""What is due, how old it is, what a payment pays for first, and which reminder comes next. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

#: Last day of each bucket of the ageing, in days after the due date; the first is what is not due yet.
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", 0),
    ("to_30", 30),
    ("to_60", 60),
    ("to_90", 90),
    ("over_90", None),
)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice with what is open on it; negative when more was paid than it comes to after its credit notes."""

    document: UUID
    number: str
    issued_on: date
    due_on: date
    gross: Decimal
    credited: Decimal  # what credit notes took, positive
    paid: Decimal
    disputed: bool = False

    @property
    def open(self) -> Decimal:
        """Still to be paid."""
        return self.gross - self.credited - self.paid


def state_of(item: OpenItem, on: date) -> str:
    """The word for an invoice on a day: credited, paid, overdue, part_paid or open."""
    if item.credited and item.credited == item.gross:
        return "credited"
    if item.open <= 0:
        return "paid"
    if item.due_on < on:
        return "overdue"
    return "part_paid" if item.paid else "open"


def bucket_of(due_on: date, on: date) -> str:
    """The bucket of the ageing in which an amount stands on a day."""
    days = (on - due_on).days
    return next(name for name, last in BUCKETS if last is None or days <= last)


def ageing(items: Iterable[OpenItem], on: date) -> dict[str, Decimal]:
    """What is open by age; overpaid invoices reduce their own bucket."""
    sums = {name: Decimal(0) for name, _ in BUCKETS}
    for item in items:
        if item.open:
            sums[bucket_of(item.due_on, on)] += item.open
    return sums


def oldest_first(items: Sequence[OpenItem], amount: Decimal) -> list[tuple[UUID, Decimal]]:
    """What an amount pays for: the oldest due date first, disputed invoices last; what is left stays unallocated."""
    parts: list[tuple[UUID, Decimal]] = []
    for item in sorted(items, key=lambda one: (one.disputed, one.due_on, one.number)):
        part = min(amount, item.open)
        if part > 0:
            parts.append((item.document, part))
            amount -= part
    return parts


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the dunning: its number, how long after the due date, and what happens."""

    number: int
    days_after_due: int
    act: str


@dataclass(frozen=True, slots=True)
class Due:
    """The reminder that is due: the step, for which invoice, how much is overdue in all, and for how many days."""

    step: Step
    item: OpenItem
    amount: Decimal
    days: int


def next_reminder(
    items: Sequence[OpenItem], steps: Sequence[Step], taken: Iterable[tuple[UUID, int]], on: date
) -> Due | None:
    """The step that is due on a day, or None. Evaluated from the oldest due date that is unpaid and undisputed.

    Steps are taken in their order and none is skipped, however late they come: `taken` holds (invoice, step number).
    """
    overdue = [item for item in items if item.open > 0 and not item.disputed and item.due_on < on]
    if not overdue:
        return None
    oldest = min(overdue, key=lambda one: (one.due_on, one.number))
    done = {number for document, number in taken if document == oldest.document}
    days = (on - oldest.due_on).days
    for step in sorted(steps, key=lambda one: one.number):
        if step.number in done:
            continue
        if days < step.days_after_due:
            return None
        return Due(step, oldest, sum((item.open for item in overdue), Decimal(0)), days)
    return None
