"""What a run would prepare, before anybody starts it: the drafts of the period, made anew, with their sums."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.contracts.models import BillingEntity
from billing.invoices.models import Document
from billing.invoices.refreshing import refresh_contracts
from tenants.accounts.scope import finance_scope


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of the documents in one currency."""

    currency: str
    documents: int
    net: Decimal
    tax: Decimal
    gross: Decimal


def preview(entity: BillingEntity, closes_on: date, at: datetime) -> list[Document]:
    """Refresh the drafts of all contracts, each in its own transaction, and give those that a run would prepare.

    Called outside any scope by a job, or within the finance scope by a page; then the page's transaction holds all.
    """
    refresh_contracts(at, entity=entity)
    with finance_scope():
        return due(entity, closes_on)


def due(entity: BillingEntity, closes_on: date) -> list[Document]:
    """Drafts of periods that end by the day, by contract and period."""
    drafts = Document.objects.filter(
        entity=entity, doc_type=Document.Type.INVOICE, status=Document.Status.DRAFT, ends_on__lte=closes_on
    )
    return list(drafts.select_related("tenant").order_by("contract_number", "starts_on"))


def totals(documents: list[Document]) -> list[Total]:
    """Sums by currency; amounts in two currencies are never added."""
    by_currency: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_currency[document.currency].append(document)
    return [
        Total(
            currency,
            len(rows),
            sum((row.net for row in rows), Decimal(0)),
            sum((row.tax for row in rows), Decimal(0)),
            sum((row.gross for row in rows), Decimal(0)),
        )
        for currency, rows in sorted(by_currency.items())
    ]
