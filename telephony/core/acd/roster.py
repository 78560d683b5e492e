"""Who sits where: agents and queues as the plan and presence have them, and who of them serves whom.

Rules of this file: it follows and decides nothing. A change tells the queues that it touches, and these are marked for
the next decision: hopeful where an offer may now be possible, thinned where nobody may be left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from telephony.core.acd.agents import Agent, SignedIn, State
from telephony.core.acd.line import Line, grade_of, unix
from telephony.core.acd.pools import Member
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallId, Endpoint, QueueId, outside_number


class Roster:
    """The agents at their seats, and the queues that they serve."""

    def __init__(self, chance: Random) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.lines: dict[QueueId, Line] = {}
        self._chance = chance
        self._serving: dict[AgentId, list[tuple[Line, Member]]] = {}  # an agent's queues, and his place in each
        self._leaving: set[AgentId] = set()
        # Sets in order; of lines, not of their ids: those take ten times as long to look up.
        self._hopeful: dict[Line, None] = {}  # lines that may have an offer to make
        self._thinned: dict[Line, None] = {}  # lines that may have nobody left

    def obey(self, queues: Mapping[QueueId, QueuePlan]) -> None:
        """The plan has changed: new rules hold for the next decision. Callers keep their places."""
        for queue_id in [known for known in self.lines if known not in queues and not self.lines[known].waiting]:
            self._close(self.lines.pop(queue_id))
        for queue in queues.values():
            line = self.lines.get(queue.id)
            if line is None or line.plan != queue:
                self._open(queue, line)

    def _open(self, queue: QueuePlan, old: Line | None) -> None:
        line = Line(queue, self._chance)
        self.lines[queue.id] = line
        if old is not None:
            self._close(old)
            for waiting in old.waiting.values():
                waiting.line = line
                line.enter(waiting)
        for agent in self.agents.values():
            self._join(agent, line)
        if old is not None:
            line.inherit(old)
            for agent in self.agents.values():
                self._offer_to(agent)
        self._hopeful[line] = self._thinned[line] = None

    def _close(self, line: Line) -> None:
        self._hopeful.pop(line, None)
        self._thinned.pop(line, None)
        for agent, places in self._serving.items():
            self._serving[agent] = [place for place in places if place[0] is not line]

    def _join(self, agent: Agent, line: Line) -> None:
        plan, who = line.plan, agent.who
        if who.tenant != plan.tenant and who.agent not in plan.members:
            return
        if plan.members and who.agent not in plan.members:
            return
        grade = grade_of(plan, who.skills)
        if grade is None:
            return
        member = line.join(who.agent, int(who.number), *grade)
        self._serving[who.agent].append((line, member))
        self._offer_to(agent)

    def at(self, endpoint: Endpoint) -> Agent | None:
        """Who is logged in at a telephone."""
        return next((agent for agent in self.agents.values() if agent.who.endpoint == endpoint), None)

    def queues_of(self, agent_id: AgentId) -> list[QueuePlan]:
        """The queues that an agent serves, by tenant and code."""
        plans = [line.plan for line, _ in self._serving.get(agent_id, ())]
        return sorted(plans, key=lambda plan: (plan.tenant, plan.code))

    def sign_in(self, who: SignedIn) -> Agent:
        """An agent has logged in."""
        state = State.PAUSED if who.paused else State.READY
        agent = Agent(who, state, who.since)
        self._leaves(agent, who.leaving)
        self.agents[who.agent] = agent
        self._serving[who.agent] = []
        for line in self.lines.values():
            self._join(agent, line)
        return agent

    def sign_out(self, agent_id: AgentId) -> None:
        """An agent is gone."""
        for line, _ in self._serving.pop(agent_id):
            line.part(agent_id)
            self._thinned[line] = None
        del self.agents[agent_id]
        self._leaving.discard(agent_id)

    def become(self, agent: Agent, state: State, at: datetime, call: CallId | None = None) -> None:
        """An agent's state changes; his queues learn whether he is ready."""
        agent.state, agent.since, agent.call = state, at, call
        self._offer_to(agent)

    def _offer_to(self, agent: Agent) -> None:
        since, available = unix(agent.since), agent.available
        for line, member in self._serving[agent.who.agent]:
            if available:
                member.ready_since = since
                line.ready.remove(member)
                line.ready.add(member)
                if line.waiting:
                    self._hopeful[line] = None
            else:
                line.ready.remove(member)
                if line.waiting:
                    self._thinned[line] = None

    def follow(self, sessions: Mapping[AgentId, SignedIn], at: datetime) -> None:
        """Do as presence says: who came, who went, who paused. A call at hand is finished first.

        Only a change of presence moves an agent: one who was taken out for missed calls stays out until he says ready.
        """
        for who in sessions.values():
            agent = self.agents.get(who.agent)
            if agent is None:
                self.sign_in(who)
            elif agent.who != who:
                self._changed(agent, who, at)
        for agent_id in [known for known in self.agents if known not in sessions]:
            self._leaves(self.agents[agent_id], True)
            self._offer_to(self.agents[agent_id])

    def _changed(self, agent: Agent, who: SignedIn, at: datetime) -> None:
        before, agent.who = agent.who, who
        self._leaves(agent, who.leaving)
        if before.session != who.session:
            agent.reachable = True
            if agent.call is None:
                self.become(agent, State.PAUSED if who.paused else State.READY, at)
        elif before.skills != who.skills or before.tenant != who.tenant:
            state = (agent.state, agent.since, agent.call, agent.queue, agent.missed, agent.count, agent.reachable)
            elsewhere = agent.elsewhere
            self.sign_out(who.agent)
            agent = self.sign_in(who)
            agent.elsewhere = elsewhere
            agent.state, agent.since, agent.call, agent.queue, agent.missed, agent.count, agent.reachable = state
        done = who.wrap_up_done_at
        wrapped_up = agent.state is State.WRAP_UP and done is not None and done >= agent.since
        repaused = before.paused != who.paused and agent.call is None
        if wrapped_up or repaused:
            agent.missed, agent.queue = 0, None
            self.become(agent, State.PAUSED if who.paused else State.READY, at)
        else:
            self._offer_to(agent)

    def phone(self, endpoint: Endpoint, reachable: bool) -> None:
        """A phone registered, or is gone: its agent is not offered calls while it is. Outside nobody registers."""
        if outside_number(endpoint):
            return
        for agent in self.agents.values():
            if agent.who.endpoint == endpoint and agent.reachable != reachable:
                agent.reachable = reachable
                self._offer_to(agent)

    def taken(self, endpoint: Endpoint, elsewhere: bool) -> None:
        """A phone rings or talks in a call that is not the switch's, or is free again."""
        for agent in self.agents.values():
            if agent.who.endpoint == endpoint and agent.elsewhere != elsewhere:
                agent.elsewhere = elsewhere
                self._offer_to(agent)

    def gone(self) -> list[Agent]:
        """Agents who are leaving and have no call at hand; they are off the floor now."""
        gone = [agent for agent in map(self.agents.__getitem__, self._leaving) if agent.call is None]
        for agent in gone:
            self.sign_out(agent.who.agent)
        return gone

    def _leaves(self, agent: Agent, leaving: bool) -> None:
        agent.leaving = leaving
        (self._leaving.add if leaving else self._leaving.discard)(agent.who.agent)
