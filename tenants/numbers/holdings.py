"""Which numbers a tenant held when: what bills for number rent ask. Only reads, in the caller's scope."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tenants.numbers.models import DirectoryListing, NumberAssignment
from tenants.periods import in_force, overlapping


@dataclass(frozen=True, slots=True)
class HeldNumber:
    """A number, or a code of a shared short number (`+861252*101`), held without a break; no end: still held."""

    name: str
    starts_at: datetime
    ends_at: datetime | None


def numbers_held_at(tenant_id: UUID, at: datetime) -> list[HeldNumber]:
    """Everything that is assigned to the tenant at an instant, by time and name."""
    return _held(tenant_id, in_force(at))


def numbers_held(tenant_id: UUID, starts_at: datetime, ends_at: datetime) -> list[HeldNumber]:
    """Everything assigned to the tenant within [starts_at, ends_at), uncut, by time and name."""
    return _held(tenant_id, overlapping(starts_at, ends_at))


def _held(tenant_id: UUID, when: Q) -> list[HeldNumber]:
    numbers = NumberAssignment.objects.filter(when, tenant_id=tenant_id)
    codes = DirectoryListing.objects.filter(when, tenant_id=tenant_id)
    held = [HeldNumber(row.number.e164, row.starts_at, row.ends_at) for row in numbers.select_related("number")]
    held += [
        HeldNumber(f"{row.number.e164}*{row.code}", row.starts_at, row.ends_at)
        for row in codes.select_related("number")
    ]
    return sorted(held, key=lambda one: (one.starts_at, one.name))
