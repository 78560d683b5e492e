"""Per number and month, for the numbers that are assigned on each day; a day has the most that were held at once.

`prefixes` says which numbers: an empty list is all. Several prices may share the numbers of a tenant by prefix.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.seats import seats_by_day
from billing.rating.trace import price, step
from billing.rating.values import Evidence, Facts, Priced


@dataclass(frozen=True, slots=True)
class NumberMonth:
    """Parameters of `number_month`."""

    price: Decimal = field(metadata=meaning("price of one number for a whole period", "每号码每期单价"))
    free: int = field(default=0, metadata=meaning("numbers that cost nothing", "免费号码个数"))
    prefixes: tuple[str, ...] = field(
        default=(),
        metadata=meaning(
            "beginnings of the numbers that count, such as +861250; empty: all", "计入号码的前缀，如 +861250；空为全部"
        ),
    )


def _lines(params: NumberMonth, facts: Facts) -> list[Priced]:
    counted = [one for one in facts.leases if not params.prefixes or one.lease.startswith(params.prefixes)]
    by_day = list(seats_by_day(counted, facts.counted, facts.zone))
    evidence = tuple(Evidence(on, numbers, max(numbers - params.free, 0)) for on, numbers in by_day)
    number_days = sum(day.billed * facts.weights.of(day.on) for day in evidence)
    months = Fraction(number_days, facts.period_days)
    exact = months * Fraction(params.price)
    steps = [
        step(
            "number_days", number_days=sum(day.seats * facts.weights.of(day.on) for day in evidence), days=len(evidence)
        )
    ]
    if params.free:
        steps.append(step("free_numbers", free=params.free, number_days=number_days))
    steps.append(
        step(
            "number_share", number_days=number_days, period_days=facts.period_days, price=price(params.price),
            amount=facts.shown(exact),
        )
    )  # fmt: skip
    return [Priced("numbers", months, "number_month", params.price, exact, tuple(steps), evidence)]


KIND = Kind("number_month", NumberMonth, _lines, holds="number")
