"""Builders for rating tests: terms of one component, leases by local day, usage by day."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.rating.kinds import read_params
from billing.rating.periods import Period
from billing.rating.rate import rate
from billing.rating.values import Billed, BilledKey, ChargeLine, Component, Lease, Terms, Usage

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))


def midnight(day: date, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def lease(
    seats: int, first: date, after: date | None = None, *, name: str = "lease", zone: ZoneInfo = SHANGHAI
) -> Lease:
    """Seats held from local midnight to local midnight."""
    return Lease(name, seats, midnight(first, zone), midnight(after, zone) if after else None)


def calls(count: int | str, on: date = date(2026, 4, 10), meter: str = "call_in") -> Usage:
    return Usage(meter, on, Decimal(count))


def component(
    kind: str, params: Mapping[str, object], first: date = date(2020, 1, 1), after: date | None = None, code: str = "c"
) -> Component:
    return Component(code, kind, read_params(kind, params), first, after, code)


def lines_of(
    *components: Component,
    usage: Iterable[Usage] = (),
    leases: Iterable[Lease] = (),
    period: Period = APRIL,
    billed: Mapping[BilledKey, Billed] | None = None,
    counted_to: date | None = None,
    zone: ZoneInfo = SHANGHAI,
) -> list[ChargeLine]:
    return rate(Terms("CNY", zone, components), usage, leases, period, billed or {}, counted_to=counted_to)


def amounts(lines: Iterable[ChargeLine]) -> dict[str, str]:
    return {line.part: f"{line.amount}" for line in lines}


def as_billed(lines: Iterable[ChargeLine], before: Mapping[BilledKey, Billed] | None = None) -> dict[BilledKey, Billed]:
    """What stands billed once these lines are on a document."""
    billed = dict(before or {})
    for line in lines:
        key = (line.component, line.part)
        old = billed.get(key, Billed(Decimal(0), Decimal(0)))
        billed[key] = Billed(old.quantity + line.quantity, old.amount + line.amount)
    return billed


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]
