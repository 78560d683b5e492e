"""Makes intervals, and the changing columns of sessions, from what was told. Can be run again at any time.

An interval's id comes from its session and its start, so that made again the rows are identical.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid5

from django.db import connection, transaction

from agents.presence.models import AgentSession, PresenceEvent, PresenceInterval
from agents.presence.rules import Fact, Interval, PresenceState, Source, fold

CHANNEL = "seatline_presence"


def rebuild_intervals(session_ids: Iterable[UUID] | None = None) -> None:
    """Make the projection of these sessions again, of all if none are named."""
    sessions = AgentSession.objects.select_for_update().order_by("id")
    if session_ids is not None:
        sessions = sessions.filter(id__in=list(session_ids))
    with transaction.atomic():
        # The lock comes before the events are read: two who tell facts of one session project one after the other.
        for session in sessions:
            project(session)


def project(session: AgentSession) -> None:
    """Make one session's projection again; its row is locked by the caller, and follows."""
    told = fold(session.logged_in_at, [_fact(row) for row in PresenceEvent.objects.filter(session=session)])
    session.logged_out_at = told.logged_out_at
    session.logged_out_because = told.logged_out_because
    session.paused_since = told.standing.paused_since
    session.pause_reason = told.standing.pause_reason
    session.save(update_fields=["logged_out_at", "logged_out_because", "paused_since", "pause_reason"])
    _write(session, told.intervals)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(session.agent_id)])


def _fact(row: PresenceEvent) -> Fact:
    return Fact(row.id, row.at, PresenceState(row.state), Source(row.source), row.call_id, row.reason)


def _write(session: AgentSession, intervals: Sequence[Interval]) -> None:
    """Change only what differs: first away, then shorter or longer, then new, so that nothing overlaps on the way."""
    wanted = {uuid5(session.id, one.starts_at.isoformat()): one for one in intervals}
    rows = {row.id: row for row in PresenceInterval.objects.filter(session=session)}
    gone = [key for key in rows if key not in wanted]
    if gone:
        PresenceInterval.objects.filter(id__in=gone).delete()
    for key, row in rows.items():
        one = wanted.get(key)
        if one is not None and one != Interval(
            PresenceState(row.state), row.reason, row.call_id, row.starts_at, row.ends_at
        ):
            row.state, row.reason, row.call_id, row.ends_at = one.state, one.reason, one.call_id, one.ends_at
            row.save()
    PresenceInterval.objects.bulk_create(
        PresenceInterval(
            id=key,
            tenant_id=session.tenant_id,
            session=session,
            agent_id=session.agent_id,
            state=one.state,
            reason=one.reason,
            call_id=one.call_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for key, one in wanted.items()
        if key not in rows
    )
