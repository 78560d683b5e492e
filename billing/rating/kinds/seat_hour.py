"""Per seat and hour of the leased windows, whether the seats are used or not: rental by hours of the day and week.

Bands make some hours dearer or cheaper. A minimum of seat-hours is settled when the period is over.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from billing.rating.hours import PLAIN, Calendar, HourBand, lay_over
from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.periods import local_day
from billing.rating.seats import counted, seat_windows
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Evidence, Facts, Priced

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class SeatHour:
    """Parameters of `seat_hour`."""

    price: Decimal = field(metadata=meaning("price of one seat for one leased hour", "每席每小时单价"))
    minimum_hours: int = field(
        default=0, metadata=meaning("seat-hours that a whole period is billed at least", "每期最低计费席时")
    )
    bands: tuple[HourBand, ...] = field(
        default=(), metadata=meaning("hours at another price: night, weekend, holiday", "特殊时段：夜间、周末、节假日")
    )
    holidays: tuple[date, ...] = field(default=(), metadata=meaning("days that are holidays", "节假日日期"))
    workdays: tuple[date, ...] = field(
        default=(), metadata=meaning("weekend days that are worked instead", "调休上班日日期")
    )
    leases: Literal["all", "days", "hours"] = field(
        default="all",
        metadata=meaning(
            "which leases it counts",
            "计入的租约",
        ),
    )


def _lines(params: SeatHour, facts: Facts) -> list[Priced]:
    calendar = Calendar(params.bands, frozenset(params.holidays), frozenset(params.workdays))
    windows = list(seat_windows(counted(facts.leases, params.leases), facts.counted, facts.zone))
    seat_hours = sum((lease.seats * hours for lease, _, hours in windows), Fraction(0))
    by_band: dict[tuple[str, Decimal], Fraction] = defaultdict(Fraction)
    for lease, begins, hours in windows:
        ends = begins + timedelta(microseconds=int(hours * _HOUR * 1_000_000))
        for band, seconds in lay_over(begins, ends, facts.zone, calendar).items():
            by_band[band] += lease.seats * seconds / _HOUR
    exact = sum((hours * Fraction(factor) for (_, factor), hours in by_band.items()), Fraction(0)) * Fraction(
        params.price
    )
    evidence = tuple(
        Evidence(local_day(begins, facts.zone), lease.seats, lease.seats, lease.lease, number(hours))
        for lease, begins, hours in windows
    )
    steps = _told(params, facts, seat_hours, len(windows), by_band, exact)
    lines = [Priced("seats", seat_hours, "seat_hour", params.price, exact, steps, evidence)]
    short = params.minimum_hours * facts.share - seat_hours
    if facts.final and short > 0:
        lines.append(_true_up(params, facts, seat_hours, short))
    return lines


def _told(
    params: SeatHour,
    facts: Facts,
    seat_hours: Fraction,
    windows: int,
    by_band: dict[tuple[str, Decimal], Fraction],
    exact: Fraction,
) -> tuple[Step, ...]:
    amount = facts.shown(exact)
    if set(by_band) <= {PLAIN}:
        return (
            step(
                "seat_hours", seat_hours=number(seat_hours), windows=windows, price=price(params.price), amount=amount
            ),
        )
    told = [step("seat_hours_in_all", seat_hours=number(seat_hours), windows=windows)]
    told += band_steps(by_band, params.price)
    return (*told, step("sum", amount=amount))


def band_steps(by_band: dict[tuple[str, Decimal], Fraction], unit_price: Decimal) -> list[Step]:
    """Hours at the price, and hours in bands at their factor; shared with the hours of staff."""
    return [
        step("band_hours", hours=number(hours), band=name, price=price(unit_price), factor=price(factor))
        if name
        else step("plain_hours", hours=number(hours), price=price(unit_price))
        for (name, factor), hours in sorted(by_band.items())
    ]


def _true_up(params: SeatHour, facts: Facts, used: Fraction, short: Fraction) -> Priced:
    exact = short * Fraction(params.price)
    told = step(
        "minimum_hours", minimum=number(used + short), used=number(used), short=number(short),
        price=price(params.price), amount=facts.shown(exact),
    )  # fmt: skip
    return Priced("true_up", short, "seat_hour", params.price, exact, (told,))


KIND = Kind("seat_hour", SeatHour, _lines, holds="seat")
