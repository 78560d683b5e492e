"""A fee with so many calls included, and a price for each above.

The fee is due for the served days as a whole, from the first day on. A prorated allowance is rounded up to a whole
call, in the tenant's favour: a part of a call cannot be used.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil

from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Bundle:
    """Parameters of `bundle`."""

    fee: Decimal = field(metadata=meaning("fee of a whole period", "每期套餐费"))
    included: int = field(metadata=meaning("calls included in the fee", "套餐包含次数"))
    overage_price: Decimal = field(metadata=meaning("price of each call above", "超出部分单价"))
    prorate_fee: bool = field(
        default=True, metadata=meaning("whether a part of a period costs a part of the fee", "不足一期时套餐费按天折算")
    )
    prorate_included: bool = field(
        default=True,
        metadata=meaning("whether a part of a period includes a part of the calls", "不足一期时包含次数按天折算"),
    )
    meters: tuple[str, ...] = field(
        default=("call_in",), metadata=meaning("meters whose quantity is counted", "计入的计量项")
    )


def _lines(params: Bundle, facts: Facts) -> list[Priced]:
    return [fee_line(params.fee, 1, params.prorate_fee, facts), _usage(params, facts)]


def fee_line(fee: Decimal, count: int, prorate: bool, facts: Facts) -> Priced:
    """`count` fees for the served days; shared with number rent."""
    share = facts.share if prorate else Fraction(1)
    exact = Fraction(fee) * count * share
    steps: list[Step] = []
    if count != 1:
        steps.append(step("fees", count=count, fee=price(fee), amount=facts.shown(Fraction(fee) * count)))
    if share == 1:
        steps = steps or [step("whole_fee", fee=price(fee))]
    else:
        steps.append(
            step(
                "share_of_fee",
                fee=price(fee * count),
                served=facts.served.days,
                period_days=facts.period.days,
                amount=facts.shown(exact),
            )
        )
    return Priced("fee", count * share, "month", fee, exact, tuple(steps))


def _usage(params: Bundle, facts: Facts) -> Priced:
    used = facts.quantity(params.meters)
    included, steps = params.included, []
    if params.prorate_included and facts.share != 1:
        part = params.included * facts.share
        included = ceil(part)
        steps.append(
            step(
                "included_share",
                included=params.included,
                served=facts.served.days,
                period_days=facts.period.days,
                share=number(part),
                unit="call",
            )
        )
    over = max(used - included, Fraction(0))
    exact = over * Fraction(params.overage_price)
    if over:
        steps.append(
            step(
                "overage",
                quantity=number(used),
                unit="call",
                included=included,
                over=number(over),
                price=price(params.overage_price),
                amount=facts.shown(exact),
            )
        )
    else:
        steps.append(step("included_used", quantity=number(used), unit="call", included=included))
    return Priced("overage", over, "call", params.overage_price, exact, tuple(steps))


KIND = Kind("bundle", Bundle, _lines, lambda params: params.meters)
