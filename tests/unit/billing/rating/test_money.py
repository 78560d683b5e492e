"""Rounding, spreading and tax."""

from decimal import Decimal
from fractions import Fraction

import pytest

from billing.rating.money import CurrenciesMixed, Money, round_money, spread
from billing.rating.tax import Taxable, taxes


@pytest.mark.parametrize(
    ("exact", "currency", "rounded"),
    [
        # Half a cent goes up, and a credit is its mirror.
        ("0.005", "CNY", "0.01"),
        ("-0.005", "CNY", "-0.01"),
        # Half even would give 0.02 and 2.
        ("0.025", "CNY", "0.03"),
        ("2.5", "JPY", "3"),
        ("0.0005", "BHD", "0.001"),
        ("0.0049999", "CNY", "0.00"),
    ],
)
def test_half_a_unit_is_rounded_away_from_zero(exact, currency, rounded):
    assert str(round_money(Fraction(exact), currency)) == rounded


def test_a_third_is_exact_until_it_is_rounded():
    assert round_money(Fraction(403, 1) + Fraction(1, 3), "CNY") == Decimal("403.33")
    assert (Money.of("100.00", "CNY") * Fraction(1, 3) * 3).amount == 100


def test_currencies_are_not_mixed():
    with pytest.raises(CurrenciesMixed, match="CNY and in EUR"):
        Money.of(1, "CNY") + Money.of(1, "EUR")


def test_three_equal_parts_of_a_hundred_add_up():
    """H8."""
    assert [str(part) for part in spread(Decimal("100.00"), [1, 1, 1], "CNY")] == ["33.33", "33.33", "33.34"]


def test_two_rates_on_one_document():
    """H12: 10,000.00 at 6 % and 500.00 of SMS at 9 % (China 2026)."""
    lines = [Taxable(Decimal("10000.00"), "service", Decimal(6)), Taxable(Decimal("500.00"), "sms", Decimal(9))]
    taxed = taxes(lines, "CNY", "per_line")
    assert [str(one.amount) for one in taxed.sums] == ["600.00", "45.00"]
    assert Decimal("10500.00") + taxed.total == Decimal("11145.00")


def test_tax_is_rounded_on_every_line_or_once_per_rate():
    lines = [Taxable(Decimal("0.10"), "s", Decimal(6)) for _ in range(10)]
    assert str(taxes(lines, "CNY", "per_line").total) == "0.10"
    assert str(taxes(lines, "EUR", "per_rate").total) == "0.06"
