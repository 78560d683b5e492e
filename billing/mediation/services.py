"""Turns closed calls into usage records, once each, and answers what became of a call.

Rules of this file: it is the only writer of usage. The bookmark's row is locked for a batch, so records get positions
without gaps in the order of their commits, and two runs at once do the work once. A run can be cut off anywhere and
repeated: what was not committed is read again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.mediation.models import Bookmark, UsageRecord
from billing.mediation.rules import ClosedCall, Reading, read
from billing.mediation.usage import usage_of_call
from telephony.journal.services import closed_calls_after
from tenants.accounts.scope import finance_scope

__all__ = ["Mediated", "mediate", "newest_position", "record", "usage_of_call"]

CallsAfter = Callable[[int, int], Sequence[ClosedCall]]

_CALLS = "calls"
_USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Mediated:
    """What a run of mediation did."""

    calls: int
    records: int
    tenants: frozenset[UUID] = field(default_factory=frozenset)


def mediate(at: datetime, calls_after: CallsAfter = closed_calls_after, batch: int = 500) -> Mediated:
    """Read all closed calls after the bookmark and add their usage, one transaction a batch in the finance scope."""
    calls = records = 0
    tenants: set[UUID] = set()
    while True:
        with finance_scope():
            Bookmark.objects.bulk_create([Bookmark(source=_CALLS), Bookmark(source=_USAGE)], ignore_conflicts=True)
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


@transaction.atomic
def record(calls: Iterable[ClosedCall], at: datetime) -> list[UsageRecord]:
    """Add the usage of `calls`: new ones as they are, corrected ones as a row that takes back and a new row.

    Must run in the finance scope. A call that says the same as before adds nothing.
    """
    last_words = {call.call_id: call for call in sorted(calls, key=lambda one: one.position)}
    # The second bookmark orders all writers of usage, whatever they read.
    counter = Bookmark.objects.select_for_update().get(source=_USAGE)
    known = _in_force(last_words)
    added: list[UsageRecord] = []
    for call_id, call in last_words.items():
        reading = read(call)
        before, revision = known.get(call_id, (None, -1))
        if before is not None and _reading_of(before) == reading:
            continue
        if before is not None:
            revision += 1
            added.append(_taken_back(before, revision, at))
        added.append(_row(call_id, reading, revision + 1, at))
    for position, row in enumerate(added, start=counter.position + 1):
        row.position = position
    UsageRecord.objects.bulk_create(added)
    counter.position += len(added)
    counter.save(update_fields=["position"])
    return added


def _in_force(call_ids: Iterable[UUID]) -> dict[UUID, tuple[UsageRecord, int]]:
    """The record of each call that nothing has taken back, with the call's last revision."""
    found: dict[UUID, tuple[UsageRecord, int]] = {}
    for row in UsageRecord.objects.filter(source_id__in=list(call_ids)).order_by("source_id", "revision"):
        # Rows come in pairs, back and new, so the last row of a call is always the one in force.
        found[row.source_id] = (row, row.revision)
    return found


def _reading_of(row: UsageRecord) -> Reading:
    return Reading(row.tenant_id, row.meter, row.quantity, row.duration, row.occurred_at, row.reason, row.facts)


def _row(call_id: UUID, reading: Reading, revision: int, at: datetime) -> UsageRecord:
    return UsageRecord(
        tenant_id=reading.tenant_id,
        meter=reading.meter,
        source_id=call_id,
        revision=revision,
        quantity=reading.quantity,
        duration=reading.duration,
        occurred_at=reading.occurred_at,
        recorded_at=at,
        reason=reading.reason,
        facts=dict(reading.facts),
    )


def _taken_back(before: UsageRecord, revision: int, at: datetime) -> UsageRecord:
    row = _row(before.source_id, _reading_of(before), revision, at)
    row.quantity = -before.quantity
    row.corrects = before
    return row


def newest_position() -> int:
    """The position of the newest usage record; what a document that is rated now has seen."""
    bookmark = Bookmark.objects.filter(source=_USAGE).first()
    return bookmark.position if bookmark else 0
