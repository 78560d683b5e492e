"""Per call, minute, message or other unit of a meter: flat, graduated, by volume or in packages.

A minimum count or amount and a maximum amount stand as lines of their own. The minimum is settled when the period is
over, never on an interim document. Both are compared with the usage line as it is rounded, so that two lines together
are the minimum or the maximum to the cent.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from billing.rating.kinds.kind import Kind
from billing.rating.meters import unit_of
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.tiers import Tier, billed_seconds, blocks, check_tiers, graduated, graduated_steps, tier_of
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Facts, Priced

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Metered:
    """Parameters of `metered`."""

    price: Decimal | None = field(
        default=None, metadata=meaning("price of each; in packages: of a block", "单价；按组计费时为每组价")
    )
    mode: Literal["flat", "graduated", "volume", "package"] = field(
        default="flat",
        metadata=meaning(
            "how it is priced: at one price, by tiers, or in packages",
            "计价方式：单一价、分档或按组",
        ),
    )
    tiers: tuple[Tier, ...] = field(
        default=(), metadata=meaning("prices by quantity, for graduated and volume", "按数量分档的价格（累进、档位）")
    )
    block_size: int = field(default=1, metadata=meaning("units in a block, for packages", "每组数量（按组计费）"))
    count: Literal["facts", "minutes"] = field(
        default="facts", metadata=meaning("whether calls are counted or their minutes", "按次数或按分钟计")
    )
    first_seconds: int = field(
        default=_MINUTE, metadata=meaning("seconds that a call is billed at least, for minutes", "按分钟计时首段秒数")
    )
    step_seconds: int = field(
        default=_MINUTE, metadata=meaning("seconds of each further step, for minutes", "按分钟计时后续步长秒数")
    )
    minimum_count: int | None = field(default=None, metadata=meaning("units that are billed at least", "最低计费数量"))
    minimum_amount: Decimal | None = field(
        default=None, metadata=meaning("amount that is billed at least", "最低消费金额")
    )
    maximum_amount: Decimal | None = field(default=None, metadata=meaning("amount that is billed at most", "封顶金额"))
    prorate_minimum: bool = field(
        default=True,
        metadata=meaning(
            "whether a part of a period has a part of the minimum and maximum", "不足一期时最低值与封顶按天折算"
        ),
    )
    meters: tuple[str, ...] = field(
        default=("call_in",), metadata=meaning("meters whose quantity is counted", "计入的计量项")
    )

    def __post_init__(self) -> None:
        if self.minimum_count is not None and self.minimum_amount is not None:
            raise ParamsUnreadable(field="minimum_amount", cause="stands beside minimum_count; give one of them")
        if self.mode in {"flat", "package"} and self.price is None:
            raise ParamsUnreadable(field="price", cause="is missing")
        if self.mode in {"graduated", "volume"}:
            check_tiers(self.tiers, "tiers")
        if self.block_size == 0:
            raise ParamsUnreadable(field="block_size", cause="must be 1 or more")
        if self.step_seconds == 0:
            raise ParamsUnreadable(field="step_seconds", cause="must be 1 or more")
        lowest, highest = self.minimum_amount, self.maximum_amount
        if lowest is not None and highest is not None and lowest > highest:
            raise ParamsUnreadable(field="maximum_amount", cause="must not be below minimum_amount")


def _lines(params: Metered, facts: Facts) -> list[Priced]:
    used, unit, steps = _counted(params, facts)
    exact, told, unit_price = _cost(params, facts, used, unit)
    lines = [Priced("usage", used, unit, unit_price, exact, (*steps, *told))]
    amount = Fraction(facts.rounded(exact))
    lines += _ceiling(params, facts, amount)
    if facts.final:
        lines += _true_up(params, facts, used, unit, amount)
    return lines


def _counted(params: Metered, facts: Facts) -> tuple[Fraction, str, list[Step]]:
    """The quantity with its unit; minutes are billed in increments, each call by itself."""
    calls = facts.quantity(params.meters)
    if params.count == "facts":
        return calls, unit_of(params.meters), []
    seconds = sum(
        cell.quantity * billed_seconds(cell.detail.seconds, params.first_seconds, params.step_seconds)
        for cell in facts.cells
    )
    minutes = Fraction(seconds, _MINUTE)
    told = step(
        "increments", quantity=number(calls), unit=unit_of(params.meters), first=params.first_seconds,
        further=params.step_seconds, minutes=number(minutes),
    )  # fmt: skip
    return minutes, "minute", [told]


def _cost(params: Metered, facts: Facts, used: Fraction, unit: str) -> tuple[Fraction, list[Step], Decimal]:
    """What a quantity costs, in words, and the price that stands beside it."""
    match params.mode:
        case "graduated":
            exact = graduated(used, params.tiers)
            told = [*graduated_steps(used, params.tiers, unit), step("sum", amount=facts.shown(exact))]
            return exact, told, tier_of(used, params.tiers).price
        case "volume":
            tier = tier_of(used, params.tiers)
            exact = used * Fraction(tier.price) + (Fraction(tier.fee) if used else 0)
            told = [
                step(
                    "volume",
                    quantity=number(used),
                    unit=unit,
                    price=price(tier.price),
                    fee=price(tier.fee),
                    amount=facts.shown(exact),
                )
            ]
            return exact, told, tier.price
        case "package":
            assert params.price is not None
            count = blocks(used, params.block_size)
            exact = count * Fraction(params.price)
            told = [
                step(
                    "package", quantity=number(used), unit=unit, blocks=count, size=params.block_size,
                    price=price(params.price), amount=facts.shown(exact),
                )
            ]  # fmt: skip
            return exact, told, params.price
    assert params.price is not None
    exact = used * Fraction(params.price)
    told = [step("metered", quantity=number(used), unit=unit, price=price(params.price), amount=facts.shown(exact))]
    return exact, told, params.price


def _share_told(params: Metered, facts: Facts, whole: str, share: str) -> list[Step]:
    if not params.prorate_minimum or facts.share == 1:
        return []
    return [step("minimum_share", minimum=whole, served=facts.served_days, period_days=facts.period_days, share=share)]


def _ceiling(params: Metered, facts: Facts, used_amount: Fraction) -> list[Priced]:
    if params.maximum_amount is None:
        return []
    share = facts.share if params.prorate_minimum else Fraction(1)
    highest = Fraction(facts.rounded(Fraction(params.maximum_amount) * share))
    exact = highest - used_amount
    if exact >= 0:
        return []
    steps = _share_told(params, facts, price(params.maximum_amount), facts.shown(highest))
    steps.append(
        step("maximum", maximum=facts.shown(highest), used=facts.shown(used_amount), amount=facts.shown(exact))
    )
    return [Priced("ceiling", Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))]


def _true_up(params: Metered, facts: Facts, used: Fraction, unit: str, used_amount: Fraction) -> list[Priced]:
    share = facts.share if params.prorate_minimum else Fraction(1)
    counted = params.minimum_count is not None
    whole = Fraction(params.minimum_count or 0) if counted else Fraction(params.minimum_amount or 0)
    minimum = whole * share
    cost, _, unit_price = _cost(params, facts, minimum, unit) if counted else (minimum, [], Decimal(0))
    floor = Fraction(facts.rounded(cost))
    exact = floor - used_amount
    if exact <= 0 or (counted and used >= minimum):
        return []
    shown_whole = number(whole) if counted else price(params.minimum_amount or Decimal(0))
    steps = _share_told(params, facts, shown_whole, number(minimum) if counted else facts.shown(minimum))
    if not counted:
        steps.append(
            step(
                "minimum_amount",
                minimum=facts.shown(floor),
                used=facts.shown(used_amount),
                amount=facts.shown(exact),
            )
        )
        return [Priced("true_up", Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))]
    short = minimum - used
    told = {"minimum": number(minimum), "unit": unit, "used": number(used), "short": number(short)}
    if params.mode == "flat":
        steps.append(step("minimum_count", **told, price=price(unit_price), amount=facts.shown(exact)))
        return [Priced("true_up", short, unit, unit_price, exact, tuple(steps))]
    steps.append(
        step("minimum_cost", **told, cost=facts.shown(floor), spent=facts.shown(used_amount), amount=facts.shown(exact))
    )
    return [Priced("true_up", Fraction(1), "amount", facts.rounded(exact), exact, tuple(steps))]


def _details(params: Metered) -> frozenset[str]:
    return frozenset({"seconds"}) if params.count == "minutes" else frozenset()


KIND = Kind("metered", Metered, _lines, lambda params: params.meters, details=_details)
