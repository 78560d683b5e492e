"""Spells an e-invoice as UN/CEFACT Cross Industry Invoice, the XML within Factur-X and ZUGFeRD (profile EN 16931).

The order of elements is the schema's.
"""

from datetime import date

from billing.exports.einvoice.meaning import SPECIFICATION, EInvoice, Line, Party, Tax
from billing.exports.einvoice.xml import Names, Node, cents

_UNECE = "urn:un:unece:uncefact:data:standard"
n = Names(
    rsm=f"{_UNECE}:CrossIndustryInvoice:100",
    ram=f"{_UNECE}:ReusableAggregateBusinessInformationEntity:100",
    udt=f"{_UNECE}:UnqualifiedDataType:100",
    qdt=f"{_UNECE}:QualifiedDataType:100",
)


def cii(invoice: EInvoice) -> bytes:
    """The CII document."""
    return n.write(
        n(
            "rsm:CrossIndustryInvoice",
            n(
                "rsm:ExchangedDocumentContext",
                n("ram:GuidelineSpecifiedDocumentContextParameter", n("ram:ID", SPECIFICATION)),
            ),
            n(
                "rsm:ExchangedDocument",
                n("ram:ID", invoice.number),
                n("ram:TypeCode", invoice.type_code),
                n("ram:IssueDateTime", _day(invoice.issued_on)),
                n("ram:IncludedNote", n("ram:Content", invoice.note)),
            ),
            n(
                "rsm:SupplyChainTradeTransaction",
                *(_line(line) for line in invoice.lines),
                n(
                    "ram:ApplicableHeaderTradeAgreement",
                    n("ram:BuyerReference", invoice.buyer_reference),
                    _party("ram:SellerTradeParty", invoice.seller),
                    _party("ram:BuyerTradeParty", invoice.buyer),
                    n("ram:BuyerOrderReferencedDocument", n("ram:IssuerAssignedID", invoice.purchase_order)),
                    n("ram:ContractReferencedDocument", n("ram:IssuerAssignedID", invoice.contract)),
                ),
                n(
                    "ram:ApplicableHeaderTradeDelivery",
                    n("ram:ActualDeliverySupplyChainEvent", n("ram:OccurrenceDateTime", _day(invoice.last_day))),
                ),
                _settlement(invoice),
            ),
        )
    )


def _day(on: date) -> Node | None:
    return n("udt:DateTimeString", f"{on:%Y%m%d}", format="102")


def _period(starts_on: date, last_day: date) -> Node | None:
    return n(
        "ram:BillingSpecifiedPeriod",
        n("ram:StartDateTime", _day(starts_on)),
        n("ram:EndDateTime", _day(last_day)),
    )


def _party(name: str, party: Party) -> Node | None:
    return n(
        name,
        n("ram:Name", party.name),
        n("ram:SpecifiedLegalOrganization", n("ram:ID", party.tax_number)),
        n("ram:PostalTradeAddress", n("ram:LineOne", party.address), n("ram:CountryID", party.country)),
        n("ram:URIUniversalCommunication", n("ram:URIID", party.electronic_address, schemeID=party.electronic_scheme))
        if party.electronic_scheme
        else None,
        n("ram:SpecifiedTaxRegistration", n("ram:ID", party.vat_id, schemeID="VA")),
        n("ram:SpecifiedTaxRegistration", n("ram:ID", party.tax_number, schemeID="FC"))
        if name == "ram:SellerTradeParty"
        else None,
    )


def _line(line: Line) -> Node | None:
    return n(
        "ram:IncludedSupplyChainTradeLineItem",
        n("ram:AssociatedDocumentLineDocument", n("ram:LineID", line.id)),
        n("ram:SpecifiedTradeProduct", n("ram:Name", line.name), n("ram:Description", line.description)),
        n(
            "ram:SpecifiedLineTradeAgreement",
            n("ram:NetPriceProductTradePrice", n("ram:ChargeAmount", line.price)),
        ),
        n("ram:SpecifiedLineTradeDelivery", n("ram:BilledQuantity", line.quantity, unitCode=line.unit_code)),
        n(
            "ram:SpecifiedLineTradeSettlement",
            n(
                "ram:ApplicableTradeTax",
                n("ram:TypeCode", "VAT"),
                n("ram:CategoryCode", line.category),
                n("ram:RateApplicablePercent", line.rate) if line.category != "O" else None,
            ),
            _period(line.starts_on, line.last_day),
            n("ram:SpecifiedTradeSettlementLineMonetarySummation", n("ram:LineTotalAmount", cents(line.net))),
        ),
    )


def _settlement(invoice: EInvoice) -> Node | None:
    preceding = None
    if invoice.preceding is not None:
        number, issued_on = invoice.preceding
        preceding = n(
            "ram:InvoiceReferencedDocument",
            n("ram:IssuerAssignedID", number),
            n("ram:FormattedIssueDateTime", n("qdt:DateTimeString", f"{issued_on:%Y%m%d}", format="102")),
        )
    return n(
        "ram:ApplicableHeaderTradeSettlement",
        n("ram:PaymentReference", invoice.number),
        n("ram:InvoiceCurrencyCode", invoice.currency),
        _means(invoice),
        *(_tax(tax) for tax in invoice.taxes),
        _period(invoice.starts_on, invoice.last_day),
        n(
            "ram:SpecifiedTradePaymentTerms",
            n("ram:Description", f"Due on {invoice.due_on.isoformat()}"),
            n("ram:DueDateDateTime", _day(invoice.due_on)),
        ),
        n(
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            n("ram:LineTotalAmount", cents(invoice.net)),
            n("ram:TaxBasisTotalAmount", cents(invoice.net)),
            n("ram:TaxTotalAmount", cents(invoice.tax), currencyID=invoice.currency),
            n("ram:GrandTotalAmount", cents(invoice.gross)),
            n("ram:DuePayableAmount", cents(invoice.gross)),
        ),
        preceding,
    )


def _means(invoice: EInvoice) -> Node | None:
    if not invoice.bank_account:
        return None
    # An IBAN begins with letters; any other account number is the bank's own.
    account = "ram:IBANID" if invoice.bank_account[:2].isalpha() else "ram:ProprietaryID"
    return n(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        n("ram:TypeCode", invoice.payment_means),
        n("ram:PayeePartyCreditorFinancialAccount", n(account, invoice.bank_account)),
        n("ram:PayeeSpecifiedCreditorFinancialInstitution", n("ram:BICID", invoice.bank_code)),
    )


def _tax(tax: Tax) -> Node | None:
    return n(
        "ram:ApplicableTradeTax",
        n("ram:CalculatedAmount", cents(tax.amount)),
        n("ram:TypeCode", "VAT"),
        n("ram:ExemptionReason", tax.reason),
        n("ram:BasisAmount", cents(tax.base)),
        n("ram:CategoryCode", tax.category),
        n("ram:ExemptionReasonCode", tax.reason_code),
        n("ram:RateApplicablePercent", tax.rate) if tax.category != "O" else None,
    )
