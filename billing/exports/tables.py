"""CSV of a document and of the usage behind it.

Rules of this file: UTF-8 with BOM and CRLF, so that Excel opens it as it is; column names are stable, new columns are
added at the end. Decimal point, ISO dates; instants in the contract's zone with their offset. Text that a spreadsheet
would take for a formula gets an apostrophe in front; numbers are never text.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from billing.invoices.models import Document, DocumentLine
from billing.invoices.sources import line_sources
from billing.mediation.models import UsageRecord
from billing.mediation.rules import OF_CALLS
from billing.mediation.usage import in_period
from billing.rating.periods import ONE_DAY, Period
from seatline.sheets import safe

Cell = str | int | Decimal | date | None

DOCUMENT_COLUMNS = (
    "document_number", "document_type", "status", "issued_on", "due_on", "credits_document",
    "seller", "seller_tax_id", "buyer", "buyer_tax_id", "contract", "period_first_day", "period_last_day",
    "line", "text", "text_zh", "line_first_day", "line_last_day", "quantity", "unit", "unit_price", "net",
    "tax_code", "tax_rate_percent", "tax", "currency", "calculation", "calculation_zh",
)  # fmt: skip
USAGE_COLUMNS = (
    "document_number", "line", "record", "day", "occurred_at", "call_id", "revision", "meter", "quantity",
    "talk_seconds", "outcome", "reason_not_billed", "dialled", "merchant_code", "queue", "agent",
    "seats_leased", "seats_billed", "lease_id", "hours", "waited_seconds", "number_outside", "label", "value",
    "part_of",
)  # fmt: skip


def document_csv(document: Document) -> bytes:
    """One row per line of the document, its head repeated, in the order of `DOCUMENT_COLUMNS`."""
    return written(DOCUMENT_COLUMNS, line_rows(document))


def usage_csv(document: Document) -> bytes:
    """One row per call, seat day and leased window behind the document, then the calls that are not billed."""
    return written(USAGE_COLUMNS, usage_rows(document))


def written(columns: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> bytes:
    """These rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_shown(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, str):
        return safe(cell)
    return str(cell)


def line_rows(document: Document) -> Iterator[Iterable[Cell]]:
    """The lines of a document in the order of `DOCUMENT_COLUMNS`."""
    return (_line_row(document, line) for line in document.lines.order_by("position"))


def _line_row(document: Document, line: DocumentLine) -> Iterator[Cell]:
    yield from (document.number, document.doc_type, document.status, document.issued_on, document.due_on)
    yield document.refers.number if document.refers else None
    yield from (document.seller["legal_name"], document.seller["tax_id"])
    yield from (document.buyer.get("legal_name", ""), document.buyer.get("tax_id", ""), document.contract_number)
    yield from (document.starts_on, document.ends_on - ONE_DAY, line.position, line.text, line.text_zh)
    yield from (line.starts_on, line.ends_on - ONE_DAY, line.quantity, line.unit, line.unit_price, line.amount)
    yield from (line.tax_code, line.tax_rate, line.tax, document.currency, line.words, line.words_zh)


#: What a row of usage is made of; plain values, because a hundred thousand model instances cost seconds.
_FIELDS = (
    "occurred_at", "source_id", "revision", "meter", "quantity", "duration", "reason", "facts", "waited", "number",
    "label", "value", "belongs_to",
)  # fmt: skip
_ONE_SECOND = timedelta(seconds=1)


def usage_rows(document: Document) -> Iterator[list[Cell]]:
    """What stands behind the document, in the order of `USAGE_COLUMNS`: line by line, then what is not billed."""
    zone = ZoneInfo(document.time_zone)
    for line in document.lines.order_by("position").select_related("credits"):
        sources = line_sources(line)
        yield from _call_rows(document, line.position, sources.usage, zone)
        for day in sources.days:
            windowed = "hours" in day
            yield [
                document.number, line.position, "seat_window" if windowed else "seat_day", str(day["on"]), None, None,
                None, None, None, None, None, None, None, None, None, None, int(day["seats"]), int(day["billed"]),
                day.get("lease"), Decimal(day["hours"]) if windowed else None, None, None, None, None, None,
            ]  # fmt: skip
    if document.refers is None:
        period = Period(document.starts_on, document.ends_on)
        not_billed = in_period(document.tenant_id, period, zone, up_to=document.usage_to).exclude(reason="")
        yield from _call_rows(document, None, not_billed, zone)


def _call_rows(
    document: Document, line: int | None, usage: QuerySet[UsageRecord], zone: ZoneInfo
) -> Iterator[list[Cell]]:
    found = usage.order_by("occurred_at", "position").values_list(*_FIELDS).iterator(chunk_size=5000)
    for at, source, revision, meter, quantity, talk, reason, facts, waited, number, label, value, whole in found:
        local: datetime = at.astimezone(zone)
        yield [
            document.number, line, "call" if meter in OF_CALLS else meter, local.date(),
            local.isoformat(timespec="seconds"), str(source), revision, meter, quantity, talk // _ONE_SECOND,
            facts.get("outcome"), reason, facts.get("dialled"), facts.get("merchant_code"), facts.get("queue"),
            facts.get("agent"), None, None, None, None, waited // _ONE_SECOND, number, label, value or None,
            str(whole) if whole else None,
        ]  # fmt: skip
