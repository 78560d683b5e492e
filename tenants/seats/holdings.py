"""What is let: the questions that logins, bills and the bar of the room ask. Nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenants.periods import ends_after, in_force, overlapping
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease
from tenants.seats.rules import Held, Stretch, next_shrink, seats_at


@dataclass(frozen=True, slots=True)
class Holding:
    """What a tenant may sit on at an instant: any `pooled` seats that nobody has by name, and its own `named` ones."""

    pooled: int
    named: frozenset[int]

    @property
    def seats(self) -> int:
        """How many agents of the tenant may be logged in."""
        return self.pooled + len(self.named)


@dataclass(frozen=True, slots=True)
class LeasedSeats:
    """Seats let over an unbroken time, as bills need it."""

    lease_id: UUID
    contract_id: UUID | None
    seats: int
    starts_at: datetime
    ends_at: datetime
    weekly: bool = False  # one window of weekly hours


@dataclass(frozen=True, slots=True)
class LeaseHeld:
    """A lease as a whole; no end: open."""

    lease_id: UUID
    seats: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoomLoad:
    """How full the room is at an instant."""

    seats: int  # in service
    let: int
    by_tenant: dict[UUID, int]

    @property
    def free(self) -> int:
        """Seats that can be let at this instant."""
        return self.seats - self.let


def holding(tenant_id: UUID, at: datetime) -> Holding:
    """The tenant's seats in force at `at`."""
    total = seats_in_force(tenant_id, at)
    named = NamedSeat.objects.filter(in_force(at), tenant_id=tenant_id).values_list("seat__number", flat=True)
    numbers = frozenset(named)
    return Holding(pooled=total - len(numbers), named=numbers)


def seats_in_force(tenant_id: UUID, at: datetime) -> int:
    """How many seats the tenant has leased at `at`."""
    return seats_at(_held(LeaseOccurrence.objects.filter(in_force(at), tenant_id=tenant_id)), at)


def until(tenant_id: UUID, at: datetime) -> datetime | None:
    """When the tenant next has fewer seats than at `at`; None while that is not known to come."""
    return next_shrink(_held(LeaseOccurrence.objects.filter(ends_after(at), tenant_id=tenant_id)), at)


def tenant_of_named_seat(number: int, at: datetime) -> UUID | None:
    """The tenant that has this very seat at `at`; None: it belongs to the pool."""
    return NamedSeat.objects.filter(in_force(at), seat__number=number).values_list("tenant_id", flat=True).first()


def leased_seats(tenant_id: UUID, starts_at: datetime, ends_at: datetime) -> list[LeasedSeats]:
    """Everything let to the tenant within [starts_at, ends_at), cut to it, in order of time."""
    rows = LeaseOccurrence.objects.filter(overlapping(starts_at, ends_at), tenant_id=tenant_id)
    weekly = set(LeaseWindow.objects.filter(tenant_id=tenant_id).values_list("lease_id", flat=True))
    return [
        LeasedSeats(
            lease_id=row.lease_id,
            contract_id=row.lease.contract_id,
            seats=row.seats,
            starts_at=max(row.starts_at, starts_at),
            ends_at=min(row.ends_at or ends_at, ends_at),
            weekly=row.lease_id in weekly,
        )
        for row in rows.select_related("lease").order_by("starts_at", "id")
    ]


def leases_reaching(tenant_id: UUID, at: datetime, *, contract_id: UUID | None = None) -> list[LeaseHeld]:
    """A tenant's leases that go on past `at` or begin after it, in order of time; of one contract, if it is given."""
    rows = SeatLease.objects.filter(ends_after(at), tenant_id=tenant_id).order_by("starts_at", "id")
    if contract_id is not None:
        rows = rows.filter(contract_id=contract_id)
    return [LeaseHeld(row.id, row.seats, row.starts_at, row.ends_at) for row in rows]


def room_load(at: datetime) -> RoomLoad:
    """How many seats are in service and who holds how many of them at `at`."""
    by_tenant: dict[UUID, int] = {}
    for row in LeaseOccurrence.objects.filter(in_force(at)):
        by_tenant[row.tenant_id] = by_tenant.get(row.tenant_id, 0) + row.seats
    in_service = Seat.objects.filter(in_service=True).count()
    return RoomLoad(seats=in_service, let=sum(by_tenant.values()), by_tenant=by_tenant)


def _held(rows: Iterable[LeaseOccurrence]) -> list[Held]:
    return [Held(row.seats, Stretch(row.starts_at, row.ends_at)) for row in rows]
