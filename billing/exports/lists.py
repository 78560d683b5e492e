"""Lists over many documents of a seller as CSV: documents with their lines, open items with their age."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from billing.contracts.models import BillingEntity
from billing.exports.tables import DOCUMENT_COLUMNS, Cell, line_rows, written
from billing.invoices.models import Document
from billing.receivables.balances import invoices_with_balance, item_of
from billing.receivables.rules import bucket_of, state_of

OPEN_COLUMNS = (
    "tenant", "buyer", "document_number", "issued_on", "due_on", "days_overdue", "bucket", "state", "gross", "credited",
    "paid", "open", "currency", "disputed",
)  # fmt: skip


def issued_documents(entity: BillingEntity, starts_on: date, ends_on: date) -> list[Document]:
    """Documents that the seller issued from the first day until before the last, by number."""
    rows = Document.objects.filter(
        entity=entity, status=Document.Status.ISSUED, issued_on__gte=starts_on, issued_on__lt=ends_on
    )
    return list(rows.select_related("tenant", "refers").order_by("doc_type", "number"))


def documents_csv(documents: list[Document]) -> bytes:
    """All lines of these documents, in the order of `DOCUMENT_COLUMNS`."""
    return written(DOCUMENT_COLUMNS, (row for document in documents for row in line_rows(document)))


def open_items_csv(entity: BillingEntity, on: date) -> bytes:
    """What is open on a day by invoice, with its age, in the order of `OPEN_COLUMNS`."""
    return written(OPEN_COLUMNS, _open_rows(entity, on))


def _open_rows(entity: BillingEntity, on: date) -> Iterator[list[Cell]]:
    rows: Any = invoices_with_balance()
    rows = rows.filter(entity=entity).exclude(open=0).select_related("tenant")
    for row in rows.order_by("tenant__code", "currency", "due_on", "number"):
        item = item_of(row)
        yield [
            row.tenant.code, row.buyer.get("legal_name", ""), item.number, item.issued_on, item.due_on,
            max((on - item.due_on).days, 0), bucket_of(item.due_on, on), state_of(item, on), item.gross, item.credited,
            item.paid, item.open, row.currency, "yes" if item.disputed else "no",
        ]  # fmt: skip
