"""Builds drafts: from zero, from the prices in force and all usage so far.

Rules of this file: a draft is never mended, it is made anew; only rating decides amounts. The contract's row is locked
meanwhile, so two refreshes at once give one draft. A draft holds the lines of its own period, and on the earliest open
draft also corrections of periods that are closed: late usage and backdated prices are never dropped.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from billing.contracts.models import Contract, PriceComponent
from billing.contracts.terms import (
    NothingToBillYet,
    cycle_of,
    needs_before,
    period_at,
    period_before,
    served_part,
    terms_in,
    zone_of,
)
from billing.invoices.billed import NOTHING_BILLED, Invoices, already_billed, invoices_of
from billing.invoices.models import Document
from billing.invoices.parties import buyer_of, seller_of
from billing.invoices.reading import Read, read
from billing.invoices.taxing import tax_of, treatment_of
from billing.invoices.wording import correction_text, line_text
from billing.invoices.writing import RatedLine, write
from billing.mediation.sums import held_by
from billing.rating.periods import ONE_DAY, Period, day_starts_at, local_day
from billing.rating.rate import rate
from seatline.errors import SeatlineError


@transaction.atomic
def refresh_drafts(contract: Contract, at: datetime) -> list[Document]:
    """Make the drafts of all open periods up to the current one anew, oldest first. Runs in the finance scope.

    Periods whose invoice is prepared or further are left alone. Raises `NothingToBillYet` before the contract begins.
    """
    (contract,) = _locked([contract])
    return _refreshed(contract, Invoices(contract), read([contract]), at)


def refresh_many(
    contracts: Collection[Contract], at: datetime, ahead: Read
) -> tuple[int, list[tuple[Contract, SeatlineError]]]:
    """The same for several contracts in the transaction that runs, from what was read ahead.

    Gives back how many were refreshed, and which failed and why. Contracts that have not begun are passed over. One
    that fails leaves its drafts as they were and stops no other.
    """
    done = 0
    failed: list[tuple[Contract, SeatlineError]] = []
    locked = _locked(contracts)
    invoices = invoices_of(locked)
    for contract in locked:
        try:
            with transaction.atomic():
                _refreshed(contract, invoices[contract.pk], ahead, at)
        except NothingToBillYet:
            continue
        except SeatlineError as error:
            failed.append((contract, error))
        else:
            done += 1
    return done, failed


def _locked(contracts: Collection[Contract]) -> list[Contract]:
    """The rows, locked in one order for all who lock several."""
    rows = Contract.objects.select_for_update(of=("self",)).select_related("entity")
    return list(rows.filter(pk__in=[contract.pk for contract in contracts]).order_by("pk"))


def _refreshed(contract: Contract, invoices: Invoices, ahead: Read, at: datetime) -> list[Document]:
    current = period_at(contract, at)
    ends_on = current.ends_on if contract.ends_on is None else min(current.ends_on, contract.ends_on)
    settled, again = invoices.settled, invoices.to_look_at_again()
    making = _Making(contract, invoices, ahead, at)
    drafts: list[Document] = []
    for period in cycle_of(contract).periods(contract.starts_on, ends_on):
        if period.starts_on not in settled:
            drafts.append(making.draft(period, again if not drafts else []))
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
    invoices = Invoices(contract)
    again = invoices.to_look_at_again() if invoices.is_earliest(document.starts_on) else []
    period = cycle_of(contract).around(document.starts_on)
    return _Making(contract, invoices, read([contract]), at).draft(period, again)


@dataclass(frozen=True, slots=True)
class _Making:
    """The drafts of one contract being made, at one instant, from what was read."""

    contract: Contract
    invoices: Invoices
    read: Read
    at: datetime

    def draft(self, period: Period, again: Iterable[date]) -> Document:
        """Make the draft of a period anew, with corrections of the periods that begin on `again`."""
        contract, zone = self.contract, zone_of(self.contract)
        served = served_part(contract, period)
        is_over = self.at >= day_starts_at(served.ends_on, zone)
        counted_to = served.ends_on if is_over else min(local_day(self.at, zone) + ONE_DAY, served.ends_on)
        lines = list(self._rated(period, None if is_over else counted_to))
        for starts_on in again:
            if starts_on < period.starts_on:
                lines += self._corrections(cycle_of(contract).around(starts_on))
        document = self.invoices.draft(period.starts_on) or Document(
            contract=contract, tenant_id=contract.tenant_id, starts_on=period.starts_on
        )
        buyer = self.read.buyers.get(contract.tenant_id)
        document.entity = contract.entity
        document.ends_on, document.counted_to, document.tax_point = served.ends_on, counted_to, counted_to - ONE_DAY
        document.contract_number, document.time_zone = contract.number, contract.time_zone
        document.currency, document.tax_rounding = contract.currency, contract.entity.tax_rounding
        document.seller, document.buyer = seller_of(contract.entity), buyer_of(buyer) if buyer else {}
        document.usage_summary = self.read.usage.summary(contract.tenant_id, served, zone)
        document.usage_to, document.rated_at = self.read.usage.up_to, self.at
        write(document, lines)
        return document

    def _rated(self, period: Period, counted_to: date | None) -> Iterator[RatedLine]:
        """The lines of one period, without those that neither say nor change anything."""
        contract, zone = self.contract, zone_of(self.contract)
        priced = terms_in(contract, period, self.read.versions.get(contract.pk, []))
        billed = already_billed(contract, period.starts_on) if self.invoices.stand else NOTHING_BILLED
        held = held_by(contract.tenant_id, contract.pk, priced.terms.components, period, zone)
        before = period_before(contract, period)
        days = Period(before.starts_on, period.ends_on) if needs_before(priced.terms) else period
        usage = self.read.usage.usage(contract.tenant_id, priced.terms.components, days, zone)
        treatment = treatment_of(self.read.buyers.get(contract.tenant_id))
        for charge in rate(priced.terms, usage, held, period, billed.sums, counted_to=counted_to, before=before):
            key = (charge.component, charge.part)
            if key in billed.sums and not charge.amount and not charge.quantity:
                continue
            component = priced.components.get(charge.component)
            if component is None:  # a price that is withdrawn: it comes back to be taken off
                component = PriceComponent.objects.get(pk=charge.component)
                self.read.rules.add(component.tax_code)
            text, text_zh = line_text(component.invoice_text, component.invoice_text_zh, charge.part)
            last_day = min(charge.served.ends_on, counted_to or charge.served.ends_on) - ONE_DAY
            tax = tax_of(self.read.rules.on(component.tax_code, last_day), treatment)
            yield RatedLine(charge, component, period, billed.usage_to.get(key, 0), text, text_zh, tax)

    def _corrections(self, period: Period) -> Iterator[RatedLine]:
        """What a closed period costs now more or less than was billed."""
        for line in self._rated(period, None):
            if line.charge.amount:
                text, text_zh = correction_text(line.text, line.text_zh, period)
                yield RatedLine(line.charge, line.component, period, line.usage_after, text, text_zh, line.tax)
