"""The operator's staff by the hour, from their shifts: started steps, a minimum a shift, dearer hours.

A shift is a login session; it counts for the day on which it begins, as a whole. Pauses whose reason is named as unpaid
are taken out of it. What is left is rounded up to a started step and to the minimum as if it had been worked on to the
end of the step, so the hours added lie in the band in which the shift ends.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from billing.rating.hours import Calendar, HourBand, lay_over
from billing.rating.kinds.kind import Kind
from billing.rating.kinds.seat_hour import band_steps
from billing.rating.params import meaning
from billing.rating.trace import Step, number, step
from billing.rating.values import Cell, Facts, Priced

SHIFT, PAUSE = "staff_shift", "staff_pause"
_HOUR, _MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class StaffHour:
    """Parameters of `staff_hour`."""

    price: Decimal = field(metadata=meaning("price of one hour", "每小时单价"))
    step_minutes: int = field(
        default=1,
        metadata=meaning(
            "a shift is billed in started steps of so many minutes; 0: to the second", "每班次按多少分钟进位，0 为按秒"
        ),
    )
    shift_minimum_minutes: int = field(
        default=0, metadata=meaning("minutes that each shift is billed at least", "每班次最低计费分钟")
    )
    unpaid_pauses: tuple[str, ...] = field(
        default=(), metadata=meaning("reasons of pauses that are not paid", "不计费的小休原因")
    )
    bands: tuple[HourBand, ...] = field(
        default=(), metadata=meaning("hours at another price: night, weekend, holiday", "特殊时段：夜间、周末、节假日")
    )
    holidays: tuple[date, ...] = field(default=(), metadata=meaning("days that are holidays", "节假日日期"))
    workdays: tuple[date, ...] = field(
        default=(), metadata=meaning("weekend days that are worked instead", "调休上班日日期")
    )


Stretch = tuple[datetime, datetime]


def _lines(params: StaffHour, facts: Facts) -> list[Priced]:
    calendar = Calendar(params.bands, frozenset(params.holidays), frozenset(params.workdays))
    pauses: dict[str, list[Stretch]] = defaultdict(list)
    for cell in facts.cells:
        if cell.meter == PAUSE and cell.detail.label in params.unpaid_pauses and cell.quantity > 0:
            pauses[cell.detail.source].append(_stretch(cell))
    by_band: dict[tuple[str, Decimal], Fraction] = defaultdict(Fraction)
    shifts = worked = Fraction(0)
    for cell in facts.cells:
        if cell.meter != SHIFT:
            continue
        paid = _without(_stretch(cell), pauses[cell.detail.source])
        shifts += cell.quantity
        worked += cell.quantity * sum((_seconds(one) for one in paid), Fraction(0)) / _HOUR
        for one in _rounded_up(params, paid, _stretch(cell)):
            for band, seconds in lay_over(*one, facts.zone, calendar).items():
                by_band[band] += cell.quantity * seconds / _HOUR
    hours = sum(by_band.values(), Fraction(0))
    exact = sum((part * Fraction(factor) for (_, factor), part in by_band.items()), Fraction(0)) * Fraction(
        params.price
    )
    steps = _told(params, facts, shifts, worked, hours, by_band, exact)
    return [Priced("hours", hours, "hour", params.price, exact, steps)]


def _told(
    params: StaffHour,
    facts: Facts,
    shifts: Fraction,
    worked: Fraction,
    hours: Fraction,
    by_band: dict[tuple[str, Decimal], Fraction],
    exact: Fraction,
) -> tuple[Step, ...]:
    told = [step("shifts", quantity=number(shifts), unit="shift", hours=number(worked))]
    if hours != worked:
        told.append(
            step("shift_steps", step=params.step_minutes, minimum=params.shift_minimum_minutes, hours=number(hours))
        )
    return (*told, *band_steps(by_band, params.price), step("sum", amount=facts.shown(exact)))


def _stretch(cell: Cell) -> Stretch:
    assert cell.detail.starts_at is not None, "a shift has its instant"
    return cell.detail.starts_at, cell.detail.starts_at + timedelta(seconds=cell.detail.seconds)


def _seconds(stretch: Stretch) -> Fraction:
    return Fraction(int((stretch[1] - stretch[0]).total_seconds()))


def _without(whole: Stretch, pauses: Iterable[Stretch]) -> list[Stretch]:
    """What is left of a stretch outside the pauses."""
    left, at = [], whole[0]
    for first, after in sorted(pauses):
        if at < min(first, whole[1]):
            left.append((at, min(first, whole[1])))
        at = max(at, after)
    if at < whole[1]:
        left.append((at, whole[1]))
    return left


def _rounded_up(params: StaffHour, paid: list[Stretch], whole: Stretch) -> list[Stretch]:
    """The paid stretches, the last one worked on to the end of the step."""
    seconds = sum((_seconds(one) for one in paid), Fraction(0))
    wanted = max(seconds, Fraction(params.shift_minimum_minutes * _MINUTE))
    if params.step_minutes:
        size = params.step_minutes * _MINUTE
        wanted = Fraction(ceil(wanted / size) * size)
    more = timedelta(seconds=int(wanted - seconds))
    if not more:
        return paid
    if not paid:
        return [(whole[0], whole[0] + more)]
    return [*paid[:-1], (paid[-1][0], paid[-1][1] + more)]


def _meters(_params: StaffHour) -> tuple[str, ...]:
    return SHIFT, PAUSE


def _details(_params: StaffHour) -> frozenset[str]:
    return frozenset({"starts_at", "seconds", "label", "source"})


KIND = Kind("staff_hour", StaffHour, _lines, _meters, details=_details)
