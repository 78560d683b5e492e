"""Who is logged in and what each does now, for screens that show the floor; a service of this room. In a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from agents.presence.models import AgentSession, PresenceInterval
from agents.presence.rules import ON_A_CALL, PresenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheFloor:
    """An agent who is logged in."""

    session_id: UUID
    agent_id: UUID
    number: str
    name: str
    name_zh: str
    endpoint: str
    seat: int | None
    state: str
    since: datetime
    reason: str
    call_id: UUID | None  #: of ringing, talk or hold
    pausing: bool  #: a pause was asked for in the call, and begins when that is over


def on_the_floor() -> Sequence[OnTheFloor]:
    """Everybody of the scope who is logged in, in one query."""
    now = PresenceInterval.objects.filter(session=OuterRef("pk"), ends_at=None).order_by("-starts_at")
    rows = AgentSession.objects.filter(logged_out_at=None).annotate(
        state=Subquery(now.values("state")[:1]), since=Subquery(now.values("starts_at")[:1]),
        why=Subquery(now.values("reason")[:1]), call=Subquery(now.values("call_id")[:1]),
    )  # fmt: skip
    columns = rows.values(
        "id", "agent_id", "endpoint", "seat", "state", "since", "why", "call", "logged_in_at", "paused_since",
        number=F("agent__number"), name=F("agent__name"), name_zh=F("agent__name_zh"),
    )  # fmt: skip
    return [
        OnTheFloor(
            session_id=row["id"], agent_id=row["agent_id"], number=row["number"], name=row["name"],
            name_zh=row["name_zh"], endpoint=row["endpoint"], seat=row["seat"],
            state=row["state"] or PresenceState.READY, since=row["since"] or row["logged_in_at"],
            reason=row["why"] or "", call_id=row["call"] if row["state"] in ON_A_CALL else None,
            pausing=row["paused_since"] is not None and row["state"] != PresenceState.PAUSED,
        )
        for row in columns
    ]  # fmt: skip
