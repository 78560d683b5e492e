"""What a document says in the terms of EN 16931. Only an issued document has an e-invoice.

Rules of this file: a credit note (381) speaks of positive amounts, so all signs are turned there. A price is never
negative (BR-27): a line that takes off has a negative quantity. Where the printed quantity times the printed price
is not the line to the cent (shares, bands), the line says one times its amount, and its description the arithmetic.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.invoices.models import Document, DocumentLine
from billing.rating.money import round_money
from seatline.errors import Refused

SPECIFICATION = "urn:cen.eu:en16931:2017"  # BT-24
INVOICE, CREDIT_NOTE = "380", "381"  # BT-3, UNTDID 1001
TRANSFER, SEPA_TRANSFER = "30", "58"  # BT-81, UNTDID 4461
ONE_DAY = timedelta(days=1)

#: Our units in UN/ECE Recommendation 20 (BT-130); everything that is counted is C62, "one".
_UNITS = {
    "seat_hour": "HUR", "hour": "HUR", "minute": "MIN",
    "seat_month": "MON", "month": "MON", "gb_month": "MON",
    "seat_quarter": "QAN", "quarter": "QAN", "gb_quarter": "QAN",
    "seat_week": "WEE", "week": "WEE", "gb_week": "WEE",
}  # fmt: skip
#: Why no tax is due, as the list VATEX has it (BT-121).
_REASON_CODES = {"AE": "VATEX-EU-AE", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}


class NotIssued(Refused):
    """Only an issued document has an e-invoice."""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). `vat_id` carries its country; any other tax number is `tax_number`."""

    name: str
    address: str
    country: str
    vat_id: str
    tax_number: str
    electronic_address: str
    electronic_scheme: str


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line (BG-25)."""

    id: str
    name: str
    description: str
    quantity: Decimal
    unit_code: str
    price: Decimal
    net: Decimal
    category: str
    rate: Decimal
    starts_on: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of one category and rate (BG-23)."""

    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal
    reason: str
    reason_code: str


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An invoice or credit note."""

    number: str
    type_code: str
    issued_on: date
    due_on: date
    currency: str
    buyer_reference: str
    contract: str
    purchase_order: str
    preceding: tuple[str, date] | None
    note: str
    starts_on: date
    last_day: date
    seller: Party
    buyer: Party
    bank_account: str
    bank_code: str
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal

    @property
    def is_credit_note(self) -> bool:
        """Whether it takes back."""
        return self.type_code == CREDIT_NOTE

    @property
    def payment_means(self) -> str:
        """A transfer in euros to an IBAN is SEPA's."""
        return SEPA_TRANSFER if self.currency == "EUR" and self.bank_account[:2].isalpha() else TRANSFER


def meaning_of(document: Document) -> EInvoice:
    """The e-invoice of an issued document. Raises `NotIssued`."""
    if document.status != Document.Status.ISSUED or document.issued_on is None or document.due_on is None:
        raise NotIssued
    sign = -1 if document.refers_id else 1
    preceding = None
    if document.refers is not None:
        assert document.refers.number and document.refers.issued_on, "only issued invoices are credited"
        preceding = (document.refers.number, document.refers.issued_on)
    return EInvoice(
        number=document.number or "",
        type_code=CREDIT_NOTE if document.refers_id else INVOICE,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency=document.currency,
        buyer_reference=document.buyer.get("buyer_reference", ""),
        contract=document.contract_number,
        purchase_order=document.buyer.get("purchase_order", ""),
        preceding=preceding,
        note=document.reason,
        starts_on=document.starts_on,
        last_day=document.ends_on - ONE_DAY,
        seller=_party(document.seller),
        buyer=_party(document.buyer),
        bank_account=document.seller.get("bank_account", "").replace(" ", ""),
        bank_code=document.seller.get("bank_code", ""),
        lines=tuple(_line(line, sign, document.currency) for line in document.lines.order_by("position")),
        taxes=_taxes(document, sign),
        net=sign * document.net,
        tax=sign * document.tax,
        gross=sign * document.gross,
    )


def _party(party: dict[str, Any]) -> Party:
    country, tax_id = party.get("country") or "CN", party.get("tax_id", "").replace(" ", "")
    # A VAT id begins with its country (BR-CO-09; Greece says EL). China's unified code does not and is no VAT id.
    prefix = "EL" if country == "GR" else country
    is_vat = tax_id.startswith(prefix)
    return Party(
        name=party["legal_name"],
        address=party.get("address", ""),
        country=country,
        vat_id=tax_id if is_vat else "",
        tax_number="" if is_vat else tax_id,
        electronic_address=party.get("electronic_address", ""),
        electronic_scheme=party.get("electronic_scheme", ""),
    )


def _line(line: DocumentLine, sign: int, currency: str) -> Line:
    net, quantity, price = sign * line.amount, sign * line.quantity, line.unit_price
    unit = _UNITS.get(line.unit, "C62")
    if price < 0 or round_money(quantity * price, currency) != net:
        quantity, price, unit = Decimal(-1 if net < 0 else 1), abs(net), "C62"
    return Line(
        id=str(line.position),
        name=line.text,
        description=line.words,
        quantity=quantity,
        unit_code=unit,
        price=price,
        net=net,
        category=line.tax_category,
        rate=line.tax_rate,
        starts_on=line.starts_on,
        last_day=line.ends_on - ONE_DAY,
    )


def _taxes(document: Document, sign: int) -> tuple[Tax, ...]:
    """Our tax codes of one category and rate are one to the standard."""
    sums: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    reasons: dict[str, str] = {}
    for tax in document.taxes.order_by("tax_code"):
        key = (tax.category, tax.rate_percent)
        sums[key][0] += sign * tax.base
        sums[key][1] += sign * tax.amount
        reasons.setdefault(tax.category, tax.exemption_text)
    return tuple(
        Tax(category, rate, base, amount, reasons[category], _REASON_CODES.get(category, ""))
        for (category, rate), (base, amount) in sorted(sums.items())
    )
