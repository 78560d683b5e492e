"""Seats by the month, in the words of the contract."""

from datetime import UTC, date, datetime

import pytest

from billing.rating.trace import say
from billing.rating.values import Lease
from tests.unit.billing.rating.cases import APRIL, amounts, component, lease, lines_of

TEN_AT_LEAST = {"price": "3000.00", "minimum_seats": 10}
MID_APRIL = date(2026, 4, 16)


@pytest.mark.parametrize(
    ("params", "leases", "expected"),
    [
        # H1: 8 seats all month, ten are paid.
        (TEN_AT_LEAST, [lease(8, APRIL.starts_on)], {"seats": "30000.00"}),
        # H1: 12 seats all month, twelve are paid.
        (TEN_AT_LEAST, [lease(12, APRIL.starts_on)], {"seats": "36000.00"}),
        # H2: 12 for half the month, 6 for the other half; the minimum holds for every day.
        (
            TEN_AT_LEAST,
            [lease(12, APRIL.starts_on, MID_APRIL, name="a"), lease(6, MID_APRIL, name="b")],
            {"seats": "33000.00"},
        ),
        # H2: the same, but the minimum holds for the month as a whole: 270 seat-days of 300.
        (
            TEN_AT_LEAST | {"minimum_scope": "period"},
            [lease(12, APRIL.starts_on, MID_APRIL, name="a"), lease(6, MID_APRIL, name="b")],
            {"seats": "27000.00", "true_up": "3000.00"},
        ),
        # Above the minimum of the month there is nothing to add.
        (TEN_AT_LEAST | {"minimum_scope": "period"}, [lease(11, APRIL.starts_on)], {"seats": "33000.00"}),
        # Nothing leased, a minimum agreed: the minimum is paid.
        (TEN_AT_LEAST, [], {"seats": "30000.00"}),
        # Nothing leased and no minimum.
        ({"price": "3000.00"}, [], {"seats": "0.00"}),
        # One seat for one day of thirty.
        ({"price": "100.00"}, [lease(1, date(2026, 4, 30))], {"seats": "3.33"}),
        # A lease that follows another within the day is not counted twice.
        (
            {"price": "3000.00"},
            [
                Lease("a", 5, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, 4, tzinfo=UTC)),
                Lease("b", 5, datetime(2026, 4, 15, 4, tzinfo=UTC), None),
            ],
            {"seats": "15000.00"},
        ),
        # Two seats come at noon on top of five: the day has seven.
        (
            {"price": "30.00"},
            [lease(5, APRIL.starts_on, name="a"), Lease("b", 2, datetime(2026, 4, 30, 4, tzinfo=UTC), None)],
            {"seats": "152.00"},
        ),
    ],
)
def test_seats_are_billed(params, leases, expected):
    assert amounts(lines_of(component("seat_month", params), leases=leases)) == expected


def test_contract_that_begins_in_mid_month_pays_its_share_of_the_minimum():
    lines = lines_of(component("seat_month", TEN_AT_LEAST, MID_APRIL), leases=[lease(8, MID_APRIL)])
    assert amounts(lines) == {"seats": "15000.00"}


def test_amendment_in_mid_month_bills_both_prices_for_their_days():
    old = component("seat_month", {"price": "3000.00"}, after=MID_APRIL, code="old")
    new = component("seat_month", {"price": "3300.00"}, MID_APRIL, code="new")
    lines = lines_of(old, new, leases=[lease(10, APRIL.starts_on)])
    assert [f"{line.amount}" for line in lines] == ["15000.00", "16500.00"]


def test_running_month_counts_the_days_so_far_and_no_monthly_minimum():
    scope = TEN_AT_LEAST | {"minimum_scope": "period"}
    lines = lines_of(component("seat_month", scope), leases=[lease(6, APRIL.starts_on)], counted_to=date(2026, 4, 11))
    assert amounts(lines) == {"seats": "6000.00"}
    assert "counted until 2026-04-10" in say(lines[0].steps, "en")


def test_each_day_is_kept_as_evidence():
    line = lines_of(component("seat_month", TEN_AT_LEAST), leases=[lease(8, APRIL.starts_on, MID_APRIL)])[0]
    assert len(line.evidence) == 30
    assert [(day.seats, day.billed) for day in line.evidence[14:16]] == [(8, 10), (0, 10)]


def test_arithmetic_is_told_in_both_languages():
    leases = [lease(12, APRIL.starts_on, MID_APRIL, name="a"), lease(6, MID_APRIL, name="b")]
    line = lines_of(component("seat_month", TEN_AT_LEAST), leases=leases)[0]
    assert say(line.steps, "en") == (
        "seats × days: 12 × 15 + 6 × 15 = 270 seat-days; at least 10 seats are billed each day: 330 seat-days; "
        "330 seat-days ÷ 30 days of the period × 3,000.00 = 33,000.00"
    )
    assert say(line.steps, "zh-hans") == (
        "席位 × 天数：12 × 15 + 6 × 15 = 270 席天；每天最低计费 10 席：330 席天；"
        "330 席天 ÷ 账期 30 天 × 3,000.00 = 33,000.00"
    )
