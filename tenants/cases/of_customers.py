"""What cases say of a customer: the open ones on the card, all of them in the history."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from seatline import clock
from tenants.cases.models import Case
from tenants.cases.rules import Definition
from tenants.cases.services import definition_of_type
from tenants.customers import cards, history
from tenants.customers.cards import OpenCase
from tenants.customers.history import Asked, Contact

MOST_OPEN = 20


def open_cases(customers: Sequence[UUID]) -> list[OpenCase]:
    """The open cases of customers, what is due first."""
    rows = Case.objects.filter(customer__in=customers, closed_at=None).select_related("type").order_by("due_at", "no")
    now = clock.now()
    return [
        OpenCase(
            row.pk, row.no, row.subject, str(row.type), state_in_words(definition_of_type(row.type), row.state),
            row.due_at, row.due_at is not None and row.due_at < now,
        )
        for row in rows[:MOST_OPEN]
    ]  # fmt: skip


def state_in_words(definition: Definition, code: str) -> str:
    """A state in the language of the screen."""
    state = definition.state(code)
    if (get_language() or "").startswith("zh"):
        return state.label_zh or state.label
    return state.label or state.label_zh


def contacts(asked: Asked) -> Iterable[Contact]:
    """Cases as contacts, at the time at which they were opened."""
    if not asked.customers:
        return []
    rows = Case.objects.filter(customer__in=asked.customers).select_related("type").order_by("-opened_at")
    if asked.before:
        rows = rows.filter(opened_at__lt=asked.before)
    return [
        Contact(
            row.pk, "case", row.opened_at, what=_("Case %(no)s: %(what)s") % {
                "no": row.no, "what": row.subject or str(row.type)},
            outcome=state_in_words(definition_of_type(row.type), row.state),
        )
        for row in rows[: asked.most]
    ]  # fmt: skip


def connect() -> None:
    """Let customers' cards and history know of cases."""
    cards.cases_come_from(open_cases)
    history.register("cases", contacts)
