"""Turns what happened into usage records, once each, and answers what became of a call.

Rules of this file: it is the only writer of usage. The bookmark's row is locked for a batch, so records get positions
without gaps in the order of their commits, and two runs at once do the work once. A run can be cut off anywhere and
repeated: what was not committed is read again, and what says the same as before adds nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from agents.presence.shifts import shifts_ended_since
from billing.mediation.facts import ClosedCall
from billing.mediation.models import Bookmark, UsageRecord
from billing.mediation.rules import Reading, Readings, read_calls, read_order, read_said, read_shift, read_stock
from billing.mediation.usage import usage_of_call
from billing.rating.periods import ONE_DAY, day_starts_at, local_day
from telephony.desk.successes import said_since
from telephony.journal.services import closed_calls_after, count_closed_after
from telephony.lookups.confirmed import orders_confirmed_since
from telephony.recordings.stock import bytes_kept
from tenants.accounts.scope import finance_scope

__all__ = [
    "Mediated",
    "ensure_bookmarks",
    "mediate",
    "mediate_orders",
    "mediate_said",
    "mediate_shifts",
    "mediate_stock",
    "newest_position",
    "record",
    "record_readings",
    "usage_of_call",
]

CallsAfter = Callable[[int, int], Sequence[ClosedCall]]

_CALLS = "calls"
_USAGE = "usage"
_STOCK = "stock"
_BATCH = 500

#: How far back shifts and orders are read again, for what was corrected meanwhile: longer than any cut-off.
LOOK_BACK = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Mediated:
    """What a run of mediation did."""

    calls: int
    records: int
    tenants: frozenset[UUID] = field(default_factory=frozenset)


def mediate(at: datetime, calls_after: CallsAfter = closed_calls_after, batch: int = _BATCH) -> Mediated:
    """Read all closed calls after the bookmark and add their usage, one transaction a batch in the finance scope."""
    calls = records = 0
    tenants: set[UUID] = set()
    while True:
        with finance_scope():
            ensure_bookmarks()
            bookmark = Bookmark.objects.select_for_update().get(source=_CALLS)
            found = calls_after(bookmark.position, batch)
            if found:
                added = record(found, at)
                bookmark.position = max(call.position for call in found)
                bookmark.save(update_fields=["position"])
                calls += len(found)
                records += len(added)
                tenants |= {one.tenant_id for one in added if one.tenant_id}
        if len(found) < batch:
            return Mediated(calls, records, frozenset(tenants))


def mediate_shifts(at: datetime) -> Mediated:
    """Add the usage of the shifts that ended within `LOOK_BACK`, with their pauses; corrected ones as deltas."""

    def batches() -> Iterator[Readings]:
        with finance_scope():
            shifts = list(shifts_ended_since(at - LOOK_BACK))
        for batch in shifts:
            yield {source: reading for shift in batch for source, reading in read_shift(shift).items()}

    return _mediate_batches(batches(), at)


def mediate_orders(at: datetime) -> Mediated:
    """Add the usage of the orders confirmed within `LOOK_BACK`."""
    orders = orders_confirmed_since(at - LOOK_BACK)

    def batches() -> Iterator[Readings]:
        for first in range(0, len(orders), _BATCH):
            batch = orders[first : first + _BATCH]
            yield {source: reading for order in batch for source, reading in read_order(order).items()}

    return _mediate_batches(batches(), at)


def mediate_said(at: datetime) -> Mediated:
    """Add the successes that agents have said within `LOOK_BACK`, one a call; what they took back later as deltas."""
    with finance_scope():
        said = said_since(at - LOOK_BACK)

    def batches() -> Iterator[Readings]:
        for first in range(0, len(said), _BATCH):
            batch = said[first : first + _BATCH]
            yield {source: reading for one in batch for source, reading in read_said(one).items()}

    return _mediate_batches(batches(), at)


def mediate_stock(at: datetime) -> Mediated:
    """Take down, once for each day that is over in the operator's zone, how much sound every tenant keeps.

    Days that no run saw are made up for with what is kept now of the recordings made until then.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    yesterday = local_day(at, zone) - ONE_DAY
    with finance_scope():
        ensure_bookmarks()
        last = Bookmark.objects.get(source=_STOCK).day
    day = last + ONE_DAY if last else yesterday
    records = 0
    tenants: set[UUID] = set()
    while day <= yesterday:
        ends_at = day_starts_at(day + ONE_DAY, zone)
        kept = bytes_kept(ends_at)
        with finance_scope():
            added = record_readings(read_stock(kept, ends_at, day.isoformat()), at)
            Bookmark.objects.filter(source=_STOCK).update(day=day)
        records += len(added)
        tenants |= {one.tenant_id for one in added if one.tenant_id}
        day += ONE_DAY
    return Mediated(0, records, frozenset(tenants))


