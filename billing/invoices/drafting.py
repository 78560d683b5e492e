"""Builds drafts: from zero, from the prices in force and all usage so far.

Rules of this file: a draft is never mended, it is made anew; only rating decides amounts. The contract's row is locked
meanwhile, so two refreshes at once give one draft. A draft holds the lines of its own period, and on the earliest open
draft also corrections of periods that are closed: late usage and backdated prices are never dropped.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import transaction

from billing.contracts.models import Contract, PriceComponent, TenantBilling
from billing.contracts.terms import TaxRules, needs_before, period_at, period_before, served_part, terms_in, zone_of
from billing.invoices.billed import already_billed, closing, to_look_at_again
from billing.invoices.models import Document
from billing.invoices.parties import buyer_of, seller_of
from billing.invoices.taxing import tax_of, treatment_of
from billing.invoices.wording import correction_text, line_text
from billing.invoices.writing import RatedLine, write
from billing.mediation.ahead import ReadAhead
from billing.mediation.services import newest_position
from billing.mediation.sums import held_by
from billing.rating.periods import ONE_DAY, Period, day_starts_at, local_day, periods
from billing.rating.rate import rate


@transaction.atomic
def refresh_drafts(contract: Contract, at: datetime, ahead: ReadAhead | None = None) -> list[Document]:
    """Make the drafts of all open periods up to the current one anew, oldest first. Runs in the finance scope.

    Periods whose invoice is prepared or further are left alone. `ahead` is usage that was read before for many
    contracts together. Raises `NothingToBillYet` before the contract begins.
    """
    contract = Contract.objects.select_for_update().select_related("entity").get(pk=contract.pk)
    current = period_at(contract, at)
    ends_on = current.ends_on if contract.ends_on is None else min(current.ends_on, contract.ends_on)
    closed = set(closing(contract).values_list("starts_on", flat=True))
    waiting = set(
        Document.objects.filter(
            contract=contract, doc_type=Document.Type.INVOICE, status__in=["prepared", "approved"]
        ).values_list("starts_on", flat=True)
    )
    again = to_look_at_again(contract)
    drafts: list[Document] = []
    for period in periods(contract.starts_on, ends_on, contract.billing_day):
        if period.starts_on in closed | waiting:
            continue
        drafts.append(_rebuild(contract, period, again if not drafts else [], at, ahead))
    return drafts


def refresh_draft(contract: Contract, at: datetime) -> Document:
    """Refresh the drafts and give the current period's: the bill so far.

    When the current period is closed already (an ended contract, an interim invoice on its way), its last invoice.
    """
    current = period_at(contract, at)
    for draft in refresh_drafts(contract, at):
        if draft.starts_on == current.starts_on:
            return draft
    return Document.objects.filter(
        contract=contract, starts_on=current.starts_on, doc_type=Document.Type.INVOICE
    ).latest("rated_at")


def rebuild(document: Document, at: datetime) -> Document:
    """Make one draft anew; its contract must be locked."""
    contract = Contract.objects.select_related("entity").get(pk=document.contract_id)
    open_drafts = Document.objects.filter(contract=contract, doc_type=Document.Type.INVOICE, status="draft")
    earliest = not open_drafts.filter(starts_on__lt=document.starts_on).exists()
    again = to_look_at_again(contract) if earliest else []
    period = next(periods(document.starts_on, document.starts_on + ONE_DAY, contract.billing_day))
    return _rebuild(contract, period, again, at)


def _rebuild(
    contract: Contract, period: Period, again: Iterable[date], at: datetime, ahead: ReadAhead | None = None
) -> Document:
    read = ahead or ReadAhead(newest_position())
    served = served_part(contract, period)
    is_over = at >= day_starts_at(served.ends_on, zone_of(contract))
    counted_to = served.ends_on if is_over else min(local_day(at, zone_of(contract)) + ONE_DAY, served.ends_on)
    buyer = TenantBilling.objects.filter(tenant_id=contract.tenant_id).first()
    treatment = treatment_of(buyer)
    lines = list(_rated(contract, period, None if is_over else counted_to, read, treatment))
    for starts_on in again:
        if starts_on < period.starts_on:
            earlier = next(periods(starts_on, starts_on + ONE_DAY, contract.billing_day))
            lines += _corrections(contract, earlier, read, treatment)
    document = Document.objects.filter(
        contract=contract, starts_on=period.starts_on, doc_type=Document.Type.INVOICE, status=Document.Status.DRAFT
    ).first() or Document(contract=contract, tenant_id=contract.tenant_id, starts_on=period.starts_on)
    document.entity = contract.entity
    document.ends_on, document.counted_to, document.tax_point = served.ends_on, counted_to, counted_to - ONE_DAY
    document.contract_number, document.time_zone = contract.number, contract.time_zone
    document.currency, document.tax_rounding = contract.currency, contract.entity.tax_rounding
    document.seller, document.buyer = seller_of(contract.entity), buyer_of(buyer) if buyer else {}
    document.usage_summary = read.summary(contract.tenant_id, served, zone_of(contract))
    document.usage_to, document.rated_at = read.up_to, at
    write(document, lines)
    return document


def _rated(
    contract: Contract, period: Period, counted_to: date | None, read: ReadAhead, treatment: str
) -> Iterator[RatedLine]:
    """The lines of one period, without those that neither say nor change anything."""
    zone = zone_of(contract)
    priced = terms_in(contract, period)
    billed = already_billed(contract, period.starts_on)
    held = held_by(contract.tenant_id, contract.pk, priced.terms.components, period, zone)
    before = period_before(contract, period)
    days = Period(before.starts_on, period.ends_on) if needs_before(priced.terms) else period
    usage = read.usage(contract.tenant_id, priced.terms.components, days, zone)
    rules = TaxRules(one.tax_code for one in priced.components.values())
    for charge in rate(priced.terms, usage, held, period, billed.sums, counted_to=counted_to, before=before):
        key = (charge.component, charge.part)
        if key in billed.sums and not charge.amount and not charge.quantity:
            continue
        component = priced.components.get(charge.component)
        if component is None:  # a price that is withdrawn: it comes back to be taken off
            component = PriceComponent.objects.get(pk=charge.component)
            rules.add(component.tax_code)
        text, text_zh = line_text(component.invoice_text, component.invoice_text_zh, charge.part)
        last_day = min(charge.served.ends_on, counted_to or charge.served.ends_on) - ONE_DAY
        tax = tax_of(rules.on(component.tax_code, last_day), treatment)
        yield RatedLine(charge, component, period, billed.usage_to.get(key, 0), text, text_zh, tax)


def _corrections(contract: Contract, period: Period, read: ReadAhead, treatment: str) -> Iterator[RatedLine]:
    """What a closed period costs now more or less than was billed."""
    for line in _rated(contract, period, None, read, treatment):
        if line.charge.amount:
            text, text_zh = correction_text(line.text, line.text_zh, period)
            yield RatedLine(line.charge, line.component, period, line.usage_after, text, text_zh, line.tax)
