"""A supervisor asks to be in a talk, from a screen or by a code of the telephone.

Rules of this file: it asks and writes down who asked; the switch does it (`core/in_listening.py`). What the person may
is handed in by the edge, from the one table of rights or from `Supervisor`; whose talk it is, the scope says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents.people.models import Agent
from agents.people.services import AgentUnknown, find_agent
from agents.presence.sessions import open_sessions
from seatline.errors import BadInput, NotAllowed, NotFound, Refused
from telephony.core.listening import Way
from telephony.journal.models import Call, Leg
from telephony.plans.models import Phone
from telephony.requests.models import CallRequest
from telephony.requests.services import CallIsOver, CallNotFound, Standing, hand_in
from telephony.supervision.models import Listening, Supervisor
from tenants.accounts.rights import Right
from tenants.accounts.scope import current_scope
from tenants.trust.services import log_operation

STOP = "stop_listening"
RIGHTS = {
    Way.LISTEN: Right.TALKS_LISTEN,
    Way.WHISPER: Right.TALKS_WHISPER,
    Way.BARGE: Right.TALKS_BARGE,
    Way.TAKE_OVER: Right.TALKS_TAKE_OVER,
}


class PhoneMissing(BadInput):
    """Say which telephone is to ring: a supervisor's agent number, or the name of a phone."""


class PhoneNotYours(NotFound):
    """Nobody of yours is logged in at this telephone."""


class MayNot(NotAllowed):
    """You may not be in talks in this way."""


class NoSuchTalk(NotFound):
    """No agent with this number talks now, or none whose talks you look after."""


class NotASupervisor(NotAllowed):
    """You look after no talks."""


class EmployedElsewhere(Refused):
    """An agent whom a tenant employs looks after the talks of that tenant alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """A supervisor's telephone: where it is, who is logged in there, and the call it has dialled a code with."""

    endpoint: str
    agent_id: UUID | None = None
    channel: str = ""


def may(rights: Iterable[Right]) -> frozenset[Way]:
    """The ways that these rights open."""
    held = frozenset(rights)
    return frozenset(way for way, right in RIGHTS.items() if right in held)


def supervise(
    request_id: UUID, call_id: UUID, way: Way, at: datetime, *, ways: frozenset[Way], by: UUID, place: Place | None,
    agent_id: UUID | None = None,
) -> Standing:  # fmt: skip
    """Ask for a way into a talk; without an agent it is about whoever talks. To be called in a scope.

    Without a `place` it is about him who is in this talk already. Raises MayNot, CallNotFound, CallIsOver and
    PhoneMissing.
    """
    if way not in ways:
        raise MayNot
    tenant_id = _tenant_of_talk(call_id)
    if place is None and not _is_there(call_id, by):
        raise PhoneMissing
    wanted = CallRequest(
        id=request_id, tenant_id=tenant_id, call_id=call_id, agent_id=agent_id, asked_by=by, kind=way.value,
        phone=place.endpoint if place else "", channel=place.channel if place else "",
        supervisor_id=place.agent_id if place else None, ways=" ".join(sorted(ways)), asked_at=at,
    )  # fmt: skip
    with transaction.atomic():
        # In the transaction of the request: nobody listens without its standing in the tenant's log.
        log_operation(tenant_id, f"talk.{way.value}", str(call_id), by=str(by), agent=str(agent_id or ""))
        return hand_in(wanted, at)


def stop(request_id: UUID, call_id: UUID, at: datetime, *, by: UUID) -> Standing:
    """Ask to be out of the talk. Raises CallNotFound, CallIsOver."""
    wanted = CallRequest(
        id=request_id, tenant_id=_tenant_of_talk(call_id), call_id=call_id, asked_by=by, kind=STOP, asked_at=at
    )  # fmt: skip
    return hand_in(wanted, at)


def place_of(phone: str) -> Place:
    """The telephone that a person of this scope means: an agent's number, or a phone at which one of theirs is logged
    in; for the operator any phone of the room. Raises PhoneNotYours."""
    sessions = open_sessions().exclude(endpoint__startswith="tel:")
    found = sessions.filter(agent__number=phone).first() or sessions.filter(endpoint=phone).first()
    if found is not None:
        return Place(found.endpoint, found.agent_id)
    scope = current_scope()
    if scope is not None and scope.tenant_id is None and Phone.objects.filter(endpoint=phone).exists():
        return Place(phone)
    raise PhoneNotYours


def name_supervisor(agent: Agent, tenant_id: UUID, ways: frozenset[Way]) -> Supervisor:
    """Let an agent be in the talks of a tenant in these ways and no others. Raises EmployedElsewhere."""
    if agent.employed_by == Agent.Employer.TENANT and agent.tenant_id != tenant_id:
        raise EmployedElsewhere
    row, _ = Supervisor.objects.update_or_create(
        tenant_id=tenant_id, agent=agent, defaults={way.value: way in ways for way in Way}
    )
    return row


def is_supervisor(agent_id: UUID) -> bool:
    """Whether the agent looks after any talks that the scope shows."""
    return Supervisor.objects.filter(agent_id=agent_id).exists()


def by_code(supervisor_id: UUID, number: str) -> tuple[UUID, UUID, frozenset[Way]]:
    """The call in which the agent of this number talks, the agent, and the ways open to this supervisor there.

    Somebody else's talk is told from none by nobody. Raises NotASupervisor, NoSuchTalk.
    """
    rows = {row.tenant_id: row for row in Supervisor.objects.filter(agent_id=supervisor_id)}
    if not rows:
        raise NotASupervisor
    try:
        agent = find_agent(number).agent_id
    except AgentUnknown as error:
        raise NoSuchTalk from error
    talks = Leg.objects.filter(kind=Leg.Kind.AGENT, answered_at__isnull=False, ended_at__isnull=True)
    leg = talks.filter(agent_id=agent).order_by("-started_at").first()
    row = rows.get(leg.tenant_id) if leg is not None and leg.tenant_id else None
    if leg is None or row is None:
        raise NoSuchTalk
    return leg.call_id, agent, frozenset(way for way in Way if getattr(row, way.value))


def _tenant_of_talk(call_id: UUID) -> UUID:
    call = Call.objects.filter(id=call_id).first()
    if call is None or call.tenant_id is None:
        raise CallNotFound
    if call.ended_at is not None:
        raise CallIsOver
    return call.tenant_id


def _is_there(call_id: UUID, by: UUID) -> bool:
    return Listening.objects.filter(call_id=call_id, by_id=by, ended_at__isnull=True).exists()
