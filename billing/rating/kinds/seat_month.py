"""Per seat and month, with a minimum of seats. Counted in seat-days: part months cost their share of the days.

`minimum_scope`: "day" bills at least the minimum on every day; "period" compares the seat-days of the whole period with
the minimum and adds what is short as a line of its own, when the period is over. `on_decrease`: "credit" bills what is
held on each day; with "next_period" seats that are given back are billed until the period ends.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.seats import counted, runs, seats_by_day
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Evidence, Facts, Priced

_RUNS_TOLD = 8


@dataclass(frozen=True, slots=True)
class SeatMonth:
    """Parameters of `seat_month`."""

    price: Decimal = field(metadata=meaning("price of one seat for a whole period", "每席每期单价"))
    minimum_seats: int = field(default=0, metadata=meaning("seats that are billed at least", "最低计费席位数"))
    minimum_scope: Literal["day", "period"] = field(
        default="day",
        metadata=meaning("for what the minimum holds", "最低席位的计算范围"),
    )
    on_decrease: Literal["credit", "next_period"] = field(
        default="credit",
        metadata=meaning(
            "from when fewer seats cost less",
            "减席何时生效",
        ),
    )
    leases: Literal["all", "days", "hours"] = field(
        default="all",
        metadata=meaning(
            "which leases it counts",
            "计入的租约",
        ),
    )


def _lines(params: SeatMonth, facts: Facts) -> list[Priced]:
    by_day = list(seats_by_day(counted(facts.leases, params.leases), facts.counted, facts.zone))
    floor = params.minimum_seats if params.minimum_scope == "day" else 0
    kept = list(accumulate((seats for _, seats in by_day), max)) if params.on_decrease == "next_period" else []
    evidence = tuple(
        Evidence(on, seats, max(seats, floor, kept[n] if kept else 0)) for n, (on, seats) in enumerate(by_day)
    )
    seat_days = sum(day.billed * facts.weights.of(day.on) for day in evidence)
    exact = Fraction(seat_days, facts.period_days) * Fraction(params.price)
    steps = _told(params, facts, evidence, seat_days, exact)
    lines = [
        Priced("seats", Fraction(seat_days, facts.period_days), "seat_month", params.price, exact, steps, evidence)
    ]
    short = params.minimum_seats * facts.served_days - seat_days
    if params.minimum_scope == "period" and facts.final and short > 0:
        lines.append(_true_up(params, facts, seat_days, short))
    return lines


def _told(
    params: SeatMonth, facts: Facts, days: tuple[Evidence, ...], seat_days: int, exact: Fraction
) -> tuple[Step, ...]:
    leased = sum(day.seats * facts.weights.of(day.on) for day in days)
    held = runs(day.seats for day in days)
    steps: list[Step] = []
    if leased == 0:
        steps.append(step("no_seats", days=len(days)))
    elif facts.weights.odd:
        steps.append(step("seat_days", seat_days=leased, days=facts.weights.days(facts.counted)))
    elif len(held) == 1:
        steps.append(step("seats_each_day", seats=held[0][0], days=len(days)))
    elif len(held) <= _RUNS_TOLD:
        told = " + ".join(f"{seats} × {length}" for seats, length in held)
        steps.append(step("seats_by_day", runs=told, seat_days=leased))
    else:
        steps.append(step("seat_days", seat_days=leased, days=len(days)))
    if params.on_decrease == "next_period" and any(day.billed > max(day.seats, params.minimum_seats) for day in days):
        steps.append(step("kept_to_the_end", seat_days=seat_days))
    elif seat_days > leased:
        steps.append(step("minimum_each_day", minimum=params.minimum_seats, seat_days=seat_days))
    billed = runs(day.billed for day in days)
    amount = facts.shown(exact)
    if len(billed) == 1 and facts.counted == facts.period:
        steps.append(step("whole_seats", seats=billed[0][0], price=price(params.price), amount=amount))
    else:
        steps.append(
            step(
                "share_of_month",
                seat_days=seat_days,
                period_days=facts.period_days,
                price=price(params.price),
                amount=amount,
            )
        )
    return tuple(steps)


def _true_up(params: SeatMonth, facts: Facts, used: int, short: int) -> Priced:
    floor = used + short
    # The two lines together are the minimum to the cent, so the shortfall is taken from the rounded line.
    whole = facts.rounded(Fraction(floor, facts.period_days) * Fraction(params.price))
    exact = Fraction(whole) - Fraction(facts.rounded(Fraction(used, facts.period_days) * Fraction(params.price)))
    steps = (
        step(
            "minimum_seats", minimum=params.minimum_seats, days=facts.served_days, floor=floor, used=used, short=short
        ),
        step(
            "share_of_month",
            seat_days=number(short),
            period_days=facts.period_days,
            price=price(params.price),
            amount=facts.shown(exact),
        ),
    )
    return Priced("true_up", Fraction(short, facts.period_days), "seat_month", params.price, exact, steps)


KIND = Kind("seat_month", SeatMonth, _lines, holds="seat")
