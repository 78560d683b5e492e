"""The printed document: HTML from the frozen rows, laid out by WeasyPrint.

Rules of this file: nothing is read but the document's own rows. The template knows places, this file knows words and
numbers. WeasyPrint fetches nothing: the page has no picture and no link.
"""

import logging
import warnings
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from billing.exports.capitals import in_capitals
from billing.exports.labels import GROUPS, LABELS, REASONS, label
from billing.invoices.models import Document, DocumentLine
from billing.invoices.wording import days
from billing.rating.periods import ONE_DAY, Period
from billing.rating.trace import unit_name

_SYMBOLS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}

# Both tell every glyph they keep; what matters comes as an exception.
for _chatty in ("fontTools", "weasyprint"):
    logging.getLogger(_chatty).setLevel(logging.ERROR)


class FetchRefused(ValueError):
    """A document never loads anything from outside."""


def document_pdf(document: Document, language: str) -> bytes:
    """The document as PDF/A in "en", "zh-hans" or "both"; the same rows give the same bytes."""
    return print_pdf(document, language, pdf_variant="pdf/a-3b")


def print_pdf(document: Document, language: str, **options: Any) -> bytes:
    """The document laid out by WeasyPrint with options of its `write_pdf`."""
    return laid_out(document_html(document, language), **options)


def laid_out(html: str, **options: Any) -> bytes:
    """A page as PDF; the options are those of WeasyPrint's `write_pdf`."""
    # Loading WeasyPrint takes half a second: only the process that prints pays for it.
    from weasyprint import HTML  # noqa: PLC0415

    page = HTML(string=html, url_fetcher=_fetch_nothing)
    with warnings.catch_warnings():
        # WeasyPrint leaves the closing of its own colour profile to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        pdf: bytes = page.write_pdf(**options)
    return pdf


def _fetch_nothing(url: str, *_: object, **__: object) -> dict[str, Any]:
    raise FetchRefused(url)


def document_html(document: Document, language: str) -> str:
    """The page that is printed: first what is owed and for what, then how each line comes about."""
    words = {name: label(texts, language) for name, texts in LABELS.items()}
    title = "credit_note" if document.refers_id else "interim" if document.interim else "invoice"
    lines = list(document.lines.order_by("position"))
    taxes = list(document.taxes.all())
    return render_to_string(
        "billing/document.html",
        {
            "lang": "zh-CN" if language.startswith("zh") else "en",
            "words": words,
            "title": words[title],
            "document": document,
            # The file's own date is that of the issue, whenever it is made.
            "made_at": f"{document.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if document.issued_at else "",
            "draft": document.status != Document.Status.ISSUED,
            "seller": party_shown(document.seller, language),
            "footer": " / ".join(told(document.seller["legal_name"], document.seller["legal_name_zh"], language)),
            "buyer": party_shown(document.buyer, language),
            "account_number": document.tenant.code,
            "period": days(Period(document.starts_on, document.ends_on)),
            "counted_until": document.counted_to - ONE_DAY if document.counted_to != document.ends_on else None,
            "account": _account(document),
            "groups": _groups(lines, language),
            "taxes": [
                {
                    "name": label((tax.name, tax.name_zh or tax.name), language),
                    "rate": percent(tax.rate_percent),
                    "base": amount(tax.base),
                    "amount": amount(tax.amount),
                }
                for tax in taxes
            ],
            "exemptions": sorted(
                {text for tax in taxes for text in told(tax.exemption_text, tax.exemption_text_zh, language) if text}
            ),
            "net": amount(document.net),
            "tax": amount(document.tax),
            "gross": _with_symbol(document.gross, document.currency),
            "capitals": in_capitals(document.gross) if document.currency == "CNY" and language != "en" else "",
            "calls": _calls(document, language),
            "rounding": words["rounding_line" if document.tax_rounding == "per_line" else "rounding_rate"],
            "no_fapiao": document.seller.get("country") == "CN",
        },
    )


def _account(document: Document) -> dict[str, str] | None:
    """The account as it was frozen at the issue; nothing for drafts and where there was nothing before."""
    kept = {name: Decimal(text) for name, text in document.account.items()}
    if not any(kept.values()):
        return None
    shown = {name: amount(value) for name, value in kept.items()}
    return shown | {"gross": amount(document.gross), "after": amount(kept["forward"] + document.gross)}


def _groups(lines: list[DocumentLine], language: str) -> list[dict[str, Any]]:
    """Lines of one kind together, in the order in which the kinds first stand on the document."""
    by_kind: dict[str, list[DocumentLine]] = {}
    for line in lines:
        by_kind.setdefault(line.kind if line.kind in GROUPS else "", []).append(line)
    return [
        {
            "name": label(GROUPS[kind], language),
            "count": len(group),
            "amount": amount(sum((line.amount for line in group), Decimal(0))),
            "lines": [_line(line, language) for line in group],
        }
        for kind, group in by_kind.items()
    ]


def amount(value: Decimal) -> str:
    """1234.5 as 1,234.50."""
    return f"{value:,.2f}"


def _with_symbol(value: Decimal, currency: str) -> str:
    """The amount with its currency's symbol, the sign in front of both."""
    return f"{'-' if value < 0 else ''}{_SYMBOLS.get(currency, '')}{amount(abs(value))}"


def percent(value: Decimal) -> str:
    """6.000 as 6 %."""
    return f"{value.normalize():f} %"


def party_shown(party: dict[str, Any], language: str) -> dict[str, Any]:
    """Seller or buyer as the template `party.html` takes it."""
    # In both languages the names stand under each other; where there is only one it stands once.
    shown = dict(party)
    for name in ("legal_name", "address"):
        shown[name] = told(party.get(name, ""), party.get(f"{name}_zh", ""), language)
    return shown


def _line(line: DocumentLine, language: str) -> dict[str, Any]:
    quantity = (
        f"{line.quantity.normalize():,f}" if line.quantity == line.quantity.to_integral() else f"{line.quantity:,.4f}"
    )
    price = (
        f"{line.unit_price:,.2f}"
        if line.unit_price == round(line.unit_price, 2)
        else f"{line.unit_price.normalize():,f}"
    )
    return {
        "position": line.position,
        "texts": told(line.text, line.text_zh, language),
        "words": told(line.words, line.words_zh, language),
        "days": days(Period(line.starts_on, line.ends_on)),
        "quantity": quantity,
        "unit": label((unit_name(line.unit, "en", line.quantity), unit_name(line.unit, "zh-hans")), language),
        "unit_price": price,
        "amount": amount(line.amount),
        "rate": percent(line.tax_rate),
        "tax": amount(line.tax),
    }


def told(english: str, chinese: str, language: str) -> list[str]:
    """A text in one language, or in both, one under the other."""
    if english == chinese:
        return [english]
    return [english, chinese] if language == "both" else [chinese if language.startswith("zh") else english]


def _calls(document: Document, language: str) -> list[tuple[str, str]]:
    """The calls of the period: billed ones by meter, then those not billed with the reason."""
    meters = {"call_in": "billed_calls", "call_informed": "informed_calls", "call_out": "calls_out"}
    rows: list[tuple[str, str]] = []
    for row in document.usage_summary:
        if row["reason"]:
            not_billed, reason = (
                label(LABELS["not_billed"], language),
                label(REASONS.get(row["reason"], (row["reason"],) * 2), language),
            )
            rows.append((f"{not_billed}: {reason}", f"{row['calls']:,}"))
        else:
            name = LABELS.get(meters.get(row["meter"], ""), (row["meter"], row["meter"]))
            rows.append((label(name, language), f"{row['calls']:,}"))
    return rows
