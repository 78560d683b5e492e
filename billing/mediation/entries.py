"""Facts that no floor below tells yet and finance enters by hand: milestones, cancellations, SMS and fax pages.

Rules of this file: an entry is a usage record like any other, with who entered it and why; it is taken back by a row of
its own, never changed. Meters that the floors below tell are not entered by hand, so that nothing is counted twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.contracts.services import must_be_finance
from billing.mediation.models import UsageRecord
from billing.mediation.rules import Reading
from billing.mediation.services import ensure_bookmarks, record_readings
from billing.rating.meters import METERS
from billing.rating.periods import day_starts_at
from seatline.errors import BadInput, Refused
from seatline.ids import new_id
from tenants.accounts.models import Tenant, User

#: What finance may enter.
BY_HAND = ("milestone", "order", "order_cancelled", "sms", "fax_page", "call_out")
_NOON = timedelta(hours=12)
_ENTERED = "entered_by"


class MeterNotByHand(BadInput):
    """{meter} is counted by the house itself and not entered by hand."""


class QuantityMissing(BadInput):
    """How many? A quantity is more than 0."""


class LabelMissing(BadInput):
    """Which milestone? Give its code as the contract names it."""


class NotAnEntry(Refused):
    """Only what was entered by hand is taken back by hand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as finance enters it; `value` is what each is worth, `days_after` how late an order was cancelled."""

    meter: str
    on: date
    quantity: Decimal = Decimal(1)
    value: Decimal = Decimal(0)
    label: str = ""
    days_after: int = 0
    note: str = ""


@transaction.atomic
def enter(tenant: Tenant, entry: Entry, *, user: User, at: datetime) -> UsageRecord:
    """Enter a fact on the tenant's local day. Raises `MeterNotByHand`, `QuantityMissing`, `LabelMissing`."""
    must_be_finance(user)
    if entry.meter not in BY_HAND:
        raise MeterNotByHand(meter=METERS[entry.meter].english if entry.meter in METERS else entry.meter)
    if entry.quantity <= 0:
        raise QuantityMissing
    if entry.meter == "milestone" and not entry.label:
        raise LabelMissing
    reading = Reading(
        tenant_id=tenant.pk,
        meter=entry.meter,
        quantity=entry.quantity,
        value=entry.value,
        label=entry.label,
        days_after=entry.days_after,
        occurred_at=day_starts_at(entry.on, ZoneInfo(tenant.time_zone)) + _NOON,
        facts={_ENTERED: user.get_username(), "note": entry.note},
    )
    return _recorded(new_id(), reading, at)


@transaction.atomic
def take_back(record: UsageRecord, *, user: User, at: datetime) -> UsageRecord:
    """Take back what was entered by hand. Raises `NotAnEntry`, also for what is taken back already."""
    must_be_finance(user)
    if _ENTERED not in record.facts or record.corrects_id or record.corrected_by.exists():
        raise NotAnEntry
    return _recorded(record.source_id, None, at)


def _recorded(source: UUID, reading: Reading | None, at: datetime) -> UsageRecord:
    ensure_bookmarks()
    (row,) = record_readings({source: reading}, at)
    return row
