"""What stands on documents already: the other half of cumulative billing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

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


NOTHING_BILLED = AlreadyBilled({}, {})


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
        return NOTHING_BILLED
    seen = (
        charges.filter(document__doc_type="invoice")
        .exclude(_BILLED_AGAIN)
        .values_list("component", "part")
        .annotate(Max("usage_to"))
    )
    return AlreadyBilled(sums, {(str(component), part): newest or 0 for component, part, newest in seen})


def _invoices(contracts: Collection[Contract]) -> QuerySet[Document]:
    """The invoices of contracts, newest first, with whether they are billed again."""
    again = Document.objects.filter(refers=OuterRef("pk"), status="issued", bill_again=True)
    rows = Document.objects.filter(contract__in=contracts, doc_type=Document.Type.INVOICE)
    return rows.annotate(billed_again=Exists(again)).order_by("-starts_on")


def invoices_of(contracts: Collection[Contract]) -> dict[UUID, "Invoices"]:
    """The invoices of many contracts, read in one question."""
    rows: dict[UUID, list[Document]] = defaultdict(list)
    for row in _invoices(contracts):
        rows[row.contract_id].append(row)
    return {contract.pk: Invoices(contract, rows[contract.pk]) for contract in contracts}


class Invoices:
    """The invoices of a contract as they stand."""

    def __init__(self, contract: Contract, newest_first: Iterable[Document] | None = None) -> None:
        self._contract = contract
        self._newest_first = list(_invoices([contract]) if newest_first is None else newest_first)

    @property
    def stand(self) -> bool:
        """Whether any lines stand still; without them nothing can have been billed."""
        return any(row.status != Document.Status.DRAFT for row in self._newest_first)

    @property
    def settled(self) -> set[date]:
        """The periods that need no draft: closed ones, and those whose invoice waits for the second person or issue."""
        waiting = {Document.Status.PREPARED, Document.Status.APPROVED}
        closed = {row.starts_on for row in self._closing()}
        return closed | {row.starts_on for row in self._newest_first if row.status in waiting}

    def draft(self, starts_on: date) -> Document | None:
        """The draft of a period."""
        drafts = (row for row in self._newest_first if row.status == Document.Status.DRAFT)
        return next((row for row in drafts if row.starts_on == starts_on), None)

    def is_earliest(self, starts_on: date) -> bool:
        """Whether no draft of an earlier period is open."""
        return not any(row.status == Document.Status.DRAFT and row.starts_on < starts_on for row in self._newest_first)

    def _closing(self) -> list[Document]:
        """Those that close their period, newest first: final, lines stand still, not billed again."""
        return [
            row
            for row in self._newest_first
            if not row.interim and row.status != Document.Status.DRAFT and not row.billed_again  # type: ignore[attr-defined] # annotated
        ]

    def to_look_at_again(self) -> list[date]:
        """Closed periods that may cost something else now, oldest first: the starts of their periods.

        The two newest always (a lease may have been ended in hindsight); older ones when usage has arrived or prices
        were approved after their invoice was calculated.
        """
        closing = self._closing()
        if not closing:
            return []
        contract = self._contract
        approved_at = ContractVersion.objects.filter(contract=contract).aggregate(last=Max("approved_at"))["last"]
        found = [
            invoice.starts_on
            for place, invoice in enumerate(closing)
            if place < _ALWAYS_LOOKED_AT
            or (approved_at is not None and approved_at > invoice.rated_at)
            or in_period(
                contract.tenant_id,
                Period(invoice.starts_on, invoice.ends_on),
                zone_of(contract),
                after=invoice.usage_to,
            ).exists()
        ]
        return sorted(found)
