"""Per call (or other unit of a meter), with a minimum count or a minimum amount as a line of its own.

The minimum is settled when the period is over, never on an interim document. It is compared with the usage line as it
is rounded, so that both lines together are exactly the minimum.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Metered:
    """Parameters of `metered`."""

    price: Decimal = field(metadata=meaning("price of each", "单价"))
    minimum_count: int | None = field(default=None, metadata=meaning("units that are billed at least", "最低计费数量"))
    minimum_amount: Decimal | None = field(
        default=None, metadata=meaning("amount that is billed at least", "最低消费金额")
    )
    prorate_minimum: bool = field(
        default=True,
        metadata=meaning("whether a part of a period has a part of the minimum", "不足一期时最低值按天折算"),
    )
    meters: tuple[str, ...] = field(
        default=("call_in",), metadata=meaning("meters whose quantity is counted", "计入的计量项")
    )

    def __post_init__(self) -> None:
        if self.minimum_count is not None and self.minimum_amount is not None:
            raise ParamsUnreadable(field="minimum_amount", cause="stands beside minimum_count; give one of them")


def _lines(params: Metered, facts: Facts) -> list[Priced]:
    used = facts.quantity(params.meters)
    exact = used * Fraction(params.price)
    told = step("metered", quantity=number(used), unit="call", price=price(params.price), amount=facts.shown(exact))
    lines = [Priced("usage", used, "call", params.price, exact, (told,))]
    if facts.final:
        lines += _true_up(params, facts, used, Fraction(facts.rounded(exact)))
    return lines


def _true_up(params: Metered, facts: Facts, used: Fraction, used_amount: Fraction) -> list[Priced]:
    share = facts.share if params.prorate_minimum else Fraction(1)
    counted = params.minimum_count is not None
    whole = Fraction(params.minimum_count or 0) if counted else Fraction(params.minimum_amount or 0)
    minimum = whole * share
    floor = Fraction(facts.rounded(minimum * Fraction(params.price) if counted else minimum))
    exact = floor - used_amount
    if exact <= 0:
        return []
    steps: list[Step] = []
    if share != 1:
        steps.append(
            step(
                "minimum_share",
                minimum=number(whole) if counted else price(params.minimum_amount or Decimal(0)),
                served=facts.served.days,
                period_days=facts.period.days,
                share=number(minimum) if counted else facts.shown(minimum),
            )
        )
    if counted:
        short = minimum - used
        steps.append(
            step(
                "minimum_count",
                minimum=number(minimum),
                unit="call",
                used=number(used),
                short=number(short),
                price=price(params.price),
                amount=facts.shown(exact),
            )
        )
        return [Priced("true_up", short, "call", params.price, exact, tuple(steps))]
    steps.append(
        step("minimum_amount", minimum=facts.shown(floor), used=facts.shown(used_amount), amount=facts.shown(exact))
    )
    return [Priced("true_up", Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))]


KIND = Kind("metered", Metered, _lines, lambda params: params.meters)