def _mediate_batches(batches: Iterable[Readings], at: datetime) -> Mediated:
    records = 0
    tenants: set[UUID] = set()
    for readings in batches:
        with finance_scope():
            ensure_bookmarks()
            added = record_readings(readings, at)
        records += len(added)
        tenants |= {one.tenant_id for one in added if one.tenant_id}
    return Mediated(0, records, frozenset(tenants))


def ensure_bookmarks() -> None:
    """Make the rows that are locked; harmless to repeat."""
    rows = [Bookmark(source=source) for source in (_CALLS, _USAGE, _STOCK)]
    Bookmark.objects.bulk_create(rows, ignore_conflicts=True)


def record(calls: Iterable[ClosedCall], at: datetime) -> list[UsageRecord]:
    """Add the usage of `calls` and their legs outside; see `record_readings`."""
    return record_readings(read_calls(calls), at)


@transaction.atomic
def record_readings(readings: Readings, at: datetime) -> list[UsageRecord]:
    """Add readings: new ones as they are, corrected ones as a row that takes back and a new row.

    Must run in the finance scope. A source that says the same as before adds nothing; one whose reading is None is
    taken back if it was told.
    """
    # The second bookmark orders all writers of usage, whatever they read.
    counter = Bookmark.objects.select_for_update().get(source=_USAGE)
    known = _in_force(readings)
    added: list[UsageRecord] = []
    for source, reading in readings.items():
        before, revision = known.get(source, (None, -1))
        stands = before is not None and before.corrects_id is None
        if before is not None and stands:
            if reading is not None and _reading_of(before) == reading:
                continue
            revision += 1
            added.append(_taken_back(before, revision, at))
        if reading is not None:
            added.append(_row(source, reading, revision + 1, at))
    for position, row in enumerate(added, start=counter.position + 1):
        row.position = position
    UsageRecord.objects.bulk_create(added)
    if added:
        counter.position += len(added)
        counter.save(update_fields=["position"])
    return added


def _in_force(sources: Iterable[UUID]) -> dict[UUID, tuple[UsageRecord, int]]:
    """The last record of each source with its revision: one in force, or one that took the last one back."""
    found: dict[UUID, tuple[UsageRecord, int]] = {}
    for row in UsageRecord.objects.filter(source_id__in=list(sources)).order_by("source_id", "revision"):
        found[row.source_id] = (row, row.revision)
    return found


_COLUMNS = tuple(one.name for one in fields(Reading))


def _reading_of(row: UsageRecord) -> Reading:
    return Reading(**{name: getattr(row, name) for name in _COLUMNS})


def _row(source: UUID, reading: Reading, revision: int, at: datetime) -> UsageRecord:
    columns = {name: getattr(reading, name) for name in _COLUMNS}
    columns["facts"] = dict(reading.facts)
    return UsageRecord(source_id=source, revision=revision, recorded_at=at, **columns)


def _taken_back(before: UsageRecord, revision: int, at: datetime) -> UsageRecord:
    row = _row(before.source_id, _reading_of(before), revision, at)
    row.quantity = -before.quantity
    row.corrects = before
    return row


def calls_behind() -> int:
    """How many calls have ended, or were corrected, that are not in usage yet. In the finance scope."""
    bookmark = Bookmark.objects.filter(source=_CALLS).first()
    return count_closed_after(bookmark.position if bookmark else 0)


def newest_position() -> int:
    """The position of the newest usage record; what a document that is rated now has seen."""
    bookmark = Bookmark.objects.filter(source=_USAGE).first()
    return bookmark.position if bookmark else 0
