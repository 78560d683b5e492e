"""The board of exceptions: what finance should look at before a period is billed. Only reads; finance scope.

Rules of this file: a finding stops nothing by itself. It names what would be missing from the bill, or stand on it in a
surprising way, and where to look.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncDate

from billing.contracts.models import BillingEntity, Contract, ContractVersion, PriceComponent, TenantBilling
from billing.contracts.terms import zone_of
from billing.invoices.models import Document, DocumentLine
from billing.mediation.models import UsageRecord
from billing.mediation.rules import CALL_INFORMED
from billing.mediation.usage import in_period
from billing.rating.kinds import kind_of, read_params
from billing.rating.periods import Period, day_starts_at
from tenants.accounts.models import Tenant

#: How far back usage of nobody and usage without a price are looked for.
LOOK_BACK = timedelta(days=62)


class Kind(StrEnum):
    """What a finding is about, the gravest first."""

    USAGE_WITHOUT_PRICE = "usage_without_price"
    CONTRACT_WITHOUT_PRICE = "contract_without_price"
    BUYER_MISSING = "buyer_missing"
    NEGATIVE_DOCUMENT = "negative_document"
    NEGATIVE_LINE = "negative_line"
    USAGE_OF_NOBODY = "usage_of_nobody"
    LATE_USAGE_EXPECTED = "late_usage_expected"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: whose, of which contract or document, and how much."""

    kind: Kind
    tenant_id: UUID | None = None
    contract_id: UUID | None = None
    document_id: UUID | None = None
    what: str = ""  # a meter, a reason, a line's text in English, or a day
    what_zh: str = ""
    quantity: Decimal = Decimal(0)
    amount: Decimal | None = None
    currency: str = ""


def findings(entity: BillingEntity, closes_on: date, at: datetime) -> list[Finding]:
    """Everything to look at before the periods of a seller that end by `closes_on` are billed, gravest first."""
    contracts = list(Contract.objects.filter(entity=entity, starts_on__lt=closes_on).order_by("number"))
    found = [
        *_usage_without_price(contracts, closes_on),
        *_unpriced_contracts(contracts),
        *_without_buyer(contracts),
        *_negative(entity, closes_on),
        *_usage_of_nobody(ZoneInfo(entity.time_zone), closes_on),
        *_late_usage_expected(entity, closes_on, at),
    ]
    order = list(Kind)
    return sorted(found, key=lambda one: order.index(one.kind))


def _usage_without_price(contracts: list[Contract], closes_on: date) -> Iterator[Finding]:
    """Billable usage on days on which none of the tenant's approved prices counts its meter."""
    of_tenant: dict[UUID, list[Contract]] = defaultdict(list)
    for contract in contracts:
        of_tenant[contract.tenant_id].append(contract)
    looked_at = Period(closes_on - LOOK_BACK, closes_on)
    for tenant_id, theirs in of_tenant.items():
        spans = [span for contract in theirs for span in _priced_spans(contract)]
        # What is priced on every day needs no counting: with a million calls that is nearly everything.
        always = {
            meter
            for meters, starts_on, ends_on in spans
            for meter in meters
            if starts_on <= looked_at.starts_on and (ends_on is None or ends_on >= closes_on)
        }
        zone = zone_of(theirs[0])
        rows = (
            in_period(tenant_id, looked_at, zone)
            .filter(reason="")
            # What the flow informs of is priced only where a contract says so.
            .exclude(meter__in=[*always, CALL_INFORMED])
            .annotate(on=TruncDate("occurred_at", tzinfo=zone))
            .values_list("meter", "on")
            .annotate(total=Sum("quantity"))
        )
        missing: dict[str, Decimal] = defaultdict(Decimal)
        for meter, on, total in rows:
            if not any(
                meter in meters and starts_on <= on and (ends_on is None or on < ends_on)
                for meters, starts_on, ends_on in spans
            ):
                missing[meter] += total
        for meter, quantity in sorted(missing.items()):
            if quantity:
                yield Finding(Kind.USAGE_WITHOUT_PRICE, tenant_id, theirs[0].pk, what=meter, quantity=quantity)


def _priced_spans(contract: Contract) -> Iterator[tuple[frozenset[str], date, date | None]]:
    versions = list(
        ContractVersion.objects.filter(contract=contract, approved_at__isnull=False)
        .order_by("starts_on")
        .prefetch_related("components")
    )
    ends = [*(version.starts_on for version in versions[1:]), contract.ends_on]
    for version, ends_on in zip(versions, ends, strict=False):
        for component in version.components.all():
            yield _meters(component), version.starts_on, ends_on


