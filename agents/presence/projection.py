"""Makes intervals, and the changing columns of sessions, from what was told. Can be run again at any time.

An interval's id comes from its session and its start, so that made again the rows are identical. What the switch tells
is nearly always newer than all before: then only the last interval goes on, for all sessions at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from django.db import connection, transaction

from agents.presence.models import AgentSession, PresenceEvent, PresenceInterval
from agents.presence.rules import Fact, Folded, Interval, PresenceState, Source, Standing, fold, go_on
from seatline.stream.publish import publish_all

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
    _follow(session, told)
    _write(session, told.intervals)
    _tell([session])


def take_down(sessions: Mapping[UUID, AgentSession], events: Sequence[PresenceEvent]) -> None:
    """Keep new events of these sessions and project them; those kept before change nothing. The rows are locked."""
    by_session: dict[UUID, list[PresenceEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda one: (one.at, one.id)):
        by_session[event.session_id].append(event)
    lasts = _lasts_that_go_on(by_session)
    PresenceEvent.objects.bulk_create(events, ignore_conflicts=True)
    ended: dict[UUID, Interval] = {}
    begun: list[PresenceInterval] = []
    for key, last in lasts.items():
        session, before = sessions[key], _interval(last)
        standing = Standing.of(before, session.paused_since, session.pause_reason)
        told = go_on(before, standing, [_fact(row) for row in by_session[key]])
        _follow(session, told)
        first, *others = told.intervals
        if first.ends_at is not None:
            ended[last.id] = first
        begun += [_row(session, one) for one in others]
    _end(ended)
    PresenceInterval.objects.bulk_create(begun)
    _tell([sessions[key] for key in lasts])
    for key in by_session.keys() - lasts.keys():
        project(sessions[key])


def _lasts_that_go_on(by_session: Mapping[UUID, Sequence[PresenceEvent]]) -> dict[UUID, PresenceInterval]:
    """The open intervals of sessions whose new events, in their order, are all later than what is known of them."""
    if not by_session:
        return {}
    since = min(events[0].at for events in by_session.values())
    known = PresenceEvent.objects.filter(session_id__in=list(by_session), at__gte=since)
    overtaken = {key for key, at in known.values_list("session_id", "at") if at >= by_session[key][0].at}
    rows = PresenceInterval.objects.filter(session_id__in=list(by_session), ends_at__isnull=True)
    return {
        row.session_id: row
        for row in rows
        if row.session_id not in overtaken and by_session[row.session_id][0].at > row.starts_at
    }


def _follow(session: AgentSession, told: Folded) -> None:
    """Let the session's own columns follow."""
    columns = {
        "logged_out_at": told.logged_out_at, "logged_out_because": told.logged_out_because,
        "paused_since": told.standing.paused_since, "pause_reason": told.standing.pause_reason,
    }  # fmt: skip
    if any(getattr(session, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(session, name, value)
        session.save(update_fields=list(columns))


def _tell(sessions: Collection[AgentSession]) -> None:
    with connection.cursor() as cursor:
        agents = [str(session.agent_id) for session in sessions]
        cursor.execute("SELECT pg_notify(%s, id) FROM unnest(%s::text[]) id", [CHANNEL, agents])
    of_tenant: dict[UUID, list[UUID]] = defaultdict(list)
    for session in sessions:
        of_tenant[session.tenant_id].append(session.agent_id)
    publish_all((one.tenant_id, f"agent/{one.agent_id}", "presence", [one.agent_id]) for one in sessions)
    publish_all((tenant_id, "floor", "presence", theirs) for tenant_id, theirs in of_tenant.items())


def _end(ended: Mapping[UUID, Interval]) -> None:
    """Give intervals that went on their end: before new ones begin, since the database allows no overlap."""
    if not ended:
        return
    table = PresenceInterval._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET ends_at = told.ends_at"  # noqa: S608 - the name of a table of ours
            f" FROM unnest(%s::uuid[], %s::timestamptz[]) told (id, ends_at) WHERE {table}.id = told.id",
            [list(ended), [one.ends_at for one in ended.values()]],
        )


def _interval(row: PresenceInterval) -> Interval:
    return Interval(PresenceState(row.state), row.reason, row.call_id, row.starts_at, row.ends_at)


def _row(session: AgentSession, one: Interval) -> PresenceInterval:
    return PresenceInterval(
        id=_id(session, one),
        tenant_id=session.tenant_id,
        session=session,
        agent_id=session.agent_id,
        state=one.state,
        reason=one.reason,
        call_id=one.call_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
    )


def _id(session: AgentSession, one: Interval) -> UUID:
    return uuid5(session.id, one.starts_at.isoformat())


def _fact(row: PresenceEvent) -> Fact:
    return Fact(row.id, row.at, PresenceState(row.state), Source(row.source), row.call_id, row.reason)


def _write(session: AgentSession, intervals: Sequence[Interval]) -> None:
    """Change only what differs: first away, then shorter or longer, then new, so that nothing overlaps on the way."""
    wanted = {_id(session, one): one for one in intervals}
    rows = {row.id: row for row in PresenceInterval.objects.filter(session=session)}
    gone = [key for key in rows if key not in wanted]
    if gone:
        PresenceInterval.objects.filter(id__in=gone).delete()
    for key, row in rows.items():
        one = wanted.get(key)
        if one is not None and one != _interval(row):
            row.state, row.reason, row.call_id, row.ends_at = one.state, one.reason, one.call_id, one.ends_at
            row.save()
    PresenceInterval.objects.bulk_create(_row(session, one) for key, one in wanted.items() if key not in rows)
