"""Usage of many tenants read in one statement, for runs; what was not read ahead is read when it is asked for.

Rules of this file: everything is read up to one position, so that a document whose usage was read ahead and one that
reads for itself say the same. What arrives meanwhile is on the next refresh.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from billing.mediation.rules import OF_CALLS
from billing.mediation.sums import grains, read_grain
from billing.mediation.usage import SummaryRow, summary
from billing.rating.periods import Period, day_starts_at
from billing.rating.values import Component, Usage

_STATEMENT = """
SELECT tenant_id, meter, reason, (occurred_at AT TIME ZONE %(zone)s)::date, sum(quantity)
FROM billing_usagerecord
WHERE tenant_id = ANY(%(tenants)s) AND occurred_at >= %(starts_at)s AND occurred_at < %(ends_at)s
    AND position <= %(up_to)s
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class _Sum:
    meter: str
    reason: str
    on: date
    quantity: Decimal


class ReadAhead:
    """Usage up to one position; sums by day of the tenants and days that were read ahead."""

    def __init__(self, up_to: int) -> None:
        self.up_to = up_to
        self._sums: dict[tuple[UUID, str], tuple[Period, list[_Sum]]] = {}

    def read(self, tenants: Collection[UUID], days: Period, zone: ZoneInfo) -> None:
        """Read the sums by day of many tenants in one statement."""
        rows: dict[UUID, list[_Sum]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(
                _STATEMENT,
                {
                    "tenants": list(tenants),
                    "zone": zone.key,
                    "starts_at": day_starts_at(days.starts_on, zone),
                    "ends_at": day_starts_at(days.ends_on, zone),
                    "up_to": self.up_to,
                },
            )
            for tenant_id, *row in cursor.fetchall():
                rows[tenant_id].append(_Sum(*row))
        for tenant_id in tenants:
            self._sums[tenant_id, zone.key] = days, rows[tenant_id]

    def usage(self, tenant_id: UUID, components: Iterable[Component], days: Period, zone: ZoneInfo) -> list[Usage]:
        """A tenant's usage on some local days, as finely as these prices need it."""
        sums = self._of(tenant_id, days, zone)
        found: list[Usage] = []
        for grain in grains(components):
            if sums is None or grain.details or grain.offered:
                found += read_grain(tenant_id, grain, days, zone, self.up_to)
            else:
                found += [
                    Usage(one.meter, one.on, one.quantity)
                    for one in sums
                    if not one.reason and one.meter in grain.meters
                ]
        return found

    def summary(self, tenant_id: UUID, days: Period, zone: ZoneInfo) -> list[SummaryRow]:
        """How many calls the days have by meter and reason."""
        sums = self._of(tenant_id, days, zone)
        if sums is None:
            return summary(tenant_id, days, zone, self.up_to)
        calls: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for one in sums:
            if one.meter in OF_CALLS:
                calls[one.reason, one.meter] += one.quantity
        return [
            SummaryRow(meter=meter, reason=reason, calls=int(count))
            for (reason, meter), count in sorted(calls.items())
            if count
        ]

    def _of(self, tenant_id: UUID, days: Period, zone: ZoneInfo) -> list[_Sum] | None:
        """The sums of exactly these days; None where they were not read ahead."""
        span, sums = self._sums.get((tenant_id, zone.key), (None, []))
        if span is None or days.starts_on < span.starts_on or days.ends_on > span.ends_on:
            return None
        return [one for one in sums if days.starts_on <= one.on < days.ends_on]