def _meters(component: PriceComponent) -> frozenset[str]:
    return frozenset(kind_of(component.kind).meters(read_params(component.kind, component.params)))


def _unpriced_contracts(contracts: list[Contract]) -> Iterator[Finding]:
    priced = set(
        ContractVersion.objects.filter(approved_at__isnull=False, contract__in=contracts).values_list(
            "contract_id", flat=True
        )
    )
    for contract in contracts:
        if contract.pk not in priced:
            yield Finding(Kind.CONTRACT_WITHOUT_PRICE, contract.tenant_id, contract.pk, what=contract.number)


def _without_buyer(contracts: list[Contract]) -> Iterator[Finding]:
    known = set(TenantBilling.objects.values_list("tenant_id", flat=True))
    for tenant_id in sorted({contract.tenant_id for contract in contracts} - known, key=str):
        yield Finding(Kind.BUYER_MISSING, tenant_id)


def _negative(entity: BillingEntity, closes_on: date) -> Iterator[Finding]:
    going = Document.objects.filter(entity=entity, doc_type=Document.Type.INVOICE, ends_on__lte=closes_on).exclude(
        status=Document.Status.ISSUED
    )
    for document in going.filter(gross__lt=0):
        yield Finding(
            Kind.NEGATIVE_DOCUMENT,
            document.tenant_id,
            document.contract_id,
            document.pk,
            what=document.contract_number,
            amount=document.gross,
            currency=document.currency,
        )
    lines = DocumentLine.objects.filter(document__in=going, amount__lt=0).select_related("document")
    for line in lines.order_by("document__contract_number", "position"):
        yield Finding(
            Kind.NEGATIVE_LINE,
            line.tenant_id,
            line.document.contract_id,
            line.document_id,
            what=line.text,
            what_zh=line.text_zh,
            amount=line.amount,
            currency=line.document.currency,
        )


def _usage_of_nobody(zone: ZoneInfo, closes_on: date) -> Iterator[Finding]:
    """Calls to numbers of nobody, calls with an outcome that billing has no rule for, and tenants without contract."""
    rows = UsageRecord.objects.filter(
        occurred_at__gte=day_starts_at(closes_on - LOOK_BACK, zone), occurred_at__lt=day_starts_at(closes_on, zone)
    )
    strange = (
        rows.filter(reason__in=[UsageRecord.Reason.UNASSIGNED, UsageRecord.Reason.UNKNOWN_OUTCOME])
        .values("tenant_id", "reason")
        .annotate(total=Sum("quantity"))
        .order_by("reason", "tenant_id")
    )
    for row in strange:
        if row["total"]:
            yield Finding(Kind.USAGE_OF_NOBODY, row["tenant_id"], what=row["reason"], quantity=row["total"])
    without = Tenant.objects.exclude(pk__in=Contract.objects.values("tenant_id")).values_list("pk", flat=True)
    unbilled = (
        rows.filter(reason="", tenant_id__in=list(without))
        .values("tenant_id", "meter")
        .annotate(total=Sum("quantity"))
        .order_by("tenant_id", "meter")
    )
    for meter_row in unbilled:
        if meter_row["total"]:
            yield Finding(
                Kind.USAGE_WITHOUT_PRICE,
                meter_row["tenant_id"],
                what=meter_row["meter"],
                quantity=meter_row["total"],
            )


def _late_usage_expected(entity: BillingEntity, closes_on: date, at: datetime) -> Iterator[Finding]:
    """Drafts whose contract still waits for late usage; what comes after the issue stands on the next document."""
    going = Document.objects.filter(
        entity=entity,
        doc_type=Document.Type.INVOICE,
        status__in=[Document.Status.DRAFT, Document.Status.PREPARED],
        ends_on__lte=closes_on,
    ).select_related("contract")
    for document in going.order_by("contract_number", "starts_on"):
        until = document.ends_on + timedelta(days=document.contract.cutoff_days)
        if at < day_starts_at(until, ZoneInfo(document.time_zone)):
            yield Finding(
                Kind.LATE_USAGE_EXPECTED, document.tenant_id, document.contract_id, document.pk, what=str(until)
            )
