"""What happens to seats: let, given back, grown and shrunk, taken out of service. All of it is done or none.

The room's limit is PostgreSQL's (migration 0005); this file turns its refusals into words. Questions about what is in
force stand in `tenants.seats.holdings` and are given on from here: other floors ask this file alone.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from seatline.errors import BadInput, NotFound, Refused
from tenants.accounts.models import Tenant
from tenants.constraints import broken_constraint, details
from tenants.periods import ends_after
from tenants.seats.holdings import (
    Holding,
    LeasedSeats,
    LeaseHeld,
    RoomLoad,
    holding,
    leased_seats,
    leases_reaching,
    room_load,
    seats_in_force,
    tenant_of_named_seat,
    until,
)
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease
from tenants.seats.rules import HORIZON, LATEST_START, Season, Stretch, Window, expand
from tenants.trust.services import log_operation

__all__ = [
    "Holding",
    "LeaseHeld",
    "LeasedSeats",
    "RoomLoad",
    "add_seats",
    "end_lease",
    "extend_horizon",
    "grant_lease",
    "holding",
    "leased_seats",
    "leases_reaching",
    "put_into_service",
    "resize_lease",
    "room_load",
    "seats_in_force",
    "take_out_of_service",
    "tenant_of_named_seat",
    "until",
]


class RoomFull(Refused):
    """Only {free} seats of the room are free from {from_at} to {to_at}."""


class SeatTaken(Refused):
    """One of the seats {seats} is let to somebody else in part of that time."""


class SeatOutOfService(Refused):
    """One of the seats {seats} is out of service."""


class SeatNeeded(Refused):
    """Seat {seat} cannot be taken out of service: it is needed for what is let from {from_at} to {to_at}."""


class SeatUnknown(NotFound):
    """The room has no seat {seats}."""


class LeaseUnknown(NotFound):
    """There is no such seat lease."""


class LeaseTooFarAhead(BadInput):
    """A lease can begin at most {days} days ahead; grant it later."""


class LeaseEmpty(BadInput):
    """The weekly hours give no time at all between the start and the end of the lease."""


class LeaseEndsEarlier(BadInput):
    """The lease begins at {starts_at} and ends at {ends_at}; its new end must lie between."""


def grant_lease(
    tenant: Tenant,
    seats: int,
    starts_at: datetime,
    ends_at: datetime | None = None,
    *,
    at: datetime,
    windows: Sequence[Window] = (),
    named: Sequence[int] = (),
    season: Season | None = None,
    contract_id: UUID | None = None,
) -> SeatLease:
    """Let seats to a tenant: any `seats` of the room, or the `named` ones (their numbers; as many as `seats`).

    `windows` are weekly hours in the tenant's time zone; without them the lease runs around the clock. With a `season`
    it runs in that part of every year only. Raises RoomFull, SeatTaken, SeatOutOfService, SeatUnknown,
    LeaseTooFarAhead, LeaseEmpty, and then nothing has been let.
    """
    if named and len(set(named)) != seats:
        raise SeatUnknown(seats=_listed(named))
    if starts_at > at + LATEST_START:
        raise LeaseTooFarAhead(days=LATEST_START.days)
    with transaction.atomic():
        lease = SeatLease.objects.create(
            tenant=tenant,
            contract_id=contract_id,
            kind=SeatLease.Kind.NAMED if named else SeatLease.Kind.POOLED,
            seats=seats,
            starts_at=starts_at,
            ends_at=ends_at,
            season_from=_written(season.first) if season else "",
            season_to=_written(season.last) if season else "",
        )
        for window in windows:
            LeaseWindow.objects.create(
                tenant=tenant,
                lease=lease,
                weekdays="".join(str(day) for day in sorted(window.weekdays)),
                from_time=window.from_,
                to_time=window.to,
            )
        if not windows and season is None:
            _lay_out(lease, [Stretch(starts_at, ends_at)], _seats(named))
        elif not _lay_out_until(lease, _edge(lease, at), _seats(named)):
            raise LeaseEmpty
        log_operation(tenant.pk, "lease.granted", str(lease.pk), seats=seats)
    return lease


def end_lease(lease_id: UUID, ends_at: datetime) -> SeatLease:
    """Give the seats of a lease back at `ends_at`, which lies after its start and not after its end."""
    with transaction.atomic():
        lease = SeatLease.objects.select_for_update().filter(id=lease_id).first()
        if lease is None:
            raise LeaseUnknown
        if ends_at <= lease.starts_at or (lease.ends_at is not None and ends_at > lease.ends_at):
            raise LeaseEndsEarlier(starts_at=lease.starts_at, ends_at=lease.ends_at or "—")
        later = LeaseOccurrence.objects.filter(ends_after(ends_at), lease=lease)
        later.filter(starts_at__gte=ends_at).delete()
        cut = list(later.values_list("id", flat=True))
        NamedSeat.objects.filter(occurrence__in=cut).update(ends_at=ends_at)
        LeaseOccurrence.objects.filter(id__in=cut).update(ends_at=ends_at)
        lease.ends_at = ends_at
        lease.save(update_fields=["ends_at"])
        log_operation(lease.tenant_id, "lease.ended", str(lease.pk), ends_at=ends_at.isoformat())
    return lease


def resize_lease(lease_id: UUID, seats: int, from_at: datetime, *, at: datetime) -> SeatLease:
    """Grow or shrink a pooled lease from `from_at` on: the old one ends there, a new one goes on with its hours.

    Raises what `grant_lease` and `end_lease` raise, and then nothing has changed.
    """
    with transaction.atomic():
        old = SeatLease.objects.select_related("tenant").filter(id=lease_id).first()
        if old is None:
            raise LeaseUnknown
        agreed_end = old.ends_at
        end_lease(lease_id, from_at)
        return grant_lease(
            old.tenant,
            seats,
            from_at,
            agreed_end,
            at=at,
            windows=_windows(old),
            season=_season(old),
            contract_id=old.contract_id,
        )


def extend_horizon(at: datetime) -> list[SeatLease]:
    """Lay out the weekly hours of all leases up to the horizon seen from `at`; to be run daily.

    Gives back the leases whose hours no longer fit into the room: each must be settled by a person. The others are
    laid out all the same.
    """
    refused: list[SeatLease] = []
    leases = SeatLease.objects.select_related("tenant").filter(ends_after(at), expanded_until__isnull=False)
    for lease in leases.order_by("starts_at", "id"):
        edge = _edge(lease, at)
        assert lease.expanded_until is not None
        if edge <= lease.expanded_until:
            continue
        named = Seat.objects.filter(lettings__occurrence__lease=lease).distinct()
        try:
            _lay_out_until(lease, edge, list(named))
        except (RoomFull, SeatTaken, SeatOutOfService):
            refused.append(lease)
    return refused


def add_seats(numbers: Sequence[int], label: str = "") -> None:
    """Put seats into the room and into service; those that are there already stay as they are."""
    there = set(Seat.objects.filter(number__in=numbers).values_list("number", flat=True))
    Seat.objects.bulk_create(Seat(number=number, label=label) for number in numbers if number not in there)


def take_out_of_service(number: int) -> Seat:
    """Keep a seat from being let. Raises SeatUnknown, and SeatNeeded if what is let already needs it."""
    (seat,) = _seats([number])
    try:
        with transaction.atomic():
            seat.in_service = False
            seat.save(update_fields=["in_service"])
    except IntegrityError as error:
        if broken_constraint(error) == "seat_is_needed":
            raise SeatNeeded(seat=number, **_when(error)) from error
        raise
    return seat


def put_into_service(number: int) -> Seat:
    """Let the seat be let again. Raises SeatUnknown."""
    (seat,) = _seats([number])
    seat.in_service = True
    seat.save(update_fields=["in_service"])
    return seat


def _edge(lease: SeatLease, at: datetime) -> datetime:
    horizon = at + HORIZON
    return min(lease.ends_at, horizon) if lease.ends_at else horizon


def _lay_out_until(lease: SeatLease, edge: datetime, named: Sequence[Seat]) -> list[LeaseOccurrence]:
    begin = lease.expanded_until or lease.starts_at
    stretches = expand(_windows(lease), ZoneInfo(lease.tenant.time_zone), begin, edge, _season(lease))
    with transaction.atomic():
        made = _lay_out(lease, stretches, named)
        lease.expanded_until = edge
        lease.save(update_fields=["expanded_until"])
    return made


def _lay_out(lease: SeatLease, stretches: Sequence[Stretch], named: Sequence[Seat]) -> list[LeaseOccurrence]:
    occurrences = [
        LeaseOccurrence(
            tenant_id=lease.tenant_id, lease=lease, seats=lease.seats, starts_at=one.starts_at, ends_at=one.ends_at
        )
        for one in stretches
    ]
    lettings = [
        NamedSeat(tenant_id=lease.tenant_id, occurrence=one, seat=seat, starts_at=one.starts_at, ends_at=one.ends_at)
        for one in occurrences
        for seat in named
    ]
    try:
        with transaction.atomic():
            LeaseOccurrence.objects.bulk_create(occurrences)
            NamedSeat.objects.bulk_create(lettings)
    except IntegrityError as error:
        numbers = _listed([seat.number for seat in named])
        match broken_constraint(error):
            case "room_holds_no_more":
                raise RoomFull(free=details(error)["free"], **_when(error)) from error
            case "seat_is_let_once":
                raise SeatTaken(seats=numbers) from error
            case "named_seat_is_in_service":
                raise SeatOutOfService(seats=numbers) from error
        raise
    return occurrences


def _windows(lease: SeatLease) -> list[Window]:
    return [
        Window(frozenset(int(day) for day in row.weekdays), row.from_time, row.to_time)
        for row in LeaseWindow.objects.filter(lease=lease)
    ]


def _season(lease: SeatLease) -> Season | None:
    return Season(_read(lease.season_from), _read(lease.season_to)) if lease.season_from else None


def _read(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _written(day: tuple[int, int]) -> str:
    return f"{day[0]:02d}-{day[1]:02d}"


def _seats(numbers: Sequence[int]) -> list[Seat]:
    found = list(Seat.objects.filter(number__in=numbers))
    if len(found) != len(set(numbers)):
        missing = set(numbers) - {seat.number for seat in found}
        raise SeatUnknown(seats=_listed(sorted(missing)))
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _when(error: IntegrityError) -> dict[str, str]:
    found = details(error)
    return {"from_at": str(found["from_at"]), "to_at": str(found["to_at"] or "—")}
