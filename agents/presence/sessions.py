"""Who is logged in: sessions as the switch, the phone codes and the screens see them. Nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from agents.people.services import skills_of
from agents.presence.models import AgentSession, PresenceInterval
from agents.presence.rules import PresenceState


@dataclass(frozen=True, slots=True)
class SessionInForce:
    """An open session."""

    session_id: UUID
    agent_id: UUID
    agent_number: str
    agent_name: str
    tenant_id: UUID
    endpoint: str
    seat: int | None
    logged_in_at: datetime
    language: str
    paused: bool
    paused_since: datetime | None
    pause_reason: str
    wrap_up_done_at: datetime | None  # when the agent last said by code that the wrap-up is over
    ends_when_free: bool  # the lease is over: no new calls
    skills: dict[str, int] = field(hash=False)


def sessions_in_force() -> list[SessionInForce]:
    """All open sessions that the scope shows, in the order of their logins."""
    return in_words(open_sessions())


def session_at(endpoint: str) -> SessionInForce | None:
    """Who is logged in on this phone."""
    return next(iter(in_words(open_sessions().filter(endpoint=endpoint))), None)


def session_of(agent_id: UUID) -> SessionInForce | None:
    """Where the agent is logged in."""
    return next(iter(in_words(open_sessions().filter(agent_id=agent_id))), None)


def agent_at(endpoint: str, at: datetime) -> UUID | None:
    """The agent who was logged in at this phone at that instant."""
    rows = AgentSession.objects.filter(endpoint=endpoint, logged_in_at__lte=at)
    rows = rows.exclude(logged_out_at__lt=at).order_by("-logged_in_at")
    return rows.values_list("agent_id", flat=True).first()


def state_of(session_id: UUID) -> PresenceState:
    """What the session's agent does as far as has been told; logged out if the session is over or unknown."""
    row = PresenceInterval.objects.filter(session_id=session_id, ends_at__isnull=True).first()
    return PresenceState(row.state) if row else PresenceState.LOGGED_OUT


@dataclass(frozen=True, slots=True)
class Doing:
    """What an agent does, since when; for which call, or why not."""

    state: PresenceState
    since: datetime
    reason: str
    call_id: UUID | None


def doing(session_id: UUID) -> Doing | None:
    """What the session's agent does as far as has been told; None if the session is over or unknown."""
    row = PresenceInterval.objects.filter(session_id=session_id, ends_at__isnull=True).first()
    return Doing(PresenceState(row.state), row.starts_at, row.reason, row.call_id) if row else None


def open_sessions() -> QuerySet[AgentSession]:
    """Rows of sessions without a logout."""
    rows = AgentSession.objects.filter(logged_out_at__isnull=True)
    return rows.select_related("agent").order_by("logged_in_at", "id")


def in_words(rows: Iterable[AgentSession]) -> list[SessionInForce]:
    """Rows as values that other rooms may hold."""
    sessions = list(rows)
    skills = skills_of([row.agent_id for row in sessions])
    return [
        SessionInForce(
            session_id=row.id,
            agent_id=row.agent_id,
            agent_number=row.agent.number,
            agent_name=row.agent.name,
            tenant_id=row.tenant_id,
            endpoint=row.endpoint,
            seat=row.seat,
            logged_in_at=row.logged_in_at,
            language=row.agent.language,
            paused=row.paused_since is not None,
            paused_since=row.paused_since,
            pause_reason=row.pause_reason,
            wrap_up_done_at=row.wrap_up_done_at,
            ends_when_free=row.ends_when_free,
            skills=skills[row.agent_id],
        )
        for row in sessions
    ]
