"""The engine: all calls and the floor, driven by events.

Rules of this file: it is the only mutable thing in the core, used by one thread, and never waits. Each `handle` gives
back all that is to be done and written; the caller writes the facts first and carries out the commands then.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Call, Stage
from telephony.core.floor import (
    Agent,
    Floor,
    SignedIn,
    State,
    admits,
    decide,
    follow,
    free,
    gone,
    phone,
    reserve,
    wrap_up_over,
)
from telephony.core.floor import Waiting as WaitingCaller
from telephony.core.plan import Plan
from telephony.core.step import step
from telephony.core.values import AgentId, CallId, ChannelId, Endpoint, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """A fact of the floor: from this instant the agent is in this state."""

    session: UUID
    agent: UUID
    tenant: UUID
    at: datetime
    state: State
    call: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WrapUpTimer:
    """Call `Engine.wrap_up_over` with this agent and count after `delay`."""

    agent: AgentId
    count: int
    delay: timedelta


@dataclass(slots=True)
class Work:
    """What one event brought: facts to write first, then commands and timers."""

    facts: list[fact.Fact] = field(default_factory=list)
    states: list[AgentState] = field(default_factory=list)
    commands: list[cmd.Command] = field(default_factory=list)
    wrap_ups: list[WrapUpTimer] = field(default_factory=list)
    departures: list[SessionId] = field(default_factory=list)  #: sessions to log out: their lease is over

    def add(self, more: "Work") -> None:
        """Do this work after one's own."""
        self.facts += more.facts
        self.states += more.states
        self.commands += more.commands
        self.wrap_ups += more.wrap_ups
        self.departures += more.departures


