"""Bundles, prices per call and rents, in the words of the contract."""

from datetime import date

import pytest

from billing.rating.trace import say
from tests.unit.billing.rating.cases import amounts, calls, component, lines_of

BUNDLE = {"fee": "8000.00", "included": 5000, "overage_price": "1.20"}
HALF = date(2026, 4, 16)


@pytest.mark.parametrize(
    ("kind", "params", "first", "used", "expected"),
    [
        # H3: no calls, all calls included, one above.
        ("bundle", BUNDLE, None, 0, {"fee": "8000.00", "overage": "0.00"}),
        ("bundle", BUNDLE, None, 5000, {"fee": "8000.00", "overage": "0.00"}),
        ("bundle", BUNDLE, None, 5001, {"fee": "8000.00", "overage": "1.20"}),
        # H4: half a month with half of the calls included.
        ("bundle", BUNDLE, HALF, 2600, {"fee": "4000.00", "overage": "120.00"}),
        # H4: half a month with all of the calls included.
        ("bundle", BUNDLE | {"prorate_included": False}, HALF, 2600, {"fee": "4000.00", "overage": "0.00"}),
        # Half a month for the whole fee.
        ("bundle", BUNDLE | {"prorate_fee": False}, HALF, 2501, {"fee": "8000.00", "overage": "1.20"}),
        # 5,000 × 11/30 = 1,833.33: the allowance is 1,834 whole calls.
        ("bundle", BUNDLE, date(2026, 4, 20), 1835, {"fee": "2933.33", "overage": "1.20"}),
        # H5: a base minimum of 2,000.00, reached or not.
        (
            "metered",
            {"price": "1.50", "minimum_amount": "2000.00"},
            None,
            1000,
            {"usage": "1500.00", "true_up": "500.00"},
        ),
        ("metered", {"price": "1.50", "minimum_amount": "2000.00"}, None, 1334, {"usage": "2001.00"}),
        # H7: a base count of 10,000 calls, reached or not.
        ("metered", {"price": "0.80", "minimum_count": 10000}, None, 8500, {"usage": "6800.00", "true_up": "1200.00"}),
        ("metered", {"price": "0.80", "minimum_count": 10000}, None, 10001, {"usage": "8000.80"}),
        # Half a month has half of the minimum, unless agreed otherwise.
        ("metered", {"price": "0.80", "minimum_count": 1000}, HALF, 100, {"usage": "80.00", "true_up": "320.00"}),
        (
            "metered",
            {"price": "0.80", "minimum_count": 1000, "prorate_minimum": False},
            HALF,
            100,
            {"usage": "80.00", "true_up": "720.00"},
        ),
        # A third of a cent per call is rounded once, on the line.
        ("metered", {"price": "0.003333"}, None, 1500, {"usage": "5.00"}),
        # Three numbers at 200.00; half a month of them.
        ("recurring", {"price": "200.00", "count": 3}, None, 0, {"fee": "600.00"}),
        ("recurring", {"price": "200.00", "count": 3}, HALF, 0, {"fee": "300.00"}),
        ("recurring", {"price": "200.00", "prorate": False}, HALF, 0, {"fee": "200.00"}),
    ],
)
def test_calls_and_fees_are_billed(kind, params, first, used, expected):
    priced = component(kind, params, first) if first else component(kind, params)
    assert amounts(lines_of(priced, usage=[calls(used, date(2026, 4, 20))])) == expected


def test_only_the_meters_that_a_price_names_are_counted():
    usage = [calls(3), calls(4, meter="call_informed"), calls(5, meter="call_out")]
    both = component("metered", {"price": "1.00", "meters": ["call_in", "call_informed"]})
    assert amounts(lines_of(both, usage=usage)) == {"usage": "7.00"}


def test_usage_outside_the_served_days_belongs_to_another_price():
    usage = [calls(10, date(2026, 4, 15)), calls(1, HALF)]
    old = component("metered", {"price": "1.00"}, after=HALF, code="old")
    new = component("metered", {"price": "2.00"}, HALF, code="new")
    assert [f"{line.amount}" for line in lines_of(old, new, usage=usage)] == ["10.00", "2.00"]


def test_no_minimum_while_the_month_is_running():
    lines = lines_of(
        component("metered", {"price": "1.50", "minimum_amount": "2000.00"}),
        usage=[calls(10)],
        counted_to=date(2026, 5, 1),
    )
    assert amounts(lines) == {"usage": "15.00"}


def test_overage_is_told_in_both_languages():
    line = lines_of(component("bundle", BUNDLE), usage=[calls(5240)])[1]
    assert say(line.steps, "en") == "5,240 calls − 5,000 included = 240 × 1.20 = 288.00"
    assert say(line.steps, "zh-hans") == "5,240 次 − 包含 5,000 = 240 × 1.20 = 288.00"
