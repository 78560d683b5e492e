"""Weekly hours of leases, in the words of the person who lets the seats."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.seats.rules import (
    Held,
    Season,
    Stretch,
    Window,
    expand,
    free_by_hour,
    instant,
    next_change,
    next_shrink,
    seats_at,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
EVERY_DAY = frozenset(range(1, 8))


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def hours(stretches: list[Stretch]) -> list[float]:
    return [(one.ends_at - one.starts_at) / timedelta(hours=1) for one in stretches]


def test_without_windows_a_lease_runs_around_the_clock():
    assert expand([], SHANGHAI, utc(24, 0), None) == [Stretch(utc(24, 0), None)]


def test_a_night_window_passes_midnight():
    night = Window(EVERY_DAY, time(20), time(8))
    found = expand([night], SHANGHAI, utc(24, 0), utc(26, 0))
    # The lease begins at 08:00 in Shanghai, just when the night before has ended.
    assert found == [Stretch(utc(24, 12), utc(25, 0)), Stretch(utc(25, 12), utc(26, 0))]


def test_the_night_before_reaches_into_the_first_day():
    night = Window(EVERY_DAY, time(20), time(8))
    (found,) = expand([night], SHANGHAI, utc(23, 22), utc(24, 2))
    assert found == Stretch(utc(23, 22), utc(24, 0))


def test_weekdays_are_those_on_which_the_window_begins():
    friday_night = Window(frozenset({5}), time(22), time(6))
    (found,) = expand([friday_night], SHANGHAI, utc(23, 0), utc(30, 0))
    assert found == Stretch(utc(27, 14), utc(27, 22))


def test_windows_that_touch_or_overlap_are_one_stretch():
    found = expand(
        [Window(EVERY_DAY, time(8), time(12)), Window(EVERY_DAY, time(11), time(18))], SHANGHAI, utc(24, 0), utc(25, 0)
    )
    assert found == [Stretch(utc(24, 0), utc(24, 10))]


def test_a_window_to_its_own_start_is_a_whole_day():
    found = expand([Window(EVERY_DAY, time(8), time(8))], SHANGHAI, utc(24, 0), utc(26, 0))
    assert found == [Stretch(utc(24, 0), utc(26, 0))]


@pytest.mark.parametrize(
    ("day", "length"),
    [
        # An ordinary night in Berlin.
        (date(2026, 3, 20), 12),
        # The clocks jump from two to three: the night is shorter.
        (date(2026, 3, 28), 11),
        # The clocks go back: an hour more.
        (date(2026, 10, 24), 13),
    ],
)
def test_a_night_is_as_long_as_its_clocks_say(day, length):
    start = instant(day, time(12), BERLIN)
    found = expand([Window(EVERY_DAY, time(20), time(8))], BERLIN, start, start + timedelta(hours=23))
    assert hours(found) == [length]


def test_a_time_that_clocks_skip_is_the_moment_they_jump():
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert instant(date(2026, 3, 29), time(2, 30), BERLIN) == jump
    assert instant(date(2026, 3, 29), time(3, 0), BERLIN) == jump


def test_a_day_that_a_country_skips_gives_no_time():
    apia = ZoneInfo("Pacific/Apia")
    start = datetime(2011, 12, 28, tzinfo=UTC)
    found = expand([Window(frozenset({5}), time(8), time(18))], apia, start, start + timedelta(days=5))
    assert found == []


windows = st.lists(
    st.builds(
        Window,
        st.frozensets(st.integers(1, 7), min_size=1),
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ),
    min_size=1,
    max_size=4,
)
starts = st.datetimes(
    utc(1, 0, month=1).replace(tzinfo=None), utc(31, 0, month=12).replace(tzinfo=None), timezones=st.just(UTC)
)
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=30))


@given(windows, st.sampled_from(ZONES), starts, spans)
def test_stretches_are_ordered_apart_and_inside_the_lease(windows, zone, start, span):
    found = expand(windows, zone, start, start + span)
    edges = [edge for one in found for edge in (one.starts_at, one.ends_at)]
    assert edges == sorted(set(edges))
    assert all(start <= edge <= start + span for edge in edges)


@given(windows, st.sampled_from(ZONES), starts, spans, spans)
def test_laying_out_in_two_goes_gives_the_same_time(windows, zone, start, first, second):
    middle, end = start + first, start + first + second
    whole = expand(windows, zone, start, end)
    parts = expand(windows, zone, start, middle) + expand(windows, zone, middle, end)
    assert sum(hours(parts)) == pytest.approx(sum(hours(whole)))
    for one in parts:
        assert any(w.starts_at <= one.starts_at and one.ends_at <= w.ends_at for w in whole)


def wall_clock_says_open(windows: list[Window], wall: datetime) -> bool:
    """A second, naive reading of weekly hours, minute by minute of the wall clock."""
    for window in windows:
        for day in (wall.date(), wall.date() - timedelta(days=1)):
            end_day = day if window.to > window.from_ else day + timedelta(days=1)
            begin, end = datetime.combine(day, window.from_), datetime.combine(end_day, window.to)
            if day.isoweekday() in window.weekdays and begin <= wall < end:
                return True
    return False


@given(windows, st.sampled_from(ZONES), starts, st.integers(0, 60 * 24 * 20))
def test_a_lease_gives_seats_exactly_when_the_wall_clock_says_so(windows, zone, start, minutes):
    at = start.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    offsets = {(at + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-30, 31, 2)}
    if len(offsets) > 1:
        return  # around a change of the clocks the rules are those of the tests above
    found = expand(windows, zone, at - timedelta(days=2), at + timedelta(days=2))
    wall = at.astimezone(zone).replace(tzinfo=None)
    assert any(one.holds(at) for one in found) == wall_clock_says_open(windows, wall)


NIGHTS = [Held(5, Stretch(utc(day, 12), utc(day + 1, 0))) for day in (23, 24, 25)]


@pytest.mark.parametrize(
    ("held", "at", "seats", "change", "shrink"),
    [
        # Nothing let.
        ([], utc(24, 1), 0, None, None),
        # By day a night tenant has nothing, and cannot have less.
        (NIGHTS, utc(24, 1), 0, utc(24, 12), None),
        # At eight in the evening sharp the seats are there, until the morning.
        (NIGHTS, utc(24, 12), 5, utc(25, 0), utc(25, 0)),
        # One lease follows another at midnight: nothing changes.
        (
            [Held(3, Stretch(utc(1, 0), utc(25, 0))), Held(3, Stretch(utc(25, 0), None))],
            utc(24, 1),
            3,
            None,
            None,
        ),
        # It grows first and shrinks later.
        (
            [Held(3, Stretch(utc(1, 0), None)), Held(2, Stretch(utc(25, 0), utc(26, 0)))],
            utc(24, 1),
            3,
            utc(25, 0),
            None,
        ),
        # Two end one after the other.
        (
            [Held(3, Stretch(utc(1, 0), utc(26, 0))), Held(2, Stretch(utc(1, 0), utc(25, 0)))],
            utc(24, 1),
            5,
            utc(25, 0),
            utc(25, 0),
        ),
    ],
)
def test_seats_in_force_and_when_they_change(held, at, seats, change, shrink):
    assert (seats_at(held, at), next_change(held, at), next_shrink(held, at)) == (seats, change, shrink)


def test_season_returns_every_year():
    summer = Season((6, 1), (8, 31))
    found = expand([], SHANGHAI, datetime(2026, 7, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC), summer)
    assert found == [
        Stretch(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 31, 16, tzinfo=UTC)),
        Stretch(datetime(2027, 5, 31, 16, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)),
    ]


def test_winter_passes_the_end_of_the_year_and_29_february_is_28_in_others():
    winter = Season((12, 1), (2, 29))
    found = expand([], SHANGHAI, datetime(2027, 1, 15, tzinfo=UTC), datetime(2028, 4, 1, tzinfo=UTC), winter)
    assert [one.ends_at.astimezone(SHANGHAI).date() for one in found] == [date(2027, 3, 1), date(2028, 3, 1)]
    assert found[1].starts_at.astimezone(SHANGHAI).date() == date(2027, 12, 1)


def test_weekly_hours_within_a_season_are_those_of_its_days():
    saturdays = Window(frozenset({6}), time(10), time(16))
    june = Season((6, 1), (6, 30))
    found = expand([saturdays], SHANGHAI, utc(1, 0, month=1), utc(1, 0, month=12), june)
    assert [one.starts_at.astimezone(SHANGHAI).day for one in found] == [6, 13, 20, 27]


@given(st.sampled_from(ZONES), st.integers(1, 12), st.integers(1, 28), st.integers(1, 12), st.integers(1, 28))
def test_a_season_s_stretches_are_in_order_and_apart(zone, month, day, last_month, last_day):
    starts_at, ends_at = datetime(2026, 3, 1, tzinfo=UTC), datetime(2029, 3, 1, tzinfo=UTC)
    found = expand([], zone, starts_at, ends_at, Season((month, day), (last_month, last_day)))
    edges = [edge for one in found for edge in (one.starts_at, one.ends_at)]
    assert edges == sorted(edges)
    assert starts_at <= edges[0] and edges[-1] <= ends_at


def test_free_by_hour_is_the_fewest_of_all_weeks():
    # 14:00 UTC is 22:00 in Shanghai. One Tuesday of the two has more let, from half past on.
    held = [
        Held(5, Stretch(utc(24, 0), None)),
        Held(3, Stretch(utc(24, 14, 30), utc(24, 15, 30))),
        Held(2, Stretch(utc(24, 15, 30), utc(24, 15, 45))),
    ]
    free = free_by_hour(held, 10, utc(24, 0), utc(24, 0) + timedelta(days=14), SHANGHAI)
    assert len(free) == 7 * 24
    assert (free[2, 21], free[2, 22], free[2, 23], free[3, 0], free[1, 22]) == (5, 2, 2, 5, 5)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 90), st.integers(1, 60)), max_size=8))
def test_nothing_is_free_that_an_instant_of_the_hour_takes(rows):
    begin = utc(24, 0)
    held = [
        Held(seats, Stretch(begin + timedelta(minutes=30 * first), begin + timedelta(minutes=30 * (first + length))))
        for seats, first, length in rows
    ]
    free = free_by_hour(held, 100, begin, begin + timedelta(days=2), SHANGHAI)
    for half in range(2 * 48):
        at = begin + timedelta(minutes=30 * half)
        local = at.astimezone(SHANGHAI)
        assert free[local.isoweekday(), local.hour] <= 100 - seats_at(held, at)
