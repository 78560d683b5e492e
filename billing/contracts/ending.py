"""The end of a contract and what it brings with it: its leases end, numbers go back, the tenant's farewell begins.

Rules of this file: all of it is done or none. The end is the local midnight after the last day, for leases and numbers
alike. Tables of other floors are changed by their services, in the operator's scope, as finance may not write them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from billing.contracts.models import Contract
from billing.contracts.services import must_be_finance
from billing.contracts.terms import zone_of
from billing.rating.periods import ONE_DAY, day_starts_at
from seatline.errors import BadInput, Refused
from tenants.accounts.models import User
from tenants.accounts.scope import operator_scope
from tenants.farewell.services import begin_farewell
from tenants.numbers.holdings import HeldNumber, numbers_held_at
from tenants.numbers.services import release_number, take_from_directory
from tenants.seats.services import LeaseHeld, end_lease, leases_reaching
from tenants.trust.services import log_operation


class EndsBeforeItBegan(BadInput):
    """The contract begins on {starts_on}; its last day cannot be before."""


class AlreadyEnded(Refused):
    """The contract ends with {last_day} already; its end can be moved forward, not back."""


class InvoicedFurther(Refused):
    """Invoice {number} bills days until {last_day}; credit it before the contract ends earlier."""


class LeaseNotBegun(Refused):
    """A lease of {seats} seats of this contract begins on {starts_on}, after its end. Settle it first."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of a contract brings with it; seen before it is done, and given back when it is."""

    ends_at: datetime
    leases: tuple[LeaseHeld, ...]
    numbers: tuple[HeldNumber, ...]
    farewell: bool  # no other contract of the tenant goes on: its data may go when the tenant asks for it


def what_ends(contract: Contract, last_day: date) -> Ending:
    """What would end. Raises the refusals of `end_contract`, and changes nothing."""
    if last_day < contract.starts_on:
        raise EndsBeforeItBegan(starts_on=contract.starts_on)
    ends_on = last_day + ONE_DAY
    if contract.ends_on is not None and ends_on > contract.ends_on:
        raise AlreadyEnded(last_day=contract.ends_on - ONE_DAY)
    further = contract.documents.filter(doc_type="invoice", ends_on__gt=ends_on).exclude(status="draft")
    if invoice := further.exclude(credit_notes__status="issued").first():
        raise InvoicedFurther(number=str(invoice), last_day=invoice.ends_on - ONE_DAY)
    ends_at = day_starts_at(ends_on, zone_of(contract))
    others = Contract.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on), tenant_id=contract.tenant_id)
    goes_on = others.exclude(pk=contract.pk).exists()
    # With the last contract everything goes, also what no contract was named for.
    leases = tuple(leases_reaching(contract.tenant_id, ends_at, contract_id=contract.pk if goes_on else None))
    for lease in leases:
        if lease.starts_at >= ends_at:
            raise LeaseNotBegun(seats=lease.seats, starts_on=lease.starts_at.astimezone(zone_of(contract)).date())
    numbers = () if goes_on else tuple(numbers_held_at(contract.tenant_id, ends_at))
    return Ending(ends_at, leases, numbers, not goes_on)


@transaction.atomic
def end_contract(contract: Contract, last_day: date, *, user: User, at: datetime, reason: str) -> Ending:
    """End a contract with its last day, in the future or in hindsight.

    Raises `EndsBeforeItBegan`, `AlreadyEnded`, `InvoicedFurther`, `LeaseNotBegun`; then nothing has changed.
    """
    must_be_finance(user)
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    ending = what_ends(contract, last_day)
    contract.ends_on, contract.end_reason, contract.ended_by, contract.end_noted_at = (
        last_day + ONE_DAY,
        reason,
        user,
        at,
    )
    contract.farewell_from = contract.ends_on if ending.farewell else None
    contract.save(update_fields=["ends_on", "end_reason", "ended_by", "end_noted_at", "farewell_from"])
    with operator_scope():
        for lease in ending.leases:
            end_lease(lease.lease_id, ending.ends_at)
        for number in ending.numbers:
            e164, _, code = number.name.partition("*")
            if code:
                take_from_directory(e164, code, ending.ends_at)
            else:
                release_number(e164, ending.ends_at)
        if ending.farewell:
            begin_farewell(contract.tenant_id, contract.ends_on, contract.pk, user=user, at=at, reason=reason)
        log_operation(
            contract.tenant_id, "contract.ended", str(contract.pk), last_day=last_day.isoformat(),
            leases=len(ending.leases), numbers=len(ending.numbers), farewell=ending.farewell,
        )  # fmt: skip
    return ending
