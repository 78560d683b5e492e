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
from billing.rating.periods import Cycle

#: Values that are names, numbers to dial or days, whatever digits they hold.
_AS_IT_IS = frozenset({"number", "numbers", "prefix", "band", "reason", "milestone", "days_done"})
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
    "kept_to_the_end": (
        "seats given back are billed to the end of the period: {seat_days} seat-days",
        "减少的席位计费至账期末：{seat_days} 席天",
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
    "seat_hours_in_all": (
        "{seat_hours} seat-hours in {windows} leased windows",
        "{windows} 个租用时段共 {seat_hours} 席时",
    ),
    "minimum_hours": (
        "minimum {minimum} seat-hours − {used} used = {short} × {price} = {amount}",
        "最低 {minimum} 席时 − 已用 {used} = {short} × {price} = {amount}",
    ),
    # Numbers and storage.
    "number_days": ("{number_days} number-days over {days} days", "{days} 天共 {number_days} 号天"),
    "free_numbers": (
        "{free} of each day cost nothing: {number_days} number-days",
        "每天 {free} 个免费：{number_days} 号天",
    ),
    "number_share": (
        "{number_days} number-days ÷ {period_days} days of the period × {price} = {amount}",
        "{number_days} 号天 ÷ 账期 {period_days} 天 × {price} = {amount}",
    ),
    "gb_days": ("{gb_days} GB-days over {days} days", "{days} 天共 {gb_days} GB·天"),
    "included_gb": (
        "{included} GB of each day cost nothing: {gb_days} GB-days",
        "每天 {included} GB 免费：{gb_days} GB·天",
    ),
    "gb_share": (
        "{gb_days} GB-days ÷ {period_days} days of the period × {price} = {amount}",
        "{gb_days} GB·天 ÷ 账期 {period_days} 天 × {price} = {amount}",
    ),
    # Hours.
    "shifts": ("{quantity} {unit}: {hours} hours", "{quantity} {unit}：{hours} 小时"),
    "shift_steps": (
        "in started steps of {step} minutes, {minimum} minutes at least a shift: {hours} hours",
        "每班次按 {step} 分钟进位，最低 {minimum} 分钟：{hours} 小时",
    ),
    "plain_hours": ("{hours} hours × {price}", "{hours} 小时 × {price}"),
    "band_hours": ("{hours} hours ({band}) × {price} × {factor}", "{hours} 小时（{band}）× {price} × {factor}"),
    "persons": (
        "{persons} persons × {price} × {served} of {period_days} days = {amount}",
        "{persons} 人 × {price} × {served}/{period_days} 天 = {amount}",
    ),
    "absence": (
        "{agreed} hours agreed − {worked} worked = {missing} missing × {price} ÷ {hours} hours = {amount}",
        "约定 {agreed} 小时 − 实际 {worked} = 缺 {missing} × {price} ÷ {hours} 小时 = {amount}",
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
    "carried": (
        "{included} included + {carried} carried over = {allowance}",
        "包含 {included} + 上期结转 {carried} = {allowance}",
    ),
    "overage_blocks": (
        "{quantity} {unit} − {included} included = {over}: {blocks} blocks of {size} × {price} = {amount}",
        "{quantity} {unit} − 包含 {included} = {over}：{blocks} 组（每组 {size}）× {price} = {amount}",
    ),
    "tier": ("{quantity} {unit} × {price}", "{quantity} {unit} × {price}"),
    "tier_with_fee": ("{quantity} {unit} × {price} + {fee}", "{quantity} {unit} × {price} + {fee}"),
    "sum": ("together {amount}", "合计 {amount}"),
    "volume": (
        "{quantity} {unit} × {price} of the tier reached + {fee} = {amount}",
        "{quantity} {unit} × 所达档位 {price} + {fee} = {amount}",
    ),
    "package": (
        "{quantity} {unit}: {blocks} blocks of {size} × {price} = {amount}",
        "{quantity} {unit}：{blocks} 组（每组 {size}）× {price} = {amount}",
    ),
    "increments": (
        "{quantity} {unit}, each at least {first} seconds, then in steps of {further}: {minutes} minutes",
        "{quantity} {unit}，每次至少 {first} 秒，其后按 {further} 秒进位：{minutes} 分钟",
    ),
    "to_prefix": ("to {prefix}, {band}", "拨往 {prefix}，{band}"),
    "to_prefix_plain": ("to {prefix}", "拨往 {prefix}"),
    "minutes": ("{minutes} minutes × {price} = {amount}", "{minutes} 分钟 × {price} = {amount}"),
    "minutes_and_fees": (
        "{minutes} minutes × {price} + {calls} × {fee} = {amount}",
        "{minutes} 分钟 × {price} + {calls} × {fee} = {amount}",
    ),
    "unrated": ("{quantity} {unit} without a price, to {numbers}", "{quantity} {unit}无价格，拨往 {numbers}"),
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
    "minimum_cost": (
        "minimum {minimum} {unit} − {used} used = {short} short: {cost} − {spent} = {amount}",
        "最低 {minimum} {unit} − 已用 {used} = 差 {short}：{cost} − {spent} = {amount}",
    ),
    "maximum": ("maximum {maximum} − {used} used = {amount}", "封顶 {maximum} − 已用 {used} = {amount}"),
    # Once, and on success.
    "done_on": (
        "done on {days_done}: {quantity} × {price} = {amount}",
        "完成于 {days_done}：{quantity} × {price} = {amount}",
    ),
    "credit_on": (
        "credit of {days_done} ({reason}): {count} × {price} = {amount}",
        "{days_done} 减免（{reason}）：{count} × {price} = {amount}",
    ),
    "milestone": (
        "milestone {milestone}, {place} of {of} parts of {total} = {amount}, accepted on {accepted_on}",
        "里程碑 {milestone}，{total} 的第 {place}/{of} 部分 = {amount}，验收于 {accepted_on}",
    ),
    "success": (
        "{successes} successes of {contacts} contacts = {percent} %",
        "{contacts} 次接触中成功 {successes} 次 = {percent} %",
    ),
    "free_deals": ("the first {free} pay nothing: {count}", "前 {free} 单免提成：{count}"),
    "of_value": ("{pays} % of {value}", "{value} 的 {pays} %"),
    "of_count": ("{count} × {pays}", "{count} × {pays}"),
    "each_between": ("each deal at least {floor}, at most {cap}", "每单最低 {floor}，最高 {cap}"),
    # From other prices.
    "discount": ("{percent} % of {base} = {amount}", "{base} 的 {percent} % = {amount}"),
    "at_most": ("at most {most}: {amount}", "上限 {most}：{amount}"),
    "service_level": (
        "{in_time} of {offered} calls answered within {seconds} seconds = {level} %, below {below} %",
        "{offered} 次来电中 {seconds} 秒内接通 {in_time} 次 = {level} %，低于 {below} %",
    ),
    "penalty": ("{percent} % of {base} = {amount}", "{base} 的 {percent} % = {amount}"),
    # Every kind.
    "thirty_days": ("every month counts 30 days", "每月按 30 天计"),
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
    "minute": ("minute", "minutes", "分钟"),
    "hour": ("hour", "hours", "小时"),
    "shift": ("shift", "shifts", "班次"),
    "pause": ("pause", "pauses", "次小休"),
    "person_month": ("person-month", "person-months", "人月"),
    "number_month": ("number-month", "number-months", "号月"),
    "gb_month": ("GB-month", "GB-months", "GB·月"),
    "seat_quarter": ("seat-quarter", "seat-quarters", "席季"),
    "quarter": ("quarter", "quarters", "季"),
    "person_quarter": ("person-quarter", "person-quarters", "人季"),
    "number_quarter": ("number-quarter", "number-quarters", "号季"),
    "gb_quarter": ("GB-quarter", "GB-quarters", "GB·季"),
    "seat_week": ("seat-week", "seat-weeks", "席周"),
    "week": ("week", "weeks", "周"),
    "person_week": ("person-week", "person-weeks", "人周"),
    "number_week": ("number-week", "number-weeks", "号周"),
    "gb_week": ("GB-week", "GB-weeks", "GB·周"),
    "gb_day": ("GB-day", "GB-days", "GB·天"),
    "order": ("order", "orders", "单"),
    "message": ("message", "messages", "条"),
    "page": ("page", "pages", "页"),
    "block": ("block", "blocks", "组"),
    "milestone": ("milestone", "milestones", "里程碑"),
    "piece": ("", "", ""),
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


def unit_in(unit: str, cycle: Cycle) -> str:
    """The unit of a price for a whole period in a contract of that cycle: a seat-month there is a seat-quarter here."""
    return f"{unit.removesuffix('month')}{cycle.unit}" if unit.endswith("month") else unit


def _column(language: str) -> int:
    return 1 if language.startswith("zh") else 0


def _shown(name: str, value: str, values: Mapping[str, str], language: str) -> str:
    if name == "unit":
        return unit_name(value, language, values.get("quantity"))
    return value if name in _AS_IT_IS else _grouped(value)


def say(steps: Iterable[Step], language: str) -> str:
    """The steps as sentences in `language` ("en" or "zh-hans"), joined in order."""
    column = _column(language)
    told = []
    for one in steps:
        values = {name: _shown(name, value, one.values, language) for name, value in one.values.items()}
        told.append(PHRASES[one.key][column].format_map(values))
    return ("；" if column else "; ").join(told)
