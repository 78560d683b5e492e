"""What stands on documents already: the other half of cumulative billing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q, QuerySet, Sum

from billing.contracts.models import Contract, ContractVersion
from billing.contracts.terms import zone_of
from billing.invoices.models import Charge, Document
from billing.mediation.usage import in_period
from billing.rating.periods import Period
from billing.rating.values import Billed, BilledKey

_ALWAYS_LOOKED_AT = 2

#: Invoices whose lines stand still count as billed; a credit note does once it is issued.
_STANDS = Q(document__status="issued") | Q(document__doc_type="invoice", document__status__in=["prepared", "approved"])
#: Invoices that were taken back in order to be billed again.
_BILLED_AGAIN = Q(document__credit_notes__status="issued", document__credit_notes__bill_again=True)


@dataclass(frozen=True, slots=True)
class AlreadyBilled:
    """Sums by component and part, and the usage that they have seen."""

    sums: dict[BilledKey, Billed]
    usage_to: dict[BilledKey, int]


def already_billed(contract: Contract, period_starts_on: date) -> AlreadyBilled:
    """What earlier documents hold for a period of a contract."""
    charges = Charge.objects.filter(
        _STANDS, component__version__contract=contract, period_starts_on=period_starts_on
    ).order_by()
    sums = {
        (str(component), part): Billed(quantity or Decimal(0), amount or Decimal(0))
        for component, part, quantity, amount in charges.values_list("component", "part").annotate(
            Sum("line__quantity"), Sum("amount")
        )
    }
    if not sums:
        return AlreadyBilled({}, {})
    seen = (
        charges.filter(document__doc_type="invoice")
        .exclude(_BILLED_AGAIN)
        .values_list("component", "part")
        .annotate(Max("usage_to"))
    )
    return AlreadyBilled(sums, {(str(component), part): newest or 0 for component, part, newest in seen})


def closing(contract: Contract) -> QuerySet[Document]:
    """The invoices that close their period: final ones whose lines stand still and that are not billed again."""
    return (
        Document.objects.filter(contract=contract, doc_type=Document.Type.INVOICE, interim=False)
        .exclude(status=Document.Status.DRAFT)
        .exclude(credit_notes__status="issued", credit_notes__bill_again=True)
    )


def to_look_at_again(contract: Contract) -> list[date]:
    """Closed periods that may cost something else now, oldest first: the starts of their periods.

    The two newest always (a lease may have been ended in hindsight); older ones when usage has arrived or prices were
    approved after their invoice was calculated.
    """
    invoices = list(closing(contract).order_by("-starts_on"))
    if not invoices:
        return []
    prices_approved_at = ContractVersion.objects.filter(contract=contract).aggregate(last=Max("approved_at"))["last"]
    found = [
        invoice.starts_on
        for place, invoice in enumerate(invoices)
        if place < _ALWAYS_LOOKED_AT
        or (prices_approved_at is not None and prices_approved_at > invoice.rated_at)
        or in_period(
            contract.tenant_id, Period(invoice.starts_on, invoice.ends_on), zone_of(contract), after=invoice.usage_to
        ).exists()
    ]
    return sorted(found)
