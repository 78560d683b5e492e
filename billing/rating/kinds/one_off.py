"""Work that is billed once, in the period of its day, and a credit that is given once."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import number, price, step
from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class OneOff:
    """Parameters of `one_off`."""

    price: Decimal = field(metadata=meaning("price of one", "单价"))
    on: tuple[date, ...] = field(metadata=meaning("the day of each time it was done", "每次完成日期"))
    quantity: Decimal = field(
        default=Decimal(1), metadata=meaning("how many each time, such as hours", "每次数量（如工时）")
    )

    def __post_init__(self) -> None:
        _need_a_day(self.on)


@dataclass(frozen=True, slots=True)
class Credit:
    """Parameters of `credit`."""

    amount: Decimal = field(metadata=meaning("amount that is given back each time", "每次减免金额"))
    on: tuple[date, ...] = field(metadata=meaning("the day of each credit", "每次减免日期"))
    reason: str = field(
        default="", metadata=meaning("why, as it stands in the calculation", "减免原因（显示在计算中）")
    )

    def __post_init__(self) -> None:
        _need_a_day(self.on)


def _need_a_day(on: tuple[date, ...]) -> None:
    if not on:
        raise ParamsUnreadable(field="on", cause="must name at least one day")


def _done(on: tuple[date, ...], facts: Facts) -> list[date]:
    return sorted(day for day in on if facts.counted.starts_on <= day < facts.counted.ends_on)


def _work(params: OneOff, facts: Facts) -> list[Priced]:
    done = _done(params.on, facts)
    if not done:
        return []
    quantity = Fraction(params.quantity) * len(done)
    exact = quantity * Fraction(params.price)
    told = step(
        "done_on", days_done=", ".join(map(str, done)), quantity=number(quantity), price=price(params.price),
        amount=facts.shown(exact),
    )  # fmt: skip
    return [Priced("work", quantity, "piece", params.price, exact, (told,))]


def _credit(params: Credit, facts: Facts) -> list[Priced]:
    done = _done(params.on, facts)
    if not done:
        return []
    exact = -Fraction(params.amount) * len(done)
    told = step(
        "credit_on", days_done=", ".join(map(str, done)), reason=params.reason or "–", count=len(done),
        price=price(params.amount), amount=facts.shown(exact),
    )  # fmt: skip
    return [Priced("credit", Fraction(-len(done)), "piece", params.amount, exact, (told,))]


KIND = Kind("one_off", OneOff, _work)
CREDIT = Kind("credit", Credit, _credit)
