"""Storage by gigabyte and month: the average of what lay there on each day, less what is included."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.trace import number, price, step
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Storage:
    """Parameters of `storage`."""

    price: Decimal = field(metadata=meaning("price of one GB for a whole period", "每 GB 每期单价"))
    included_gb: Decimal = field(default=Decimal(0), metadata=meaning("GB that cost nothing", "免费 GB"))
    meters: tuple[str, ...] = field(
        default=("recording_gb",), metadata=meaning("meters of GB by day", "计入的计量项（按天 GB）")
    )


def _lines(params: Storage, facts: Facts) -> list[Priced]:
    by_day = dict.fromkeys(facts.counted.each_day(), Fraction(0))
    for cell in facts.cells:
        if cell.on in by_day:
            by_day[cell.on] += cell.quantity
    counted = [(gb, facts.weights.of(day)) for day, gb in by_day.items()]
    gb_days = sum((gb * days for gb, days in counted), Fraction(0))
    above = sum((max(gb - Fraction(params.included_gb), Fraction(0)) * days for gb, days in counted), Fraction(0))
    months = above / facts.period_days
    exact = months * Fraction(params.price)
    steps = [step("gb_days", gb_days=number(gb_days), days=len(by_day))]
    if params.included_gb:
        steps.append(step("included_gb", included=number(params.included_gb), gb_days=number(above)))
    steps.append(
        step(
            "gb_share", gb_days=number(above), period_days=facts.period_days, price=price(params.price),
            amount=facts.shown(exact),
        )
    )  # fmt: skip
    return [Priced("storage", months, "gb_month", params.price, exact, tuple(steps))]


KIND = Kind("storage", Storage, _lines, lambda params: params.meters)
