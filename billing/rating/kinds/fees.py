"""The line of a fee that is due for the served days, shared by several kinds."""

from decimal import Decimal
from fractions import Fraction

from billing.rating.trace import Step, price, step
from billing.rating.values import Facts, Priced


def fee_line(fee: Decimal, count: int, prorate: bool, facts: Facts) -> Priced:
    """`count` fees for the served days, due in full from the first day on."""
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
                served=facts.served_days,
                period_days=facts.period_days,
                amount=facts.shown(exact),
            )
        )
    return Priced("fee", count * share, "month", fee, exact, tuple(steps))
