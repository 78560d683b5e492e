"""Customers from files: looked at first, row by row, then taken, all of them or none. In the tenant's scope.

A customer is known again by a number. Whose number is there already is changed where the file says something; others
are new. The look and the import are one calculation: the import refuses if it would come out otherwise by now.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from seatline.errors import Refused
from seatline.ids import new_id
from seatline.sheets_in import read_table
from tenants.accounts.models import Tenant
from tenants.customers.models import Customer, CustomerImport, CustomerNumber
from tenants.customers.rows import NUMBER, Row, read_columns, read_row
from tenants.customers.services import MOST_NUMBERS, form_of_customers, terms_of_customer
from tenants.forms.rules import Fault
from tenants.trust.services import log_operation

MOST_ROWS, MOST_TOLD = 20_000, 200
LARGEST = 10 * 2**20  # bytes
_BATCH = 1000


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


class ImportHasFaults(Refused):
    """{count} rows of the file have faults: mend them and look at the file again."""


class ImportDecided(Refused):
    """This file was imported or dropped already."""


class ImportMeansOtherwise(Refused):
    """Customers have changed since the file was looked at: look at it again."""


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"


@dataclass(slots=True)
class Planned:
    """A row, what becomes of it, and the customer that it changes."""

    row: Row
    fate: Fate
    customer: Customer | None = None
    faults: tuple[Fault, ...] = ()


def look_at(content: bytes) -> list[Planned]:
    """What an import would do, row by row; writes nothing. Raises errors of the file and of its columns."""
    form = form_of_customers()
    table = read_table(content, MOST_ROWS)
    columns = read_columns(table.columns, form)
    rows = [read_row(line, columns, form) for line in table.lines]
    owners = _owners({number for row in rows for number in row.numbers})
    seen: dict[str, int] = {}
    planned = []
    for row in rows:
        planned.append(_plan(row, owners, seen))
        for number in row.numbers:
            seen.setdefault(number, row.no)
    return planned


def _owners(numbers: set[str]) -> Mapping[str, list[Customer]]:
    """The customers of each number; of a merged one that which it was merged into."""
    found: dict[str, dict[UUID, Customer]] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        rows = CustomerNumber.objects.filter(e164__in=wanted[start : start + _BATCH])
        for one in rows.select_related("customer__part_of").defer("customer__search", "customer__part_of__search"):
            whole = one.customer.part_of or one.customer
            found.setdefault(one.e164, {})[whole.pk] = whole
    return {number: list(owners.values()) for number, owners in found.items()}


def _plan(row: Row, owners: Mapping[str, list[Customer]], seen: Mapping[str, int]) -> Planned:
    faults = list(row.faults)
    before = next((seen[number] for number in row.numbers if number in seen), None)
    if before is not None:
        faults.append(Fault(NUMBER, _("line %(line)d has the same number"), {"line": before}))
    if len(row.numbers) > MOST_NUMBERS:
        faults.append(Fault(NUMBER, _("a customer has at most %(most)d numbers"), {"most": MOST_NUMBERS}))
    people = {one.pk: one for number in row.numbers for one in owners.get(number, ())}
    named = [one for one in people.values() if one.name == row.name]
    if len(people) > 1 and len(named) != 1:
        faults.append(Fault(NUMBER, _("several customers have this number, and the name does not say which")))
    if faults:
        return Planned(row, Fate.FAULTY, faults=tuple(faults))
    if not people:
        return Planned(row, Fate.NEW)
    (customer,) = named if len(people) > 1 else people.values()
    fresh = [number for number in row.numbers if customer.pk not in {one.pk for one in owners.get(number, ())}]
    same = not fresh and row.name in ("", customer.name) and {**customer.answers, **row.answers} == customer.answers
    return Planned(row, Fate.SAME if same else Fate.CHANGED, customer)


def begin_import(tenant: Tenant, name: str, content: bytes, at: datetime, who: str) -> CustomerImport:
    """Look at a file and keep it with what was found, until somebody decides. Raises what `look_at` raises."""
    planned = look_at(content)
    report = [
        {"line": one.row.no, "faults": [_kept(fault) for fault in one.faults]}
        for one in planned if one.fate is Fate.FAULTY
    ]  # fmt: skip
    return CustomerImport.objects.create(
        tenant=tenant, file_name=name[-200:], content=content, counts=counted(planned), report=report[:MOST_TOLD],
        made_at=at, made_by=who,
    )  # fmt: skip


def _kept(fault: Fault) -> dict[str, object]:
    return {"field": fault.field, "text": fault.text, "values": dict(fault.values)}


def counted(planned: Iterable[Planned]) -> dict[str, int]:
    """Rows by what becomes of them."""
    counts = Counter(one.fate for one in planned)
    return {fate.value: counts[fate] for fate in Fate}


@transaction.atomic
def finish_import(asked: CustomerImport, at: datetime) -> CustomerImport:
    """Take the rows. Raises ImportHasFaults, ImportDecided, ImportMeansOtherwise; then nothing is written."""
    row = _undecided(asked)
    if row.counts.get(Fate.FAULTY):
        raise ImportHasFaults(count=row.counts[Fate.FAULTY])
    planned = look_at(bytes(row.content or b""))
    if counted(planned) != row.counts:
        raise ImportMeansOtherwise
    _make(row.tenant, [one.row for one in planned if one.fate is Fate.NEW], at)
    _change([one for one in planned if one.fate is Fate.CHANGED], at)
    return _decided(row, CustomerImport.State.DONE, at)


@transaction.atomic
def drop_import(asked: CustomerImport, at: datetime) -> CustomerImport:
    """Forget the file. Raises ImportDecided."""
    return _decided(_undecided(asked), CustomerImport.State.DROPPED, at)


def _undecided(asked: CustomerImport) -> CustomerImport:
    row = CustomerImport.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=asked.pk)
    if row.state != CustomerImport.State.LOOKED_AT:
        raise ImportDecided
    return row


def _decided(row: CustomerImport, state: str, at: datetime) -> CustomerImport:
    row.state, row.done_at, row.content = state, at, None
    row.save(update_fields=["state", "done_at", "content"])
    log_operation(row.tenant_id, f"customers.import_{state}", str(row.pk), **row.counts)
    return row


def _make(tenant: Tenant, rows: Iterable[Row], at: datetime) -> None:
    people, numbers = [], []
    for row in rows:
        person = Customer(
            id=new_id(), tenant=tenant, name=row.name, answers=dict(row.answers), created_at=at, changed_at=at,
            search=terms_of_customer(row.name, row.numbers, row.answers),
        )  # fmt: skip
        people.append(person)
        numbers += _numbers_of(person, row.numbers, 0)
    Customer.objects.bulk_create(people, _BATCH)
    CustomerNumber.objects.bulk_create(numbers, _BATCH)


def _change(planned: Sequence[Planned], at: datetime) -> None:
    for start in range(0, len(planned), _BATCH):
        said = {one.customer.pk: one.row for one in planned[start : start + _BATCH] if one.customer}
        rows = list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=said).prefetch_related("numbers"))
        numbers: list[CustomerNumber] = []
        for row in rows:
            told, there = said[row.pk], [one.e164 for one in row.numbers.all()]
            fresh = [number for number in told.numbers if number not in there]
            row.name, row.answers = told.name or row.name, {**row.answers, **told.answers}
            row.search = terms_of_customer(row.name, [*there, *fresh], row.answers)
            row.version, row.changed_at = row.version + 1, at
            numbers += _numbers_of(row, fresh, len(there))
        Customer.objects.bulk_update(rows, ["name", "answers", "search", "version", "changed_at"], _BATCH)
        CustomerNumber.objects.bulk_create(numbers)


def _numbers_of(person: Customer, numbers: Iterable[str], first: int) -> list[CustomerNumber]:
    return [
        CustomerNumber(tenant_id=person.tenant_id, customer=person, e164=number, position=first + place)
        for place, number in enumerate(numbers)
    ]
