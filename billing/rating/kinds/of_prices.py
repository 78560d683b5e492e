"""Prices that are reckoned from other prices: penalty, discount, and commitment (a maximum and a minimum over several).

Their order is fixed, whatever their order in the contract: penalties from the prices; discounts from the prices without
what makes up for a minimum; commitments from prices and discounts, the maximum before the minimum. Penalties, credits
and one-off work are outside every commitment. All are reckoned from lines as they are rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind, Stage
from billing.rating.meters import OFFERED
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Other, Priced

_PERCENT = 100
_MADE_UP = "true_up"
_OUTSIDE = frozenset({"credit", "work"})


def _of(names: tuple[str, ...], others: Iterable[Other], stage: Stage) -> list[Other]:
    return [one for one in others if one.stage == stage and (not names or one.code in names)]


def _sum(others: Iterable[Other]) -> Fraction:
    return sum((Fraction(one.amount) for one in others), Fraction(0))


_CODES = meaning("codes of the prices it is reckoned from; empty: all", "所依据价格的代码；空为全部")


@dataclass(frozen=True, slots=True)
class Discount:
    """Parameters of `discount`."""

    percent: Decimal = field(metadata=meaning("percent taken off", "折扣百分比"))
    of: tuple[str, ...] = field(default=(), metadata=_CODES)
    at_most: Decimal | None = field(default=None, metadata=meaning("amount taken off at most", "折扣金额上限"))

    def __post_init__(self) -> None:
        if self.percent > _PERCENT:
            raise ParamsUnreadable(field="percent", cause="must not be more than 100")


def _discount(params: Discount, facts: Facts) -> list[Priced]:
    base = _sum(one for one in _of(params.of, facts.others, Stage.PRICE) if one.part not in {_MADE_UP, *_OUTSIDE})
    exact = -base * Fraction(params.percent) / _PERCENT
    steps = [step("discount", base=facts.shown(base), percent=number(params.percent), amount=facts.shown(exact))]
    if params.at_most is not None and -exact > Fraction(params.at_most):
        exact = -Fraction(params.at_most)
        steps.append(step("at_most", most=price(params.at_most), amount=facts.shown(exact)))
    return [Priced("discount", Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))]


@dataclass(frozen=True, slots=True)
class PenaltyRow:
    """One row: how much is taken off below a service level."""

    below_percent: Decimal = field(metadata=meaning("holds below this service level", "低于该服务水平时适用（%）"))
    percent: Decimal = field(metadata=meaning("percent of the prices taken off", "扣减价格的百分比"))


@dataclass(frozen=True, slots=True)
class Penalty:
    """Parameters of `penalty`: the definition of the service level that the contract froze."""

    within_seconds: int = field(
        metadata=meaning("a call is in time if answered within so many seconds", "多少秒内接起为达标")
    )
    rows: tuple[PenaltyRow, ...] = field(metadata=meaning("what is taken off below which level", "低于各水平的扣减"))
    of: tuple[str, ...] = field(default=(), metadata=_CODES)
    short_abandon_seconds: int = field(
        default=0, metadata=meaning("callers who hang up within so many seconds do not count", "多少秒内挂断不计入")
    )
    minimum_calls: int = field(default=1, metadata=meaning("calls below which no penalty is due", "低于该来电数不扣减"))
    answered: tuple[str, ...] = field(
        default=("answered", "forwarded"), metadata=meaning("outcomes that are answered", "计为接通的结果")
    )
    missed: tuple[str, ...] = field(
        default=("abandoned", "queue_timeout", "queue_full", "no_agent"),
        metadata=meaning("outcomes that are missed", "计为未接通的结果"),
    )

    def __post_init__(self) -> None:
        if not self.rows:
            raise ParamsUnreadable(field="rows", cause="must have at least one row")
        for n, row in enumerate(self.rows, start=1):
            if row.percent > _PERCENT:
                raise ParamsUnreadable(field=f"rows[{n}].percent", cause="must not be more than 100")


def _penalty(params: Penalty, facts: Facts) -> list[Priced]:
    """Settled when the period is over; the row with the lowest level that was missed decides."""
    if not facts.final:
        return []
    offered = in_time = Fraction(0)
    for cell in facts.cells:
        if cell.detail.label in params.answered:
            offered += cell.quantity
            in_time += cell.quantity if cell.detail.seconds <= params.within_seconds else 0
        elif cell.detail.label in params.missed:
            short = cell.detail.label == "abandoned" and cell.detail.seconds <= params.short_abandon_seconds
            offered += 0 if short and params.short_abandon_seconds else cell.quantity
    if offered < max(params.minimum_calls, 1):
        return []
    level = _PERCENT * in_time / offered
    missed = [row for row in params.rows if level < Fraction(row.below_percent)]
    if not missed:
        return []
    row = min(missed, key=lambda one: one.below_percent)
    base = _sum(one for one in _of(params.of, facts.others, Stage.PRICE) if one.part not in _OUTSIDE)
    exact = -base * Fraction(row.percent) / _PERCENT
    steps = (
        step(
            "service_level", in_time=number(in_time), offered=number(offered), seconds=params.within_seconds,
            level=number(level), below=number(row.below_percent),
        ),
        step("penalty", base=facts.shown(base), percent=number(row.percent), amount=facts.shown(exact)),
    )  # fmt: skip
    return [Priced("penalty", Fraction(1), "amount", facts.rounded(exact), exact, steps)]


@dataclass(frozen=True, slots=True)
class Commitment:
    """Parameters of `commitment`."""

    minimum_amount: Decimal | None = field(
        default=None, metadata=meaning("billed at least, all named prices together", "合计最低消费")
    )
    maximum_amount: Decimal | None = field(
        default=None, metadata=meaning("billed at most, all named prices together", "合计封顶")
    )
    of: tuple[str, ...] = field(
        default=(),
        metadata=meaning("codes of the prices and discounts that count; empty: all", "计入的价格与折扣代码；空为全部"),
    )
    prorate: bool = field(
        default=True, metadata=meaning("whether a part of a period has a part of both", "不足一期时按天折算")
    )

    def __post_init__(self) -> None:
        lowest, highest = self.minimum_amount, self.maximum_amount
        if lowest is None and highest is None:
            raise ParamsUnreadable(field="minimum_amount", cause="is missing; give it or maximum_amount")
        if lowest is not None and highest is not None and lowest > highest:
            raise ParamsUnreadable(field="maximum_amount", cause="must not be below minimum_amount")


def _commitment(params: Commitment, facts: Facts) -> list[Priced]:
    counted = [
        *_of(params.of, facts.others, Stage.PRICE),
        *_of(params.of, facts.others, Stage.DISCOUNT),
    ]
    spent = _sum(one for one in counted if one.part not in _OUTSIDE)
    share = facts.share if params.prorate else Fraction(1)
    lines = []
    if params.maximum_amount is not None:
        highest = Fraction(facts.rounded(Fraction(params.maximum_amount) * share))
        if spent > highest:
            lines.append(_difference("ceiling", "maximum", params.maximum_amount, highest, spent, facts, share))
    if params.minimum_amount is not None and facts.final:
        lowest = Fraction(facts.rounded(Fraction(params.minimum_amount) * share))
        if spent < lowest:
            lines.append(_difference(_MADE_UP, "minimum_amount", params.minimum_amount, lowest, spent, facts, share))
    return lines


def _difference(
    part: str, key: str, whole: Decimal, bound: Fraction, spent: Fraction, facts: Facts, share: Fraction
) -> Priced:
    exact = bound - spent
    steps: list[Step] = []
    if share != 1:
        steps.append(
            step(
                "minimum_share", minimum=price(whole), served=facts.served_days, period_days=facts.period_days,
                share=facts.shown(bound),
            )
        )  # fmt: skip
    name = "maximum" if part == "ceiling" else "minimum"
    steps.append(step(key, **{name: facts.shown(bound)}, used=facts.shown(spent), amount=facts.shown(exact)))
    return Priced(part, Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))


DISCOUNT = Kind("discount", Discount, _discount, stage=Stage.DISCOUNT)
PENALTY = Kind(
    "penalty",
    Penalty,
    _penalty,
    lambda params: (OFFERED,),
    reads=lambda params: (OFFERED,),
    details=lambda params: frozenset({"label", "seconds"}),
    stage=Stage.PENALTY,
)
COMMITMENT = Kind("commitment", Commitment, _commitment, stage=Stage.COMMITMENT)
