"""Customers: made, changed, found. In the tenant's scope; checks come before the first row is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from seatline.errors import BadInput, NotFound, Refused
from tenants.accounts.models import Tenant
from tenants.customers.models import Customer, CustomerForm, CustomerNumber
from tenants.finding import Finder, ranked
from tenants.forms.rules import Form, Kind, check, definition_of, read_form
from tenants.numbers.reading import read_number
from tenants.terms import vector
from tenants.trust.services import log_operation

MOST_NUMBERS = 10
FIELD_KINDS = tuple(kind for kind in Kind if kind is not Kind.SAY)


class CustomerWithoutAnything(BadInput):
    """A customer needs a name or a telephone number."""


class TooManyNumbers(BadInput):
    """A customer has at most {most} telephone numbers."""


class CustomerUnknown(NotFound):
    """There is no such customer."""


class CustomerChangedMeanwhile(Refused):
    """Somebody has changed this customer since you opened the page; nothing was written. Look at it anew."""


class CustomerIsMerged(Refused):
    """This customer was merged into another: change that one, or undo the merge first."""


def form_of_customers() -> Form:
    """The tenant's own fields of customers, in their order."""
    row = CustomerForm.objects.first()
    return read_form(row.definition) if row else ()


def set_form_of_customers(tenant: Tenant, definition: object, at: datetime) -> Form:
    """Replace the fields. Answers of fields that are gone stay with their customers. Raises FormFaulty."""
    form = read_form(definition, FIELD_KINDS)
    CustomerForm.objects.update_or_create(tenant=tenant, defaults={"definition": definition_of(form), "changed_at": at})
    log_operation(tenant.pk, "customers.form_changed", str(tenant.pk), fields=len(form))
    return form


@transaction.atomic
def add_customer(
    tenant: Tenant, name: str, numbers: Sequence[str], answers: Mapping[str, Any], at: datetime
) -> Customer:
    """A new customer; numbers as people write them. Raises AnswersFaulty, NumberUnreadable and this file's errors."""
    canonical = canonical_numbers(numbers)
    kept = check(form_of_customers(), answers, read_number, complete=True)
    if not name.strip() and not canonical:
        raise CustomerWithoutAnything
    customer = Customer.objects.create(
        tenant=tenant, name=name.strip()[:200], answers=kept, created_at=at, changed_at=at,
        search=terms_of_customer(name, canonical, kept),
    )  # fmt: skip
    _put_numbers(customer, canonical)
    return customer


@transaction.atomic
def change_customer(
    customer: Customer,
    at: datetime,
    *,
    name: str | None = None,
    numbers: Sequence[str] | None = None,
    answers: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Customer:
    """Change what is given. `seen` is the version that the person had before the eyes.

    Raises CustomerChangedMeanwhile, CustomerIsMerged and what `add_customer` raises.
    """
    row = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if seen is not None and seen != row.version:
        raise CustomerChangedMeanwhile
    if row.part_of_id is not None:
        raise CustomerIsMerged
    if name is not None:
        row.name = name.strip()[:200]
    if answers is not None:
        form = form_of_customers()
        former = {code: one for code, one in row.answers.items() if code not in {field.code for field in form}}
        row.answers = {**former, **check(form, answers, read_number, complete=True)}
    if numbers is not None:
        _put_numbers(row, canonical_numbers(numbers))
    return keep(row, at)


def keep(row: Customer, at: datetime) -> Customer:
    """Write a customer whose values have changed, under its next version. Raises CustomerWithoutAnything."""
    numbers = list(row.numbers.values_list("e164", flat=True))
    if not row.name and not numbers:
        raise CustomerWithoutAnything
    row.search = terms_of_customer(row.name, numbers, row.answers)
    row.version, row.changed_at = row.version + 1, at
    row.save(update_fields=["name", "answers", "search", "version", "changed_at"])
    return row


def canonical_numbers(numbers: Sequence[str]) -> list[str]:
    """Numbers as they are kept, each once, in order. Raises NumberUnreadable, TooManyNumbers."""
    found = list(dict.fromkeys(read_number(one) for one in numbers if one.strip()))
    if len(found) > MOST_NUMBERS:
        raise TooManyNumbers(most=MOST_NUMBERS)
    return found


def terms_of_customer(name: str, numbers: Sequence[str], answers: Mapping[str, str]) -> str:
    """What a customer is found by: the name first, then numbers, then what the own fields say."""
    digits = " ".join(number.removeprefix("+") for number in numbers)
    return vector((name, "A"), (digits, "B"), (" ".join(answers.values()), "C"))


def _put_numbers(customer: Customer, numbers: Sequence[str]) -> None:
    there = {one.e164: one for one in customer.numbers.all()}
    CustomerNumber.objects.filter(customer=customer, e164__in=set(there) - set(numbers)).delete()
    for position, number in enumerate(numbers):
        if number not in there:
            CustomerNumber.objects.create(
                tenant_id=customer.tenant_id, customer=customer, e164=number, position=position
            )
        elif there[number].position != position:
            CustomerNumber.objects.filter(pk=there[number].pk).update(position=position)


def find_customers(text: str, most: int = 50) -> list[Customer]:
    """Customers by name, by any four digits of a number, or by what their fields say; the best first."""
    found = ranked(Finder.CUSTOMERS, text, most)
    rows = {row.pk: row for row in Customer.objects.filter(pk__in=found).prefetch_related("numbers")}
    return [rows[key] for key in found if key in rows]


def customer_ids_of(numbers: Sequence[str]) -> list[UUID]:
    """The customers that have one of these numbers (E.164), each merged one as that which it was merged into."""
    rows = CustomerNumber.objects.filter(e164__in=numbers).order_by("customer__created_at", "customer_id")
    return list(dict.fromkeys(part or own for own, part in rows.values_list("customer_id", "customer__part_of_id")))
