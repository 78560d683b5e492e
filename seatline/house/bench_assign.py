"""`./run bench assign`: how many decisions a second the floor takes, and how the cost grows with the agents.

Only the pure core, in this process: no Asterisk, no database. A full floor: every agent talks, a thousand callers wait
in fifty queues; again and again an agent becomes free, the floor decides which caller gets whom, the agent answers and
another caller comes. The baseline does the same by the plain way: look at every agent, sort every caller.
"""

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from statistics import median
from time import process_time
from typing import Protocol
from uuid import UUID

from seatline.house.bench import Figures
from seatline.house.console import voice
from seatline.house.home import House
from telephony.core.acd.agents import SignedIn
from telephony.core.acd.floor import Floor
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallId, Endpoint, QueueId, SessionId, TenantId

QUEUES, WAITING = 50, 1000
FEW, MANY = 1000, 10_000  # agents
DECISIONS, PLAIN_DECISIONS = 20_000, 200
ROUNDS = 3
STRATEGIES = (  # but for ringall, which decides for many at once
    "longest_idle", "most_skilled", "leastrecent", "fewestcalls", "rrmemory", "rrordered", "linear", "random",
    "wrandom",
)  # fmt: skip
BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
STEP = timedelta(milliseconds=20)  # between two decisions


class Decides(Protocol):
    """A floor of either kind, as far as the bench uses it."""

    def enter(self, call: CallId, queue: QueueId, at: datetime) -> None:
        """A caller waits from now on."""

    def free(self, agent: AgentId, at: datetime) -> None:
        """An agent's talk is over."""

    def decide(self, at: datetime) -> tuple[CallId, AgentId] | None:
        """Bring a caller and an agent together, if there is anybody to bring."""

    def answered(self, call: CallId, agent: AgentId, at: datetime) -> None:
        """The agent has answered."""


class Ours:
    """The floor that live calls meet."""

    def __init__(self, queues: Iterable[QueuePlan], agents: Iterable[SignedIn]) -> None:
        self._floor = Floor(Random(1))  # noqa: S311 - the same work at every run
        self._floor.obey({queue.id: queue for queue in queues})
        for agent in agents:
            self._floor.sign_in(agent)

    def enter(self, call: CallId, queue: QueueId, at: datetime) -> None:
        """A caller waits from now on."""
        self._floor.enter(call, queue, at)

    def free(self, agent: AgentId, at: datetime) -> None:
        """An agent's talk is over."""
        self._floor.free(agent, "talked", at)

    def decide(self, at: datetime) -> tuple[CallId, AgentId] | None:
        """Bring a caller and an agent together."""
        offer = self._floor.decide(at)
        return (offer.call, offer.agents[0]) if offer else None

    def answered(self, call: CallId, agent: AgentId, at: datetime) -> None:
        """The agent has answered."""
        self._floor.leave(call)
        self._floor.talks(agent, at)


@dataclass(slots=True)
class _Seated:
    """An agent of the plain floor."""

    who: SignedIn
    ready: bool
    since: datetime


class Plain:
    """The reference: the longest idle agent who serves the first caller, found by looking at all of them."""

    def __init__(self, queues: Iterable[QueuePlan], agents: Iterable[SignedIn]) -> None:
        self._queues = {queue.id: queue for queue in queues}
        self._agents = {agent.agent: _Seated(agent, True, agent.since) for agent in agents}
        self._waiting: dict[CallId, tuple[int, datetime, QueuePlan]] = {}

    def enter(self, call: CallId, queue: QueueId, at: datetime) -> None:
        """A caller waits from now on."""
        plan = self._queues[queue]
        self._waiting[call] = (-plan.weight, at, plan)

    def free(self, agent: AgentId, at: datetime) -> None:
        """An agent's talk is over."""
        seated = self._agents[agent]
        seated.ready, seated.since = True, at

    def decide(self, at: datetime) -> tuple[CallId, AgentId] | None:
        """Bring a caller and an agent together."""
        ready = [agent for agent in self._agents.values() if agent.ready]
        for call, (_, _, plan) in sorted(self._waiting.items(), key=lambda one: one[1][:2]):
            able = [agent for agent in ready if agent.who.tenant == plan.tenant]
            if able:
                return call, min(able, key=lambda agent: agent.since).who.agent
        return None

    def answered(self, call: CallId, agent: AgentId, at: datetime) -> None:
        """The agent has answered."""
        del self._waiting[call]
        self._agents[agent].ready = False


