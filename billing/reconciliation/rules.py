"""Do three books tell the same calls: Asterisk's, ours, and the bills'?

    calls seen by Asterisk = calls on record = billed + included in a bundle + not billed with a reason

Rules of this file: pure. Every call is compared by itself and counted where it belongs; a sum that is right by chance
proves nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

NO_PRICE = "no_price"  #: nobody has agreed on a price: the reason of a call that would be billable


class Seen(Protocol):
    """A call as Asterisk saw it (`telephony.witness.services.SeenCall`)."""

    @property
    def call_id(self) -> UUID: ...
    @property
    def channel(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def brief(self) -> bool: ...


class Recorded(Protocol):
    """A call on record (`telephony.journal.services.RecordedCall`)."""

    @property
    def call_id(self) -> UUID: ...
    @property
    def tenant_id(self) -> UUID | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Used:
    """What billing made of a call: `reason` why it is not billed, or empty."""

    call_id: UUID
    tenant_id: UUID | None
    meter: str
    reason: str


class Fault(StrEnum):
    """How the books can differ."""

    NOT_ON_RECORD = "not_on_record"  # Asterisk saw a call that we do not know
    NOT_SEEN = "not_seen"  # we know a call that Asterisk did not see
    STILL_OPEN = "still_open"  # it has ended, and we think it goes on
    NOT_USED = "not_used"  # it has ended, and billing does not know it
    USED_TWICE = "used_twice"
    OTHER_TENANT = "other_tenant"  # billing gives it to somebody else
    UNKNOWN_USAGE = "unknown_usage"  # billing knows a call that is not on record


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One call on which the books differ."""

    tenant: str  #: id, or empty
    fault: Fault
    call: str
    channel: str = ""


@dataclass(slots=True)
class Row:
    """The calls of one tenant on one day."""

    seen: int = 0
    recorded: int = 0
    billed: int = 0
    included: int = 0
    going_on: int = 0  #: seen and recorded, not yet to be billed
    not_billed: Counter[str] = field(default_factory=Counter)

    @property
    def accounted(self) -> int:
        """How many calls the bills know, one way or another, and those that go on."""
        return self.billed + self.included + self.not_billed.total() + self.going_on


@dataclass(frozen=True, slots=True)
class Report:
    """A day's comparison; tenant ids, empty for calls that belong to nobody."""

    on: date
    rows: Mapping[str, Row]
    differences: tuple[Difference, ...]
    at_the_door: int = 0  #: callers who were gone before anybody could claim their call
    unwatched: int = 0  #: calls on record from before the second witness began, which nobody can compare

    @property
    def ok(self) -> bool:
        """Whether the books agree."""
        return not self.differences


def compare(
    on: date, seen: Iterable[Seen], recorded: Iterable[Recorded], used: Iterable[Used], over: Mapping[UUID, int],
    bundled: Collection[tuple[UUID, str]], priced: Collection[tuple[UUID, str]], *,
    settled_before: datetime, watched_since: datetime | None,
) -> Report:  # fmt: skip
    """Compare one day's calls.

    `bundled` and `priced` are tenants with meters that a bundle or another price counts on that day; `over` is how many
    of a tenant's calls of the day stand above the bundle. What ended after `settled_before` may still be on its way.
    """
    by_id: dict[UUID, Seen] = {one.call_id: one for one in seen}
    by_channel = {one.channel: one for one in by_id.values()}
    usage: dict[UUID, list[Used]] = defaultdict(list)
    for entry in used:
        usage[entry.call_id].append(entry)
    rows: dict[str, Row] = defaultdict(Row)
    faults: list[Difference] = []
    known, unwatched = set(), 0
    for call in recorded:
        if watched_since is None or call.started_at < watched_since:
            unwatched += 1
            usage.pop(call.call_id, None)
            continue
        tenant = _name(call.tenant_id)
        row = rows[tenant]
        row.recorded += 1
        twin = by_id.get(call.call_id) or by_channel.get(call.channel)
        row.seen += twin is not None
        if twin is None:
            faults.append(Difference(tenant, Fault.NOT_SEEN, str(call.call_id), call.channel))
        else:
            known.add(twin.call_id)
        books = usage.pop(call.call_id, [])
        fault = _fault(call, twin, books, settled_before)
        if fault is not None:
            faults.append(Difference(tenant, fault, str(call.call_id), call.channel))
        elif not books:
            row.going_on += 1
        else:
            _count(row, books[0], bundled, priced)
    door = [one.call_id for one in by_id.values() if one.brief and one.call_id not in known]
    known.update(door)
    for one in by_id.values():
        if one.call_id not in known and (one.ended_at is None or one.ended_at < settled_before):
            rows[""].seen += 1
            faults.append(Difference("", Fault.NOT_ON_RECORD, str(one.call_id), one.channel))
    for call_id, books in usage.items():
        faults.append(Difference(_name(books[0].tenant_id), Fault.UNKNOWN_USAGE, str(call_id)))
    for tenant_id, count in over.items():
        row = rows[str(tenant_id)]
        above = min(count, row.included)
        row.billed, row.included = row.billed + above, row.included - above
    return Report(on, dict(sorted(rows.items())), tuple(sorted(faults)), len(door), unwatched)


def _fault(call: Recorded, twin: Seen | None, books: list[Used], settled_before: datetime) -> Fault | None:
    if len(books) > 1:
        return Fault.USED_TWICE
    if books and books[0].tenant_id != call.tenant_id:
        return Fault.OTHER_TENANT
    if call.ended_at is None:
        gone = twin is not None and twin.ended_at is not None and twin.ended_at < settled_before
        return Fault.STILL_OPEN if gone else None
    return Fault.NOT_USED if not books and call.ended_at < settled_before else None


def _count(row: Row, used: Used, bundled: Collection[tuple[UUID, str]], priced: Collection[tuple[UUID, str]]) -> None:
    key = (used.tenant_id, used.meter) if used.tenant_id else None
    if used.reason:
        row.not_billed[used.reason] += 1
    elif key in bundled:
        row.included += 1
    elif key in priced:
        row.billed += 1
    else:
        row.not_billed[NO_PRICE] += 1


def _name(tenant_id: UUID | None) -> str:
    return str(tenant_id) if tenant_id else ""
