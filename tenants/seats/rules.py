"""When a lease gives seats: weekly hours laid out as stretches of real time, and what is in force at an instant.

Rules of this file: pure functions over frozen values. Weekly hours are wall-clock hours of the tenant's zone; the
stretches are instants in UTC, exclusive at the end, in order, apart from each other. A wall-clock time that the clocks
skip in spring is the moment they jump; one that comes twice in autumn is the first of the two. So the order of
wall-clock times is kept, windows that touch still touch, and no hour is let or billed twice.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# How far ahead weekly hours are laid out. A lease begins at least thirty days before the edge (see LATEST_START), so
# that each meets a month of everybody else's hours when it is granted.
HORIZON = timedelta(days=400)
LATEST_START = HORIZON - timedelta(days=30)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Weekly hours: ISO weekdays (1 is Monday) on which they begin; `to` not after `from_`: they pass midnight."""

    weekdays: frozenset[int]
    from_: time
    to: time


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year, by month and day, first and last day included; it may pass the end of the year.

    29 February is 28 in other years.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def in_year(self, year: int) -> tuple[date, date]:
        """The season that begins in a year: its first day and the day after its last."""
        first = _day(year, *self.first)
        last = _day(year if self.last >= self.first else year + 1, *self.last)
        return first, last + _DAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken time, end exclusive; no end: open."""

    starts_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies within."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Held:
    """Seats held over a stretch."""

    seats: int
    stretch: Stretch


def expand(
    windows: Sequence[Window],
    zone: ZoneInfo,
    starts_at: datetime,
    ends_at: datetime | None,
    season: Season | None = None,
) -> list[Stretch]:
    """The stretches of a lease within [starts_at, ends_at). No windows: around the clock, one stretch.

    With windows or a season an end is needed: without one they would go on for ever.
    """
    if season is not None:
        assert ends_at is not None
        return [
            stretch
            for first, after in _seasons(season, zone, starts_at, ends_at)
            for stretch in expand(windows, zone, first, after)
        ]
    if not windows:
        return [Stretch(starts_at, ends_at)]
    assert ends_at is not None
    # A day earlier: its window may reach past midnight into the first day.
    day = starts_at.astimezone(zone).date() - _DAY
    last = ends_at.astimezone(zone).date()
    found: list[tuple[datetime, datetime]] = []
    while day <= last:
        for window in windows:
            if day.isoweekday() in window.weekdays:
                begin = max(instant(day, window.from_, zone), starts_at)
                until = day if window.to > window.from_ else day + _DAY
                end = min(instant(until, window.to, zone), ends_at)
                if begin < end:
                    found.append((begin, end))
        day += _DAY
    return _merged(found)


def _seasons(
    season: Season, zone: ZoneInfo, starts_at: datetime, ends_at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of [starts_at, ends_at) that lie in the season, in order. Two seasons never touch, unless they are the
    whole year; then their stretches follow each other without a gap."""
    # A year earlier: its season may reach into this one.
    for year in range(starts_at.year - 1, ends_at.year + 2):
        first, after = (instant(day, time(0), zone) for day in season.in_year(year))
        begin, end = max(first, starts_at), min(after, ends_at)
        if begin < end:
            yield begin, end


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[Stretch]:
    stretches: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(spans):
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((begin, end))
    return [Stretch(begin, end) for begin, end in stretches]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which the zone's clocks show this day and time, by the rules at the top."""
    wall = datetime.combine(day, at)
    first = (wall - _offset(wall, zone, fold=0)).replace(tzinfo=UTC)
    second = (wall - _offset(wall, zone, fold=1)).replace(tzinfo=UTC)
    # In a gap the offset before it gives the later instant; otherwise fold 0 is the earlier one or the only one.
    return first if first <= second else _jump_between(second, first, zone)


def _offset(wall: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None
    return offset


def _jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (low, high] at which the zone's offset changes, by halving; clocks jump at whole seconds."""
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def seats_at(held: Iterable[Held], at: datetime) -> int:
    """How many seats are held at the instant."""
    return sum(one.seats for one in held if one.stretch.holds(at))


def free_by_hour(
    held: Sequence[Held], seats: int, starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> dict[tuple[int, int], int]:
    """The fewest seats that are free in each weekly hour (ISO weekday, hour of the zone's clocks) of a time.

    `seats` are those of the room. Only what is held at the beginning of an hour or begins within it can fill it.
    """
    begins: dict[datetime, int] = Counter()
    for one in held:
        if one.stretch.starts_at > starts_at:
            begins[one.stretch.starts_at] += one.seats
    edges = sorted(edge for edge in begins if edge < ends_at)
    free: dict[tuple[int, int], int] = {}
    hour = starts_at
    while hour < ends_at:
        local = hour.astimezone(zone)
        until = hour + timedelta(hours=1, minutes=-local.minute, seconds=-local.second, microseconds=-local.microsecond)
        within = edges[bisect_right(edges, hour) : bisect_left(edges, until)]
        most = max(seats_at(held, at) for at in (hour, *within))
        key = local.isoweekday(), local.hour
        free[key] = min(free.get(key, seats), seats - most)
        hour = until
    return free


def next_change(held: Sequence[Held], at: datetime) -> datetime | None:
    """When the number of seats next becomes another one after `at`; None if it stays as far as is known."""
    now = seats_at(held, at)
    return next((edge for edge, seats in _levels_after(held, at) if seats != now), None)


def next_shrink(held: Sequence[Held], at: datetime) -> datetime | None:
    """When fewer seats than at `at` are held for the first time after it; None if that is not known to come."""
    now = seats_at(held, at)
    return next((edge for edge, seats in _levels_after(held, at) if seats < now), None)


def _levels_after(held: Sequence[Held], at: datetime) -> Iterator[tuple[datetime, int]]:
    """Each later instant at which a stretch begins or ends, with the seats held from it on."""
    changes: Counter[datetime] = Counter()
    for one in held:
        if one.stretch.starts_at > at:
            changes[one.stretch.starts_at] += one.seats
        if one.stretch.ends_at is not None and one.stretch.ends_at > at:
            changes[one.stretch.ends_at] -= one.seats
    seats = seats_at(held, at)
    for edge in sorted(changes):
        seats += changes[edge]
        yield edge, seats
