"""Questions about usage: rows behind a line, calls by reason, what became of a call. Sums for rating: `sums.py`."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from billing.contracts.terms import contract_in_force, period_at
from billing.invoices.models import Document
from billing.mediation.models import UsageRecord
from billing.mediation.rules import OF_CALLS
from billing.rating.periods import Period, day_starts_at
from billing.rating.values import Usage


class SummaryRow(TypedDict):
    """Calls of a period by meter and reason, as stored on a document."""

    meter: str
    reason: str
    calls: int


def in_period(
    tenant_id: UUID, period: Period, zone: ZoneInfo, *, after: int = 0, up_to: int | None = None
) -> QuerySet[UsageRecord]:
    """A tenant's records that occurred in the period and arrived after one position, up to another."""
    rows = UsageRecord.objects.filter(
        tenant_id=tenant_id,
        occurred_at__gte=day_starts_at(period.starts_on, zone),
        occurred_at__lt=day_starts_at(period.ends_on, zone),
        position__gt=after,
    )
    return rows if up_to is None else rows.filter(position__lte=up_to)


def by_day(tenant_id: UUID, period: Period, zone: ZoneInfo, up_to: int) -> list[Usage]:
    """Billable quantities of every meter by local day, whether or not a price counts it."""
    rows = (
        in_period(tenant_id, period, zone, up_to=up_to)
        .filter(reason="")
        .annotate(on=TruncDate("occurred_at", tzinfo=zone))
        .values_list("meter", "on")
        .annotate(total=Sum("quantity"))
        .order_by("meter", "on")
    )
    return [Usage(meter, on, total) for meter, on, total in rows]


def summary(tenant_id: UUID, period: Period, zone: ZoneInfo, up_to: int) -> list[SummaryRow]:
    """How many calls the period has by meter and reason; corrected ones count as they stand now."""
    rows = (
        in_period(tenant_id, period, zone, up_to=up_to)
        .filter(meter__in=OF_CALLS)
        .values("meter", "reason")
        .annotate(calls=Sum("quantity"))
        .order_by("reason", "meter")
    )
    return [SummaryRow(meter=r["meter"], reason=r["reason"], calls=int(r["calls"])) for r in rows if r["calls"]]


def newer_than(tenant_id: UUID, position: int) -> list[datetime]:
    """The days (as instants) on which usage that arrived after `position` occurred: which periods it touches."""
    rows = UsageRecord.objects.filter(tenant_id=tenant_id, position__gt=position)
    return list(rows.values_list("occurred_at", flat=True).distinct())


class CallUsage(TypedDict):
    """What became of a call on its way to the bill."""

    meter: str
    quantity: str
    billable: bool
    reason: str
    occurred_at: str
    contract: str | None
    document: str | None
    document_id: str | None


def usage_of_call(call_id: UUID) -> list[CallUsage]:
    """The usage of a call and of its parts (legs outside, orders) as it stands now, with the invoice or draft of its
    period. Finance or operator scope.

    Empty until mediation has read the call; rows that were taken back and the rows that took them back are left out.
    """
    rows = UsageRecord.objects.filter(
        Q(source_id=call_id) | Q(belongs_to=call_id), corrects__isnull=True, corrected_by__isnull=True
    )
    return [_told(row) for row in rows.order_by("meter", "revision")]


def calls_in_force(starts_at: datetime, ends_at: datetime) -> list[tuple[UUID, UUID | None, str, str]]:
    """Call, tenant, meter and reason of the calls that began in `[starts_at, ends_at)`, as they stand now."""
    rows = UsageRecord.objects.filter(
        meter__in=OF_CALLS,
        occurred_at__gte=starts_at,
        occurred_at__lt=ends_at,
        corrects__isnull=True,
        corrected_by__isnull=True,
    )
    return list(rows.values_list("source_id", "tenant_id", "meter", "reason"))


def _told(row: UsageRecord) -> CallUsage:
    contract = contract_in_force(row.tenant_id, row.occurred_at) if row.tenant_id else None
    document = None
    if contract is not None:
        period = period_at(contract, row.occurred_at)
        invoices = Document.objects.filter(
            contract=contract, doc_type=Document.Type.INVOICE, starts_on=period.starts_on
        )
        # The first invoice that has seen it: an interim one, or the period's own.
        document = invoices.filter(usage_to__gte=row.position).order_by("usage_to").first()
    return CallUsage(
        meter=row.meter,
        quantity=f"{row.quantity.normalize():f}",
        billable=row.billable,
        reason=row.reason,
        occurred_at=row.occurred_at.isoformat(),
        contract=contract.number if contract else None,
        document=(document.number or document.status) if document else None,
        document_id=str(document.pk) if document else None,
    )
