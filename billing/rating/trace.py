"""The arithmetic of a line as steps that can be stored, and told in both languages.

Rules of this file: a step is a key and values as plain text ("3000.00", "2026-11-01"); it holds no sentence. The
sentences stand in `PHRASES` alone, so that a line printed years later reads the same and a language can be added.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.rating.money import round_to

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation."""

    key: str
    values: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """For storing; `step_of` reads it back."""
        return {"key": self.key, "values": dict(self.values)}


def step(key: str, **values: str | int) -> Step:
    """A step with its values as text."""
    return Step(key, {name: str(value) for name, value in values.items()})


def step_of(stored: Mapping[str, object]) -> Step:
    """The step that `as_json` stored."""
    values = stored["values"]
    assert isinstance(values, Mapping)
    return Step(str(stored["key"]), values)


def number(value: Fraction | Decimal | int) -> str:
    """A quantity as text: as many decimals as it has, six at most."""
    text = f"{round_to(value, 6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(value: Decimal) -> str:
    """A unit price as text: two decimals at least."""
    shown = value.normalize()
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    return f"{round_to(value, max(2, -exponent)):f}"


PHRASES: dict[str, tuple[str, str]] = {
    # Seats.
    "seats_each_day": ("{seats} seats on each of {days} days", "{days} 天每天 {seats} 席"),
    "seats_by_day": ("seats × days: {runs} = {seat_days} seat-days", "席位 × 天数：{runs} = {seat_days} 席天"),
    "seat_days": ("{seat_days} seat-days over {days} days", "{days} 天共 {seat_days} 席天"),
    "no_seats": ("no seats leased on {days} days", "{days} 天内无租用席位"),
    "minimum_each_day": (
        "at least {minimum} seats are billed each day: {seat_days} seat-days",
        "每天最低计费 {minimum} 席：{seat_days} 席天",
    ),
    "whole_seats": ("{seats} seats × {price} = {amount}", "{seats} 席 × {price} = {amount}"),
    "share_of_month": (
        "{seat_days} seat-days ÷ {period_days} days of the period × {price} = {amount}",
        "{seat_days} 席天 ÷ 账期 {period_days} 天 × {price} = {amount}",
    ),
    "minimum_seats": (
        "minimum {minimum} seats × {days} days = {floor} seat-days; {used} used, {short} short",
        "最低 {minimum} 席 × {days} 天 = {floor} 席天；已用 {used}，差额 {short}",
    ),
    "seat_hours": (
        "{seat_hours} seat-hours in {windows} leased windows × {price} = {amount}",
        "{windows} 个租用时段共 {seat_hours} 席时 × {price} = {amount}",
    ),
    # Fees.
    "whole_fee": ("{fee} for the period", "本期 {fee}"),
    "fees": ("{count} × {fee} = {amount}", "{count} × {fee} = {amount}"),
    "share_of_fee": (
        "{fee} × {served} of {period_days} days = {amount}",
        "{fee} × {served}/{period_days} 天 = {amount}",
    ),
    # Usage.
    "included_share": (
        "{included} included × {served} of {period_days} days = {share}, rounded up to whole {unit}",
        "包含 {included} × {served}/{period_days} 天 = {share}，向上取整（{unit}）",
    ),
    "included_used": (
        "{quantity} {unit}, all within the {included} included",
        "{quantity} {unit}，均在包含的 {included} 之内",
    ),
    "overage": (
        "{quantity} {unit} − {included} included = {over} × {price} = {amount}",
        "{quantity} {unit} − 包含 {included} = {over} × {price} = {amount}",
    ),
    "metered": ("{quantity} {unit} × {price} = {amount}", "{quantity} {unit} × {price} = {amount}"),
    "minimum_share": (
        "minimum {minimum} × {served} of {period_days} days = {share}",
        "最低 {minimum} × {served}/{period_days} 天 = {share}",
    ),
    "minimum_count": (
        "minimum {minimum} {unit} − {used} used = {short} × {price} = {amount}",
        "最低 {minimum} {unit} − 已用 {used} = {short} × {price} = {amount}",
    ),
    "minimum_amount": ("minimum {minimum} − {used} used = {amount}", "最低消费 {minimum} − 已用 {used} = {amount}"),
    # Every kind.
    "so_far": ("counted until {last_day}", "计算至 {last_day}"),
    "billed_before": (
        "{total} in all − {billed} billed before = {amount}",
        "累计 {total} − 已开账 {billed} = {amount}",
    ),
    "nothing_due": (
        "nothing is due any more: − {billed} billed before = {amount}",
        "已不应收取：− 已开账 {billed} = {amount}",
    ),
    "credited": ("credit of line {position} of {number}", "冲减 {number} 第 {position} 行"),
}

#: unit -> one, several, Chinese.
UNITS: dict[str, tuple[str, str, str]] = {
    "call": ("call", "calls", "次"),
    "seat_month": ("seat-month", "seat-months", "席月"),
    "seat_hour": ("seat-hour", "seat-hours", "席时"),
    "month": ("month", "months", "月"),
    "amount": ("", "", ""),
}


def _grouped(text: str) -> str:
    """1234.50 as 1,234.50; several numbers in one text each by itself; dates stay."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    return _NUMBER.sub(lambda found: f"{Decimal(found.group()):,f}", text)


def unit_name(unit: str, language: str, quantity: Decimal | str | None = None) -> str:
    """The unit in words, in the singular for a quantity of one; a unit that is not in the table is shown as it is."""
    one, several, chinese = UNITS.get(unit, (unit, unit, unit))
    if _column(language):
        return chinese
    return one if quantity is not None and abs(Decimal(quantity)) == 1 else several


def _column(language: str) -> int:
    return 1 if language.startswith("zh") else 0


def _shown(name: str, value: str, values: Mapping[str, str], language: str) -> str:
    if name == "unit":
        return unit_name(value, language, values.get("quantity"))
    return value if name == "number" else _grouped(value)


def say(steps: Iterable[Step], language: str) -> str:
    """The steps as sentences in `language` ("en" or "zh-hans"), joined in order."""
    column = _column(language)
    told = []
    for one in steps:
        values = {name: _shown(name, value, one.values, language) for name, value in one.values.items()}
        told.append(PHRASES[one.key][column].format_map(values))
    return ("；" if column else "; ").join(told)
