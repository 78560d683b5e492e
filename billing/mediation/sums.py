"""What happened in a period, summed by the database as finely as the prices ask: the whole input of rating.

Rules of this file: one statement for usage that prices count by day alone, one more for each finer grain, however many
rows there are. Rows that were taken back cancel out within their group. Nothing here is rounded but durations, which
count in started seconds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from billing.mediation.rules import CALL_IN, PRACTICE
from billing.rating.kinds import kind_of
from billing.rating.meters import OFFERED
from billing.rating.periods import Period, day_starts_at
from billing.rating.values import Component, Detail, Lease, Usage
from tenants.numbers.holdings import numbers_held
from tenants.seats.holdings import leased_seats

#: Field of `Detail` -> how it is read from a row. Durations in started seconds; the local minute in the zone asked for.
_DETAILS = {
    "seconds": "ceil(extract(epoch FROM duration))::int",
    "minute": "extract(hour FROM occurred_at AT TIME ZONE %(zone)s)::int * 60"
    " + extract(minute FROM occurred_at AT TIME ZONE %(zone)s)::int",
    "to": "number",
    "value": "value",
    "label": "label",
    "days_after": "days_after",
    "starts_at": "occurred_at",
    "source": "coalesce(belongs_to, source_id)::text",
}
#: Of a call that came to a queue: its outcome and how long it waited.
_OFFERED_DETAILS = {"label": "label", "seconds": "ceil(extract(epoch FROM waited))::int"}

#: Of a service level: every real call, whether it is billed or not.
_SERVED_OR_MISSED = f"reason <> '{PRACTICE}'"

_STATEMENT = """
SELECT meter, (occurred_at AT TIME ZONE %(zone)s)::date, {details}sum(quantity)
FROM billing_usagerecord
WHERE tenant_id = %(tenant)s AND occurred_at >= %(starts_at)s AND occurred_at < %(ends_at)s AND position <= %(up_to)s
    AND meter = ANY(%(meters)s) AND {billable}
GROUP BY {groups}
"""


@dataclass(frozen=True, slots=True)
class Grain:
    """Meters that are read alike: how finely, and whether what is not billed is read, too."""

    meters: tuple[str, ...]
    details: tuple[str, ...]
    offered: bool = False


def grains(components: Iterable[Component]) -> list[Grain]:
    """What some prices need to know, in as few statements as that takes."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for component in components:
        kind = kind_of(component.kind)
        for meter in kind.meters(component.params):
            wanted[meter] |= kind.details(component.params)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for meter, details in sorted(wanted.items()):
        if meter != OFFERED:
            alike[tuple(sorted(details))].append(meter)
    found = [Grain(tuple(meters), details) for details, meters in sorted(alike.items())]
    if OFFERED in wanted:
        found.append(Grain((CALL_IN,), tuple(sorted(_OFFERED_DETAILS)), offered=True))
    return found


def usage_of(tenant_id: UUID, components: Iterable[Component], days: Period, zone: ZoneInfo, up_to: int) -> list[Usage]:
    """A tenant's usage on some local days that arrived up to a position, as these prices need it."""
    return [usage for grain in grains(components) for usage in read_grain(tenant_id, grain, days, zone, up_to)]


def read_grain(tenant_id: UUID, grain: Grain, days: Period, zone: ZoneInfo, up_to: int) -> list[Usage]:
    """A tenant's usage of one grain."""
    table = _OFFERED_DETAILS if grain.offered else _DETAILS
    columns = [table[name] for name in grain.details]
    statement = _STATEMENT.format(
        details="".join(f"{column}, " for column in columns),
        billable=_SERVED_OR_MISSED if grain.offered else "reason = ''",
        groups=", ".join(str(n) for n in range(1, 3 + len(columns))),
    )
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "zone": zone.key,
        "starts_at": day_starts_at(days.starts_on, zone),
        "ends_at": day_starts_at(days.ends_on, zone),
        "up_to": up_to,
        "meters": list(grain.meters),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        make = _maker(grain)
        return [make(*row) for row in cursor.fetchall()]


def _maker(grain: Grain) -> Callable[..., Usage]:
    def make(meter: str, on: date, *rest: Any) -> Usage:
        quantity: Decimal = rest[-1]
        name = OFFERED if grain.offered else meter
        if len(rest) == 1:
            return Usage(name, on, quantity)
        return Usage(name, on, quantity, Detail(**dict(zip(grain.details, rest[:-1], strict=True))))

    return make


def held_by(
    tenant_id: UUID, contract_id: UUID, components: Iterable[Component], days: Period, zone: ZoneInfo
) -> list[Lease]:
    """Seats and numbers that a tenant held on some local days, if prices ask for them.

    Seats of another contract are another bill's.
    """
    wanted = {kind_of(one.kind).holds for one in components}
    starts_at, ends_at = day_starts_at(days.starts_on, zone), day_starts_at(days.ends_on, zone)
    seats = (
        []
        if "seat" not in wanted
        else [
            Lease(str(one.lease_id), one.seats, one.starts_at, one.ends_at, weekly=one.weekly)
            for one in leased_seats(tenant_id, starts_at, ends_at)
            if one.contract_id in {None, contract_id}
        ]
    )
    numbers = (
        []
        if "number" not in wanted
        else [
            Lease(one.name, 1, one.starts_at, one.ends_at, "number")
            for one in numbers_held(tenant_id, starts_at, ends_at)
        ]
    )
    return seats + numbers
