"""The floor: agents, queues, and the decision who gets whom.

Rules of this file: an agent has at most one call at a time, whatever queues he serves, and rings for one caller only.
Everything happens at an instant that is given. `Floor` is changed in place; each change gives back what it did to
agents' states, and `decide` the next offer until there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from telephony.core.acd.agents import Agent, State
from telephony.core.acd.estimate import expected_wait, learn
from telephony.core.acd.line import Line, Waiting, rank_of, unix
from telephony.core.acd.pools import Member
from telephony.core.acd.roster import Roster
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallId, Outcome, QueueId, TenantId


@dataclass(frozen=True, slots=True)
class Offer:
    """This caller to these agents: one, or under ringall all that are free."""

    call: CallId
    queue: QueuePlan
    agents: tuple[AgentId, ...]


class Floor(Roster):
    """Who sits and who waits. `chance` serves the random strategies."""

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self._waiting: dict[CallId, Waiting] = {}
        self._resting: list[tuple[datetime, Waiting]] = []
        self.looks: list[timedelta] = []  #: call `look_again` after each of these; whoever does takes them out

    # Callers.

    def refusal(self, queue_id: QueueId) -> Outcome | None:
        """Why a caller may not join the queue now, or None if he may."""
        line = self.lines.get(queue_id)
        if line is None:
            return Outcome.NO_AGENT  # the queue was taken away while the caller was on the way to it
        if line.plan.max_length and sum(not one.absent for one in line.waiting.values()) >= line.plan.max_length:
            return Outcome.QUEUE_FULL
        return None if self.staffed(line, line.plan.join_empty) else Outcome.NO_AGENT

    def staffed(self, line: Line, rule: frozenset[str]) -> bool:
        """Whether anybody counts as there, by the words of app_queue's joinempty and leavewhenempty.

        `rule` holds the states in which an agent does not count: paused, unavailable, inuse, ringing, wrapup. With the
        word `never` in it the queue never counts as empty.
        """
        if "never" in rule:
            return True
        return any(not self.agents[agent].discounted(rule) for agent in line.members if not self.agents[agent].leaving)

    def enter(
        self,
        call: CallId,
        queue_id: QueueId,
        at: datetime,
        priority: float = 0.0,
        sticky: AgentId | None = None,
        *,
        absent: bool = False,
    ) -> None:
        """A caller waits from now on; `at` may lie in the past for one who kept his place.

        One who is `absent` is to be called back: no limit of the queue's length or staff is about him.
        """
        line = self.lines[queue_id]
        waiting = Waiting(call, line, unix(at), priority, sticky=sticky, absent=absent)
        self._waiting[call] = waiting
        line.enter(waiting)
        self._hopeful[line] = self._thinned[line] = None

    def leave(self, call: CallId) -> None:
        """A caller waits no longer."""
        waiting = self._waiting.pop(call, None)
        if waiting is not None:
            waiting.line.leave(call)

    def position(self, call: CallId) -> int:
        """A caller's place in the queue, from 1; 0 if he does not wait."""
        waiting = self._waiting.get(call)
        if waiting is None:
            return 0
        mine = waiting.line._order(waiting)
        return 1 + sum(waiting.line._order(other) < mine for other in waiting.line.waiting.values())

    def expected_wait(self, call: CallId) -> timedelta | None:
        """How long a waiting caller will wait from now on; None if that cannot be said."""
        waiting = self._waiting.get(call)
        if waiting is None:
            return None
        line = waiting.line
        at_work = sum(self.agents[agent].at_work for agent in line.members)
        return expected_wait(self.position(call), at_work, line.handling)

    def stranded(self) -> list[CallId]:
        """Callers whom nobody is left to serve, where the queue does not let them wait so; they are to be sent on.

        A caller for whom a phone rings is not among them.
        """
        found = []
        for line in self._thinned:
            if line.waiting and not self.staffed(line, line.plan.leave_empty):
                found += [one.call for one in line.waiting.values() if not one.ringing and not one.absent]
        self._thinned.clear()
        return found

    def look_again(self, at: datetime) -> None:
        """Time has passed: each queue with callers may have an offer to make that it had not."""
        awake = [one for one in self._resting if one[0] <= at]
        self._resting = [one for one in self._resting if one[0] > at]
        for _, waiting in awake:
            waiting.resting = False
            if waiting.call in waiting.line.waiting:
                waiting.line.enter(waiting)
        self._hopeful.update(dict.fromkeys(line for line in self.lines.values() if line.waiting))

    # The decision.

    def decide(self, at: datetime) -> Offer | None:
        """The next caller and who rings for him; the agents are reserved. None if there is nobody to bring together.

        Among queues that have both: callers overdue by their wait; else by weight of the queue, priority, entry.
        """
        now = unix(at)
        best: tuple[tuple[float, ...], Line, Waiting, Member] | None = None
        for line in list(self._hopeful):
            found = line.next(now)
            if found is None:
                del self._hopeful[line]
                continue
            waiting, member = found
            rank = rank_of(waiting, now)
            if best is None or rank < best[0]:
                best = (rank, line, waiting, member)
        if best is None:
            return None
        _, line, waiting, member = best
        return self._reserve(line, waiting, member.agent, at)

    def _reserve(self, line: Line, waiting: Waiting, agent_id: AgentId, at: datetime) -> Offer:
        sticky = self.agents.get(waiting.sticky) if waiting.sticky else None
        waiting.sticky = None  # asked once: one who does not answer is not waited for
        known = sticky is not None and sticky.available and sticky.who.agent in line.members
        if sticky is not None and known:
            agent_id = sticky.who.agent
        chosen = [agent_id]
        if line.plan.strategy == "ringall" and not known:
            first = line.members[agent_id]
            alike = (first.grade, first.penalty)
            chosen = [
                member.agent
                for member in sorted(line.members.values(), key=lambda m: m.position)
                if self.agents[member.agent].available and (member.grade, member.penalty) == alike
            ]
        waiting.start = line.ready.rung(line.members[agent_id], waiting.start)
        waiting.ringing = tuple(chosen)
        for one in chosen:
            agent = self.agents[one]
            agent.queue, agent.rung_at = line.plan.id, at
            self.become(agent, State.RINGING, at, waiting.call)
        return Offer(waiting.call, line.plan, tuple(chosen))

    # What becomes of an offer.

    def talks(self, agent_id: AgentId, at: datetime) -> None:
        """The agent has answered."""
        agent = self.agents.get(agent_id)
        if agent is not None:
            agent.missed = 0
            self.become(agent, State.TALKING, at, agent.call)

    def reserve(self, call: CallId, tenant: TenantId, queue: QueueId | None, at: datetime, *, number: str = "",
                returning: AgentId | None = None) -> Agent | None:  # fmt: skip
        """Take the tenant's agent with this number for a call; None if he is not free, or nobody is he.

        `returning` names one who has just talked in this very call: for it his wrap-up may be broken off.
        """
        found = (
            self.agents.get(returning)
            if returning is not None
            else next((one for one in self.agents.values() if one.who.number == number), None)
        )
        if found is None or found.who.tenant != tenant:
            return None
        wraps_up = returning is not None and found.state is State.WRAP_UP and found.reachable and not found.leaving
        if not (found.available or wraps_up):
            return None
        found.queue, found.rung_at = queue, at
        self.become(found, State.RINGING, at, call)
        return found

    def occupy(self, agent: Agent, call: CallId, queue: QueueId, at: datetime, *, rings: bool) -> None:
        """The agent begins a call of his own by a queue's rules, whatever he did before: ready, paused or wrapping up.

        With `rings` his telephone is to be rung for it.
        """
        agent.queue, agent.rung_at = queue, None
        self.become(agent, State.RINGING if rings else State.TALKING, at, call)

    def holds(self, agent_id: AgentId, held: bool, at: datetime) -> None:
        """The agent who talks puts the call on hold, or takes it back."""
        agent = self.agents.get(agent_id)
        if agent is not None and agent.state in (State.TALKING, State.HOLD):
            self.become(agent, State.HOLD if held else State.TALKING, at, agent.call)

    def free(self, agent_id: AgentId, how: str, at: datetime) -> timedelta | None:
        """The agent's leg is over; `how` is talked, missed or cancelled. Gives the wrap-up that begins, if one does.

        After talk he wraps up; after too many calls missed in a row he is taken out; else he is ready. A caller who
        still waits, and for whom nobody rings any more, may be offered again at his old place.
        """
        agent = self.agents.get(agent_id)
        if agent is None:
            return None
        self._ring_over(agent, how, at)
        line = self.lines.get(agent.queue) if agent.queue else None
        if how == "talked":
            self._completed(agent, line, at)
        agent.missed = agent.missed + 1 if how == "missed" else 0 if how == "talked" else agent.missed
        if how == "talked" and line is not None and line.plan.wrap_up > timedelta(0) and not agent.leaving:
            agent.count += 1
            self.become(agent, State.WRAP_UP, at)
            return line.plan.wrap_up
        out = line is not None and how == "missed" and agent.missed >= line.plan.misses_allowed
        agent.queue = None
        self.become(agent, State.PAUSED if out or agent.who.paused else State.READY, at)
        return None

    def _ring_over(self, agent: Agent, how: str, at: datetime) -> None:
        waiting = self._waiting.get(agent.call) if agent.call else None
        if waiting is None or agent.who.agent not in waiting.ringing:
            return
        waiting.ringing = tuple(other for other in waiting.ringing if other != agent.who.agent)
        if waiting.ringing:
            return
        line = waiting.line
        if how == "missed" and line.plan.retry:
            waiting.resting = True
            self._resting.append((at + line.plan.retry, waiting))
            self.looks.append(line.plan.retry)
        else:
            line.call_back(waiting)
            self._hopeful[line] = None
        self._thinned[line] = None

    def _completed(self, agent: Agent, line: Line | None, at: datetime) -> None:
        member = line.members.get(agent.who.agent) if line is not None else None
        if line is not None and member is not None:
            member.calls += 1
            member.last_call = unix(at)
            if agent.rung_at is not None:
                line.handling = learn(line.handling, (at - agent.rung_at + line.plan.wrap_up).total_seconds())

    def wrap_up_over(self, agent_id: AgentId, count: int, at: datetime) -> bool:
        """The time for wrap-up has run out; False if that was an old timer."""
        agent = self.agents.get(agent_id)
        if agent is None or agent.state is not State.WRAP_UP or agent.count != count:
            return False
        agent.queue = None
        self.become(agent, State.PAUSED if agent.who.paused else State.READY, at)
        return True

    def waiting_in(self, queue_id: QueueId) -> Iterable[CallId]:
        """Who waits in a queue, in no order."""
        line = self.lines.get(queue_id)
        return list(line.waiting) if line is not None else []
