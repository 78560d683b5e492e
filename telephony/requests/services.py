"""Requests about calls: asked by people and programs, taken and answered by the switch.

`ask` and `answer_to` run in the caller's scope: nobody finds another tenant's call. `open_requests` and `settle` are
the switch's own and enter its scope. A request is carried out at once or never: the switch leaves alone what is older
than `CARRIED_OUT_WITHIN`, and what was asked before it began: nobody knows what the one before it has done of that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from agents.presence.sessions import session_of
from seatline.errors import BadInput, NotAllowed, NotFound, Refused
from seatline.stream.publish import publish
from telephony.journal.models import Call, Leg
from telephony.requests.models import CallRequest
from tenants.accounts.scope import telephony_scope

CARRIED_OUT_WITHIN = timedelta(seconds=5)
ANSWERED_WITHIN = timedelta(seconds=8)  # later there is no answer any more: the switch is away
NO_ANSWER = "no_answer"
WITH_TARGET = (CallRequest.Kind.BLIND_TRANSFER, CallRequest.Kind.CONSULT)


class CallNotFound(NotFound):
    """There is no such call."""


class CallIsOver(Refused):
    """This call has ended."""


class NotYourCall(NotAllowed):
    """You do not talk in this call."""


class NoAgentTalks(Refused):
    """No agent talks in this call, or not this one."""


class AgentNotLoggedIn(Refused):
    """This agent is not logged in."""


class TargetMissing(BadInput):
    """Say to whom: an agent's number, a queue's code or a telephone number."""


class RequestDiffers(Refused):
    """A request with this id was made before, and was another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a request."""

    id: UUID
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request for the switch."""

    id: UUID
    call_id: UUID
    agent_id: UUID | None
    kind: str
    target: str
    asked_at: datetime
    asked_by: UUID | None = None
    supervision: "Supervision | None" = None


@dataclass(frozen=True, slots=True)
class Supervision:
    """What a supervisor's request says beside: his telephone, himself as an agent, and his rights."""

    phone: str
    channel: str
    supervisor_id: UUID | None
    ways: frozenset[str]


def ask(
    request_id: UUID, call_id: UUID, kind: str, at: datetime, *, target: str = "", agent_id: UUID | None = None,
    asked_by: UUID | None = None,
) -> Standing:  # fmt: skip
    """Ask the switch for something; asked again with the same id it is the same request, whatever became of it.

    An agent who asks gives himself as `agent_id` and `asked_by`, and must talk in the call. Whoever may act for all
    agents (the right is the caller's to look at) may leave `agent_id` out: then it is about whoever talks.
    Raises CallNotFound, CallIsOver, NotYourCall, NoAgentTalks, TargetMissing, RequestDiffers.
    """
    if kind in WITH_TARGET and not target:
        raise TargetMissing
    call = Call.objects.filter(id=call_id).first()
    if call is None or call.tenant_id is None:
        raise CallNotFound
    wanted = CallRequest(
        id=request_id, tenant_id=call.tenant_id, call_id=call_id, agent_id=agent_id, asked_by=asked_by, kind=kind,
        target=target if kind in WITH_TARGET else "", asked_at=at,
    )  # fmt: skip
    with transaction.atomic():
        row = _kept(wanted)
        if row.asked_at == at and row.state == CallRequest.State.OPEN:
            _look_at_rights(call, agent_id, asked_by, back=kind == CallRequest.Kind.COME_BACK)
    return _standing(row, at)


def dial(request_id: UUID, agent_id: UUID, number: str, at: datetime, *, asked_by: UUID | None = None) -> Standing:
    """Ask the switch to connect an agent with a number outside: his telephone rings first, then the number is called.

    The call has the id of the request, and is there when the answer is yes; whether the number was allowed and reached
    is on its record. Asked again with the same id it is the same request. Who asks for another agent must have the
    right to, which is the caller's to look at. Raises TargetMissing, AgentNotLoggedIn, RequestDiffers.
    """
    if not number:
        raise TargetMissing
    session = session_of(agent_id)
    if session is None:
        raise AgentNotLoggedIn
    row = _kept(
        CallRequest(
            id=request_id, tenant_id=session.tenant_id, call_id=request_id, agent_id=agent_id, asked_by=asked_by,
            kind=CallRequest.Kind.DIAL, target=number[:40], asked_at=at,
        )
    )  # fmt: skip
    return _standing(row, at)


def answer_to(request_id: UUID, at: datetime) -> Standing | None:
    """What became of a request; None if there is none. One that has waited too long counts as refused."""
    row = CallRequest.objects.filter(id=request_id).first()
    return _standing(row, at) if row is not None else None


def open_requests() -> list[OpenRequest]:
    """What the switch has not answered yet, oldest first."""
    with telephony_scope():
        rows = CallRequest.objects.filter(state=CallRequest.State.OPEN).order_by("asked_at", "id")
        return [_in_words(row) for row in rows]


def settle(answers: Iterable[tuple[UUID, str]], at: datetime) -> None:
    """Write the switch's answers: an empty reason is yes. The first answer to a request stands."""
    with telephony_scope():
        for request_id, reason in answers:
            state = CallRequest.State.REFUSED if reason else CallRequest.State.DONE
            open_ = CallRequest.objects.filter(id=request_id, state=CallRequest.State.OPEN)
            asker = open_.values_list("tenant_id", "agent_id").first()
            open_.update(state=state, reason=reason[:40], done_at=at)
            if asker is not None and asker[1] is not None:  # an agent's desk waits for it
                publish(asker[0], f"agent/{asker[1]}", "answer", [request_id])


def hand_in(wanted: CallRequest, at: datetime) -> Standing:
    """A request that another room has made out; that room has looked at the rights. Raises RequestDiffers."""
    return _standing(_kept(wanted), at)


def _in_words(row: CallRequest) -> OpenRequest:
    supervision = Supervision(row.phone, row.channel, row.supervisor_id, frozenset(row.ways.split()))
    return OpenRequest(
        row.id, row.call_id, row.agent_id, row.kind, row.target, row.asked_at, row.asked_by,
        supervision if row.ways else None,
    )  # fmt: skip


def _kept(wanted: CallRequest) -> CallRequest:
    """The request as it is kept: this one, or the one that was made before with its id. The switch is told of it."""
    with transaction.atomic():
        CallRequest.objects.bulk_create([wanted], ignore_conflicts=True)
        row = CallRequest.objects.filter(id=wanted.id).first()
        alike = ("call_id", "kind", "agent_id", "target")
        if row is None or any(getattr(row, name) != getattr(wanted, name) for name in alike):
            raise RequestDiffers
        if row.state == CallRequest.State.OPEN:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify('seatline_requests', '')")
    return row


def _look_at_rights(call: Call, agent_id: UUID | None, asked_by: UUID | None, *, back: bool) -> None:
    """Whoever comes back has talked in the call, and may have no part in it at this moment."""
    if call.ended_at is not None:
        raise CallIsOver
    talking = Leg.objects.filter(call_id=call.id, kind=Leg.Kind.AGENT, answered_at__isnull=False)
    if not back:
        talking = talking.filter(ended_at__isnull=True)
    mine = talking if agent_id is None else talking.filter(agent_id=agent_id)
    if not mine.exists():
        raise NotYourCall if agent_id is not None and agent_id == asked_by else NoAgentTalks


def _standing(row: CallRequest, at: datetime) -> Standing:
    if row.state == CallRequest.State.OPEN and at - row.asked_at > ANSWERED_WITHIN:
        return Standing(row.id, CallRequest.State.REFUSED, NO_ANSWER)
    return Standing(row.id, row.state, row.reason)
