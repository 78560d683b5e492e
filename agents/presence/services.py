"""Log in and out, pause and go on, and take down what the switch tells.

All of it needs a scope that may write presence (telephony or operator), except `log_in`: it owns its transactions,
because a wrong PIN must stay counted. Each change tells its agent's id on the channel `seatline_presence`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection, transaction

from agents.people.services import Person, check_pin, may_sit_at, pause_reason
from agents.presence.models import AgentSession, PresenceEvent
from agents.presence.projection import project, rebuild_intervals, take_down
from agents.presence.rules import ON_A_CALL, WRAP_UP_DONE, Asked, PresenceState, Source, move
from agents.presence.seating import Sitting, has_place, without_place
from agents.presence.sessions import (
    SessionInForce,
    agent_at,
    in_words,
    open_sessions,
    session_at,
    sessions_in_force,
    state_of,
)
from seatline.errors import BadInput, NotAllowed, NotFound, Refused
from seatline.ids import new_id
from tenants.accounts.scope import telephony_scope
from tenants.seats.services import holding, tenant_of_named_seat

__all__ = [
    "PresenceFact",
    "PresenceState",
    "SessionInForce",
    "agent_at",
    "expire_leases",
    "finish_wrap_up",
    "log_in",
    "log_out",
    "open_session",
    "pause",
    "rebuild_intervals",
    "record",
    "session_at",
    "sessions_in_force",
    "state_of",
    "unpause",
]
log = structlog.get_logger(__name__)

OUTSIDE = "tel:"  # how an endpoint begins that is a telephone outside; the number follows in full
# Why a session ended, as it stands in the rows.
BY_CODE, ELSEWHERE, LEASE_ENDED = "code", "elsewhere", "lease_ended"


class NoSeatLeased(Refused):
    """The client of agent {number} has leased no seat at this hour."""


class SeatsFull(Refused):
    """All {seats} leased seats are taken."""


class SeatOfAnotherTenant(NotAllowed):
    """Seat {seat} is leased to another client by name."""


class TelephoneNotAllowed(NotAllowed):
    """Agent {number} may not take calls on this telephone outside."""


class AnotherAgentHere(Refused):
    """Another agent is logged in on the phone {endpoint}."""


class NotLoggedIn(NotFound):
    """Nobody is logged in here."""


class PauseReasonUnknown(BadInput):
    """There is no pause reason {code}."""


@dataclass(frozen=True, slots=True)
class PresenceFact:
    """What the switch tells of a session; the same id twice counts once."""

    id: UUID
    session_id: UUID
    agent_id: UUID
    tenant_id: UUID
    at: datetime
    state: PresenceState
    call_id: UUID | None = None
    reason: str = ""


def log_in(agent_number: str, pin: str, endpoint: str, seat: int | None, at: datetime) -> SessionInForce:
    """Log an agent in on a phone by PIN; to be called outside any scope.

    Raises what `agents.people.services.check_pin` and `open_session` raise.
    """
    person = check_pin(agent_number, pin, at)
    with telephony_scope():
        if endpoint.startswith(OUTSIDE) and not may_sit_at(person.agent_id, endpoint.removeprefix(OUTSIDE)):
            raise TelephoneNotAllowed(number=agent_number)
        return open_session(person, endpoint, seat, at)


def open_session(person: Person, endpoint: str, seat: int | None, at: datetime) -> SessionInForce:
    """Log in an agent whose identity is known. A session of the agent elsewhere ends; the one on this phone goes on.

    Raises AnotherAgentHere, NoSeatLeased, SeatsFull, SeatOfAnotherTenant.
    """
    with transaction.atomic():
        # One login of a tenant at a time, so that two cannot both take its last seat; one on a phone at a time.
        _lock(f"login {person.tenant_id}")
        _lock(f"phone {endpoint}")
        here = open_sessions().filter(endpoint=endpoint).first()
        if here is not None:
            if here.agent_id != person.agent_id:
                raise AnotherAgentHere(endpoint=endpoint)
            return in_words([here])[0]
        elsewhere = open_sessions().filter(agent_id=person.agent_id).first()
        _check_place(person, seat, at, leaving=elsewhere)
        if elsewhere is not None:
            _tell(elsewhere, PresenceState.LOGGED_OUT, at, ELSEWHERE)
        session = AgentSession.objects.create(
            tenant_id=person.tenant_id, agent_id=person.agent_id, endpoint=endpoint, seat=seat, logged_in_at=at
        )
        _tell_of_locked(session, PresenceState.READY, at, "login")  # nobody else can see the row yet
        return in_words([session])[0]


def _check_place(person: Person, seat: int | None, at: datetime, leaving: AgentSession | None) -> None:
    leased = holding(person.tenant_id, at)
    if leased.seats == 0:
        raise NoSeatLeased(number=person.number)
    owner = tenant_of_named_seat(seat, at) if seat is not None else None
    if owner is not None and owner != person.tenant_id:
        raise SeatOfAnotherTenant(seat=seat)
    # Those whose lease is over already only finish a call: they take no seat of the lease in force.
    others = open_sessions().filter(tenant_id=person.tenant_id, ends_when_free=False)
    taken = [one.seat for one in others if leaving is None or one.id != leaving.id]
    if not has_place(seat, taken, leased.pooled, leased.named):
        raise SeatsFull(seats=leased.seats)


def log_out(
    *, at: datetime, session_id: UUID | None = None, endpoint: str | None = None, reason: str = BY_CODE
) -> SessionInForce:
    """End a session, named by itself or by its phone; gives back what it was. Raises NotLoggedIn."""
    with transaction.atomic():
        session = _the_session(session_id=session_id, endpoint=endpoint)
        before = in_words([session])[0]
        _tell_of_locked(session, PresenceState.LOGGED_OUT, at, reason)
        return before


def pause(endpoint: str, reason_code: str, at: datetime) -> SessionInForce:
    """Take no more calls, from the end of the running one on; an empty reason code is a pause without a reason.

    Raises NotLoggedIn, PauseReasonUnknown.
    """
    with transaction.atomic():
        session = _the_session(endpoint=endpoint)
        if reason_code and pause_reason(session.tenant_id, reason_code) is None:
            raise PauseReasonUnknown(code=reason_code)
        move(state_of(session.id), Asked.PAUSE)
        _tell_of_locked(session, PresenceState.PAUSED, at, reason_code)
        return in_words([session])[0]


def unpause(endpoint: str, at: datetime) -> SessionInForce:
    """Take calls again; without a pause nothing changes. Raises NotLoggedIn."""
    with transaction.atomic():
        session = _the_session(endpoint=endpoint)
        if session.paused_since is not None:
            move(state_of(session.id), Asked.UNPAUSE)
            _tell_of_locked(session, PresenceState.READY, at, "unpause")
        return in_words([session])[0]


def finish_wrap_up(endpoint: str, at: datetime) -> SessionInForce:
    """The agent says that the work after the call is done. Raises NotLoggedIn.

    Not refused in another state: what the switch told of the wrap-up may still be on its way here.
    """
    with transaction.atomic():
        session = _the_session(endpoint=endpoint)
        session.wrap_up_done_at = at
        session.save(update_fields=["wrap_up_done_at"])
        _tell_of_locked(session, PresenceState.READY, at, WRAP_UP_DONE)
        return in_words([session])[0]


def expire_leases(at: datetime, busy: Collection[UUID] = ()) -> list[SessionInForce]:
    """Log out the sessions that the leases in force at `at` no longer reach; those who came first stay.

    A session on a call, as told so far or as the switch says in `busy` (ids of sessions), is marked `ends_when_free`
    instead: it gets no new call, and the switch logs it out when the running one ends. Gives back all of them.
    """
    ended: list[SessionInForce] = []
    tenants = open_sessions().filter(ends_when_free=False).order_by().values_list("tenant_id", flat=True).distinct()
    for tenant_id in sorted(tenants):
        with transaction.atomic():
            _lock(f"login {tenant_id}")
            leased = holding(tenant_id, at)
            rows = {row.id: row for row in open_sessions().filter(tenant_id=tenant_id, ends_when_free=False)}
            sittings = [Sitting(row.id, row.seat) for row in rows.values()]
            # In the order in which `record` locks sessions, so that the two cannot wait for each other.
            for one in sorted(without_place(sittings, leased.pooled, leased.named), key=lambda one: one.session_id):
                ended.append(_expire(rows[one.session_id], at, one.session_id in busy))
    return ended


def _expire(session: AgentSession, at: datetime, busy: bool) -> SessionInForce:
    if busy or state_of(session.id) in ON_A_CALL:
        session.ends_when_free = True
        session.save(update_fields=["ends_when_free"])
        rebuild_intervals([session.id])
        return in_words([session])[0]
    before = in_words([session])[0]
    _tell(session, PresenceState.LOGGED_OUT, at, LEASE_ENDED)
    return before


def facts_since(at: datetime) -> list[PresenceFact]:
    """All that was ever told of the sessions of which something was told from then on, oldest first."""
    sessions = PresenceEvent.objects.filter(at__gte=at).values("session_id")
    events = PresenceEvent.objects.filter(session_id__in=sessions).order_by("at", "id")
    return [
        PresenceFact(
            id=one.id, session_id=one.session_id, agent_id=one.agent_id, tenant_id=one.tenant_id, at=one.at,
            state=PresenceState(one.state), call_id=one.call_id, reason=one.reason,
        )
        for one in events
    ]  # fmt: skip


def record(facts: Iterable[PresenceFact]) -> None:
    """Take down what the switch tells, in any order and any number of times, and make the intervals anew.

    A fact of a session that is not known is logged and left out: it must not hold up those behind it.
    """
    told = list(facts)
    with transaction.atomic():
        wanted = {fact.session_id for fact in told}
        # The lock comes before anything is read: two who tell facts of one session project one after the other.
        rows = AgentSession.objects.select_for_update().filter(id__in=wanted).order_by("id")
        known = {row.id: row for row in rows}
        for fact in told:
            if fact.session_id not in known:
                log.error("presence fact of an unknown session", fact=str(fact.id), session=str(fact.session_id))
        events = [
            PresenceEvent(
                id=fact.id,
                tenant_id=known[fact.session_id].tenant_id,
                session_id=fact.session_id,
                agent_id=known[fact.session_id].agent_id,
                at=fact.at,
                state=fact.state,
                source=Source.SWITCH,
                call_id=fact.call_id,
                reason=fact.reason,
            )
            for fact in told
            if fact.session_id in known
        ]
        take_down(known, events)


def _the_session(*, session_id: UUID | None = None, endpoint: str | None = None) -> AgentSession:
    """The open session, locked."""
    rows = open_sessions().select_for_update(of=("self",))
    rows = rows.filter(id=session_id) if session_id is not None else rows.filter(endpoint=endpoint)
    session = rows.first()
    if session is None:
        raise NotLoggedIn
    return session


def _tell(session: AgentSession, state: PresenceState, at: datetime, reason: str) -> None:
    """Write down what a person asked for, and project it."""
    _write_down(session, state, at, reason)
    rebuild_intervals([session.id])


def _tell_of_locked(session: AgentSession, state: PresenceState, at: datetime, reason: str) -> None:
    """The same for a session whose row is locked already, and is then what it became."""
    _write_down(session, state, at, reason)
    project(session)


def _write_down(session: AgentSession, state: PresenceState, at: datetime, reason: str) -> None:
    PresenceEvent.objects.create(
        id=new_id(),
        tenant_id=session.tenant_id,
        session=session,
        agent_id=session.agent_id,
        at=at,
        state=state,
        source=Source.PERSON,
        reason=reason,
    )


def _lock(what: str) -> None:
    """Held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"seatline {what}"])
