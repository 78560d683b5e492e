"""What happens to numbers: taken in, assigned, listed, returned; and the picture the switch works from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from seatline.errors import BadInput, NotFound, Refused
from tenants.accounts.models import Tenant
from tenants.constraints import broken_constraint
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.periods import ends_after, in_force, overlapping
from tenants.trust.services import log_operation


class NumberUnknown(NotFound):
    """The number {e164} is not in the operator's inventory."""


class NumberTaken(Refused):
    """The number {e164} is held by another tenant, or by this one already, in part of that time."""


class NumberIsShared(Refused):
    """The number {e164} is a shared short code: list the tenant in its directory instead of assigning it."""


class NumberIsNotShared(Refused):
    """The number {e164} belongs to one tenant at a time; only a shared short code has a directory."""


class CodeTaken(Refused):
    """Another merchant has the code {code} on {e164} in part of that time."""


class CodeLengthDiffers(BadInput):
    """The codes on {e164} have {digits} digits; {code} has another length, and callers could not key both."""


class NothingToEnd(NotFound):
    """Nothing is in force on {e164} at that instant, so there is nothing to end."""


@dataclass(frozen=True, slots=True)
class ListingInForce:
    """A merchant of a shared short code."""

    code: str
    tenant_id: UUID
    name: str
    name_zh: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberInForce:
    """A number and who holds it from when to when. One without a holder appears once, without tenant and period."""

    e164: str
    kind: str
    tenant_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    directory: tuple[ListingInForce, ...]


def add_number(e164: str, kind: str, note: str = "") -> Number:
    """Take a number into the inventory; one that is there already is given back unchanged."""
    number, _ = Number.objects.get_or_create(e164=e164, defaults={"kind": kind, "note": note})
    return number


def find_number(e164: str) -> Number:
    """A number of the operator's inventory; raises NumberUnknown."""
    number = Number.objects.filter(e164=e164).first()
    if number is None:
        raise NumberUnknown(e164=e164)
    return number


def assign_number(e164: str, tenant: Tenant, starts_at: datetime, ends_at: datetime | None = None) -> NumberAssignment:
    """Give a number to a tenant for a period. Raises NumberUnknown, NumberIsShared, NumberTaken."""
    number = _locked(e164)
    if number.kind == Number.Kind.SHORT:
        raise NumberIsShared(e164=e164)
    try:
        with transaction.atomic():
            log_operation(tenant.pk, "number.assigned", number.e164)
            return NumberAssignment.objects.create(number=number, tenant=tenant, starts_at=starts_at, ends_at=ends_at)
    except IntegrityError as error:
        if broken_constraint(error) == "number_has_one_tenant":
            raise NumberTaken(e164=e164) from error
        raise


def release_number(e164: str, ends_at: datetime) -> NumberAssignment:
    """End the assignment that runs at `ends_at`; from that instant on the number is free. Raises NothingToEnd."""
    number = _locked(e164)
    assignment = NumberAssignment.objects.filter(_under_way(ends_at), number=number).first()
    if assignment is None:
        raise NothingToEnd(e164=e164)
    assignment.ends_at = ends_at
    assignment.save(update_fields=["ends_at"])
    log_operation(assignment.tenant_id, "number.released", number.e164, ends_at=ends_at.isoformat())
    return assignment


def end_assignment(assignment: NumberAssignment, ends_at: datetime) -> NumberAssignment:
    """End this very assignment at an instant within it. Raises NothingToEnd."""
    if not _is_under_way(assignment, ends_at):
        raise NothingToEnd(e164=assignment.number.e164)
    return release_number(assignment.number.e164, ends_at)


def list_in_directory(
    e164: str,
    tenant: Tenant,
    code: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    *,
    name: str = "",
    name_zh: str = "",
) -> DirectoryListing:
    """Put a merchant on a shared short code, by default under the tenant's own names.

    Raises NumberUnknown, NumberIsNotShared, CodeTaken, CodeLengthDiffers.
    """
    number = _locked(e164)
    if number.kind != Number.Kind.SHORT:
        raise NumberIsNotShared(e164=e164)
    others = DirectoryListing.objects.filter(overlapping(starts_at, ends_at), number=number)
    for other in others.values_list("code", flat=True):
        if len(other) != len(code):
            raise CodeLengthDiffers(e164=e164, code=code, digits=len(other))
    try:
        with transaction.atomic():
            return DirectoryListing.objects.create(
                number=number,
                tenant=tenant,
                code=code,
                name=name or tenant.name,
                name_zh=name_zh or tenant.name_zh,
                starts_at=starts_at,
                ends_at=ends_at,
            )
    except IntegrityError as error:
        if broken_constraint(error) == "code_has_one_merchant":
            raise CodeTaken(e164=e164, code=code) from error
        raise


