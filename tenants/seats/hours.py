"""What is free in each hour of the week: for whoever lets seats by the hour. Only reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tenants.periods import overlapping
from tenants.seats.models import LeaseOccurrence, Seat
from tenants.seats.rules import Held, Stretch, free_by_hour

LOOK_AHEAD = timedelta(days=28)


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
