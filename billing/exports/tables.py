"""CSV of a document and of the usage behind it.

Rules of this file: UTF-8 with BOM and CRLF, so that Excel opens it as it is; column names are stable, new columns are
added at the end. Decimal point, ISO dates; instants in the contract's zone with their offset. Text that a spreadsheet
would take for a formula gets an apostrophe in front; numbers are never text.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.invoices.models import Document, DocumentLine
from billing.invoices.sources import line_sources
from billing.mediation.models import UsageRecord
from billing.mediation.usage import in_period
from billing.rating.periods import ONE_DAY, Period

Cell = str | int | Decimal | date | None

# Full-width forms too: Excel folds them.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

DOCUMENT_COLUMNS = (
    "document_number", "document_type", "status", "issued_on", "due_on", "credits_document",
    "seller", "seller_tax_id", "buyer", "buyer_tax_id", "contract", "period_first_day", "period_last_day",
    "line", "text", "text_zh", "line_first_day", "line_last_day", "quantity", "unit", "unit_price", "net",
    "tax_code", "tax_rate_percent", "tax", "currency", "calculation", "calculation_zh",
)  # fmt: skip
USAGE_COLUMNS = (
    "document_number", "line", "record", "day", "occurred_at", "call_id", "revision", "meter", "quantity",
    "talk_seconds", "outcome", "reason_not_billed", "dialled", "merchant_code", "queue", "agent",
    "seats_leased", "seats_billed", "lease_id", "hours",
)  # fmt: skip


def document_csv(document: Document) -> bytes:
    """One row per line of the document, its head repeated, in the order of `DOCUMENT_COLUMNS`."""
    return _written(DOCUMENT_COLUMNS, (_line_row(document, line) for line in document.lines.order_by("position")))


def usage_csv(document: Document) -> bytes:
    """One row per call, seat day and leased window behind the document, then the calls that are not billed."""
    return _written(USAGE_COLUMNS, _usage_rows(document))


def _written(columns: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_shown(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, str):
        return safe(cell)
    return str(cell)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _line_row(document: Document, line: DocumentLine) -> Iterator[Cell]:
    yield from (document.number, document.doc_type, document.status, document.issued_on, document.due_on)
    yield document.refers.number if document.refers else None
    yield from (document.seller["legal_name"], document.seller["tax_id"])
    yield from (document.buyer.get("legal_name", ""), document.buyer.get("tax_id", ""), document.contract_number)
    yield from (document.starts_on, document.ends_on - ONE_DAY, line.position, line.text, line.text_zh)
    yield from (line.starts_on, line.ends_on - ONE_DAY, line.quantity, line.unit, line.unit_price, line.amount)
    yield from (line.tax_code, line.tax_rate, line.tax, document.currency, line.words, line.words_zh)


def _usage_rows(document: Document) -> Iterator[list[Cell]]:
    zone = ZoneInfo(document.time_zone)
    for line in document.lines.order_by("position").select_related("credits"):
        sources = line_sources(line)
        for record in sources.usage.order_by("occurred_at", "position").iterator():
            yield _call_row(document, line.position, record, zone)
        for day in sources.days:
            windowed = "hours" in day
            yield [
                document.number, line.position, "seat_window" if windowed else "seat_day", str(day["on"]), None, None,
                None, None, None, None, None, None, None, None, None, None, int(day["seats"]), int(day["billed"]),
                day.get("lease"), Decimal(day["hours"]) if windowed else None,
            ]  # fmt: skip
    if document.refers is None:
        period = Period(document.starts_on, document.ends_on)
        not_billed = in_period(document.tenant_id, period, zone, up_to=document.usage_to).exclude(reason="")
        for record in not_billed.order_by("occurred_at", "position").iterator():
            yield _call_row(document, None, record, zone)


def _call_row(document: Document, line: int | None, record: UsageRecord, zone: ZoneInfo) -> list[Cell]:
    local = record.occurred_at.astimezone(zone)
    facts = record.facts
    return [
        document.number, line, "call", local.date(), local.isoformat(timespec="seconds"), str(record.source_id),
        record.revision, record.meter, record.quantity, record.duration // timedelta(seconds=1), facts.get("outcome"),
        record.reason, facts.get("dialled"), facts.get("merchant_code"), facts.get("queue"), facts.get("agent"), None,
        None, None, None,
    ]  # fmt: skip
