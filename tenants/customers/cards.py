"""The card that an agent sees before the answer: who calls, what there was, what is open.

For the desk of the floor above. It is read in the tenant's scope, which is entered here: the desk knows for whom a call
comes and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language

from seatline.errors import BadInput
from tenants.accounts.scope import tenant_scope
from tenants.customers.history import Asked, Contact, contacts_of
from tenants.customers.models import Customer
from tenants.customers.services import customer_ids_of, form_of_customers
from tenants.forms.rules import Form
from tenants.forms.words import answer_in_words, label
from tenants.numbers.reading import read_number

MOST_MATCHES, LAST_CONTACTS = 20, 5


@dataclass(frozen=True, slots=True)
class Said:
    """One of the tenant's own fields: its code, its label and its answer in the language of the screen."""

    code: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Match:
    """A customer who may be it."""

    id: UUID
    name: str
    numbers: tuple[str, ...]
    said: tuple[Said, ...]
    version: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that is not closed; `state` and `type` are for people."""

    id: UUID
    no: int
    subject: str
    type: str
    state: str
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """`number` is canonical, or what was displayed if it cannot be read, or empty if it was withheld. No match:
    unknown, the number can be filled into a new customer. Several: the agent chooses. `contacts` and `open_cases` are
    those of all matches, the newest first."""

    number: str
    matches: tuple[Match, ...]
    contacts: tuple[Contact, ...]
    open_cases: tuple[OpenCase, ...]
    do_not_call: bool = False

    @property
    def customer(self) -> Match | None:
        """The one who it is, if there is exactly one."""
        return self.matches[0] if len(self.matches) == 1 else None


_open_cases: list[Callable[[Sequence[UUID]], Sequence[OpenCase]]] = []
_marks: list[Callable[[UUID, str], bool]] = []


def cases_come_from(source: Callable[[Sequence[UUID]], Sequence[OpenCase]]) -> None:
    """Say who knows the open cases of customers."""
    _open_cases[:] = [source]


def marks_come_from(source: Callable[[UUID, str], bool]) -> None:
    """Say who knows whether a tenant must not call a number."""
    _marks[:] = [source]


def card_for(tenant_id: UUID, number: str) -> CustomerCard:
    """The card of whoever calls a tenant from `number`, as displayed. To be called outside any tenant's scope, or in
    this tenant's own."""
    canonical = _canonical(number)
    with tenant_scope(tenant_id):
        keys = customer_ids_of([canonical])[:MOST_MATCHES] if canonical else []
        return _card(tenant_id, canonical or number, keys)


def card_of(tenant_id: UUID, customer_id: UUID) -> CustomerCard | None:
    """The card of a customer whom the agent has chosen; None if there is none."""
    with tenant_scope(tenant_id):
        row = Customer.objects.filter(pk=customer_id).first()
        if row is None:
            return None
        first = row.numbers.first()
        return _card(tenant_id, first.e164 if first else "", [row.part_of_id or row.pk])


def _canonical(number: str) -> str:
    try:
        return read_number(number)
    except BadInput:  # withheld, or something that no telephone has
        return ""


def _card(tenant_id: UUID, number: str, keys: Sequence[UUID]) -> CustomerCard:
    form = form_of_customers()
    rows = {row.pk: row for row in Customer.objects.filter(pk__in=keys).prefetch_related("numbers", "parts__numbers")}
    people = [rows[key] for key in keys if key in rows]
    whole = [one.pk for row in people for one in (row, *row.parts.all())]
    matches = tuple(match_of(row, form) for row in people)
    numbers = list(dict.fromkeys([*([number] if number else []), *(one for match in matches for one in match.numbers)]))
    return CustomerCard(
        number=number,
        matches=matches,
        contacts=tuple(contacts_of(Asked(numbers, whole, LAST_CONTACTS))),
        open_cases=tuple(case for source in _open_cases for case in source(whole)) if whole else (),
        do_not_call=bool(number) and any(marked(tenant_id, number) for marked in _marks),
    )


def match_of(row: Customer, form: Form) -> Match:
    """A customer, with the numbers of all its parts."""
    numbers = [one.e164 for part in (row, *row.parts.all()) for one in part.numbers.all()]
    chinese = (get_language() or "").startswith("zh")
    said = tuple(
        Said(field.code, label(field, chinese), answer_in_words(field, row.answers[field.code], chinese))
        for field in form if field.code in row.answers
    )  # fmt: skip
    return Match(row.pk, row.name, tuple(dict.fromkeys(numbers)), said, row.version)
