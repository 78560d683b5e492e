"""Calls to numbers outside by prefix and time band, in increments, with a connection fee.

The longest prefix decides; among its rows the one whose band holds at the instant the call began, else the row without
a band. A call that no row prices is not dropped: it stands on a line of its own at nothing, for the board of
exceptions.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.rating.hours import Calendar, HourBand, at_minute
from billing.rating.kinds.kind import Kind
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.tiers import billed_seconds
from billing.rating.trace import Step, number, price, step
from billing.rating.values import Cell, Facts, Priced

UNRATED = "unrated"
_MINUTE = 60
_LONGEST_CODE = 16


@dataclass(frozen=True, slots=True)
class MinuteRate:
    """One row of the table: what calls to a prefix cost."""

    code: str = field(
        metadata=meaning("short name of the row, once in the table: mobile, intl-night", "行代码，表内唯一")
    )
    prefix: str = field(
        metadata=meaning("beginning of the number in full, such as +86 or +861", "完整号码的前缀，如 +86")
    )
    price: Decimal = field(metadata=meaning("price of a minute", "每分钟单价"))
    connection_fee: Decimal = field(default=Decimal(0), metadata=meaning("added for each call", "每次接通费"))
    first_seconds: int = field(default=60, metadata=meaning("seconds billed at least", "首段秒数"))
    step_seconds: int = field(default=60, metadata=meaning("seconds of each further step", "后续步长秒数"))
    band: str = field(
        default="", metadata=meaning("only in this band of hours; empty: at all others", "仅适用时段名称；空为其余时段")
    )

    def __post_init__(self) -> None:
        if not 0 < len(self.code) <= _LONGEST_CODE or self.code == UNRATED:
            raise ParamsUnreadable(field="code", cause=f"must have 1 to {_LONGEST_CODE} letters and not be {UNRATED}")
        if not (self.prefix.startswith("+") and self.prefix[1:].isdigit()) and self.prefix != "+":
            raise ParamsUnreadable(field="prefix", cause="must be + and digits, such as +86")
        if self.step_seconds == 0:
            raise ParamsUnreadable(field="step_seconds", cause="must be 1 or more")


@dataclass(frozen=True, slots=True)
class OutsideMinutes:
    """Parameters of `outside_minutes`."""

    rates: tuple[MinuteRate, ...] = field(metadata=meaning("prices by prefix and band", "按前缀与时段的价格"))
    bands: tuple[HourBand, ...] = field(
        default=(),
        metadata=meaning("bands of hours that rows name; their factor is not used", "行中引用的时段（倍数不用）"),
    )
    holidays: tuple[date, ...] = field(default=(), metadata=meaning("days that are holidays", "节假日日期"))
    workdays: tuple[date, ...] = field(
        default=(), metadata=meaning("weekend days that are worked instead", "调休上班日日期")
    )
    meters: tuple[str, ...] = field(
        default=("outside_call",), metadata=meaning("meters whose calls are counted", "计入的计量项")
    )

    def __post_init__(self) -> None:
        if not self.rates:
            raise ParamsUnreadable(field="rates", cause="must have at least one row")
        names = {band.name for band in self.bands}
        seen: set[object] = set()
        for n, row in enumerate(self.rates, start=1):
            if row.band and row.band not in names:
                raise ParamsUnreadable(field=f"rates[{n}].band", cause="is not one of the bands")
            for key, name in ((row.code, "code"), ((row.prefix, row.band), "prefix")):
                if key in seen:
                    raise ParamsUnreadable(field=f"rates[{n}].{name}", cause="stands in another row already")
                seen.add(key)


def _lines(params: OutsideMinutes, facts: Facts) -> list[Priced]:
    calendar = Calendar(params.bands, frozenset(params.holidays), frozenset(params.workdays))
    calls: dict[str, list[Cell]] = defaultdict(list)
    for cell in facts.cells:
        row = _row(params, cell, calendar)
        calls[row.code if row else UNRATED].append(cell)
    lines = [_line(row, calls[row.code], facts) for row in params.rates if calls[row.code]]
    if calls[UNRATED]:
        lines.append(_unrated(calls[UNRATED]))
    return lines


def _row(params: OutsideMinutes, cell: Cell, calendar: Calendar) -> MinuteRate | None:
    found = [row for row in params.rates if cell.detail.to.startswith(row.prefix)]
    if not found:
        return None
    longest = max(len(row.prefix) for row in found)
    rows = [row for row in found if len(row.prefix) == longest]
    bands = at_minute(params.bands, cell.on, cell.detail.minute, calendar)
    return next((row for row in rows if row.band in bands), None) or next((row for row in rows if not row.band), None)


def _line(row: MinuteRate, cells: list[Cell], facts: Facts) -> Priced:
    calls = sum((cell.quantity for cell in cells), Fraction(0))
    seconds = sum(
        (cell.quantity * billed_seconds(cell.detail.seconds, row.first_seconds, row.step_seconds) for cell in cells),
        Fraction(0),
    )
    minutes = seconds / _MINUTE
    exact = minutes * Fraction(row.price) + calls * Fraction(row.connection_fee)
    steps: list[Step] = [
        step("to_prefix", prefix=row.prefix, band=row.band) if row.band else step("to_prefix_plain", prefix=row.prefix),
        step(
            "increments",
            quantity=number(calls),
            unit="call",
            first=row.first_seconds,
            further=row.step_seconds,
            minutes=number(minutes),
        ),
    ]
    told = {"minutes": number(minutes), "price": price(row.price), "amount": facts.shown(exact)}
    if row.connection_fee:
        steps.append(step("minutes_and_fees", **told, calls=number(calls), fee=price(row.connection_fee)))
    else:
        steps.append(step("minutes", **told))
    return Priced(row.code, minutes, "minute", row.price, exact, tuple(steps))


def _unrated(cells: list[Cell]) -> Priced:
    calls = sum((cell.quantity for cell in cells), Fraction(0))
    numbers = sorted({cell.detail.to for cell in cells})
    told = step("unrated", quantity=number(calls), unit="call", numbers=", ".join(numbers[:5]) or "–")
    return Priced(UNRATED, calls, "call", Decimal(0), Fraction(0), (told,))


def _details(params: OutsideMinutes) -> frozenset[str]:
    return frozenset({"to", "seconds", "minute"} if params.bands else {"to", "seconds"})


KIND = Kind("outside_minutes", OutsideMinutes, _lines, lambda params: params.meters, details=_details)
