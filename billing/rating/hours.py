"""Hours that cost more: bands of the local clock, and a stretch of real time laid over them.

Rules of this file: a band begins on its weekdays at a wall-clock time and may pass midnight; what it covers is elapsed
time, so a night with a clock change is an hour longer or shorter. Where bands overlap, the greatest factor holds, never
a product. A holiday is named by its date; a weekend day that is worked instead (China's 调休) counts as a Monday.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.periods import ONE_DAY, local_day
from tenants.seats.rules import instant

WEEKDAYS = "1234567"
_MONDAY = 1
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class HourBand:
    """One row of a table of hours."""

    name: str = field(metadata=meaning("name in the calculation, such as night", "计算中显示的名称，如夜间"))
    factor: Decimal = field(metadata=meaning("times the price, such as 1.5", "单价倍数，如 1.5"))
    begins: time = field(default=time(0), metadata=meaning("local time at which it begins", "开始时刻（当地时间）"))
    ends: time = field(
        default=time(0),
        metadata=meaning(
            "local time at which it ends; not later than the beginning: the next day",
            "结束时刻；不晚于开始时刻即为次日",
        ),
    )
    weekdays: str = field(
        default=WEEKDAYS,
        metadata=meaning(
            "weekdays on which it begins, 1 is Monday: 67 is the weekend", "开始的星期，1 为星期一；67 为周末"
        ),
    )
    holidays: Literal["any", "only", "never"] = field(
        default="any",
        metadata=meaning("holidays", "节假日"),
    )

    def __post_init__(self) -> None:
        if not self.weekdays or "".join(sorted(set(self.weekdays) & set(WEEKDAYS))) != self.weekdays:
            raise ParamsUnreadable(field="weekdays", cause="must be digits 1 (Monday) to 7 (Sunday), in order")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Bands with the days that are not what their weekday says."""

    bands: tuple[HourBand, ...] = ()
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """Real time within one band; the plain hours have no name and the factor 1."""

    name: str
    factor: Decimal
    seconds: Fraction


PLAIN = ("", Decimal(1))


def begins_on(band: HourBand, day: date, calendar: Calendar) -> bool:
    """Whether the band begins on that day."""
    holiday = day in calendar.holidays
    if band.holidays == "only":
        return holiday
    if holiday and band.holidays == "never":
        return False
    weekday = _MONDAY if day in calendar.workdays else day.isoweekday()
    return str(weekday) in band.weekdays


def lay_over(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo, calendar: Calendar
) -> dict[tuple[str, Decimal], Fraction]:
    """How many seconds of a stretch lie in which band: name and factor."""
    covers = list(_covers(starts_at, ends_at, zone, calendar))
    edges = sorted({starts_at, ends_at, *(edge for first, after, _ in covers for edge in (first, after))})
    found: dict[tuple[str, Decimal], Fraction] = defaultdict(Fraction)
    for first, after in pairwise(edges):
        over = [band for begin, end, band in covers if begin <= first and after <= end]
        best = max(over, key=lambda band: band.factor, default=None)
        found[(best.name, best.factor) if best else PLAIN] += seconds_of(after - first)
    return found


def _covers(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo, calendar: Calendar
) -> Iterator[tuple[datetime, datetime, HourBand]]:
    # A day earlier: its band may reach past midnight into the first day.
    day, last = local_day(starts_at, zone) - ONE_DAY, local_day(ends_at, zone)
    while day <= last:
        for band in calendar.bands:
            if begins_on(band, day, calendar):
                until = day if band.ends > band.begins else day + ONE_DAY
                first, after = (
                    max(instant(day, band.begins, zone), starts_at),
                    min(instant(until, band.ends, zone), ends_at),
                )
                if first < after:
                    yield first, after, band
        day += ONE_DAY


def at_minute(bands: Sequence[HourBand], day: date, minute: int, calendar: Calendar) -> frozenset[str]:
    """The names of the bands in which a local minute of a day lies."""
    names = set()
    for band in bands:
        first, after = _minute(band.begins), _minute(band.ends)
        if after > first:
            inside = first <= minute < after and begins_on(band, day, calendar)
        else:
            inside = (minute >= first and begins_on(band, day, calendar)) or (
                minute < after and begins_on(band, day - ONE_DAY, calendar)
            )
        if inside:
            names.add(band.name)
    return frozenset(names)


def _minute(at: time) -> int:
    return at.hour * _MINUTES + at.minute


def seconds_of(length: timedelta) -> Fraction:
    """A length in seconds, exact to the microsecond."""
    return Fraction((length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds, 1_000_000)
