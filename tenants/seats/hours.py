"""What is free in each hour of the week: for whoever lets seats by the hour. Only reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tenants.periods import overlapping
from tenants.seats.models import LeaseOccurrence, Seat
from tenants.seats.rules import Held, Stretch, free_by_hour

LOOK_AHEAD = timedelta(days=28)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FreeHours:
    """The fewest seats free in each hour of a week over the coming weeks: a row a weekday, 24 hours each."""

    seats: int
    until: datetime
    rows: tuple[tuple[int, tuple[int, ...]], ...]


def free_hours(at: datetime, zone: ZoneInfo) -> FreeHours:
    """The table from `at` on, over `LOOK_AHEAD`, in the hours of a zone; two queries."""
    until = at + LOOK_AHEAD
    rows = LeaseOccurrence.objects.filter(overlapping(at, until)).values_list("seats", "starts_at", "ends_at")
    held = [Held(seats, Stretch(starts_at, ends_at)) for seats, starts_at, ends_at in rows]
    seats = Seat.objects.filter(in_service=True).count()
    free = free_by_hour(held, seats, at, until, zone)
    return FreeHours(
        seats, until, tuple((day, tuple(free.get((day, hour), seats) for hour in range(24))) for day in range(1, 8))
    )


@dataclass(frozen=True, slots=True)
class FreeHour:
    """An hour of the room: how many seats are let at its fullest instant, and so how many can be let throughout."""

    starts_at: datetime
    seats: int
    let: int

    @property
    def free(self) -> int:
        """Seats that are free for the whole hour."""
        return self.seats - self.let


def hours_from(starts_at: datetime, hours: int) -> list[FreeHour]:
    """What is free in each of so many hours from `starts_at` on; one query for the leases, one for the seats."""
    ends_at = starts_at + hours * HOUR
    changes: dict[datetime, int] = {}
    let = 0
    rows = LeaseOccurrence.objects.filter(overlapping(starts_at, ends_at)).values_list("starts_at", "ends_at", "seats")
    for begin, end, seats in rows:
        if begin <= starts_at:
            let += seats
        else:
            changes[begin] = changes.get(begin, 0) + seats
        if end is not None and end < ends_at:
            changes[end] = changes.get(end, 0) - seats
    in_service = Seat.objects.filter(in_service=True).count()
    edges = sorted(changes.items())
    found: list[FreeHour] = []
    place = 0
    for no in range(hours):
        hour = starts_at + no * HOUR
        while place < len(edges) and edges[place][0] <= hour:
            let += edges[place][1]
            place += 1
        fullest = let
        while place < len(edges) and edges[place][0] < hour + HOUR:
            let += edges[place][1]
            fullest = max(fullest, let)
            place += 1
        found.append(FreeHour(hour, in_service, fullest))
    return found