class Engine:
    """All calls and the floor. `IllegalEvent` of a step passes through; the call is then as it was."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan  #: for calls that arrive from now on
        self.calls: dict[CallId, Call] = {}
        self.floor = Floor()
        self._channels: dict[ChannelId, CallId] = {}

    def call_of(self, channel: ChannelId) -> CallId | None:
        """The call that a channel belongs to."""
        return self._channels.get(channel)

    def handle(self, event: ev.Event) -> Work:
        """Let one event happen, with all that follows from it at the same instant. Unknown calls change nothing."""
        work = Work()
        if isinstance(event, ev.CallOffered) and event.call not in self.calls:
            self.calls[event.call] = Call(id=event.call, plan=self.plan)
            self._channels[event.channel] = event.call
        self._run(deque([event]), event.at, work)
        return work

    def follow(self, sessions: Mapping[AgentId, SignedIn], at: datetime) -> Work:
        """Presence has changed: agents come, go and pause."""
        return self._move(follow(self.floor, sessions, at), at)

    def adopt(self, call: Call, at: datetime) -> Work:
        """Take over a call of an earlier switch, as `resume` gave it; its agent is busy from now on."""
        self.calls[call.id] = call
        for leg in call.legs:
            self._channels[leg.channel] = call.id
        busy = call.agent_leg
        agent = self.floor.agents.get(busy.agent) if busy is not None and busy.agent is not None else None
        work = Work()
        if agent is not None and call.stage is Stage.TALKING:
            talking = replace(agent, state=State.TALKING, since=at, call=call.id, queue=call.queue)
            self._floor_becomes(agent.who.agent, self.floor.with_agent(talking), at, work)
        return work

    def phone(self, endpoint: Endpoint, reachable: bool, at: datetime) -> Work:
        """A phone has registered, or is gone."""
        return self._move(phone(self.floor, endpoint, reachable), at)

    def wrap_up_over(self, agent: AgentId, count: int, at: datetime) -> Work:
        """A WrapUpTimer has run out."""
        before = self.floor.agents.get(agent)
        work = self._move(wrap_up_over(self.floor, agent, count, at), at, starts=False)
        self._say_state(before, self.floor.agents.get(agent), at, work)
        self._run(deque(), at, work)
        return work

    def _move(self, floor: Floor, at: datetime, *, starts: bool = True) -> Work:
        self.floor = floor
        work = Work()
        if starts:
            self._run(deque(), at, work)
        return work

    def _run(self, events: deque[ev.Event], at: datetime, work: Work) -> None:
        while True:
            while events:
                self._one(events, events.popleft(), work)
            self._let_go(work)
            offer = decide(self.floor)
            if offer is None:
                return
            self._floor_becomes(offer.agent, reserve(self.floor, offer, at), at, work)
            agent = self.floor.agents[offer.agent]
            events.append(
                ev.AgentReserved(
                    call=offer.call, at=at, agent=offer.agent, endpoint=agent.who.endpoint, name=agent.who.name,
                    ring=self.floor.waiting[offer.call].queue.ring,
                )
            )  # fmt: skip

    def _let_go(self, work: Work) -> None:
        """Agents who were only waiting for the end of a call leave the floor."""
        for agent in gone(self.floor):
            self.floor = self.floor.without_agent(agent.who.agent)
            if agent.who.leaving:
                work.departures.append(agent.who.session)

    def _one(self, events: deque[ev.Event], event: ev.Event, work: Work) -> None:
        call = self.calls.get(event.call)
        if call is None:
            return
        after, commands, facts = step(call, event)
        self.calls[event.call] = after
        for leg in after.legs[len(call.legs) :]:
            self._channels[leg.channel] = after.id
        work.facts += facts
        for command in commands:
            self._take(command, events, event.at, work)

    def _take(self, command: cmd.Command, events: deque[ev.Event], at: datetime, work: Work) -> None:
        match command:
            case cmd.JoinQueue():
                queue = self.calls[command.call].queue
                assert queue is not None
                refusal = admits(self.floor, queue)
                if refusal is None:
                    self.floor = self.floor.with_waiting(
                        WaitingCaller(call=command.call, queue=queue, entered_at=at, priority=command.priority)
                    )
                else:
                    events.append(ev.QueueRefused(call=command.call, at=at, reason=refusal.value))
            case cmd.LeaveQueue():
                self.floor = self.floor.without_waiting(command.call)
            case cmd.AgentTalks():
                agent = self.floor.agents.get(command.agent)
                if agent is not None:
                    talking = replace(agent, state=State.TALKING, since=at, call=command.call, missed=0)
                    self._floor_becomes(command.agent, self.floor.with_agent(talking), at, work)
            case cmd.AgentFree():
                self._floor_becomes(command.agent, free(self.floor, command.agent, command.how, at), at, work)
            case cmd.Forget():
                self._forget(command.call)
            case _:
                work.commands.append(command)

    def _floor_becomes(self, agent_id: AgentId, floor: Floor, at: datetime, work: Work) -> None:
        before = self.floor.agents.get(agent_id)
        self.floor = floor
        after = floor.agents.get(agent_id)
        self._say_state(before, after, at, work)
        if after is not None and after.state is State.WRAP_UP and after.queue is not None:
            work.wrap_ups.append(WrapUpTimer(agent_id, after.count, after.queue.wrap_up))

    def _say_state(self, before: Agent | None, after: Agent | None, at: datetime, work: Work) -> None:
        if after is None or before is None or (before.state, before.call) == (after.state, after.call):
            return
        if after.leaving and after.call is None:
            return  # the logout, or the one to come, is the last word about this session
        missed_out = after.state is State.PAUSED and not after.who.paused
        work.states.append(
            AgentState(
                session=after.who.session, agent=after.who.agent, tenant=after.who.tenant, at=at, state=after.state,
                call=after.call or (before.call if after.state is State.WRAP_UP else None),
                reason="missed" if missed_out else "",
            )
        )  # fmt: skip

    def _forget(self, call_id: CallId) -> None:
        call = self.calls.get(call_id)
        if call is not None and call.stage is Stage.ENDED:
            for leg in call.legs:
                self._channels.pop(leg.channel, None)
            del self.calls[call_id]
