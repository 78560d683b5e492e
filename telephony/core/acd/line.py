"""One queue on the floor: its callers in order, and its ready members.

A queue may ask for skills that relax with waiting time: `demands` is a list of (after how long, least levels). An
agent's grade is the first demand that he meets; a caller accepts agents up to the grade that his waiting has reached.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from telephony.core.acd.pools import Member, Positions, make_pool
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallId

OVERDUE = 180.0  # seconds after which a caller's wait counts more than the weight of another queue: nobody starves


@dataclass(slots=True)
class Waiting:
    """A caller in a queue."""

    call: CallId
    line: Line
    entered: float  #: Unix seconds; kept by a callback, so that it keeps its place
    priority: float = 0.0
    start: int = 0  #: app_queue's linpos
    sticky: AgentId | None = None
    ringing: tuple[AgentId, ...] = ()
    resting: bool = False  #: after a ring without an answer, until the queue's `retry` is over
    absent: bool = False  #: nobody is on the line: a customer who is to be called back
    ticket: int = 0


Order = tuple[float, float, int]


class Line:
    """A queue's callers and members. Callers by priority with ageing, then by entry."""

    def __init__(self, plan: QueuePlan, chance: Random) -> None:
        self.plan = plan
        self.members: dict[AgentId, Member] = {}
        self._positions = Positions()
        self._chance = chance
        self.ready = make_pool(plan.strategy, self._positions, chance)
        self.waiting: dict[CallId, Waiting] = {}
        self._heap: list[tuple[Order, Waiting]] = []
        self._next = 0
        self.handling: float | None = None  #: seconds that a call keeps an agent; see `estimate`

    def inherit(self, old: Line) -> None:
        """Take over what an earlier line of this queue knew of its agents; rules change, counts go on."""
        self.handling = old.handling
        for agent, member in self.members.items():
            before = old.members.get(agent)
            if before is not None:
                self.ready.remove(member)
                member.calls, member.last_call = before.calls, before.last_call

    def join(self, agent: AgentId, number: int, grade: int, level: int) -> Member:
        """An agent becomes a member; the plan's penalty and position hold, others stand by their numbers."""
        given = self.plan.members.get(agent)
        member = Member(
            agent,
            position=given.position if given else number,
            penalty=given.penalty if given else 0,
            grade=grade,
            level=level,
        )
        self.members[agent] = member
        self._positions.add(member)
        return member

    def part(self, agent: AgentId) -> None:
        """An agent is no member any more."""
        member = self.members.pop(agent)
        self._positions.remove(member)
        self.ready.remove(member)

    def enter(self, waiting: Waiting) -> None:
        """A caller waits from now on; also one who comes back to his old place."""
        self._next += 1
        waiting.ticket = self._next
        self.waiting[waiting.call] = waiting
        heapq.heappush(self._heap, (self._order(waiting), waiting))

    def leave(self, call: CallId) -> Waiting | None:
        """A caller waits no longer."""
        return self.waiting.pop(call, None)

    def call_back(self, waiting: Waiting) -> None:
        """A caller's ring is over without an answer: he can be offered again, at his old place."""
        waiting.ringing = ()
        self.enter(waiting)

    def grade_of(self, waiting: Waiting, now: float) -> int:
        """Up to which grade of agents this caller takes at this time."""
        demands = self.plan.demands
        grade = 0
        for index in range(1, len(demands)):
            if now - waiting.entered >= demands[index].after.total_seconds():
                grade = index
        return grade

    def next(self, now: float) -> tuple[Waiting, Member] | None:
        """The first caller for whom a member is ready, and that member; a caller nobody can serve holds up none."""
        if not self.ready or not self.waiting:
            return None
        if len(self.plan.demands) < 2:
            head = self._head()
            member = self.ready.first(0, head.start) if head else None
            return (head, member) if head and member else None
        current = (entry for entry in self._heap if self._counts(entry[1]) and entry[0][2] == entry[1].ticket)
        for _, waiting in sorted(current):
            member = self.ready.first(self.grade_of(waiting, now), waiting.start)
            if member is not None:
                return waiting, member
        return None

    def _head(self) -> Waiting | None:
        while self._heap:
            order, waiting = self._heap[0]
            if self._counts(waiting) and order[2] == waiting.ticket:
                return waiting
            heapq.heappop(self._heap)
        return None

    def _counts(self, waiting: Waiting) -> bool:
        return self.waiting.get(waiting.call) is waiting and not waiting.ringing and not waiting.resting

    def _order(self, waiting: Waiting) -> Order:
        # Ageing adds `ageing` points a minute to all alike, so the order of two callers never changes while they wait.
        points = waiting.priority - self.plan.ageing * waiting.entered / 60
        return (-points, waiting.entered, waiting.ticket)


def grade_of(plan: QueuePlan, skills: Mapping[str, int]) -> tuple[int, int] | None:
    """An agent's grade in this queue and least level of what it asks for; None if he meets none of its demands."""
    if not plan.demands:
        return 0, 0
    wanted = plan.demands[0].skills
    level = min((skills.get(skill, 0) for skill in wanted), default=0)
    for grade, demand in enumerate(plan.demands):
        if all(skills.get(skill, 0) >= least for skill, least in demand.skills.items()):
            return grade, level
    return None


def rank_of(waiting: Waiting, now: float) -> tuple[float, ...]:
    """Which of two queues' first callers goes first: one overdue; else by weight of the queue, priority, entry."""
    plan = waiting.line.plan
    waited = now - waiting.entered
    overdue = waited >= OVERDUE
    points = waiting.priority + plan.ageing * waited / 60
    return (0.0 if overdue else 1.0, 0.0 if overdue else -plan.weight, -points, waiting.entered)


def unix(at: datetime) -> float:
    """An instant as Unix seconds: what heaps compare."""
    return at.timestamp()
