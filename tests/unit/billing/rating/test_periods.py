"""Periods: every local day in exactly one, whatever the billing day, month and zone."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.rating.periods import Cycle, Period, day_starts_at, full_period, local_day, periods

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
WANTED = st.integers(1, 31)
# East and west of UTC, half hours, DST on both hemispheres, midnights that do not exist (Cairo, Havana, Beirut).
ZONES = st.sampled_from(
    [
        "Asia/Shanghai",
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Los_Angeles",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Africa/Cairo",
        "America/Havana",
        "Asia/Beirut",
    ]
).map(ZoneInfo)


@pytest.mark.parametrize(
    ("day", "wanted", "starts_on", "ends_on"),
    [
        # The calendar month.
        (date(2026, 11, 24), 1, date(2026, 11, 1), date(2026, 12, 1)),
        # The 15th to the 14th, over the year's end.
        (date(2027, 1, 3), 15, date(2026, 12, 15), date(2027, 1, 15)),
        # Day 31 is clamped in February and returns in March.
        (date(2026, 2, 10), 31, date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), 31, date(2026, 2, 28), date(2026, 3, 31)),
        # A leap day.
        (date(2028, 2, 29), 30, date(2028, 2, 29), date(2028, 3, 30)),
    ],
)
def test_a_day_lies_in_the_period_of_its_billing_day(day, wanted, starts_on, ends_on):
    assert full_period(day, wanted) == Period(starts_on, ends_on)


@given(DAYS, st.integers(1, 800), WANTED)
@example(date(2024, 1, 31), 60, 31)
def test_periods_partition_the_contract(first, length, wanted):
    after = first + timedelta(days=length)
    parts = [p.overlap(first, after) for p in periods(first, after, wanted)]
    assert parts[0].starts_on == first
    assert parts[-1].ends_on == after
    assert all(left.ends_on == right.starts_on for left, right in itertools.pairwise(parts))
    assert sum(part.days for part in parts) == length


@given(DAYS, WANTED)
def test_wanted_day_is_kept(day, wanted):
    period = full_period(day, wanted)
    assert period.starts_on <= day < period.ends_on
    assert 28 <= period.days <= 31
    for edge in (period.starts_on, period.ends_on):
        last_of_month = (edge + timedelta(days=1)).day == 1
        assert edge.day == wanted or (last_of_month and edge.day < wanted)


@given(DAYS, ZONES)
def test_local_days_follow_each_other_without_gap(day, zone):
    starts_at, next_at = day_starts_at(day, zone), day_starts_at(day + timedelta(days=1), zone)
    assert timedelta(hours=22) <= next_at - starts_at <= timedelta(hours=26)
    assert local_day(starts_at, zone) == day
    assert local_day(next_at - timedelta(microseconds=1), zone) == day


def test_midnight_that_the_clock_jumps_over_is_the_first_instant_after_it():
    # Cairo, 2026-04-24: 00:00 does not exist, the day begins at 01:00.
    starts_at = day_starts_at(date(2026, 4, 24), ZoneInfo("Africa/Cairo"))
    assert starts_at == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert starts_at.astimezone(ZoneInfo("Africa/Cairo")).hour == 1


CYCLES = st.builds(
    Cycle, st.sampled_from(["month", "quarter", "week"]), st.integers(1, 7) | st.integers(8, 31), st.booleans()
).filter(lambda cycle: cycle.unit != "week" or cycle.begins_on <= 7)


@given(DAYS, st.integers(1, 500), CYCLES)
@settings(max_examples=50)
def test_every_cycle_partitions_the_contract_and_counts_whole_periods_alike(first, length, cycle):
    after = first + timedelta(days=length)
    whole = list(cycle.periods(first, after))
    parts = [one.overlap(first, after) for one in whole]
    assert (parts[0].starts_on, parts[-1].ends_on) == (first, after)
    assert all(left.ends_on == right.starts_on for left, right in itertools.pairwise(parts))
    for period in whole:
        assert cycle.before(period).ends_on == period.starts_on
        weights = cycle.weights(period)
        # Parts add up to the whole, day by day; with 30 days a month every month counts alike.
        assert sum(weights.of(day) for day in period.each_day()) == weights.days(period)
        if cycle.unit != "week" and cycle.thirty:
            assert weights.days(period) == (30 if cycle.unit == "month" else 90)
        else:
            assert weights.days(period) == period.days


@pytest.mark.parametrize(
    ("cycle", "day", "starts_on", "ends_on"),
    [
        (Cycle("quarter"), date(2026, 11, 24), date(2026, 10, 1), date(2027, 1, 1)),
        (Cycle("quarter", 15), date(2026, 10, 14), date(2026, 7, 15), date(2026, 10, 15)),
        (Cycle("quarter", 31), date(2027, 4, 29), date(2027, 1, 31), date(2027, 4, 30)),
        (Cycle("week", 1), date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 30)),
        (Cycle("week", 7), date(2026, 11, 29), date(2026, 11, 29), date(2026, 12, 6)),
    ],
)
def test_quarters_follow_the_calendar_and_weeks_their_weekday(cycle, day, starts_on, ends_on):
    assert cycle.around(day) == Period(starts_on, ends_on)
