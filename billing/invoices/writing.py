"""Writes a draft down: lines, charges, taxes and sums from rated lines.

Rules of this file: it decides no amount. What is the same as before is left as it is, so that links to lines last.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Max

from billing.contracts.models import PriceComponent
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax
from billing.invoices.taxing import LineTax
from billing.rating.periods import Period
from billing.rating.tax import Taxable, taxes
from billing.rating.trace import say
from billing.rating.values import ChargeLine

#: Component, part and the first day of the period.
_ChargeKey = tuple[UUID, str, date]


@dataclass(frozen=True, slots=True)
class RatedLine:
    """A line with everything it takes to write it down."""

    charge: ChargeLine
    component: PriceComponent
    period: Period
    usage_after: int
    text: str
    text_zh: str
    tax: LineTax


def write(document: Document, rated: list[RatedLine]) -> None:
    """Save a draft with its lines, charges and taxes; untouched when nothing printed has changed."""
    taxed = taxes(
        [Taxable(one.charge.amount, one.tax.code, one.tax.rate_percent) for one in rated],
        document.currency,
        document.tax_rounding,  # type: ignore[arg-type]
    )
    document.net = sum((one.charge.amount for one in rated), Decimal(0))
    document.tax, document.gross = taxed.total, document.net + taxed.total
    before, is_new = document.content_sha256, document._state.adding
    document.content_sha256 = _content_digest(document, rated)
    document.save()
    if document.content_sha256 == before:
        # The same content: later usage that changed nothing is noted on the head alone.
        return
    if not is_new:
        document.lines.all().delete()
        document.taxes.all().delete()
    lines = [
        _line(document, position, one, tax)
        for position, (one, tax) in enumerate(zip(rated, taxed.per_line, strict=True), start=1)
    ]
    DocumentLine.objects.bulk_create(lines)
    last = _last_revisions(rated)
    Charge.objects.bulk_create(_charge(line, one, last) for line, one in zip(lines, rated, strict=True))
    names = {(one.tax.code, one.tax.rate_percent): one.tax for one in rated}
    DocumentTax.objects.bulk_create(
        DocumentTax(
            tenant_id=document.tenant_id,
            document=document,
            tax_code=one.code,
            rate_percent=one.rate_percent,
            name=names[one.code, one.rate_percent].name,
            name_zh=names[one.code, one.rate_percent].name_zh,
            base=one.base,
            amount=one.amount,
            category=names[one.code, one.rate_percent].category,
            exemption_text=names[one.code, one.rate_percent].exemption_text,
            exemption_text_zh=names[one.code, one.rate_percent].exemption_text_zh,
        )
        for one in taxed.sums
    )


def _line(document: Document, position: int, rated: RatedLine, tax: Decimal) -> DocumentLine:
    charge = rated.charge
    return DocumentLine(
        tenant_id=document.tenant_id,
        document=document,
        position=position,
        text=rated.text,
        text_zh=rated.text_zh,
        words=say(charge.steps, "en"),
        words_zh=say(charge.steps, "zh-hans"),
        starts_on=charge.served.starts_on,
        ends_on=charge.served.ends_on,
        quantity=charge.quantity,
        unit=charge.unit,
        unit_price=charge.unit_price,
        amount=charge.amount,
        tax_code=rated.tax.code,
        tax_rate=rated.tax.rate_percent,
        tax=tax,
        tax_category=rated.tax.category,
        kind=rated.component.kind,
    )


def _charge(line: DocumentLine, rated: RatedLine, last: Mapping[_ChargeKey, int]) -> Charge:
    charge = rated.charge
    return Charge(
        tenant_id=line.tenant_id,
        line=line,
        document=line.document,
        component=rated.component,
        part=charge.part,
        period_starts_on=rated.period.starts_on,
        revision=last.get((rated.component.pk, charge.part, rated.period.starts_on), 0) + 1,
        quantity=charge.total_quantity,
        exact=str(charge.exact),
        total=charge.total,
        billed_before=charge.billed_before,
        amount=charge.amount,
        usage_after=rated.usage_after,
        usage_to=line.document.usage_to,
        trace=[one.as_json() for one in charge.steps],
        evidence=[one.as_json() for one in charge.evidence],
        inputs_sha256=charge.inputs_sha256,
    )


def _last_revisions(rated: list[RatedLine]) -> dict[_ChargeKey, int]:
    """The last revision of each part and period that stands on any document, in one question."""
    rows = Charge.objects.filter(
        component__in={one.component.pk for one in rated}, period_starts_on__in={one.period.starts_on for one in rated}
    ).order_by()
    found = rows.values_list("component", "part", "period_starts_on").annotate(Max("revision"))
    return {(component, part, starts_on): last or 0 for component, part, starts_on, last in found}


def next_revision(component: PriceComponent, part: str, period_starts_on: date) -> int:
    """The revision after the last one of the same part and period on any document."""
    earlier = Charge.objects.filter(component=component, part=part, period_starts_on=period_starts_on)
    return (earlier.aggregate(last=Max("revision"))["last"] or 0) + 1


def _content_digest(document: Document, rated: list[RatedLine]) -> str:
    content = {
        "head": [
            str(document.contract_id),
            document.contract_number,
            document.time_zone,
            str(document.starts_on),
            str(document.ends_on),
            str(document.counted_to),
            document.currency,
            document.tax_rounding,
            str(document.gross),
        ],
        "seller": document.seller,
        "buyer": document.buyer,
        "usage": document.usage_summary,
        "lines": [
            [
                one.text,
                one.text_zh,
                say(one.charge.steps, "en"),
                str(one.charge.quantity),
                one.charge.unit,
                str(one.charge.unit_price),
                str(one.charge.amount),
                one.tax.code,
                one.tax.category,
                str(one.tax.rate_percent),
                one.charge.inputs_sha256,
            ]
            for one in rated
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
