"""Tax on rounded net lines, by the seller's rule: once per rate (EU) or on every line (China)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from billing.rating.money import round_money

Rounding = Literal["per_rate", "per_line"]


@dataclass(frozen=True, slots=True)
class Taxable:
    """A line's net amount with its code and rate."""

    net: Decimal
    code: str
    rate_percent: Decimal


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Base and tax of one code and rate."""

    code: str
    rate_percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Taxes:
    """The tax of each line, in order, and the sums by code and rate, sorted."""

    per_line: tuple[Decimal, ...]
    sums: tuple[TaxSum, ...]

    @property
    def total(self) -> Decimal:
        """All tax of the document."""
        return sum((one.amount for one in self.sums), Decimal(0))


def taxes(lines: Sequence[Taxable], currency: str, rounding: Rounding) -> Taxes:
    """The tax of a document. Under `per_rate` the tax beside a line is for information; the sums are what counts."""
    per_line = tuple(round_money(Fraction(line.net) * Fraction(line.rate_percent) / 100, currency) for line in lines)
    groups: dict[tuple[str, Decimal], list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        groups[line.code, line.rate_percent].append(index)
    sums = []
    for (code, rate_percent), indexes in sorted(groups.items()):
        base = sum((lines[i].net for i in indexes), Decimal(0))
        if rounding == "per_line":
            amount = sum((per_line[i] for i in indexes), Decimal(0))
        else:
            amount = round_money(Fraction(base) * Fraction(rate_percent) / 100, currency)
        sums.append(TaxSum(code, rate_percent, base, amount))
    return Taxes(per_line, tuple(sums))
