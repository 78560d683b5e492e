"""The operator's staff by the month: so many full-time persons, and what absence takes off.

With `absence` "deducted", hours of shifts that the whole team is short of the agreed ones at the end of the period are
taken off at the price per hour that follows from the month's price; more hours than agreed cost nothing.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from billing.rating.kinds.kind import Kind
from billing.rating.kinds.staff_hour import SHIFT
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import number, price, step
from billing.rating.values import Facts, Priced

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class StaffMonth:
    """Parameters of `staff_month`."""

    price: Decimal = field(metadata=meaning("price of one person for a whole period", "每人每期单价"))
    persons: int = field(metadata=meaning("full-time persons agreed", "约定全职人数"))
    absence: Literal["none", "deducted"] = field(
        default="none", metadata=meaning("whether hours that are missing are taken off", "缺勤工时是否扣减")
    )
    hours: int = field(
        default=0,
        metadata=meaning(
            "hours that one person works in a whole period, for absence", "每人每期约定工时（扣减缺勤时）"
        ),
    )

    def __post_init__(self) -> None:
        if self.absence == "deducted" and self.hours == 0:
            raise ParamsUnreadable(field="hours", cause="is missing: absence is measured against it")


def _lines(params: StaffMonth, facts: Facts) -> list[Priced]:
    exact = Fraction(params.price) * params.persons * facts.share
    told = step(
        "persons", persons=params.persons, price=price(params.price), served=facts.served_days,
        period_days=facts.period_days, amount=facts.shown(exact),
    )  # fmt: skip
    lines = [Priced("fee", params.persons * facts.share, "person_month", params.price, exact, (told,))]
    if params.absence == "deducted" and facts.final:
        lines += _absence(params, facts)
    return lines


def _absence(params: StaffMonth, facts: Facts) -> list[Priced]:
    seconds = sum((cell.quantity * cell.detail.seconds for cell in facts.cells), Fraction(0))
    agreed, worked = params.persons * params.hours * facts.share, seconds / _HOUR
    missing = agreed - worked
    if missing <= 0:
        return []
    exact = -missing * Fraction(params.price) / params.hours
    told = step(
        "absence", agreed=number(agreed), worked=number(worked), missing=number(missing), price=price(params.price),
        hours=params.hours, amount=facts.shown(exact),
    )  # fmt: skip
    return [Priced("absence", -missing, "hour", params.price / params.hours, exact, (told,))]


def _meters(params: StaffMonth) -> tuple[str, ...]:
    return (SHIFT,) if params.absence == "deducted" else ()


def _details(params: StaffMonth) -> frozenset[str]:
    return frozenset({"seconds"}) if params.absence == "deducted" else frozenset()


KIND = Kind("staff_month", StaffMonth, _lines, _meters, details=_details)
