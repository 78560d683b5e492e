"""Calls that agents begin themselves: what it means that an agent's telephone has dialled, or that a screen asks.

Rules of this file: it looks at the floor and changes nothing. Somebody who is in no call calls for the tenant of his
session, by the rules of the first queue that he serves there; while he wraps up he still works for the tenant and the
queue of the call before. In a call, a second one from his telephone asks for a third. docs/adr/0029 has the reasons.
"""

from datetime import datetime
from uuid import UUID

from telephony.core import events as ev
from telephony.core import rights
from telephony.core.acd.agents import Agent, State
from telephony.core.acd.floor import Floor
from telephony.core.callbacks import Promise, Promises
from telephony.core.naming import call_of_caller
from telephony.core.plan import Plan, QueuePlan
from telephony.core.second_line import LineDialled
from telephony.core.values import CallId, ChannelId, Endpoint

CALLS_BACK = "*49"  # the customer who has waited longest to be called back, beside *47, which tells of those who wait
NOT_LOGGED_IN = "not_logged_in"
BUSY = "busy"
NO_QUEUE = "no_queue"

Begins = ev.DialDue | ev.CallbackDue | LineDialled


def may_call(floor: Floor, promises: Promises, plan: Plan, endpoint: Endpoint, digits: str) -> bool:
    """Whether there is anything to do about this; if not, the dialplan and the phone codes say why."""
    agent = floor.at(endpoint)
    if agent is None:
        return False
    if digits == CALLS_BACK and agent.call is None:
        return promises.oldest(one.id for one in floor.queues_of(agent.who.agent)) is not None
    return agent.call is not None or queue_for(floor, plan, agent) is not None


def from_phone(
    floor: Floor, promises: Promises, plan: Plan, endpoint: Endpoint, channel: ChannelId, digits: str, at: datetime
) -> Begins | None:
    """What an agent's telephone wants that has dialled `digits`; None if that is nothing now."""
    agent = floor.at(endpoint)
    if agent is None:
        return None
    if agent.call is not None:
        return LineDialled(call=agent.call, at=at, channel=channel, agent=agent.who.agent, target=digits)
    phone = ev.AtPhone(agent=agent.who.agent, endpoint=endpoint, channel=channel)
    if digits == CALLS_BACK:
        call = promises.oldest(one.id for one in floor.queues_of(agent.who.agent))
        return due_now(floor, promises.begin(call), call, at, phone) if call is not None else None
    queue = queue_for(floor, plan, agent)
    if queue is None:
        return None
    return ev.DialDue(
        call=call_of_caller(channel), at=at, tenant=queue.tenant, queue=queue, agent=agent.who.agent,
        number=rights.number_outside(plan, digits) or digits, phone=phone,
    )  # fmt: skip


def from_screen(
    floor: Floor, plan: Plan, call: CallId, request: UUID, agent: Agent | None, number: str, at: datetime
) -> ev.DialDue | str:
    """What an agent wants who has asked at a screen to be connected; or why that cannot be."""
    if agent is None:
        return NOT_LOGGED_IN
    if agent.call is not None or agent.elsewhere or not agent.reachable or agent.leaving:
        return BUSY
    queue = queue_for(floor, plan, agent)
    if queue is None:
        return NO_QUEUE
    return ev.DialDue(
        call=call, at=at, tenant=queue.tenant, queue=queue, agent=agent.who.agent,
        number=rights.number_outside(plan, number) or number, request=request,
    )  # fmt: skip


def due_now(
    floor: Floor, promise: Promise, call: CallId, at: datetime, phone: ev.AtPhone | None = None
) -> ev.CallbackDue:
    """What held a place for a customer becomes a call."""
    return ev.CallbackDue(
        call=call, at=at, callback=promise.id, attempt=promise.attempt, tenant=promise.tenant,
        queue=floor.lines[promise.queue].plan, number=promise.number, dialled=promise.dialled, since=promise.since,
        phone=phone,
    )  # fmt: skip


def queue_for(floor: Floor, plan: Plan, agent: Agent) -> QueuePlan | None:
    """By the rules of which queue an agent calls; the tenant's first, if he serves none of it. None: it has none."""
    if agent.state is State.WRAP_UP and agent.queue is not None and agent.queue in floor.lines:
        return floor.lines[agent.queue].plan
    tenant = agent.who.tenant
    own = [one for one in floor.queues_of(agent.who.agent) if one.tenant == tenant]
    all_ = sorted((one for one in plan.queues.values() if one.tenant == tenant), key=lambda one: one.code)
    return next(iter((*own, *all_)), None)
