"""The workbook of a document: its lines, its taxes, and the usage behind it, each on a sheet."""

from collections.abc import Iterator

from billing.exports.sheets import Sheet, workbook
from billing.exports.tables import DOCUMENT_COLUMNS, USAGE_COLUMNS, Cell, line_rows, usage_rows
from billing.invoices.models import Document

TAX_COLUMNS = ("document_number", "tax_code", "category", "name", "name_zh", "rate_percent", "base", "amount", "why")


def document_workbook(document: Document) -> bytes:
    """The workbook; made again it is the same bytes."""
    made_at = document.issued_at or document.rated_at
    sheets = [
        Sheet("lines", DOCUMENT_COLUMNS, (list(row) for row in line_rows(document))),
        Sheet("taxes", TAX_COLUMNS, _tax_rows(document)),
        Sheet("usage", USAGE_COLUMNS, usage_rows(document)),
    ]
    return workbook(sheets, made_at)


def _tax_rows(document: Document) -> Iterator[list[Cell]]:
    for tax in document.taxes.order_by("tax_code", "rate_percent"):
        yield [
            document.number, tax.tax_code, tax.category, tax.name, tax.name_zh, tax.rate_percent, tax.base, tax.amount,
            tax.exemption_text,
        ]  # fmt: skip
