"""The tables of `bench board`, and what its switch would tell. Imported only after Django knows its settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agents.people.services import add_agent, find_agent
from agents.presence.services import SessionInForce, open_session
from seatline.clock import now
from seatline.ids import new_id
from telephony.board.kiosks import make_kiosk
from telephony.board.models import QueueAlarm
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.engine import AgentState
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.plans.models import Queue
from telephony.plans.services import add_queue
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope, telephony_scope
from tenants.seats.services import add_seats, grant_lease

QUEUES = 5  # of each tenant
_ROUND = (State.RINGING, State.TALKING, State.WRAP_UP, State.READY)  # what a call makes of an agent
WAITS = 50  # callers who wait at a time


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A screen's token, and what it listens to."""

    token: str
    topic: str


@dataclass(frozen=True, slots=True)
class Floor:
    """Who is there."""

    sessions: Sequence[SessionInForce]
    queues: Sequence[Queue]
    kiosks: Sequence[Kiosk]
    kiosk_of_all: Kiosk


def make(tenants: int, agents: int) -> Floor:
    """Tenants with queues that have alarms, agents logged in for an hour, and a screen for each tenant and for all."""
    at = now() - timedelta(hours=1)
    queues, kiosks = [], []
    with operator_scope():
        add_seats(range(1, tenants * agents + 1))
        for no in range(tenants):
            tenant = Tenant.objects.create(code=f"bench-{no}", name=f"Bench {no}")
            grant_lease(tenant, agents, at, at=at)
            own = [add_queue(tenant, f"line-{each}", f"Line {each}") for each in range(QUEUES)]
            queues += own
            for queue in own:
                QueueAlarm.objects.create(tenant=tenant, queue=queue, figure="longest", attention=30, action=60)
            for place in range(agents):
                add_agent(tenant, str(1001 + no * agents + place), f"Agent {place}")
            kiosks.append(Kiosk(make_kiosk(tenant, "bench", at).token, f"{tenant.pk}/board"))
        of_all = Kiosk(make_kiosk(None, "bench", at).token, "all/board")
    with telephony_scope():
        sessions = [
            open_session(find_agent(str(1001 + no)), f"seat-{no + 1:03d}", no + 1, at) for no in range(tenants * agents)
        ]
    return Floor(sessions, queues, kiosks, of_all)


def states(floor: Floor) -> Iterator[tuple[SessionInForce, State]]:
    """Who changes next, and to what: each in turn, each once round a call."""
    calls = 0
    while True:
        for session in floor.sessions:
            yield session, _ROUND[calls % len(_ROUND)]
        calls += 1


def state_of(session: SessionInForce, state: State, at: datetime, call: UUID) -> AgentState:
    """As the switch writes it."""
    return AgentState(
        session=session.session_id, agent=session.agent_id, tenant=session.tenant_id, at=at, state=state,
        call=None if state in (State.READY, State.WRAP_UP) else call,
    )  # fmt: skip


def callers(floor: Floor) -> Iterator[list[fact.Fact]]:
    """Somebody joins a queue; once many wait, whoever has waited longest gives up with it."""
    waiting: list[tuple[CallId, TenantId]] = []
    while True:
        for queue in floor.queues:
            at, call, tenant = now(), CallId(new_id()), TenantId(queue.tenant_id)
            base = {"call": call, "tenant": tenant}
            told: list[fact.Fact] = [
                fact.CallArrived(seq=1, at=at, dialled="+862196968101", caller="13800000000", **base),  # type: ignore[arg-type]
                fact.QueueEntered(seq=2, at=at, queue=queue.pk, queue_code=queue.code, **base),  # type: ignore[arg-type]
            ]
            waiting.append((call, tenant))
            if len(waiting) > WAITS:
                call, tenant = waiting.pop(0)
                told += [
                    fact.QueueLeft(seq=3, at=at, reason="abandoned", call=call, tenant=tenant),
                    fact.CallEnded(
                        seq=4, at=at, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER, call=call, tenant=tenant
                    ),
                ]
            yield told
