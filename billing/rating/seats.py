"""Counts leased seats by local day and by hour.

Rules of this file: a day has as many seats as were held at one instant of it at most, so that a lease that follows
another within the day is not counted twice. Hours are elapsed time: a night with a clock change has one more or less.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from billing.rating.periods import ONE_DAY, Period, day_starts_at
from billing.rating.values import Lease


def counted(leases: Iterable[Lease], which: Literal["all", "days", "hours"]) -> tuple[Lease, ...]:
    """All leases, or those around the clock, or those at weekly hours."""
    return tuple(one for one in leases if which == "all" or one.weekly == (which == "hours"))


def most_held(leases: Iterable[Lease], starts_at: datetime, ends_at: datetime) -> int:
    """The greatest number of seats held at one instant of `[starts_at, ends_at)`."""
    changes: list[tuple[datetime, int]] = []
    for lease in leases:
        first = max(lease.starts_at, starts_at)
        after = ends_at if lease.ends_at is None else min(lease.ends_at, ends_at)
        if first < after:
            changes += [(first, lease.seats), (after, -lease.seats)]
    held = most = 0
    # At the same instant those who go are taken off before those who come: -n sorts first.
    for _, change in sorted(changes):
        held += change
        most = max(most, held)
    return most


def seats_by_day(leases: Iterable[Lease], period: Period, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """Each local day of the period with its seats."""
    kept = tuple(leases)
    for day in period.each_day():
        yield day, most_held(kept, day_starts_at(day, zone), day_starts_at(day + ONE_DAY, zone))


def seat_windows(leases: Iterable[Lease], period: Period, zone: ZoneInfo) -> Iterator[tuple[Lease, datetime, Fraction]]:
    """Each lease's part of the period with the instant it begins and its length in hours, by time and lease."""
    starts_at, ends_at = day_starts_at(period.starts_on, zone), day_starts_at(period.ends_on, zone)
    for lease in sorted(leases, key=lambda one: (one.starts_at, one.lease)):
        first = max(lease.starts_at, starts_at)
        after = ends_at if lease.ends_at is None else min(lease.ends_at, ends_at)
        if first < after:
            elapsed = after - first
            microseconds = (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
            yield lease, first, Fraction(microseconds, 3_600_000_000)


def runs(seats: Iterable[int]) -> list[tuple[int, int]]:
    """Equal neighbours together: (seats, days)."""
    return [(count, len(list(days))) for count, days in groupby(seats)]
