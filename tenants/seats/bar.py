"""The bar of the room: what is let now, to whom, and how full the room gets within a day. Only reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tenants.accounts.models import Tenant
from tenants.periods import overlapping
from tenants.seats.holdings import room_load
from tenants.seats.models import LeaseOccurrence

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Part:
    """A tenant's part of the room."""

    tenant_id: UUID
    name: str
    colour: str
    seats: int
    percent: str


@dataclass(frozen=True, slots=True)
class RoomBar:
    """The room at an instant, and its fullest instant of the 24 hours from then on."""

    seats: int
    let: int
    parts: tuple[Part, ...]
    peak: int
    peak_at: datetime

    @property
    def free(self) -> int:
        """Seats that can be let at this instant."""
        return self.seats - self.let

    @property
    def free_at_peak(self) -> int:
        """Seats that are left at the fullest instant."""
        return self.seats - self.peak


def room_bar(at: datetime) -> RoomBar:
    """The bar at `at`; four queries however many leases there are."""
    load = room_load(at)
    tenants = Tenant.objects.in_bulk(list(load.by_tenant))
    parts = tuple(
        Part(tenant.id, tenant.display_name, tenant.colour, seats, f"{100 * seats / (load.seats or 1):.2f}")
        for tenant in sorted(tenants.values(), key=lambda one: one.code)
        for seats in [load.by_tenant[tenant.id]]
    )
    peak_at, peak = _peak(at)
    return RoomBar(load.seats, load.let, parts, peak, peak_at)


def _peak(at: datetime) -> tuple[datetime, int]:
    """The first fullest instant from `at` to a day later. Only a beginning can make the room fuller."""
    rows = list(LeaseOccurrence.objects.filter(overlapping(at, at + DAY)).values_list("starts_at", "ends_at", "seats"))
    instants = sorted({at, *(starts_at for starts_at, _, _ in rows if starts_at > at)})

    def let(instant: datetime) -> int:
        return sum(
            seats
            for starts_at, ends_at, seats in rows
            if starts_at <= instant and (ends_at is None or ends_at > instant)
        )

    fullest = max(instants, key=let)
    return fullest, let(fullest)
