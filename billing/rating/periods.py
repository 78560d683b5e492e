"""Billing periods: months, quarters or weeks that begin on a wanted day, in the contract's time zone.

Rules of this file: the only place that turns a contract's calendar into dates and instants; preview, draft, run and
tests all ask here. A period is whole local days, `[starts_on, ends_on)`; a day begins at local midnight, or at the
first instant after it where the clock jumps over midnight. Period n is counted from the month of the wanted day, never
from the period before, so that day 31 returns after February.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
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
    """The whole month in which a local day lies, whatever the contract's first and last days are."""
    year, month = day.year, day.month
    if day < _begins(year, month, wanted_day):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return Period(_begins(year, month, wanted_day), _begins(*_next_month(year, month), wanted_day))


def periods(starts_on: date, ends_on: date, wanted_day: int) -> Iterator[Period]:
    """The whole months that touch `[starts_on, ends_on)`, in order: no gap, no overlap."""
    return MONTHLY.evolve(wanted_day).periods(starts_on, ends_on)


@dataclass(frozen=True, slots=True)
class Weights:
    """How many days a local day counts for in shares; most count for one, and `odd` has the others."""

    odd: Mapping[date, int] = field(default_factory=dict)

    def of(self, day: date) -> int:
        """Of one day."""
        return self.odd.get(day, 1)

    def days(self, period: Period) -> int:
        """Of all days of a period together."""
        return period.days + sum(w - 1 for day, w in self.odd.items() if period.starts_on <= day < period.ends_on)


@dataclass(frozen=True, slots=True)
class Cycle:
    """How periods follow each other, and how their days count.

    A month begins on `begins_on`, 1 to 31; a quarter on that day of January, April, July and October; a week on that
    weekday, 1 (Monday) to 7. With `thirty` a month counts 30 days and a quarter 90: the last day of a month makes up
    for the days that it is short of 30, a thirty-first day counts for none. Weeks count the days that they have.
    """

    unit: Literal["month", "quarter", "week"] = "month"
    begins_on: int = 1
    thirty: bool = False

    def evolve(self, begins_on: int) -> "Cycle":
        """The same with another first day."""
        return Cycle(self.unit, begins_on, self.thirty)

    def around(self, day: date) -> Period:
        """The whole period in which a local day lies, whatever the contract's first and last days are."""
        match self.unit:
            case "week":
                starts_on = day - (day.isoweekday() - self.begins_on) % 7 * ONE_DAY
                return Period(starts_on, starts_on + 7 * ONE_DAY)
            case "quarter":
                return self._quarter(day)
        return full_period(day, self.begins_on)

    def before(self, period: Period) -> Period:
        """The whole period before a whole one."""
        return self.around(period.starts_on - ONE_DAY)

    def periods(self, starts_on: date, ends_on: date) -> Iterator[Period]:
        """The whole periods that touch `[starts_on, ends_on)`, in order: no gap, no overlap."""
        if starts_on >= ends_on:
            return
        period = self.around(starts_on)
        while period.starts_on < ends_on:
            yield period
            period = self.around(period.ends_on)

    def weights(self, period: Period) -> Weights:
        """How the days of a whole period count."""
        if not self.thirty or self.unit == "week":
            return Weights()
        odd = {month.ends_on - ONE_DAY: 31 - month.days for month in self._months(period) if month.days != _THIRTY}
        return Weights(odd)

    def _months(self, period: Period) -> Iterator[Period]:
        first = full_period(period.starts_on, self.begins_on)
        while first.starts_on < period.ends_on:
            yield first
            first = full_period(first.ends_on, self.begins_on)

    def _quarter(self, day: date) -> Period:
        month = full_period(day, self.begins_on)
        # The month by its name: a clamped day has not left it.
        back = (month.starts_on.month - 1) % 3
        for _ in range(back):
            month = full_period(month.starts_on - ONE_DAY, self.begins_on)
        after = full_period(full_period(month.ends_on, self.begins_on).ends_on, self.begins_on).ends_on
        return Period(month.starts_on, after)


_THIRTY = 30
MONTHLY = Cycle()
