"""A floor for the wallboard: agents at seats, callers who wait and talk, told as the switch tells it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

from agents.presence.services import SessionInForce
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.engine import AgentState
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.plans.models import Queue
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.telephony import QUEUE_ID, a_state, an_answered_call
from tests.builders.tenants import a_lease, a_room, a_tenant

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Floor:
    """A tenant's part of it."""

    tenant: Tenant
    queue: Queue
    sessions: Sequence[SessionInForce]


def told(facts: Iterable[fact.Fact] = (), states: Iterable[AgentState] = ()) -> None:
    """Write this as the switch does, and ship it at once. Outside any scope."""
    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "switch.sqlite3")
        try:
            journal.append(list(facts), list(states))
            while ship(journal):
                pass
        finally:
            journal.close()


def a_floor(at: datetime, agents: int = 4, room: int = 12) -> Floor:
    """The museum with a queue, and agents 1001 on, at seats 1 on, logged in an hour ago and ready."""
    before = at - 60 * MINUTE
    with operator_scope():
        tenant = a_tenant(name="City Museum", name_zh="城市博物馆", colour="#b45309")
        a_room(room)
        a_lease(tenant, agents, starts_at=before, at=before)
        queue = Queue.objects.create(id=QUEUE_ID, tenant=tenant, code="service", name="Service", name_zh="客服")
        sessions = [
            a_session(
                an_agent(tenant, str(1000 + no), pin="", name_zh=f"员工{1000 + no}"), f"seat-{no:03d}", no, before
            )
            for no in range(1, agents + 1)
        ]
    return Floor(tenant, queue, sessions)


def a_waiting_call(floor: Floor, no: int, since: datetime) -> list[fact.Fact]:
    """A caller who has waited in the queue since then."""
    base = {"call": a_number_of_call(no), "tenant": TenantId(floor.tenant.pk)}
    return [
        fact.CallArrived(seq=1, at=since, dialled="+862196968101", caller=f"1380000{no:04d}", **base),
        fact.QueueEntered(seq=2, at=since, queue=floor.queue.pk, queue_code=floor.queue.code, **base),
    ]


def gives_up(floor: Floor, no: int, at: datetime) -> list[fact.Fact]:
    """That caller hangs up."""
    base = {"call": a_number_of_call(no), "tenant": TenantId(floor.tenant.pk)}
    return [
        fact.QueueLeft(seq=3, at=at, reason="abandoned", **base),
        fact.CallEnded(seq=4, at=at, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER, **base),
    ]


def calls_of_the_day(floor: Floor, at: datetime, answered: int = 6) -> list[fact.Fact]:
    """Calls that the first agent has answered after 10 s, one every three minutes up to a while ago."""
    who = floor.sessions[0]
    return [
        one
        for no in range(answered)
        for one in an_answered_call(
            a_number_of_call(100 + no), tenant=floor.tenant.pk, agent=who.agent_id, recorded=False,
            starts_at=at - (5 + 3 * no) * MINUTE,
        )
    ]  # fmt: skip


def a_number_of_call(no: int) -> CallId:
    """A call's id."""
    return CallId(uuid5(UUID(int=0xB0A2D), str(no)))


def talking(session: SessionInForce, at: datetime, no: int = 1) -> list[AgentState]:
    """The agent talks since then."""
    return [a_state(session, State.TALKING, at, a_number_of_call(no))]