def take_from_directory(e164: str, code: str, ends_at: datetime) -> DirectoryListing:
    """End the listing of a code that is in force at `ends_at`. Raises NothingToEnd."""
    listing = DirectoryListing.objects.filter(_under_way(ends_at), number=_locked(e164), code=code).first()
    if listing is None:
        raise NothingToEnd(e164=e164)
    listing.ends_at = ends_at
    listing.save(update_fields=["ends_at"])
    return listing


def end_listing(listing: DirectoryListing, ends_at: datetime) -> DirectoryListing:
    """End this very listing at an instant within it. Raises NothingToEnd."""
    if not _is_under_way(listing, ends_at):
        raise NothingToEnd(e164=listing.number.e164)
    return take_from_directory(listing.number.e164, listing.code, ends_at)


def look_up_merchants(e164: str, words: str, at: datetime, limit: int = 20) -> list[ListingInForce]:
    """The merchants of a shared number whose code or name has these words, by code; for the directory's agents.

    A caller is passed on to one by a transfer to the shared number with the code behind it, as 1252101.
    """
    rows = DirectoryListing.objects.filter(in_force(at), number__e164=e164)
    for word in words.split():
        rows = rows.filter(Q(code__startswith=word) | Q(name__icontains=word) | Q(name_zh__icontains=word))
    return [
        ListingInForce(row.code, row.tenant_id, row.name, row.name_zh, row.starts_at, row.ends_at)
        for row in rows.order_by("code")[:limit]
    ]


def numbers_in_force(at: datetime) -> list[NumberInForce]:
    """The whole inventory with everything that is in force at `at` or will be later, for the switch's plan.

    Rows carry their periods, so that the picture stays right while time passes; a number with two holders one after
    the other has two rows.
    """
    listings = _by_number(DirectoryListing.objects.filter(ends_after(at)).order_by("code", "starts_at"))
    assignments = _by_number(NumberAssignment.objects.filter(ends_after(at)).order_by("starts_at"))
    found: list[NumberInForce] = []
    for number in Number.objects.all():
        directory = tuple(
            ListingInForce(row.code, row.tenant_id, row.name, row.name_zh, row.starts_at, row.ends_at)
            for row in listings[number.id]
        )
        for row in assignments[number.id]:
            found.append(NumberInForce(number.e164, number.kind, row.tenant_id, row.starts_at, row.ends_at, ()))
        if directory or not assignments[number.id]:
            found.append(NumberInForce(number.e164, number.kind, None, None, None, directory))
    return found


def holder_at(e164: str, at: datetime) -> UUID | None:
    """The tenant who holds a number alone at `at`; None for a free or shared one."""
    rows = NumberAssignment.objects.filter(in_force(at), number__e164=e164)
    return rows.values_list("tenant_id", flat=True).first()


def numbers_of(tenant_id: UUID, at: datetime) -> list[str]:
    """The canonical numbers that a tenant holds alone at `at`: those it may show as its caller ID."""
    rows = NumberAssignment.objects.filter(in_force(at), tenant_id=tenant_id)
    return list(rows.order_by("number__e164").values_list("number__e164", flat=True))


_Row = TypeVar("_Row", DirectoryListing, NumberAssignment)


def _by_number(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.number_id].append(row)
    return found


def _locked(e164: str) -> Number:
    """The number, locked: two people cannot assign and list it at once."""
    number = Number.objects.select_for_update().filter(e164=e164).first()
    if number is None:
        raise NumberUnknown(e164=e164)
    return number


def _under_way(at: datetime) -> Q:
    """Begun before the instant and not over at it: what can be ended then and still has had a length."""
    return Q(starts_at__lt=at) & ends_after(at)


def _is_under_way(row: DirectoryListing | NumberAssignment, at: datetime) -> bool:
    """The same of a row; of two that follow each other only one is, so that it names the row."""
    return row.starts_at < at and (row.ends_at is None or row.ends_at > at)