def run(
    make: Callable[[Iterable[QueuePlan], Iterable[SignedIn]], Decides], agents: int, strategy: str, decisions: int
) -> float:
    """CPU seconds of one decision on a full floor of so many agents and `WAITING` callers, with all that goes with it:
    the agent becomes free, is given a caller and answers, and the next caller comes."""
    queues = _queues(strategy)
    floor = make(queues, [_agent(number) for number in range(agents)])
    calls = (CallId(UUID(int=(1 << 100) + number)) for number in count())
    at = BEGIN
    talking: list[AgentId] = []
    for place in count():
        floor.enter(next(calls), queues[place % QUEUES].id, at)
        while (offer := floor.decide(at)) is not None:
            floor.answered(*offer, at)
            talking.append(offer[1])
        if len(talking) == agents:
            break
    for number in range(WAITING):
        floor.enter(next(calls), queues[number % QUEUES].id, at)
    chance = Random(2)  # noqa: S311 - the same work at every run
    free = [(agent, _queue_of(agent), next(calls)) for agent in chance.choices(talking, k=decisions)]
    gc.collect()
    begin = process_time()
    for agent, queue, call in free:
        at += STEP
        floor.free(agent, at)
        offer = floor.decide(at)
        assert offer is not None, "callers wait in every queue"
        floor.answered(*offer, at)
        floor.enter(call, queue, at)
    return (process_time() - begin) / decisions


def measure(house: House) -> Figures:
    """All strategies on a small and a large floor; the plain way on both."""
    ours: dict[str, float] = {}
    costs: dict[int, list[float]] = {FEW: [], MANY: []}
    for strategy in STRATEGIES:
        for agents in (FEW, MANY):
            cost = median(run(Ours, agents, strategy, DECISIONS) for _ in range(ROUNDS))
            costs[agents].append(cost)
            voice.say(f"{strategy}, {agents} agents: {1 / cost:,.0f} decisions/s, {cost * 1e6:.1f} µs each")
        ours[f"{strategy}_per_s"] = round(1 / costs[MANY][-1])
    plain = {agents: run(Plain, agents, "longest_idle", PLAIN_DECISIONS) for agents in (FEW, MANY)}
    whole = {
        "decisions_per_s": round(len(STRATEGIES) / sum(costs[MANY])),
        "slowest_per_s": round(1 / max(costs[MANY])),
        "growth": round(sum(costs[MANY]) / sum(costs[FEW]), 2),
    }
    baseline = {"decisions_per_s": round(1 / plain[MANY]), "growth": round(plain[MANY] / plain[FEW], 2)}
    return Figures(
        ours={**whole, **ours, "agents": MANY, "waiting": WAITING},
        baseline=baseline,
        ratios={
            "decisions_per_s": round(whole["decisions_per_s"] / baseline["decisions_per_s"], 1),
            "growth": round(whole["growth"] / baseline["growth"], 3),
        },
        ok=True,
    )


def _queues(strategy: str) -> list[QueuePlan]:
    return [
        QueuePlan(
            id=QueueId(UUID(int=number + 1)), tenant=_tenant(number), code=str(number), strategy=strategy,
            wrap_up=timedelta(0), weight=number % 3,
        )
        for number in range(QUEUES)
    ]  # fmt: skip


def _tenant(queue: int) -> TenantId:
    return TenantId(UUID(int=10_000 + queue))


def _agent(number: int) -> SignedIn:
    return SignedIn(
        session=SessionId(UUID(int=number + 1)), agent=AgentId(UUID(int=number + 1)), tenant=_tenant(number % QUEUES),
        number=str(number), name="", endpoint=Endpoint(f"seat-{number}"), since=BEGIN - timedelta(seconds=number),
    )  # fmt: skip


def _queue_of(agent: AgentId) -> QueueId:
    return QueueId(UUID(int=(agent.int - 1) % QUEUES + 1))
