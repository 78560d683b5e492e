"""What other rooms ask about calls.

All of it answers in the caller's scope, so that a tenant's people get their own calls and nothing else, except
`open_call_facts`, which is the switch's own and enters its scope itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, When

from agents.people.services import Person, people
from telephony.core.acd.sticky import Talk
from telephony.core.facts import Fact
from telephony.core.values import AgentId, CallId, TenantId
from telephony.journal.models import Call, Leg
from telephony.journal.projector import facts_of
from telephony.lookups.models import Order
from telephony.recordings.models import Recording
from telephony.voicemail.models import Voicemail
from tenants.accounts.scope import telephony_scope

CONFIRMED_WITHIN = timedelta(seconds=10)  #: so long a call that ended may wait for its second witness


@dataclass(frozen=True, slots=True)
class OutsideLeg:
    """A call to a number outside as part of a call; what the carrier charges runs from its answer to its end."""

    leg_id: UUID
    number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCall:
    """A call that has ended, for mediation. A call that was corrected comes again with a higher position."""

    call_id: UUID
    position: int
    tenant_id: UUID | None
    direction: str
    dialled: str
    merchant_code: str | None
    caller: str
    flow_code: str | None
    queue_code: str | None
    agent_id: UUID | None
    agent_number: str | None
    outcome: str
    started_at: datetime
    answered_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime
    talk: timedelta
    waited: timedelta
    practice: bool
    outside: tuple[OutsideLeg, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call that goes on, as far as the ledger knows."""

    call_id: UUID
    tenant_id: UUID | None
    dialled: str
    caller: str
    flow_code: str
    queue_code: str
    agent: Person | None
    started_at: datetime
    connected_at: datetime | None


def closed_calls_after(position: int, limit: int) -> list[ClosedCall]:
    """Calls that ended, in the order in which they became known or were corrected; at most `limit`."""
    rows = list(Call.objects.filter(position__gt=position, ended_at__isnull=False).order_by("position")[:limit])
    known, outside = _agents(rows), _outside(rows)
    return [_closed(row, known, outside.get(row.id, ())) for row in rows]


def count_closed_after(position: int) -> int:
    """How many calls `closed_calls_after` would tell of."""
    return Call.objects.filter(position__gt=position, ended_at__isnull=False).count()


def settled_calls_after(position: int, limit: int, at: datetime) -> list[ClosedCall]:
    """The same, but not yet those that ended a moment before `at` and that Asterisk has not confirmed, nor any behind
    them: its word changes their times, and a bill should hear it first."""
    rows = Call.objects.filter(position__gt=position, ended_at__isnull=False).order_by("position")[:limit]
    young = at - CONFIRMED_WITHIN
    settled = list(takewhile(lambda row: row.witnessed or (row.ended_at is not None and row.ended_at <= young), rows))
    known, outside = _agents(settled), _outside(settled)
    return [_closed(row, known, outside.get(row.id, ())) for row in settled]


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call on record, for whoever compares."""

    call_id: UUID
    tenant_id: UUID | None
    channel: str  #: the caller's; empty if there is none
    started_at: datetime
    ended_at: datetime | None


def calls_between(starts_at: datetime, ends_at: datetime) -> list[RecordedCall]:
    """The calls that began in `[starts_at, ends_at)`, ended or not."""
    rows = Call.objects.filter(started_at__gte=starts_at, started_at__lt=ends_at)
    callers = dict(Leg.objects.filter(call__in=rows, no=0).values_list("call_id", "channel"))
    return [RecordedCall(row.id, row.tenant_id, callers.get(row.id, ""), row.started_at, row.ended_at) for row in rows]


def open_calls() -> list[OpenCall]:
    """Calls that have not ended, oldest first."""
    rows = list(Call.objects.filter(ended_at__isnull=True).order_by("started_at"))
    known = _agents(rows)
    return [
        OpenCall(
            call_id=row.id, tenant_id=row.tenant_id, dialled=row.dialled, caller=row.caller, flow_code=row.flow_code,
            queue_code=row.queue_code, agent=known.get(row.agent_id) if row.agent_id else None,
            started_at=row.started_at, connected_at=row.connected_at,
        )
        for row in rows
    ]  # fmt: skip


def callers_waiting(tenant_id: UUID) -> int:
    """How many of a tenant's callers wait for an agent now; read in the phone codes' own scope."""
    with telephony_scope():
        waiting = Call.objects.filter(
            tenant_id=tenant_id, ended_at__isnull=True, connected_at__isnull=True, direction=Call.Direction.INBOUND
        )
        return waiting.exclude(queue_code="").count()


def open_call_facts() -> dict[CallId, list[Fact]]:
    """The facts of every call that has not ended, for a switch that takes over; read in the switch's own scope."""
    with telephony_scope():
        calls = list(Call.objects.filter(ended_at__isnull=True).values_list("id", flat=True))
        return {CallId(call_id): facts for call_id, facts in facts_of(calls).items()}


def last_talks(after: datetime) -> list[Talk]:
    """Who talked with whom since then, oldest first, for a switch that starts; read in its own scope."""
    with telephony_scope():
        calls = Call.objects.filter(connected_at__gte=after, agent_id__isnull=False, tenant__isnull=False)
        whose = Case(When(direction=Call.Direction.OUTBOUND, then="dialled"), default="caller")
        rows = calls.annotate(customer=whose).exclude(customer="").order_by("connected_at")
        return [
            Talk(TenantId(tenant), customer, AgentId(agent), at)
            for tenant, customer, agent, at in rows.values_list("tenant_id", "customer", "agent_id", "connected_at")
            if tenant and agent and at
        ]


