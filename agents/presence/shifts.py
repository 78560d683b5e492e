"""Shifts that are over, with their pauses: what bills for staff and timesheets ask. Reads in the caller's scope."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.presence.models import AgentSession, PresenceInterval, State

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause within a shift; no reason given: empty."""

    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One stay at a phone from login to logout."""

    session_id: UUID
    tenant_id: UUID
    agent_number: str
    by_operator: bool  # on the operator's payroll
    starts_at: datetime
    ends_at: datetime
    pauses: tuple[Pause, ...]


def shifts_ended_since(since: datetime) -> Iterator[list[Shift]]:
    """Shifts that ended at `since` or later, in batches, oldest first."""
    sessions = AgentSession.objects.filter(logged_out_at__gte=since).select_related("agent")
    ids = list(sessions.order_by("logged_out_at", "id").values_list("id", flat=True))
    for first in range(0, len(ids), _BATCH):
        rows = sessions.filter(id__in=ids[first : first + _BATCH])
        yield _with_pauses(sorted(rows, key=lambda row: (row.logged_out_at, row.id)))


def _with_pauses(rows: list[AgentSession]) -> list[Shift]:
    pauses: dict[UUID, list[Pause]] = defaultdict(list)
    paused = PresenceInterval.objects.filter(session__in=rows, state=State.PAUSED, ends_at__isnull=False)
    for one in paused.order_by("starts_at"):
        assert one.ends_at is not None
        pauses[one.session_id].append(Pause(one.starts_at, one.ends_at, one.reason))
    return [
        Shift(
            row.id, row.tenant_id, row.agent.number, row.agent.employed_by == row.agent.Employer.OPERATOR,
            row.logged_in_at, row.logged_out_at, tuple(pauses[row.id]),
        )
        for row in rows
        if row.logged_out_at is not None
    ]  # fmt: skip
