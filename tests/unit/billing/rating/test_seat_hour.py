"""Seats by the hour of their leased windows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from billing.rating.periods import Period
from billing.rating.trace import say
from billing.rating.values import Lease
from tests.unit.billing.rating.cases import BERLIN, NOVEMBER, SHANGHAI, amounts, component, days, lines_of

SIX_AN_HOUR = component("seat_hour", {"price": "6.00"})


def window(day: date, begins: time, hours: float, seats: int, zone: ZoneInfo = SHANGHAI) -> Lease:
    starts_at = datetime.combine(day, begins, tzinfo=zone).astimezone(UTC)
    return Lease("night", seats, starts_at, starts_at + timedelta(hours=hours))


def test_twenty_seats_on_weekday_evenings_of_november():
    """H11: 21 weekdays, 18-24 h."""
    evenings = [window(day, time(18), 6, 20) for day in days(NOVEMBER.starts_on, 30) if day.weekday() < 5]
    lines = lines_of(SIX_AN_HOUR, leases=evenings, period=NOVEMBER)
    assert amounts(lines) == {"seats": "15120.00"}
    assert say(lines[0].steps, "en") == "2,520 seat-hours in 21 leased windows × 6.00 = 15,120.00"


def test_night_over_the_end_of_the_month_is_parted_at_midnight():
    last_night = window(date(2026, 11, 30), time(20), 12, 5)
    december = Period(date(2026, 12, 1), date(2027, 1, 1))
    assert amounts(lines_of(SIX_AN_HOUR, leases=[last_night], period=NOVEMBER)) == {"seats": "120.00"}
    assert amounts(lines_of(SIX_AN_HOUR, leases=[last_night], period=december)) == {"seats": "240.00"}


def test_night_in_which_clocks_go_back_has_one_hour_more():
    """H10's night: 00:00-06:00 in Berlin on 2026-10-25 are seven hours."""
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    begins = datetime(2026, 10, 25, tzinfo=BERLIN).astimezone(UTC)
    ends = datetime(2026, 10, 25, 6, tzinfo=BERLIN).astimezone(UTC)
    lines = lines_of(SIX_AN_HOUR, leases=[Lease("a", 1, begins, ends)], period=october, zone=BERLIN)
    assert amounts(lines) == {"seats": "42.00"}
    assert lines[0].evidence[0].hours == "7"
