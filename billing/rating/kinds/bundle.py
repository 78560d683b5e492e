"""A fee with so many calls included, and a price for those above, each or in packages.

The fee is due for the served days as a whole, from the first day on. A prorated allowance is rounded up to a whole
call, in the tenant's favour: a part of a call cannot be used. What the period before left of its own allowance may be
carried over once: this period's allowance is used first, so what is carried over never depends on older periods.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from billing.rating.kinds.fees import fee_line
from billing.rating.kinds.kind import Kind
from billing.rating.meters import unit_of
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.tiers import blocks
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Bundle:
    """Parameters of `bundle`."""

    fee: Decimal = field(metadata=meaning("fee of a whole period", "每期套餐费"))
    included: int = field(metadata=meaning("calls included in the fee", "套餐包含次数"))
    overage_price: Decimal = field(metadata=meaning("price of each call (or block) above", "超出部分单价（或每组价）"))
    block_size: int = field(
        default=1,
        metadata=meaning(
            "calls above are billed in blocks of so many, a begun one counts",
            "超出部分按组计费时每组次数，不足一组按一组计",
        ),
    )
    prorate_fee: bool = field(
        default=True, metadata=meaning("whether a part of a period costs a part of the fee", "不足一期时套餐费按天折算")
    )
    prorate_included: bool = field(
        default=True,
        metadata=meaning("whether a part of a period includes a part of the calls", "不足一期时包含次数按天折算"),
    )
    carry_over: Literal["none", "one_period"] = field(
        default="none",
        metadata=meaning("whether calls not used may be used in the next period", "未用次数能否结转下一期"),
    )
    meters: tuple[str, ...] = field(
        default=("call_in",), metadata=meaning("meters whose quantity is counted", "计入的计量项")
    )

    def __post_init__(self) -> None:
        if self.block_size == 0:
            raise ParamsUnreadable(field="block_size", cause="must be 1 or more")


def _lines(params: Bundle, facts: Facts) -> list[Priced]:
    return [fee_line(params.fee, 1, params.prorate_fee, facts), _usage(params, facts)]


def _usage(params: Bundle, facts: Facts) -> Priced:
    unit = unit_of(params.meters)
    used = facts.quantity(params.meters)
    included, steps = params.included, []
    if params.prorate_included and facts.share != 1:
        part = params.included * facts.share
        included = ceil(part)
        steps.append(
            step(
                "included_share",
                included=params.included,
                served=facts.served_days,
                period_days=facts.period_days,
                share=number(part),
                unit=unit,
            )
        )
    carried = _carried(params, facts)
    if carried:
        steps.append(step("carried", included=included, carried=number(carried), allowance=number(included + carried)))
    allowance = included + carried
    over = max(used - allowance, Fraction(0))
    return Priced("overage", *_overage(params, facts, used, allowance, over, steps))


def _overage(
    params: Bundle, facts: Facts, used: Fraction, allowance: Fraction, over: Fraction, steps: list[Step]
) -> tuple[Fraction, str, Decimal, Fraction, tuple[Step, ...]]:
    unit = unit_of(params.meters)
    if not over:
        steps.append(step("included_used", quantity=number(used), unit=unit, included=number(allowance)))
        return Fraction(0), unit, params.overage_price, Fraction(0), tuple(steps)
    count = over if params.block_size == 1 else Fraction(blocks(over, params.block_size))
    exact = count * Fraction(params.overage_price)
    told = {"quantity": number(used), "unit": unit, "included": number(allowance), "over": number(over)}
    if params.block_size == 1:
        steps.append(step("overage", **told, price=price(params.overage_price), amount=facts.shown(exact)))
        return over, unit, params.overage_price, exact, tuple(steps)
    steps.append(
        step(
            "overage_blocks", **told, blocks=number(count), size=params.block_size, price=price(params.overage_price),
            amount=facts.shown(exact),
        )
    )  # fmt: skip
    return count, "block", params.overage_price, exact, tuple(steps)


def _carried(params: Bundle, facts: Facts) -> Fraction:
    """What the period before left of its own allowance."""
    if params.carry_over == "none" or facts.before is None:
        return Fraction(0)
    share = facts.before.share if params.prorate_included else Fraction(1)
    used = sum((cell.quantity for cell in facts.before.cells), Fraction(0))
    return max(ceil(params.included * share) - used, Fraction(0))


KIND = Kind(
    "bundle", Bundle, _lines, lambda params: params.meters, looks_back=lambda params: params.carry_over != "none"
)
