"""Billing periods: months that begin on a wanted day, in the contract's time zone.

Rules of this file: the only place that turns a contract's calendar into dates and instants; preview, draft, run and
tests all ask here. A period is whole local days, `[starts_on, ends_on)`; a day begins at local midnight, or at the
first instant after it where the clock jumps over midnight. Period n is counted from the month of the wanted day, never
from the period before, so that day 31 returns after February.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole local days from `starts_on` until the day before `ends_on`."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """How many local days it has."""
        return (self.ends_on - self.starts_on).days

    def each_day(self) -> Iterator[date]:
        """Its days in order."""
        for n in range(self.days):
            yield self.starts_on + n * ONE_DAY

    def overlap(self, starts_on: date, ends_on: date | None) -> "Period | None":
        """The part that lies in `[starts_on, ends_on)`, or None."""
        first = max(self.starts_on, starts_on)
        after = self.ends_on if ends_on is None else min(self.ends_on, ends_on)
        return Period(first, after) if first < after else None


def day_starts_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return at.astimezone(zone).date()


def _begins(year: int, month: int, wanted_day: int) -> date:
    return date(year, month, min(wanted_day, monthrange(year, month)[1]))


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def full_period(day: date, wanted_day: int) -> Period:
    """The whole period in which a local day lies, whatever the contract's first and last days are."""
    year, month = day.year, day.month
    if day < _begins(year, month, wanted_day):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return Period(_begins(year, month, wanted_day), _begins(*_next_month(year, month), wanted_day))


def periods(starts_on: date, ends_on: date, wanted_day: int) -> Iterator[Period]:
    """The whole periods that touch `[starts_on, ends_on)`, in order: no gap, no overlap."""
    if starts_on >= ends_on:
        return
    period = full_period(starts_on, wanted_day)
    while period.starts_on < ends_on:
        yield period
        period = full_period(period.ends_on, wanted_day)
