"""Money: an exact amount in one currency, and the one way of rounding it.

Rules of this file: nothing else in the house rounds money. Half up on the magnitude, so that a credit is the exact
mirror of its charge. Python's own `round` is half even and must not be used.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from seatline.errors import BadInput

#: Digits after the point, where they are not two (ISO 4217).
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}

Exact = Fraction | Decimal | int


class CurrenciesMixed(BadInput):
    """Amounts in {left} and in {right} cannot be added."""


def places(currency: str) -> int:
    """Digits after the point of a currency."""
    return _EXPONENTS.get(currency, 2)


def round_to(value: Exact, digits: int) -> Decimal:
    """`value` with `digits` after the point, half up on the magnitude."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-digits)


def round_money(value: Exact, currency: str) -> Decimal:
    """`value` in the smallest unit of the currency."""
    return round_to(value, places(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; rounding is asked for by name."""

    amount: Fraction
    currency: str

    @classmethod
    def of(cls, amount: Exact | str, currency: str) -> "Money":
        """Money of a number or of text such as "3000.00"; a float is not a number of money."""
        if isinstance(amount, float):
            raise TypeError(amount)
        return cls(Fraction(amount), currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Exact) -> "Money":
        return Money(self.amount * Fraction(factor), self.currency)

    def rounded(self) -> Decimal:
        """The amount as it stands on a line."""
        return round_money(self.amount, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrenciesMixed(left=self.currency, right=other.currency)


def spread(total: Decimal, weights: list[Exact], currency: str) -> list[Decimal]:
    """Part `total` by weight so that the parts add up exactly: the largest remainders get the cents left,
    among equals the later ones."""
    sum_of_weights = sum((Fraction(weight) for weight in weights), Fraction(0))
    cents = Fraction(total) * 10 ** places(currency)
    exact = [cents * Fraction(weight) / sum_of_weights for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    left = int(cents) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], -i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [Decimal(part).scaleb(-places(currency)) for part in parts]
