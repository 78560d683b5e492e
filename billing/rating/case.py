"""A calculation as a file: terms, usage, leases, period and what was billed before, with the lines that are expected.

Rules of this file: pure. The dataclasses are the format; docs/pricing.md tells it, docs/rate_case.schema.json is made
from them (`billing.rating.schema`). Days and times are local to the case's zone. An accountant writes such a file;
`manage.py rate_case` prints its lines, and a test runs all of tests/rating_cases.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from billing.rating.kinds import read_params
from billing.rating.params import ParamsUnreadable, meaning, read
from billing.rating.periods import ONE_DAY, Cycle, Period
from billing.rating.rate import rate
from billing.rating.tax import Taxable, Taxes, taxes
from billing.rating.values import Billed, BilledKey, ChargeLine, Component, Detail, Lease, Terms, Usage
from seatline.errors import BadInput
from tenants.seats.rules import Window, expand, instant

_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class CasePrice:
    """A price of the contract."""

    code: str = field(metadata=meaning("short name, once in the case", "价格代码"))
    kind: str = field(metadata=meaning("kind of price, see docs/pricing.md", "价格类型"))
    params: Mapping[str, object] = field(metadata=meaning("parameters of the kind", "参数"))
    starts_on: date | None = field(default=None, metadata=meaning("first day in force; empty: long ago", "生效首日"))
    ends_on: date | None = field(default=None, metadata=meaning("day after the last; empty: no end", "结束日（不含）"))
    tax_percent: Decimal = field(default=Decimal(0), metadata=meaning("rate of tax", "税率（%）"))


@dataclass(frozen=True, slots=True)
class CaseUsage:
    """Equal facts of one day, and how many."""

    meter: str = field(metadata=meaning("what is counted, such as call_in", "计量项"))
    on: date = field(metadata=meaning("local day", "当地日期"))
    quantity: Decimal = field(default=Decimal(1), metadata=meaning("how many", "数量", signed=True))
    seconds: int = field(
        default=0, metadata=meaning("length of each call; of an offered call: its wait", "每次时长或等待秒数")
    )
    at: time | None = field(default=None, metadata=meaning("local time at which each began", "开始时刻"))
    to: str = field(default="", metadata=meaning("number called, in full", "被叫号码"))
    value: Decimal = field(default=Decimal(0), metadata=meaning("money that each is worth", "每单金额"))
    label: str = field(
        default="", metadata=meaning("outcome, milestone or reason of a pause", "结果、里程碑或小休原因")
    )
    days_after: int = field(default=0, metadata=meaning("days between an order and its cancellation", "撤单距成交天数"))
    source: str = field(default="", metadata=meaning("shift that a pause belongs to", "所属班次"))


@dataclass(frozen=True, slots=True)
class CaseWindow:
    """Weekly hours of a lease."""

    weekdays: str = field(metadata=meaning("days on which it begins, 1 is Monday", "开始的星期"))
    begins: time = field(metadata=meaning("local time", "开始时刻"))
    ends: time = field(metadata=meaning("local time; not after the beginning: the next day", "结束时刻"))


@dataclass(frozen=True, slots=True)
class CaseLease:
    """Seats or numbers held."""

    lease: str = field(metadata=meaning("name of the lease, or the number", "租用名称或号码"))
    seats: int = field(default=1, metadata=meaning("how many", "数量"))
    starts_at: datetime | None = field(default=None, metadata=meaning("from; empty: before the period", "起"))
    ends_at: datetime | None = field(default=None, metadata=meaning("until; empty: still held", "止"))
    what: Literal["seat", "number"] = field(default="seat", metadata=meaning("what is held", "席位或号码"))
    weekly: tuple[CaseWindow, ...] = field(default=(), metadata=meaning("weekly hours; empty: all day", "每周时段"))


@dataclass(frozen=True, slots=True)
class CaseBilled:
    """What stands on earlier documents."""

    price: str = field(metadata=meaning("code of the price", "价格代码"))
    part: str = field(metadata=meaning("part of the price", "部分"))
    amount: Decimal = field(metadata=meaning("amount", "金额", signed=True))
    quantity: Decimal = field(default=Decimal(0), metadata=meaning("quantity", "数量", signed=True))


@dataclass(frozen=True, slots=True)
class CasePeriod:
    """The billing period: the one around a day."""

    day: date = field(metadata=meaning("any day of the period", "账期内任一天"))
    billing_day: int = field(
        default=1, metadata=meaning("day of the month on which periods begin, or of the week", "出账日")
    )
    cycle: Literal["month", "quarter", "week"] = field(default="month", metadata=meaning("billing cycle", "账期"))
    day_count: Literal["actual", "30"] = field(
        default="actual", metadata=meaning("how parts of a period are counted", "不足一期的计日方式")
    )


@dataclass(frozen=True, slots=True)
class CaseLine:
    """An expected line."""

    price: str = field(metadata=meaning("code of the price", "价格代码"))
    part: str = field(metadata=meaning("part of the price", "部分"))
    amount: Decimal = field(metadata=meaning("net amount", "净额", signed=True))


@dataclass(frozen=True, slots=True)
class CaseTotals:
    """The expected sums of the document."""

    net: Decimal = field(metadata=meaning("net", "净额", signed=True))
    tax: Decimal = field(metadata=meaning("tax", "税额", signed=True))
    gross: Decimal = field(metadata=meaning("gross", "含税", signed=True))


@dataclass(frozen=True, slots=True)
class Case:
    """One calculation."""

    case: str = field(metadata=meaning("what is shown, in a sentence", "案例说明"))
    period: CasePeriod = field(metadata=meaning("the billing period", "账期"))
    prices: tuple[CasePrice, ...] = field(metadata=meaning("the contract's prices", "合同价格"))
    usage: tuple[CaseUsage, ...] = field(default=(), metadata=meaning("what was used", "用量"))
    leases: tuple[CaseLease, ...] = field(default=(), metadata=meaning("what was held", "租用"))
    already_billed: tuple[CaseBilled, ...] = field(default=(), metadata=meaning("what was billed before", "已开账"))
    counted_to: date | None = field(
        default=None, metadata=meaning("running period: day after the last day counted", "未结账期：计算截止日（不含）")
    )
    expected: tuple[CaseLine, ...] | None = field(
        default=None, metadata=meaning("the lines that must come out", "应得行")
    )
    totals: CaseTotals | None = field(default=None, metadata=meaning("the sums that must come out", "应得合计"))
    currency: str = field(default="CNY", metadata=meaning("currency", "货币"))
    zone: str = field(default="Asia/Shanghai", metadata=meaning("time zone of the contract", "时区"))
    tax_rounding: Literal["per_line", "per_rate"] = field(
        default="per_line", metadata=meaning("where tax is rounded", "税额舍入")
    )

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError) as error:
            raise ParamsUnreadable(field="zone", cause="is no time zone") from error
        if not 1 <= self.period.billing_day <= 31:
            raise ParamsUnreadable(field="period.billing_day", cause="must be 1 to 31")
        if self.period.cycle == "week" and self.period.billing_day > 7:
            raise ParamsUnreadable(field="period.billing_day", cause="must be 1 to 7 for weeks")
        codes = [one.code for one in self.prices]
        if not codes or len(set(codes)) != len(codes):
            raise ParamsUnreadable(field="prices", cause="must have codes, each once")
        for n, price in enumerate(self.prices, start=1):
            try:
                read_params(price.kind, price.params)
            except ParamsUnreadable as error:
                inner = f"prices[{n}].params.{error.details['field']}"
                raise ParamsUnreadable(field=inner, cause=error.details["cause"]) from error
            except BadInput as error:
                raise ParamsUnreadable(field=f"prices[{n}].kind", cause=f"is not known: {error.message}") from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """The lines of a case with their tax, and where they differ from what was expected."""

    lines: tuple[ChargeLine, ...]
    taxes: Taxes
    differences: tuple[str, ...]

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))


def read_case(values: object) -> Case:
    """A case from JSON. Raises `ParamsUnreadable` naming the field, such as `prices[1].params.price`."""
    return read(Case, values)


def calculate(case: Case) -> Outcome:
    """The lines of a case, compared with those it expects."""
    zone = ZoneInfo(case.zone)
    cycle = Cycle(case.period.cycle, case.period.billing_day, case.period.day_count == "30")
    period = cycle.around(case.period.day)
    components = tuple(
        Component(
            one.code, one.kind, read_params(one.kind, one.params), one.starts_on or _LONG_AGO, one.ends_on, one.code
        )
        for one in case.prices
    )
    lines = rate(
        Terms(case.currency, zone, components, cycle),
        [_usage(one, zone) for one in case.usage],
        [stretch for one in case.leases for stretch in _stretches(one, period, zone)],
        period,
        _billed(case),
        counted_to=case.counted_to,
        before=cycle.before(period),
    )
    rates = {one.code: one.tax_percent for one in case.prices}
    taxable = [Taxable(line.amount, str(rates[line.component]), rates[line.component]) for line in lines]
    taxed = taxes(taxable, case.currency, case.tax_rounding)
    found = Outcome(tuple(lines), taxed, ())
    return Outcome(found.lines, taxed, tuple(_differences(case, found)))


def _usage(one: CaseUsage, zone: ZoneInfo) -> Usage:
    starts_at = instant(one.on, one.at, zone) if one.at else None
    detail = Detail(
        seconds=one.seconds,
        minute=one.at.hour * 60 + one.at.minute if one.at else 0,
        to=one.to,
        value=one.value,
        label=one.label,
        days_after=one.days_after,
        starts_at=starts_at,
        source=one.source,
    )
    return Usage(one.meter, one.on, one.quantity, detail)


def _stretches(one: CaseLease, period: Period, zone: ZoneInfo) -> list[Lease]:
    starts_at = _moment(one.starts_at or datetime.combine(period.starts_on - ONE_DAY, time()), zone)
    ends_at = _moment(one.ends_at, zone) if one.ends_at else None
    if not one.weekly:
        return [Lease(one.lease, one.seats, starts_at, ends_at, one.what)]
    windows = [Window(frozenset(map(int, each.weekdays)), each.begins, each.ends) for each in one.weekly]
    edge = ends_at or _moment(datetime.combine(period.ends_on + ONE_DAY, time()), zone)
    return [
        Lease(one.lease, one.seats, each.starts_at, each.ends_at, one.what, weekly=True)
        for each in expand(windows, zone, starts_at, edge)
    ]


def _moment(local: datetime, zone: ZoneInfo) -> datetime:
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    return instant(local.date(), local.time(), zone)


def _billed(case: Case) -> dict[BilledKey, Billed]:
    billed: dict[BilledKey, Billed] = {}
    for one in case.already_billed:
        billed[one.price, one.part] = Billed(one.quantity, one.amount)
    return billed


def _differences(case: Case, found: Outcome) -> list[str]:
    told = []
    if case.expected is not None:
        wanted: dict[BilledKey, Decimal] = {(one.price, one.part): one.amount for one in case.expected}
        given: dict[BilledKey, Decimal] = defaultdict(Decimal)
        for line in found.lines:
            given[line.component, line.part] += line.amount
        for price, part in [*wanted, *(key for key in given if key not in wanted)]:
            want, got = wanted.get((price, part)), given.get((price, part))
            if want != got:
                told.append(f"{price} {part}: expected {_said(want)}, calculated {_said(got)}")
    if case.totals is not None:
        given_totals = {"net": found.net, "tax": found.taxes.total, "gross": found.net + found.taxes.total}
        for name, got in given_totals.items():
            want = getattr(case.totals, name)
            if want != got:
                told.append(f"{name}: expected {_said(want)}, calculated {_said(got)}")
    return told


def _said(amount: Decimal | None) -> str:
    return "no line" if amount is None else f"{amount:f}"
