"""What of a document goes onto a fapiao: rows with net, rate and tax, discounts beside what they reduce. Pure.

Rules of this file: a blue fapiao has no negative row, so what takes off is printed as the discount of rows of the same
code and rate, the largest first. A red one mirrors its blue one; its rows are all negative. Tax is net times rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from billing.rating.money import round_money
from seatline.errors import Refused

#: The tax platform takes no fapiao with more rows.
MOST_ROWS = 2000


class FapiaoTooLong(Refused):
    """A fapiao has {most} rows at most; this document has {rows}."""


class FapiaoNegative(Refused):
    """What takes off {rate} % lines is more than they come to: a fapiao cannot print it. Credit an earlier invoice."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the fapiao; `discount` is negative or nought, and already taken off neither net nor tax."""

    item: str
    cn_code: str
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    net: Decimal
    rate_percent: Decimal
    tax: Decimal
    discount: Decimal = Decimal(0)
    discount_tax: Decimal = Decimal(0)


def rows_of(lines: Sequence[Row], *, red: bool) -> list[Row]:
    """The rows as they are printed. Raises `FapiaoTooLong`, `FapiaoNegative`."""
    if len(lines) > MOST_ROWS:
        raise FapiaoTooLong(most=MOST_ROWS, rows=len(lines))
    if red:
        return [line for line in lines if line.net]
    kept = {index: line for index, line in enumerate(lines) if line.net > 0}
    for line in lines:
        left = -line.net
        if left <= 0:
            continue
        able = [i for i, one in kept.items() if (one.cn_code, one.rate_percent) == (line.cn_code, line.rate_percent)]
        for index in sorted(able, key=lambda i: (-(kept[i].net + kept[i].discount), i)):
            one = kept[index]
            part = min(left, one.net + one.discount)
            if part <= 0:
                continue
            discount = one.discount - part
            tax = round_money(Fraction(discount) * Fraction(one.rate_percent) / 100, "CNY")
            kept[index] = replace(one, discount=discount, discount_tax=tax)
            left -= part
        if left > 0:
            raise FapiaoNegative(rate=f"{line.rate_percent.normalize():f}")
    return [kept[index] for index in sorted(kept)]
