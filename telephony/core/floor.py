"""The floor: who sits ready, who waits, and who gets whom.

Rules of this file: the floor is a frozen value; each function gives the next one. `decide` is the only decision, and
changes nothing. An agent has at most one call at a time, whatever queues he serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from telephony.core.plan import QueuePlan
from telephony.core.strategies import STRATEGIES, Candidate
from telephony.core.values import AgentId, CallId, Endpoint, Outcome, SessionId, TenantId


class State(StrEnum):
    """What an agent is doing; the words of `agents.presence`."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session as presence knows it: an agent who logged in at a phone."""

    session: SessionId
    agent: AgentId
    tenant: TenantId
    number: str
    name: str
    endpoint: Endpoint
    since: datetime
    paused: bool = False
    wrap_up_done_at: datetime | None = None  #: when the agent last said that the wrap-up was over
    leaving: bool = False  #: the lease is over: no new calls, and out when the one at hand ends
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent on the floor."""

    who: SignedIn
    state: State
    since: datetime
    call: CallId | None = None
    queue: QueuePlan | None = None  #: of the call at hand, or of the one being wrapped up
    reachable: bool = True
    missed: int = 0  #: calls missed in a row
    leaving: bool = False  #: logged out or lease over in a call: goes when it is over
    count: int = 0  #: counts wrap-ups, so that an old one's timer is known as such


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A caller in a queue."""

    call: CallId
    queue: QueuePlan
    entered_at: datetime
    priority: int = 0
    reserved: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Agents by id, callers in the order they came."""

    agents: Mapping[AgentId, Agent] = field(default_factory=dict)
    waiting: Mapping[CallId, Waiting] = field(default_factory=dict)

    def with_agent(self, agent: Agent) -> "Floor":
        """The floor with this agent as he is now."""
        return replace(self, agents={**self.agents, agent.who.agent: agent})

    def without_agent(self, agent: AgentId) -> "Floor":
        """The floor after this agent has gone."""
        return replace(self, agents={key: value for key, value in self.agents.items() if key != agent})

    def with_waiting(self, waiting: Waiting) -> "Floor":
        """The floor with this caller waiting."""
        return replace(self, waiting={**self.waiting, waiting.call: waiting})

    def without_waiting(self, call: CallId) -> "Floor":
        """The floor after this caller has left the queue."""
        return replace(self, waiting={key: value for key, value in self.waiting.items() if key != call})


@dataclass(frozen=True, slots=True)
class Offer:
    """This caller to this agent."""

    call: CallId
    agent: AgentId


def admits(floor: Floor, queue: QueuePlan) -> Outcome | None:
    """Why a caller may not join the queue: full, or nobody is logged in who could ever answer; None if he may."""
    if queue.max_length and sum(w.queue.id == queue.id for w in floor.waiting.values()) >= queue.max_length:
        return Outcome.QUEUE_FULL
    if not queue.join_empty and not any(serves(agent, queue) for agent in floor.agents.values()):
        return Outcome.NO_AGENT
    return None


def serves(agent: Agent, queue: QueuePlan) -> bool:
    """Whether this agent may ever take calls of this queue: same tenant, every skill at its least level, not leaving.

    An agent who is paused because he missed calls, or whose phone is unreachable, counts as serving: he may come back.
    """
    return (
        agent.who.tenant == queue.tenant
        and not agent.leaving
        and all(agent.who.skills.get(skill, 0) >= level for skill, level in queue.skills.items())
    )


def decide(floor: Floor) -> Offer | None:
    """The next caller and the agent who gets the call, or None.

    Callers by weight of their queue, then priority, then time of entry; a caller whom nobody can serve now does not
    hold up the next (autofill).
    """
    ready = [
        agent for agent in floor.agents.values() if agent.state is State.READY and agent.reachable and not agent.leaving
    ]
    if not ready:
        return None
    callers = [waiting for waiting in floor.waiting.values() if waiting.reserved is None]
    for waiting in sorted(callers, key=lambda w: (-w.queue.weight, -w.priority, w.entered_at, w.call)):
        candidates = [
            Candidate(
                agent.who.agent,
                agent.who.number,
                agent.since,
                min((agent.who.skills.get(skill, 0) for skill in waiting.queue.skills), default=0),
            )
            for agent in ready
            if serves(agent, waiting.queue)
        ]
        chosen = STRATEGIES[waiting.queue.strategy](candidates)
        if chosen is not None:
            return Offer(waiting.call, chosen)
    return None


def reserve(floor: Floor, offer: Offer, at: datetime) -> Floor:
    """The agent rings for this caller."""
    waiting = floor.waiting[offer.call]
    agent = replace(floor.agents[offer.agent], state=State.RINGING, since=at, call=offer.call, queue=waiting.queue)
    return floor.with_agent(agent).with_waiting(replace(waiting, reserved=offer.agent))


def free(floor: Floor, agent_id: AgentId, how: str, at: datetime) -> Floor:
    """The agent's leg is over: after talk he wraps up, after a missed call he may be taken out, else he is ready.

    A caller who still waits may be offered to another.
    """
    agent = floor.agents.get(agent_id)
    if agent is None:
        return floor
    waiting = floor.waiting.get(agent.call) if agent.call else None
    if waiting is not None and waiting.reserved == agent_id:
        floor = floor.with_waiting(replace(waiting, reserved=None))
    if agent.leaving:
        return floor.with_agent(replace(agent, state=State.READY, since=at, call=None, queue=None))
    queue, missed = agent.queue, agent.missed + 1 if how == "missed" else 0
    if how == "talked" and queue is not None and queue.wrap_up > timedelta(0):
        return floor.with_agent(
            replace(agent, state=State.WRAP_UP, since=at, call=None, missed=0, count=agent.count + 1)
        )
    out = agent.who.paused or (how == "missed" and queue is not None and missed >= queue.misses_allowed)
    state = State.PAUSED if out else State.READY
    return floor.with_agent(replace(agent, state=state, since=at, call=None, queue=None, missed=missed))


def wrap_up_over(floor: Floor, agent_id: AgentId, count: int, at: datetime) -> Floor:
    """The time for wrap-up has run out; an old timer changes nothing."""
    agent = floor.agents.get(agent_id)
    if agent is None or agent.state is not State.WRAP_UP or agent.count != count:
        return floor
    state = State.PAUSED if agent.who.paused else State.READY
    return floor.with_agent(replace(agent, state=state, since=at, queue=None))


def follow(floor: Floor, sessions: Mapping[AgentId, SignedIn], at: datetime) -> Floor:
    """Do as presence says: who came, who went, who paused. A call at hand is finished first.

    Only a change of presence moves an agent: one who was taken out for missed calls stays out until he says ready.
    """
    for who in sessions.values():
        before = floor.agents.get(who.agent)
        if before is None:
            state = State.PAUSED if who.paused else State.READY
            floor = floor.with_agent(Agent(who=who, state=state, since=who.since, leaving=who.leaving))
        elif before.who.session != who.session:
            # Logged in elsewhere. A call at hand goes on at the old phone and is finished first.
            state = before.state if before.call else State.PAUSED if who.paused else State.READY
            floor = floor.with_agent(replace(before, who=who, state=state, leaving=who.leaving, reachable=True))
        elif before.who != who:
            agent = _repaused(replace(before, who=who, leaving=who.leaving), before.who.paused, at)
            floor = floor.with_agent(_wrapped_up(agent, at))
    for agent_id, agent in floor.agents.items():
        if agent_id not in sessions:
            floor = floor.with_agent(replace(agent, leaving=True))
    return floor


def gone(floor: Floor) -> tuple[Agent, ...]:
    """Agents who are leaving and have no call at hand."""
    return tuple(agent for agent in floor.agents.values() if agent.leaving and agent.call is None)


def _wrapped_up(agent: Agent, at: datetime) -> Agent:
    done = agent.who.wrap_up_done_at
    if agent.state is not State.WRAP_UP or done is None or done < agent.since:
        return agent
    state = State.PAUSED if agent.who.paused else State.READY
    return replace(agent, state=state, since=at, queue=None)


def _repaused(agent: Agent, was_paused: bool, at: datetime) -> Agent:
    if agent.who.paused == was_paused or agent.state not in (State.READY, State.PAUSED, State.WRAP_UP):
        return agent
    state = State.PAUSED if agent.who.paused else State.READY
    return replace(agent, state=state, since=at, missed=0, queue=None)


def phone(floor: Floor, endpoint: Endpoint, reachable: bool) -> Floor:
    """A phone registered, or is gone: its agent is not offered calls while it is."""
    for agent in floor.agents.values():
        if agent.who.endpoint == endpoint and agent.reachable != reachable:
            return floor.with_agent(replace(agent, reachable=reachable))
    return floor
