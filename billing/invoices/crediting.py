"""Credit notes: the mirror of an issued invoice, to the cent."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.contracts.models import Contract
from billing.contracts.services import must_be_finance
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax
from billing.invoices.writing import next_revision
from billing.rating.trace import say, step
from seatline.errors import BadInput, Refused
from tenants.accounts.models import User


class NotAnIssuedInvoice(Refused):
    """Only an issued invoice can be credited."""


class AlreadyCredited(Refused):
    """Invoice {number} is already credited by {credit}."""


class ReasonMissing(BadInput):
    """Say why the invoice is credited; the reason is printed."""


@transaction.atomic
def credit(invoice: Document, user: User, reason: str, at: datetime, *, bill_again: bool = False) -> Document:
    """Prepare a credit note over all of an issued invoice, for another person to approve and issue.

    With `bill_again` the period opens again once the credit note is issued, and its draft holds all of the usage anew;
    without it the amounts are given up. Raises `NotAnIssuedInvoice`, `AlreadyCredited`, `ReasonMissing`.
    """
    must_be_finance(user)
    if not reason.strip():
        raise ReasonMissing
    Contract.objects.select_for_update().get(pk=invoice.contract_id)
    invoice = Document.objects.select_for_update().get(pk=invoice.pk)
    if invoice.doc_type != Document.Type.INVOICE or invoice.status != Document.Status.ISSUED:
        raise NotAnIssuedInvoice
    if existing := invoice.credit_notes.first():
        raise AlreadyCredited(number=invoice.number, credit=str(existing))
    note = Document.objects.create(
        tenant_id=invoice.tenant_id,
        contract_id=invoice.contract_id,
        entity_id=invoice.entity_id,
        doc_type=Document.Type.CREDIT_NOTE,
        refers=invoice,
        reason=reason.strip(),
        bill_again=bill_again,
        interim=invoice.interim,
        starts_on=invoice.starts_on,
        ends_on=invoice.ends_on,
        counted_to=invoice.counted_to,
        tax_point=invoice.tax_point,
        contract_number=invoice.contract_number,
        time_zone=invoice.time_zone,
        currency=invoice.currency,
        tax_rounding=invoice.tax_rounding,
        net=-invoice.net,
        tax=-invoice.tax,
        gross=-invoice.gross,
        seller=invoice.seller,
        buyer=invoice.buyer,
        usage_summary=[],
        usage_to=invoice.usage_to,
        content_sha256=invoice.content_sha256,
        rated_at=at,
    )
    for line in invoice.lines.order_by("position"):
        _mirror(note, invoice, line, bill_again=bill_again)
    DocumentTax.objects.bulk_create(
        DocumentTax(
            tenant_id=note.tenant_id,
            document=note,
            tax_code=tax.tax_code,
            name=tax.name,
            name_zh=tax.name_zh,
            rate_percent=tax.rate_percent,
            base=-tax.base,
            amount=-tax.amount,
        )
        for tax in invoice.taxes.all()
    )
    note.status, note.prepared_by, note.prepared_at = Document.Status.PREPARED, user, at
    note.save(update_fields=["status", "prepared_by", "prepared_at"])
    return note


def _mirror(note: Document, invoice: Document, line: DocumentLine, *, bill_again: bool) -> None:
    told = step("credited", position=line.position, number=invoice.number or "")
    mirrored = DocumentLine.objects.create(
        tenant_id=note.tenant_id,
        document=note,
        position=line.position,
        text=line.text,
        text_zh=line.text_zh,
        words=say([told], "en"),
        words_zh=say([told], "zh-hans"),
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        quantity=-line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=-line.amount,
        tax_code=line.tax_code,
        tax_rate=line.tax_rate,
        tax=-line.tax,
        credits=line,
    )
    if not bill_again:
        return
    # Only a charge that is taken back lets the amounts return; without one they stay billed.
    for charge in line.charges.select_related("component"):
        Charge.objects.create(
            tenant_id=note.tenant_id,
            line=mirrored,
            document=note,
            component_id=charge.component_id,
            part=charge.part,
            period_starts_on=charge.period_starts_on,
            revision=next_revision(charge.component, charge.part, charge.period_starts_on),
            quantity=Decimal(0),
            exact="0",
            total=Decimal(0),
            billed_before=charge.amount,
            amount=-charge.amount,
            usage_after=charge.usage_after,
            usage_to=charge.usage_to,
            trace=[told.as_json()],
            inputs_sha256=charge.inputs_sha256,
        )
