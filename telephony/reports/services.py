"""Reports, counted by PostgreSQL in one pass each over what the ledger tells.

To be called in a scope, whose walls say whose calls are counted. Practice calls are in no report. Every stay is counted
where the caller joined the queue, every call where it came in, every agent's leg where it was answered: a row agrees
with the records behind it to the call, however long they last.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import TruncDay, TruncMonth

from agents.people.services import people
from agents.presence.timesheets import time_in_states
from telephony.journal.models import Call, Leg
from telephony.reports.measures import USUAL, Handled, Presence, Stays, Targets
from telephony.reports.windows import Cut, Window
from telephony.stays.models import QueueStay
from telephony.stays.rules import ABANDONED, CONNECTED, REFUSED

NONE = timedelta(0)
_WAIT = ExpressionWrapper(F("left_at") - F("entered_at"), output_field=DurationField())
_BUSY = ("ringing", "talking", "hold", "wrap_up")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue's stays in a window."""

    queue_id: UUID
    queue_code: str
    tenant_id: UUID
    stays: Stays


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The stays that began in one piece of a window, `starts_at` being its first instant."""

    starts_at: datetime
    stays: Stays


@dataclass(frozen=True, slots=True)
class AgentLine:
    """What one agent did in a window."""

    agent_id: UUID
    number: str
    name: str
    tenant_id: UUID
    handled: Handled
    missed: int
    presence: Presence


@dataclass(frozen=True, slots=True)
class CallLine:
    """Calls that came in, by what they are grouped by."""

    key: tuple[str, ...]
    calls: int
    answered: int
    talked: timedelta


def by_queue(window: Window, targets: Targets = USUAL, tenant_id: UUID | None = None) -> list[QueueLine]:
    """A line for each queue that anybody joined, by its code."""
    rows = stays_in(window, tenant_id).values("tenant_id", "queue_id", "queue_code").annotate(**_counts(targets))
    return [
        QueueLine(row["queue_id"], row["queue_code"], row["tenant_id"], _counted(row))
        for row in rows.order_by("queue_code", "queue_id")
    ]


def by_time(
    window: Window, cut: Cut, targets: Targets = USUAL, tenant_id: UUID | None = None, queue: UUID | None = None
) -> list[TimeLine]:
    """A line for each piece of the window in which anybody joined a queue, in order."""
    stays = stays_in(window, tenant_id)
    if queue is not None:
        stays = stays.filter(queue_id=queue)
    rows = stays.annotate(piece=_piece("entered_at", window, cut)).values("piece").annotate(**_counts(targets))
    return [TimeLine(row["piece"], _counted(row)) for row in rows.order_by("piece")]


def by_agent(window: Window, at: datetime, tenant_id: UUID | None = None) -> list[AgentLine]:
    """A line for each agent who was logged in or took a call, by number; what goes on is counted until `at`."""
    legs = Leg.objects.filter(kind=Leg.Kind.AGENT, started_at__gte=window.starts_at, started_at__lt=window.ends_at)
    if tenant_id is not None:
        legs = legs.filter(tenant_id=tenant_id)
    rows = legs.filter(~_practice("call_id")).values("agent_id").annotate(
        taken=Count("id", filter=Q(answered_at__isnull=False)),
        talk=Sum("talked"),
        hold=Sum("held"),
        unanswered=Count("id", filter=Q(missed=True)),
    )  # fmt: skip
    worked: dict[UUID, Any] = {row["agent_id"]: row for row in rows if row["agent_id"]}
    states = time_in_states(window.starts_at, min(window.ends_at, at), tenant_id)
    known = people(worked.keys() | states.keys())
    lines = []
    for agent_id, person in known.items():
        row: dict[str, Any] = worked.get(agent_id, {})
        spent = states.get(agent_id, {})
        handled = Handled(
            legs=row.get("taken", 0), talked=row.get("talk") or NONE, held=row.get("hold") or NONE,
            wrapped_up=spent.get("wrap_up", NONE),
        )  # fmt: skip
        presence = Presence(
            ready=spent.get("ready", NONE), paused=spent.get("paused", NONE),
            busy=sum((spent.get(state, NONE) for state in _BUSY), NONE),
        )  # fmt: skip
        missed = row.get("unanswered", 0)
        lines.append(AgentLine(agent_id, person.number, person.name, person.tenant_id, handled, missed, presence))
    return sorted(lines, key=lambda line: line.number)


def calls_by(window: Window, *columns: str, tenant_id: UUID | None = None) -> list[CallLine]:
    """A line for each value of columns of Call, such as dialled, merchant_code or outcome; the most frequent first."""
    calls = Call.objects.filter(
        started_at__gte=window.starts_at, started_at__lt=window.ends_at, ended_at__isnull=False, practice=False
    )
    if tenant_id is not None:
        calls = calls.filter(tenant_id=tenant_id)
    rows = calls.values(*columns).annotate(
        calls=Count("id"), taken=Count("id", filter=Q(connected_at__isnull=False)), talk=Sum("talked")
    )
    return [
        CallLine(tuple(str(row[name] or "") for name in columns), row["calls"], row["taken"], row["talk"] or NONE)
        for row in rows.order_by("-calls", *columns)
    ]


def stays_in(window: Window, tenant_id: UUID | None) -> Any:
    """Stays that are over: who still waits is on the wallboard, and is counted when it is known how it ended."""
    stays = QueueStay.objects.filter(
        entered_at__gte=window.starts_at, entered_at__lt=window.ends_at, left_at__isnull=False
    )
    if tenant_id is not None:
        stays = stays.filter(tenant_id=tenant_id)
    return stays.filter(~_practice("call_id"))


def _practice(column: str) -> Exists:
    return Exists(Call.objects.filter(practice=True, id=OuterRef(column)))


def _piece(column: str, window: Window, cut: Cut) -> Expression | Func:
    if cut is Cut.DAY:
        return TruncDay(column, tzinfo=window.zone)
    if cut is Cut.MONTH:
        return TruncMonth(column, tzinfo=window.zone)
    return Func(
        Value(cut.length, output_field=DurationField()), F(column), Value(window.starts_at),
        function="date_bin", output_field=DateTimeField(),
    )  # fmt: skip


def _counts(targets: Targets) -> dict[str, Any]:
    answered, abandoned = Q(left=CONNECTED), Q(left=ABANDONED)
    in_time = Q(left_at__lte=F("entered_at") + targets.in_time)
    waited = ~Q(left__in=REFUSED)
    return {
        "entered": Count("id"),
        "refused": Count("id", filter=~waited),
        "answered": Count("id", filter=answered),
        "answered_in_time": Count("id", filter=answered & in_time),
        "abandoned": Count("id", filter=abandoned),
        "abandoned_in_time": Count("id", filter=abandoned & in_time),
        "short": Count("id", filter=abandoned & Q(left_at__lte=F("entered_at") + targets.short)),
        "waited": Sum(_WAIT, filter=answered),
        "longest": Max(_WAIT, filter=waited),
    }


def _counted(row: dict[str, Any]) -> Stays:
    counts = {name: row[name] for name in _counts(USUAL)}
    return Stays(**{**counts, "waited": row["waited"] or NONE, "longest": row["longest"] or NONE})
