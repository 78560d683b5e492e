"""Spells an e-invoice as UBL 2.1 (OASIS), Invoice or CreditNote. The order of elements is the schema's."""

from decimal import Decimal

from billing.exports.einvoice.meaning import SPECIFICATION, EInvoice, Line, Party, Tax
from billing.exports.einvoice.xml import Names, Node, cents

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_COMMON = {"cac": f"{_UBL}:CommonAggregateComponents-2", "cbc": f"{_UBL}:CommonBasicComponents-2"}
#: What the two kinds of document call the same things.
_WORDS = {
    False: ("Invoice", "InvoiceTypeCode", "InvoiceLine", "InvoicedQuantity"),
    True: ("CreditNote", "CreditNoteTypeCode", "CreditNoteLine", "CreditedQuantity"),
}


def ubl(invoice: EInvoice) -> bytes:
    """The UBL document."""
    root, type_code, line, quantity = _WORDS[invoice.is_credit_note]
    n = Names(doc=f"{_UBL}:{root}-2", **_COMMON)
    money = _Money(n, invoice.currency)
    return n.write(
        n(
            f"doc:{root}",
            n("cbc:CustomizationID", SPECIFICATION),
            n("cbc:ID", invoice.number),
            n("cbc:IssueDate", invoice.issued_on),
            None if invoice.is_credit_note else n("cbc:DueDate", invoice.due_on),
            n(f"cbc:{type_code}", invoice.type_code),
            n("cbc:Note", invoice.note),
            n("cbc:DocumentCurrencyCode", invoice.currency),
            n("cbc:BuyerReference", invoice.buyer_reference),
            n(
                "cac:InvoicePeriod",
                n("cbc:StartDate", invoice.starts_on),
                n("cbc:EndDate", invoice.last_day),
            ),
            n("cac:OrderReference", n("cbc:ID", invoice.purchase_order)),
            _preceding(n, invoice),
            n("cac:ContractDocumentReference", n("cbc:ID", invoice.contract)),
            n("cac:AccountingSupplierParty", _party(n, invoice.seller, seller=True)),
            n("cac:AccountingCustomerParty", _party(n, invoice.buyer, seller=False)),
            _payment(n, invoice),
            n("cac:PaymentTerms", n("cbc:Note", f"Due on {invoice.due_on.isoformat()}")),
            n("cac:TaxTotal", money("TaxAmount", invoice.tax), *(_tax(n, money, one) for one in invoice.taxes)),
            n(
                "cac:LegalMonetaryTotal",
                money("LineExtensionAmount", invoice.net),
                money("TaxExclusiveAmount", invoice.net),
                money("TaxInclusiveAmount", invoice.gross),
                money("PayableAmount", invoice.gross),
            ),
            *(_line(n, money, one, line, quantity) for one in invoice.lines),
        )
    )


class _Money:
    """Amounts with their currency."""

    def __init__(self, n: Names, currency: str) -> None:
        self.n, self.currency = n, currency

    def __call__(self, name: str, amount: Decimal, shown: str = "") -> Node | None:
        return self.n(f"cbc:{name}", shown or cents(amount), currencyID=self.currency)


def _preceding(n: Names, invoice: EInvoice) -> Node | None:
    if invoice.preceding is None:
        return None
    number, issued_on = invoice.preceding
    return n(
        "cac:BillingReference",
        n("cac:InvoiceDocumentReference", n("cbc:ID", number), n("cbc:IssueDate", issued_on)),
    )


def _party(n: Names, party: Party, *, seller: bool) -> Node | None:
    return n(
        "cac:Party",
        n("cbc:EndpointID", party.electronic_address, schemeID=party.electronic_scheme)
        if party.electronic_scheme
        else None,
        n(
            "cac:PostalAddress",
            n("cbc:StreetName", party.address),
            n("cac:Country", n("cbc:IdentificationCode", party.country)),
        ),
        _scheme(n, party.vat_id, "VAT"),
        _scheme(n, party.tax_number, "TAX") if seller else None,
        n(
            "cac:PartyLegalEntity",
            n("cbc:RegistrationName", party.name),
            n("cbc:CompanyID", party.tax_number),
        ),
    )


def _scheme(n: Names, number: str, scheme: str) -> Node | None:
    return (
        n("cac:PartyTaxScheme", n("cbc:CompanyID", number), n("cac:TaxScheme", n("cbc:ID", scheme))) if number else None
    )


def _payment(n: Names, invoice: EInvoice) -> Node | None:
    if not invoice.bank_account:
        return None
    branch = n("cac:FinancialInstitutionBranch", n("cbc:ID", invoice.bank_code))
    return n(
        "cac:PaymentMeans",
        n("cbc:PaymentMeansCode", invoice.payment_means),
        n("cbc:PaymentID", invoice.number),
        n("cac:PayeeFinancialAccount", n("cbc:ID", invoice.bank_account), n("cbc:Name", invoice.seller.name), branch),
    )


def _tax(n: Names, money: _Money, tax: Tax) -> Node | None:
    return n(
        "cac:TaxSubtotal",
        money("TaxableAmount", tax.base),
        money("TaxAmount", tax.amount),
        n(
            "cac:TaxCategory",
            n("cbc:ID", tax.category),
            n("cbc:Percent", tax.rate) if tax.category != "O" else None,
            n("cbc:TaxExemptionReasonCode", tax.reason_code),
            n("cbc:TaxExemptionReason", tax.reason),
            n("cac:TaxScheme", n("cbc:ID", "VAT")),
        ),
    )


def _line(n: Names, money: _Money, line: Line, name: str, quantity: str) -> Node | None:
    return n(
        f"cac:{name}",
        n("cbc:ID", line.id),
        n(f"cbc:{quantity}", line.quantity, unitCode=line.unit_code),
        money("LineExtensionAmount", line.net),
        n("cac:InvoicePeriod", n("cbc:StartDate", line.starts_on), n("cbc:EndDate", line.last_day)),
        n(
            "cac:Item",
            n("cbc:Description", line.description),
            n("cbc:Name", line.name),
            n(
                "cac:ClassifiedTaxCategory",
                n("cbc:ID", line.category),
                n("cbc:Percent", line.rate) if line.category != "O" else None,
                n("cac:TaxScheme", n("cbc:ID", "VAT")),
            ),
        ),
        n("cac:Price", money("PriceAmount", line.price, f"{line.price.normalize():f}")),
    )
