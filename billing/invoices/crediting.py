"""Credit notes: they take back an issued invoice, whole or in part, never more than stands on a line.

Rules of this file: `credit_rules` decides the amounts; the database refuses a credit above its line, too.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.contracts.models import Contract
from billing.contracts.services import must_be_finance
from billing.invoices.credit_rules import Credited, Line, lines_to_credit, tax_to_credit
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax
from billing.invoices.writing import next_revision
from billing.rating.trace import say, step
from seatline.errors import BadInput, Refused
from tenants.accounts.models import User


class NotAnIssuedInvoice(Refused):
    """Only an issued invoice can be credited."""


class AlreadyCredited(Refused):
    """Invoice {number} is already credited in full by {credit}."""


class ReasonMissing(BadInput):
    """Say why the invoice is credited; the reason is printed."""


@transaction.atomic
def credit(
    invoice: Document,
    user: User,
    reason: str,
    at: datetime,
    *,
    bill_again: bool = False,
    amounts: Mapping[int, Decimal] | None = None,
) -> Document:
    """Prepare a credit note for another person to approve and issue: over `amounts` (net by position of the line), or
    over all that earlier notes have left.

    With `bill_again` the period opens again once the credit note is issued, and its draft holds all of the usage anew;
    without it the amounts are given up, as those of a partial credit always are. Raises `NotAnIssuedInvoice`,
    `AlreadyCredited`, `ReasonMissing`, `CreditAboveLine`, `NothingCredited`.
    """
    must_be_finance(user)
    if not reason.strip():
        raise ReasonMissing
    Contract.objects.select_for_update().get(pk=invoice.contract_id)
    invoice = Document.objects.select_for_update().get(pk=invoice.pk)
    if invoice.doc_type != Document.Type.INVOICE or invoice.status != Document.Status.ISSUED:
        raise NotAnIssuedInvoice
    rows = {row.position: row for row in invoice.lines.order_by("position")}
    lines = _as_they_stand(invoice, rows)
    last = invoice.credit_notes.order_by("rated_at").last()
    if last is not None and not any(line.left for line in lines):
        raise AlreadyCredited(number=invoice.number, credit=str(last))
    credited = lines_to_credit(lines, amounts, invoice.currency)
    note = _head(invoice, reason.strip(), at, bill_again=bill_again and amounts is None)
    taxes = tax_to_credit(
        lines,
        credited,
        {(tax.tax_code, tax.rate_percent): (tax.base, tax.amount) for tax in invoice.taxes.all()},
        _tax_credited(invoice),
        invoice.currency,
        invoice.tax_rounding,  # type: ignore[arg-type]
    )
    note.net = -sum((one.net for one in credited), Decimal(0))
    note.tax = -sum((one.amount for one in taxes), Decimal(0))
    note.gross = note.net + note.tax
    note.content_sha256 = _digest(invoice, note.reason, credited)
    note.save()
    for one in credited:
        _mirror(note, invoice, rows[one.position], one)
    printed = {(tax.tax_code, tax.rate_percent): tax for tax in invoice.taxes.all()}
    DocumentTax.objects.bulk_create(
        DocumentTax(
            tenant_id=note.tenant_id,
            document=note,
            tax_code=tax.code,
            rate_percent=tax.rate_percent,
            base=-tax.base,
            amount=-tax.amount,
            name=printed[tax.code, tax.rate_percent].name,
            name_zh=printed[tax.code, tax.rate_percent].name_zh,
            category=printed[tax.code, tax.rate_percent].category,
            exemption_text=printed[tax.code, tax.rate_percent].exemption_text,
            exemption_text_zh=printed[tax.code, tax.rate_percent].exemption_text_zh,
        )
        for tax in taxes
    )
    note.status, note.prepared_by, note.prepared_at = Document.Status.PREPARED, user, at
    note.save(update_fields=["status", "prepared_by", "prepared_at"])
    return note


def _as_they_stand(invoice: Document, rows: Mapping[int, DocumentLine]) -> list[Line]:
    """The invoice's lines with what its notes take back, issued or still on their way: both stand against the line."""
    taken: dict[object, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for credits_id, amount, tax in DocumentLine.objects.filter(credits__document=invoice).values_list(
        "credits_id", "amount", "tax"
    ):
        taken[credits_id][0] -= amount
        taken[credits_id][1] -= tax
    return [
        Line(position, row.amount, row.tax, row.tax_code, row.tax_rate, *taken[row.pk])
        for position, row in rows.items()
    ]


def _tax_credited(invoice: Document) -> dict[tuple[str, Decimal], Decimal]:
    found: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for code, rate, amount in DocumentTax.objects.filter(document__refers=invoice).values_list(
        "tax_code", "rate_percent", "amount"
    ):
        found[code, rate] -= amount
    return found


def _head(invoice: Document, reason: str, at: datetime, *, bill_again: bool) -> Document:
    return Document(
        tenant_id=invoice.tenant_id,
        contract_id=invoice.contract_id,
        entity_id=invoice.entity_id,
        doc_type=Document.Type.CREDIT_NOTE,
        refers=invoice,
        reason=reason,
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
        seller=invoice.seller,
        buyer=invoice.buyer,
        usage_summary=[],
        usage_to=invoice.usage_to,
        rated_at=at,
    )


def _digest(invoice: Document, reason: str, credited: Iterable[Credited]) -> str:
    """The hash of the note's content: the invoice's own, the reason, and what is taken back of each line."""
    content = [invoice.content_sha256, reason, *(f"{one.position} {one.net} {one.tax}" for one in credited)]
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


def _mirror(note: Document, invoice: Document, line: DocumentLine, credited: Credited) -> None:
    # A line that is billed again gives its quantity back too, whatever earlier notes took of its amount.
    whole = credited.net == line.amount or note.bill_again
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
        # A part of a line is an amount: what part of the calls it stands for, nobody can say.
        quantity=-line.quantity if whole else Decimal(-1),
        unit=line.unit if whole else "amount",
        unit_price=line.unit_price if whole else credited.net,
        amount=-credited.net,
        tax_code=line.tax_code,
        tax_rate=line.tax_rate,
        tax=-credited.tax,
        tax_category=line.tax_category,
        kind=line.kind,
        credits=line,
    )
    if not note.bill_again:
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
            amount=-credited.net,
            usage_after=charge.usage_after,
            usage_to=charge.usage_to,
            trace=[told.as_json()],
            inputs_sha256=charge.inputs_sha256,
        )
