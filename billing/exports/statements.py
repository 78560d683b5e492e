"""The statement of an account as CSV and PDF: what changed the balance between two days, and what is open.

Rules of this file: parties are printed as they stand on the account's newest document, so that every scope that may
read the account may print it. Nothing is kept: the same rows, days and instant give the same bytes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from billing.exports.labels import ENTRIES, LABELS, label
from billing.exports.pdf import amount, laid_out, party_shown, told
from billing.exports.tables import Cell, written
from billing.invoices.models import Document
from billing.rating.periods import ONE_DAY
from billing.receivables.balances import Statement, open_items

#: What a statement can be made as, and what the link says.
STATEMENT_KINDS = {"pdf-en": "PDF", "pdf-zh-hans": "PDF 中文", "pdf-both": "PDF 中英", "csv": "CSV"}
STATEMENT_COLUMNS = ("tenant", "seller", "currency", "day", "entry", "number", "amount", "balance")


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement to hand out."""

    name: str
    content_type: str
    content: bytes


def statement_file(statement: Statement, kind: str, at: datetime) -> StatementFile | None:
    """ "csv", or "pdf-" and "en", "zh-hans" or "both"; None for an account without an issued document."""
    newest = _newest(statement)
    if newest is None:
        return None
    days = f"{statement.starts_on}-{statement.ends_on - ONE_DAY}"
    name = f"statement-{newest.tenant.code}-{newest.seller['code']}-{statement.account.currency}-{days}"
    if kind == "csv":
        return StatementFile(f"{name}.csv", "text/csv", statement_csv(statement, newest))
    language = kind.removeprefix("pdf-")
    return StatementFile(f"{name}-{language}.pdf", "application/pdf", statement_pdf(statement, newest, language, at))


def statement_csv(statement: Statement, newest: Document) -> bytes:
    """An opening row, one row for each entry, and a closing one, in the order of `STATEMENT_COLUMNS`."""
    head: list[Cell] = [newest.tenant.code, newest.seller["code"], statement.account.currency]
    rows: list[list[Cell]] = [[*head, statement.starts_on, "opening", "", None, statement.opening]]
    rows += [[*head, one.on, one.kind, one.text, one.amount, one.balance] for one in statement.entries]
    rows.append([*head, statement.ends_on - ONE_DAY, "closing", "", None, statement.closing])
    return written(STATEMENT_COLUMNS, rows)


def statement_pdf(statement: Statement, newest: Document, language: str, at: datetime) -> bytes:
    """The statement printed; `at` is when, and the day as of which the open invoices are told."""
    names = told(newest.seller["legal_name"], newest.seller["legal_name_zh"], language)
    context: dict[str, Any] = {
        "lang": "zh-CN" if language.startswith("zh") else "en",
        "words": {name: label(texts, language) for name, texts in LABELS.items()},
        "made_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "footer": " / ".join(names),
        "seller": party_shown(newest.seller, language),
        "buyer": party_shown(newest.buyer, language),
        "account_number": newest.tenant.code,
        "currency": statement.account.currency,
        "first_day": statement.starts_on,
        "last_day": statement.ends_on - ONE_DAY,
        "opening": amount(statement.opening),
        "closing": amount(statement.closing),
        "entries": [
            {"on": one.on, "what": label(ENTRIES[one.kind], language), "text": one.text,
             "charged": amount(one.amount) if one.amount >= 0 else "",
             "received": amount(-one.amount) if one.amount < 0 else "", "balance": amount(one.balance)}
            for one in statement.entries
        ],
        "open": [
            {"item": one, "gross": amount(one.gross), "open": amount(one.open)} for one in open_items(statement.account)
        ],
        "open_total": amount(sum((one.open for one in open_items(statement.account)), Decimal(0))),
    }  # fmt: skip
    return laid_out(render_to_string("billing/statement.html", context), pdf_variant="pdf/a-3b")


def _newest(statement: Statement) -> Document | None:
    account = statement.account
    rows = Document.objects.filter(
        tenant_id=account.tenant_id, entity_id=account.entity_id, currency=account.currency,
        status=Document.Status.ISSUED,
    ).select_related("tenant")  # fmt: skip
    return rows.order_by("issued_at").last()
