"""Commission on success: a percentage of the orders' value or a price each, by the success rate reached.

Contacts and successes are those of the period; a success that is cancelled within `claw_back_days` counts no more, also
after its invoice: the period is reckoned anew, at the lower rate, and the difference is taken back. The rate table is
read with the success rate as it is, unrounded. Floor and cap hold for each deal.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from billing.rating.kinds.kind import Kind
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Priced

ORDER, CANCELLED = "order", "order_cancelled"
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class SuccessRate:
    """One row of the rate table."""

    pays: Decimal = field(
        metadata=meaning("percent of the value, or price of each success", "占成交额百分比，或每单价格")
    )
    from_percent: Decimal = field(
        default=Decimal(0), metadata=meaning("success rate from which the row holds", "适用的最低成功率（%）")
    )


@dataclass(frozen=True, slots=True)
class Commission:
    """Parameters of `commission`."""

    base: Literal["value", "count"] = field(metadata=meaning("what it is paid on", "提成依据"))
    rates: tuple[SuccessRate, ...] = field(metadata=meaning("what is paid by success rate", "按成功率的提成表"))
    floor: Decimal | None = field(default=None, metadata=meaning("paid at least for each deal", "每单最低提成"))
    cap: Decimal | None = field(default=None, metadata=meaning("paid at most for each deal", "每单最高提成"))
    free_deals: int = field(
        default=0, metadata=meaning("first successes of a period that pay nothing", "每期前若干单免提成")
    )
    claw_back_days: int = field(
        default=90, metadata=meaning("days within which a cancelled success counts no more", "撤单追回天数")
    )
    contacts: tuple[str, ...] = field(
        default=("call_in",), metadata=meaning("meters that count as contacts", "计为接触的计量项")
    )

    def __post_init__(self) -> None:
        if not self.rates:
            raise ParamsUnreadable(field="rates", cause="must have at least one row")
        if self.rates[0].from_percent:
            raise ParamsUnreadable(field="rates[1].from_percent", cause="must be 0: a rate for every success rate")
        for n in range(1, len(self.rates)):
            if self.rates[n].from_percent <= self.rates[n - 1].from_percent:
                raise ParamsUnreadable(
                    field=f"rates[{n + 1}].from_percent", cause="must be greater than the row before"
                )
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise ParamsUnreadable(field="cap", cause="must not be below floor")


def _lines(params: Commission, facts: Facts) -> list[Priced]:
    contacts = facts.quantity(params.contacts)
    deals = _deals(params, facts)
    successes = sum(deals.values(), Fraction(0))
    percent = _PERCENT * successes / contacts if contacts else Fraction(0)
    row = [one for one in params.rates if one.from_percent <= percent][-1]
    paying = _paying(params, deals)
    value = sum((count * Fraction(each) for (_, each), count in paying.items()), Fraction(0))
    exact = sum((count * _for_each(params, row, each) for (_, each), count in paying.items()), Fraction(0))
    count = sum(paying.values(), Fraction(0))
    steps = _told(params, facts, contacts, successes, percent, row, count, value, exact)
    return [Priced("commission", count, "order", row.pays, exact, steps)]


Deals = dict[tuple[str, Decimal], Fraction]


def _deals(params: Commission, facts: Facts) -> Deals:
    """Successes that stand, by day and value."""
    deals: Deals = defaultdict(Fraction)
    for cell in facts.cells:
        key = (cell.on.isoformat(), cell.detail.value)
        if cell.meter == ORDER:
            deals[key] += cell.quantity
        elif cell.meter == CANCELLED and cell.detail.days_after <= params.claw_back_days:
            deals[key] -= cell.quantity
    return deals


def _paying(params: Commission, deals: Deals) -> Deals:
    """Without the free ones: the first by day, on one day the smallest."""
    free = Fraction(params.free_deals)
    left: Deals = {}
    for key in sorted(deals):
        taken = min(free, max(deals[key], Fraction(0)))
        free -= taken
        if deals[key] != taken:
            left[key] = deals[key] - taken
    return left


def _for_each(params: Commission, row: SuccessRate, value: Decimal) -> Fraction:
    pays = Fraction(row.pays)
    exact = pays if params.base == "count" else Fraction(value) * pays / _PERCENT
    if params.floor is not None:
        exact = max(exact, Fraction(params.floor))
    return exact if params.cap is None else min(exact, Fraction(params.cap))


def _told(
    params: Commission,
    facts: Facts,
    contacts: Fraction,
    successes: Fraction,
    percent: Fraction,
    row: SuccessRate,
    count: Fraction,
    value: Fraction,
    exact: Fraction,
) -> tuple[Step, ...]:
    told = [step("success", successes=number(successes), contacts=number(contacts), percent=number(percent))]
    if count != successes:
        told.append(step("free_deals", free=number(successes - count), count=number(count)))
    if params.base == "value":
        told.append(step("of_value", value=facts.shown(value), pays=number(row.pays)))
    else:
        told.append(step("of_count", count=number(count), pays=price(row.pays)))
    if params.floor is not None or params.cap is not None:
        low = price(params.floor) if params.floor is not None else "–"
        high = price(params.cap) if params.cap is not None else "–"
        told.append(step("each_between", floor=low, cap=high))
    return (*told, step("sum", amount=facts.shown(exact)))


def _meters(params: Commission) -> tuple[str, ...]:
    return *params.contacts, ORDER, CANCELLED


KIND = Kind(
    "commission",
    Commission,
    _lines,
    _meters,
    reads=lambda params: params.contacts,
    details=lambda params: frozenset({"value", "days_after"}),
)
