"""A fee that returns every period, such as number rent. A part of a period costs its share of the days."""

from dataclasses import dataclass, field
from decimal import Decimal

from billing.rating.kinds.fees import fee_line
from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Recurring:
    """Parameters of `recurring`."""

    price: Decimal = field(metadata=meaning("price of one for a whole period", "每期单价"))
    count: int = field(default=1, metadata=meaning("how many, such as numbers rented", "数量（如号码个数）"))
    prorate: bool = field(
        default=True, metadata=meaning("whether a part of a period costs a part of the price", "不足一期时按天折算")
    )


def _lines(params: Recurring, facts: Facts) -> list[Priced]:
    return [fee_line(params.price, params.count, params.prorate, facts)]


KIND = Kind("recurring", Recurring, _lines)
