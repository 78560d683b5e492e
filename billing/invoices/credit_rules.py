"""How much of an invoice a credit note takes back: net by line, and the tax that goes with it. Pure.

Rules of this file: nothing is credited above its line. Tax is taken back cumulatively, so that the credits of all
lines, in whatever parts, come to the invoice's own tax to the cent, and the last one absorbs what rounding has left.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.rating.money import round_money
from billing.rating.tax import Rounding
from seatline.errors import Refused

NOTHING = Decimal(0)


class CreditAboveLine(Refused):
    """Line {position} can be credited by {left} at most."""


class NothingCredited(Refused):
    """The credit note would take nothing back."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the invoice: what stands on it, and what earlier credit notes have taken back (both as on the line)."""

    position: int
    net: Decimal
    tax: Decimal
    code: str
    rate_percent: Decimal
    credited_net: Decimal = NOTHING
    credited_tax: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        """What can still be credited, with the sign of the line."""
        return self.net - self.credited_net


@dataclass(frozen=True, slots=True)
class Credited:
    """What the note takes back of one line, with the sign of the line; the note prints it with the other sign."""

    position: int
    net: Decimal
    tax: Decimal
    closes: bool  # whether nothing of the line is left


@dataclass(frozen=True, slots=True)
class CreditTax:
    """What the note takes back of the tax of one code and rate."""

    code: str
    rate_percent: Decimal
    base: Decimal
    amount: Decimal


def lines_to_credit(lines: Sequence[Line], wanted: Mapping[int, Decimal] | None, currency: str) -> list[Credited]:
    """The credited part of each line that is credited at all: `wanted` net by position, or None for all that is left.

    Raises `CreditAboveLine`, `NothingCredited`.
    """
    credited: list[Credited] = []
    for line in lines:
        net = line.left if wanted is None else wanted.get(line.position, NOTHING)
        if (wanted is not None and not net) or (wanted is None and line.credited_net and not line.left):
            continue
        if net * line.left < 0 or abs(net) > abs(line.left):
            raise CreditAboveLine(position=line.position, left=f"{line.left:,.2f}")
        after = line.credited_net + net
        closes = after == line.net
        tax = line.tax if closes else round_money(Fraction(after) * Fraction(line.rate_percent) / 100, currency)
        credited.append(Credited(line.position, net, tax - line.credited_tax, closes))
    if not any(one.net for one in credited) and any(line.left for line in lines):
        raise NothingCredited
    return credited


def tax_to_credit(
    lines: Sequence[Line],
    credited: Sequence[Credited],
    sums: Mapping[tuple[str, Decimal], tuple[Decimal, Decimal]],
    credited_tax: Mapping[tuple[str, Decimal], Decimal],
    currency: str,
    rounding: Rounding,
) -> list[CreditTax]:
    """The note's tax by code and rate. `sums` are the invoice's (base, tax); `credited_tax` what earlier notes took."""
    now: dict[tuple[str, Decimal], list[Credited]] = defaultdict(list)
    base_after: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    by_position = {line.position: line for line in lines}
    for line in lines:
        base_after[line.code, line.rate_percent] += line.credited_net
    for one in credited:
        line = by_position[one.position]
        now[line.code, line.rate_percent].append(one)
        base_after[line.code, line.rate_percent] += one.net
    found: list[CreditTax] = []
    for key, ones in sorted(now.items()):
        base, tax = sums[key]
        if rounding == "per_line":
            amount = sum((one.tax for one in ones), NOTHING)
        else:
            total = (
                tax
                if base_after[key] == base
                else round_money(Fraction(base_after[key]) * Fraction(key[1]) / 100, currency)
            )
            amount = total - credited_tax.get(key, NOTHING)
        found.append(CreditTax(key[0], key[1], sum((one.net for one in ones), NOTHING), amount))
    return found