def call_report(sip_call_id: str) -> dict[str, Any] | None:
    """`report_of` the newest call with this SIP Call-ID; None if there is none."""
    call = Call.objects.filter(sip_call_id=sip_call_id).select_related("tenant").order_by("-started_at").first()
    return report_of(call) if call is not None else None


def report_of(call: Call) -> dict[str, Any]:
    """The whole story of a call as plain values that fit JSON.

    Lengths are whole milliseconds, instants ISO 8601 in UTC, `number` is the one dialled. An open call has no outcome
    yet. `usage` is empty: what a call costs is known higher up.
    """
    legs = list(Leg.objects.filter(call=call).order_by("no"))
    recording = Recording.objects.filter(call=call).first()
    known = _agents([call, *legs])
    agent = known.get(call.agent_id) if call.agent_id else None
    return {
        "call_id": str(call.id),
        "tenant": call.tenant.code if call.tenant else None,
        "direction": call.direction,
        "number": call.dialled,
        "caller": call.caller,
        "caller_name": call.caller_name,
        "flow": call.flow_code or None,
        "flow_version": call.flow_version,
        "merchant_code": call.merchant_code or None,
        "language": call.language or None,
        "queue": call.queue_code or None,
        "agent": agent.number if agent else None,
        "agent_name": agent.name if agent else None,
        "outcome": call.outcome or None,
        "ended_by": call.ended_by or None,
        "started_at": _iso(call.started_at),
        "answered_at": _iso(call.answered_at),
        "connected_at": _iso(call.connected_at),
        "ended_at": _iso(call.ended_at),
        "queued_ms": _ms(call.waited),
        "ring_ms": _ms(call.rang),
        "talk_ms": _ms(call.talked),
        "practice": call.practice,
        "callback": str(call.callback_id) if call.callback_id else None,
        "recording": _recording(recording),
        "legs": [_leg(leg, known) for leg in legs],
        "orders": [_order(order) for order in Order.objects.filter(call=call).order_by("confirmed_at")],
        "messages": [_message(one) for one in Voicemail.objects.filter(call=call).order_by("left_at")],
        "usage": [],
    }


def _outside(rows: Iterable[Call]) -> dict[UUID, tuple[OutsideLeg, ...]]:
    """The legs to numbers outside, by call, in order."""
    found: dict[UUID, tuple[OutsideLeg, ...]] = {}
    for leg in Leg.objects.filter(call__in=rows).exclude(number="").order_by("call_id", "no"):
        one = OutsideLeg(leg.id, leg.number, leg.started_at, leg.answered_at, leg.ended_at)
        found[leg.call_id] = (*found.get(leg.call_id, ()), one)
    return found


def _closed(row: Call, known: dict[UUID, Person], outside: tuple[OutsideLeg, ...]) -> ClosedCall:
    assert row.ended_at is not None
    agent = known.get(row.agent_id) if row.agent_id else None
    return ClosedCall(
        call_id=row.id, position=row.position, tenant_id=row.tenant_id, direction=row.direction, dialled=row.dialled,
        merchant_code=row.merchant_code or None, caller=row.caller, flow_code=row.flow_code or None,
        queue_code=row.queue_code or None, agent_id=row.agent_id, agent_number=agent.number if agent else None,
        outcome=row.outcome, started_at=row.started_at, answered_at=row.answered_at, connected_at=row.connected_at,
        ended_at=row.ended_at, talk=row.talked, waited=row.waited, practice=row.practice,
        outside=outside,
    )  # fmt: skip


def _leg(leg: Leg, known: dict[UUID, Person]) -> dict[str, Any]:
    agent = known.get(leg.agent_id) if leg.agent_id else None
    return {
        "no": leg.no,
        "kind": leg.kind,
        "agent": agent.number if agent else None,
        "endpoint": leg.endpoint or None,
        "number": leg.number or None,
        "trunk": leg.trunk or None,
        "channel": leg.channel,
        "started_at": _iso(leg.started_at),
        "answered_at": _iso(leg.answered_at),
        "connected_at": _iso(leg.connected_at),
        "ended_at": _iso(leg.ended_at),
        "cause": leg.cause,
        "missed": leg.missed,
        "talk_ms": _ms(leg.talked),
        "hold_ms": _ms(leg.held),
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "key": order.key, "system": order.system, "path": order.path, "content": order.content, "state": order.state,
        "confirmed_at": _iso(order.confirmed_at), "delivered_at": _iso(order.delivered_at), "tries": order.tries,
    }  # fmt: skip


def _message(message: Voicemail) -> dict[str, Any]:
    path = settings.VAR / "recordings" / message.path
    return {
        "id": str(message.id), "path": str(path), "seconds": message.seconds, "queue": message.queue_code or None,
        "left_at": _iso(message.left_at), "state": message.state,
    }  # fmt: skip


def _recording(row: Recording | None) -> dict[str, Any] | None:
    if row is None:
        return None
    path = settings.VAR / "recordings" / row.path
    return {"id": str(row.id), "path": str(path), "seconds": row.seconds, "peak_db": row.peak_db, "size": row.size}


def _agents(rows: Iterable[Call | Leg]) -> dict[UUID, Person]:
    return people({row.agent_id for row in rows if row.agent_id})


def _ms(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
