"""Tiers, packages, increments, bands of hours and milestones: what holds for all of them, on random ones."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.hours import Calendar, HourBand, lay_over
from billing.rating.money import round_money, spread
from billing.rating.tiers import Tier, billed_seconds, blocks, graduated, tier_of

CENT = Decimal("0.01")
AMOUNTS = st.decimals(0, 5000, places=4)
TIERS = st.lists(st.tuples(st.integers(1, 500), st.decimals(0, 9, places=4)), min_size=1, max_size=4).map(
    lambda rows: (
        *(Tier(price, sum(step for step, _ in rows[: n + 1])) for n, (_, price) in enumerate(rows[:-1])),
        Tier(rows[-1][1]),
    )
)


@given(TIERS, st.integers(0, 2000))
def test_graduated_prices_never_fall_and_have_no_jumps(tiers, quantity):
    here, next_one = graduated(Fraction(quantity), tiers), graduated(Fraction(quantity + 1), tiers)
    assert next_one - here == Fraction(tier_of(Fraction(quantity + 1), tiers).price)
    half = graduated(Fraction(2 * quantity + 1, 2), tiers)
    assert here <= half <= next_one


@given(st.integers(0, 5000), st.integers(1, 500))
def test_packages_are_begun_blocks_and_never_cheaper_than_single_units(quantity, size):
    count = blocks(Fraction(quantity), size)
    assert (count - 1) * size < quantity <= count * size or quantity == count == 0


@given(st.integers(1, 5000), st.integers(1, 120), st.integers(1, 120))
def test_increments_cover_the_call_and_waste_less_than_one(seconds, first, step):
    billed = billed_seconds(seconds, first, step)
    assert billed >= max(seconds, first)
    assert billed == first or billed - seconds < step


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "America/St_Johns"]),
    st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(1, 200_000),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_hours_laid_over_the_clock_are_the_hours_that_passed(zone, begins, seconds, first, last):
    """Whatever the clocks do meanwhile: no hour is lost or counted twice."""
    band = HourBand("band", Decimal("1.5"), time(first), time(last))
    shares = lay_over(begins, begins + timedelta(seconds=seconds), ZoneInfo(zone), Calendar((band,)))
    assert sum(shares.values()) == seconds


@given(
    AMOUNTS.map(lambda amount: round_money(amount, "CNY")),
    st.lists(st.integers(1, 99), min_size=1, max_size=9),
)
def test_milestones_add_up_exactly(total, weights):
    parts = spread(total, list(weights), "CNY")
    assert sum(parts) == total
    assert all(
        abs(Fraction(part) - Fraction(total) * weight / sum(weights)) < CENT
        for part, weight in zip(parts, weights, strict=True)
    )
