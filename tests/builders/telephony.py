"""Facts, flows and queues with good defaults. What touches tables is called inside an operator scope."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agents.presence.services import SessionInForce
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.engine import AgentState
from telephony.core.values import CallId, EndedBy, Outcome, TenantId, agent_channel
from telephony.plans.models import Flow, Queue
from telephony.plans.services import add_flow, add_queue, answer_with, publish_flow, save_draft
from tenants.accounts.models import Tenant
from tests.builders.tenants import NINE

QUEUE_ID = UUID(int=11)
FLOW_ID = UUID(int=21)
AGENT_ID = UUID(int=31)


def an_answered_call(
    call: UUID,
    *,
    tenant: UUID | None = None,
    agent: UUID = AGENT_ID,
    missed_by: UUID | None = None,
    starts_at: datetime = NINE,
    talks: timedelta = timedelta(seconds=90),
    sip_call_id: str = "",
    recorded: bool = True,
) -> list[fact.Fact]:
    """The facts of a call that waited 10 s, rang 5 s, and was ended by the caller after `talks`.

    `missed_by` is an agent whose phone rang for 20 s before that.
    """
    return list(_answered(call, tenant, agent, missed_by, starts_at, talks, sip_call_id, recorded))


def _answered(
    call: UUID, tenant: UUID | None, agent: UUID, missed_by: UUID | None, now: datetime, talks: timedelta,
    sip_call_id: str, recorded: bool,
) -> Iterator[fact.Fact]:  # fmt: skip
    seq = 0

    def note(kind: type[fact.Fact], after: float = 0, **details: Any) -> fact.Fact:
        nonlocal seq, now
        seq, now = seq + 1, now + timedelta(seconds=after)
        owner = TenantId(tenant) if tenant else None
        return kind(call=CallId(call), seq=seq, at=now, tenant=owner, **details)

    leg = 1
    channel = f"caller-{call}"
    yield note(
        fact.CallArrived, dialled="+862196968101", caller="02161234567", channel=channel, sip_call_id=sip_call_id
    )
    yield note(fact.CallAnswered)
    yield note(fact.FlowEntered, flow=FLOW_ID, flow_code="service", version=3)
    yield note(fact.NodesPassed, path=("menu",), language="zh")
    yield note(fact.QueueEntered, after=4, queue=QUEUE_ID, queue_code="service")
    if missed_by:
        yield note(
            fact.AgentOffered, leg=1, agent=missed_by, endpoint="seat-002", channel=agent_channel(CallId(call), 1)
        )
        yield note(fact.AgentMissed, after=20, leg=1, agent=missed_by, cause=0)
        leg = 2
    yield note(
        fact.AgentOffered, after=5, leg=leg, agent=agent, endpoint="seat-001", channel=agent_channel(CallId(call), leg)
    )
    yield note(fact.QueueLeft, after=5, reason="connected")
    yield note(fact.AgentConnected, leg=leg, agent=agent)
    if recorded:
        yield note(fact.RecordingStarted, name=str(call))
    yield note(fact.LegEnded, after=talks.total_seconds(), leg=0, cause=16)
    yield note(fact.LegEnded, after=0.02, leg=leg, cause=16)
    yield note(fact.CallEnded, outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER)
    if recorded:
        yield note(
            fact.RecordingStored, after=1, name=str(call), seconds=talks.total_seconds(), peak_db=-3.1, size=1_440_044
        )


def a_state(session: SessionInForce, state: State, at: datetime, call: UUID | None = None) -> AgentState:
    """What the floor tells of an agent who is logged in."""
    return AgentState(
        session=session.session_id, agent=session.agent_id, tenant=session.tenant_id, at=at, state=state, call=call
    )


def a_definition(queue: str = "service") -> dict[str, Any]:
    """A menu: 0 leads to the queue, 2 tells something."""
    return {
        "start": "menu",
        "nodes": {
            "menu": {"kind": "menu", "say": ["welcome"], "choices": {"0": "agent", "2": "told"}, "otherwise": "wrong"},
            "agent": {"kind": "queue", "queue": queue, "say": ["please-wait"]},
            "told": {"kind": "finish", "outcome": "informed", "say": ["goodbye"]},
            "wrong": {"kind": "finish", "outcome": "wrong_keys"},
        },
    }


def a_queue(tenant: Tenant, code: str = "service", **rules: Any) -> Queue:
    """A queue with the model's rules."""
    return add_queue(tenant, code, code.title(), **rules)


def a_published_flow(
    tenant: Tenant | None, code: str = "service", definition: dict[str, Any] | None = None, *, answers: str = "",
    merchant_code: str = "",
) -> Flow:  # fmt: skip
    """A flow that callers meet, on the number `answers` if one is named. The default needs the queue “service”."""
    flow = add_flow(tenant, code, code.title())
    save_draft(flow, definition or a_definition())
    publish_flow(flow, NINE)
    if answers:
        answer_with(answers, flow, merchant_code)
    return flow
