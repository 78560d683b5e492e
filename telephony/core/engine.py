"""The engine: all calls and the floor, driven by events.

Rules of this file: it is the only mutable thing in the core, used by one thread, and never waits. Each `handle` gives
back all that is to be done and written; the caller writes the facts first and carries out the commands then.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import listening_floor, masking, own_calls
from telephony.core.acd.agents import Agent, SignedIn, State
from telephony.core.acd.floor import Floor, Offer
from telephony.core.acd.sticky import LastTalks, Talk
from telephony.core.call import TALKS, Call, Stage
from telephony.core.callbacks import Promise, Promises
from telephony.core.lines import TRUNK, Lines
from telephony.core.naming import call_of_caller
from telephony.core.plan import Plan
from telephony.core.second_line import LineDialled
from telephony.core.step import step
from telephony.core.values import AgentId, CallId, ChannelId, Endpoint, Outcome
from telephony.core.work import AgentState as AgentState  # noqa: PLC0414  whoever drives the engine names them
from telephony.core.work import Work as Work  # noqa: PLC0414
from telephony.core.work import WrapUpTimer as WrapUpTimer  # noqa: PLC0414


class Engine:
    """All calls and the floor. `IllegalEvent` of a step passes through; the call is then as it was.

    `chance` serves the strategies that draw.
    """

    def __init__(self, plan: Plan, chance: Random) -> None:
        self.calls: dict[CallId, Call] = {}
        self.floor = Floor(chance)
        self.lines = Lines()
        self.promises = Promises()
        self._channels: dict[ChannelId, CallId] = {}
        self._last = LastTalks()
        self.obey(plan)

    @property
    def plan(self) -> Plan:
        """The plan for calls that arrive from now on."""
        return self._plan

    def obey(self, plan: Plan) -> None:
        """A new plan: calls at hand keep theirs, the floor's queues follow the new one at once."""
        self._plan = plan
        self.lines.obey(plan.trunks)
        self._last.keep(plan.queues.values())
        self.floor.obey(plan.queues)

    @property
    def remembers(self) -> timedelta:
        """How old talks may be that `remember` still wants."""
        return self._last.longest

    def remember(self, talks: Iterable[Talk]) -> None:
        """Who talked with whom before this switch began, oldest first: for callers who come back."""
        for talk in talks:
            self._last.talked(talk)

    def call_of(self, channel: ChannelId) -> CallId | None:
        """The call that a channel belongs to."""
        return self._channels.get(channel)

    def handle(self, event: ev.Event) -> Work:
        """Let one event happen, with all that follows from it at the same instant. Unknown calls change nothing."""
        work = Work()
        if isinstance(event, ev.CallOffered) and event.call not in self.calls:
            self.calls[event.call] = Call(id=event.call, plan=self._plan)
            self._channels[event.channel] = event.call
        self._run(deque([event]), event.at, work)
        return work

    def follow(self, sessions: Mapping[AgentId, SignedIn], at: datetime) -> Work:
        """Presence has changed: agents come, go and pause."""
        self.floor.follow(sessions, at)
        return self._settle(at)

    def call_back(self, open_: Iterable[Promise], at: datetime) -> Work:
        """These customers are to be called back, and no others: each keeps the place of the time of asking."""
        events: deque[ev.Event] = deque()
        for call in self.promises.follow(open_, self._plan, self.floor, at):
            if self.calls[call].stage in (Stage.WAITING, Stage.RINGING):  # later it is too late
                events.append(ev.CallbackWithdrawn(call=call, at=at))
        if self.promises.waiting:
            self.floor.look_again(at)  # by now one may take agents whom he did not take before
        work = Work()
        self._run(events, at, work)
        return work

    def may_call(self, endpoint: Endpoint, digits: str) -> bool:
        """Whether a call from this telephone is to be taken."""
        return own_calls.may_call(self.floor, self.promises, self._plan, endpoint, digits)

    def dialled(self, endpoint: Endpoint, channel: ChannelId, digits: str, at: datetime) -> Work:
        """The telephone of an agent calls us: a number outside, a customer to be called back, or a third."""
        event = own_calls.from_phone(self.floor, self.promises, self._plan, endpoint, channel, digits, at)
        work = Work()
        if event is None:
            work.commands.append(cmd.TurnAway(call=call_of_caller(channel), channel=channel))
            return work
        self._channels[channel] = event.call
        if not isinstance(event, LineDialled):
            self._begin(event, self.floor.at(endpoint), work)
        self._run(deque([event]), at, work)
        if any(isinstance(one, cmd.TurnAway) for one in work.commands):
            del self._channels[channel]  # the call in which he is has nothing to do with it
        return work

    def dial(self, request: UUID, agent_id: AgentId, number: str, at: datetime) -> Work:
        """A screen asks to connect an agent with a number outside: his telephone is rung. The call has the request's
        id, so that it is made once."""
        agent, call, work = self.floor.agents.get(agent_id), CallId(request), Work()
        due = own_calls.from_screen(self.floor, self._plan, call, request, agent, number, at)
        if isinstance(due, str):
            work.commands.append(cmd.AnswerRequest(call=call, request=request, reason=due))
            return work
        assert agent is not None
        self._begin(due, agent, work)
        reserved = ev.AgentReserved(
            call=call, at=at, agent=agent_id, endpoint=agent.who.endpoint, name=agent.who.name, ring=due.queue.ring
        )
        self._run(deque([due, reserved]), at, work)
        return work

    def _begin(self, due: ev.DialDue | ev.CallbackDue, agent: Agent | None, work: Work) -> None:
        """A call that an agent begins himself: he is taken by it from here on."""
        assert agent is not None
        before = (agent.state, agent.call)
        self.calls[due.call] = Call(id=due.call, plan=self._plan)
        self.floor.occupy(agent, due.call, due.queue.id, due.at, rings=due.phone is None)
        work.say(before, agent, due.at)

    def phone(self, endpoint: Endpoint, reachable: bool, at: datetime) -> Work:
        """A phone has registered, or is gone; or a carrier, whose account is `trunk-` and the trunk's name."""
        if endpoint.startswith(TRUNK):
            self.lines.reachable(endpoint.removeprefix(TRUNK), reachable)
            return Work()
        self.floor.phone(endpoint, reachable)
        return self._settle(at)

    def tick(self, at: datetime) -> Work:
        """Time has passed: callers may take agents now whom they did not take before."""
        self.floor.look_again(at)
        return self._settle(at)

    def adopt(self, call: Call, at: datetime) -> Work:
        """Take over a call of an earlier switch, as `resume` gave it; its agent is busy from now on."""
        self.calls[call.id] = call
        if call.going_out is not None and call.going_out.callback is not None:
            self.promises.adopt(call.id, call.going_out.callback, call.going_out.attempt)
        for leg in call.legs:
            if leg.channel:
                self._channels[leg.channel] = call.id
            if leg.line is not None:
                self._channels[leg.line.channel] = call.id
            if leg.trunk and leg.ended_at is None:
                self.lines.busy[leg.trunk] += 1
        listening_floor.follow(replace(call, listeners=()), call, self._channels, self.floor)
        work = Work()
        work.commands += masking.taken_up(call)
        for leg in call.talkers if call.stage in TALKS else ():
            agent = self.floor.agents.get(leg.agent) if leg.agent is not None else None
            if agent is not None:
                before = (agent.state, agent.call)
                agent.queue = call.queue.id if call.queue else None
                self.floor.become(agent, State.HOLD if leg.held else State.TALKING, at, call.id)
                work.say(before, agent, at)
        return work

    def wrap_up_over(self, agent_id: AgentId, count: int, at: datetime) -> Work:
        """A WrapUpTimer has run out."""
        work = Work()
        agent = self.floor.agents.get(agent_id)
        if agent is not None:
            before = (agent.state, agent.call)
            self.floor.wrap_up_over(agent_id, count, at)
            work.say(before, agent, at)
        self._run(deque(), at, work)
        return work

    def _settle(self, at: datetime) -> Work:
        work = Work()
        self._run(deque(), at, work)
        return work

    def _run(self, events: deque[ev.Event], at: datetime, work: Work) -> None:
        while True:
            while events:
                self._one(events, events.popleft(), work)
            for agent in self.floor.gone():
                if agent.who.leaving:
                    work.departures.append(agent.who.session)
            for call in self.floor.stranded():
                events.append(ev.QueueRefused(call=call, at=at, reason=Outcome.NO_AGENT.value))
            if events:
                continue
            offer = self.floor.decide(at)
            if offer is None:
                work.looks += self.floor.looks
                self.floor.looks.clear()
                return
            self._offer(offer, events, at, work)

    def _offer(self, offer: Offer, events: deque[ev.Event], at: datetime, work: Work) -> None:
        if offer.call not in self.calls:
            events.append(self._call_back_now(offer, at))
        for agent_id in offer.agents:
            agent = self.floor.agents[agent_id]
            work.say((State.READY, None), agent, at)
            events.append(
                ev.AgentReserved(
                    call=offer.call, at=at, agent=agent_id, endpoint=agent.who.endpoint, name=agent.who.name,
                    ring=offer.queue.ring,
                )
            )  # fmt: skip

    def _call_back_now(self, offer: Offer, at: datetime) -> ev.CallbackDue:
        """What held a place for a customer becomes a call."""
        self.calls[offer.call] = Call(id=offer.call, plan=self._plan)
        return own_calls.due_now(self.floor, self.promises.begin(offer.call), offer.call, at)

    def _one(self, events: deque[ev.Event], event: ev.Event, work: Work) -> None:
        call = self.calls.get(event.call)
        if call is None:
            return
        after, commands, facts = step(call, event)
        self.calls[event.call] = after
        if isinstance(event, ev.ChannelEnded) and after.leg_of(event.channel) is None:
            self._channels.pop(event.channel, None)  # of a telephone's other line
        for leg in after.legs[len(call.legs) :]:
            if leg.channel:
                self._channels[leg.channel] = after.id
        if call.listeners or after.listeners:
            listening_floor.follow(call, after, self._channels, self.floor)
        work.facts += facts
        for one in facts:
            if isinstance(one, fact.AgentConnected) and after.tenant and after.caller:
                self._last.talked(Talk(after.tenant, after.caller, AgentId(one.agent), one.at))
        for command in commands:
            self._take(command, events, event.at, work)

    def _take(self, command: cmd.Command, events: deque[ev.Event], at: datetime, work: Work) -> None:
        match command:
            case cmd.JoinQueue():
                refusal = self.floor.refusal(command.queue)
                if refusal is not None:
                    events.append(ev.QueueRefused(call=command.call, at=at, reason=refusal.value))
                    return
                queue = self.floor.lines[command.queue].plan
                sticky = self._last.agent_for(queue, command.caller, at)
                self.floor.enter(command.call, command.queue, command.since, command.priority, sticky)
                self._place(command.call, fact.QueueEntered, work)
                waited = at - command.since
                work.looks += [demand.after - waited for demand in queue.demands if demand.after > waited]
            case cmd.LeaveQueue():
                self._place(command.call, fact.QueueLeft, work)
                self.floor.leave(command.call)
            case cmd.AskPlace():
                place = self.floor.position(command.call)
                wait = self.floor.expected_wait(command.call)
                events.append(ev.PlaceTold(call=command.call, at=at, position=place, wait=wait))
            case cmd.ReserveAgent():
                events.append(self._reserve(command, at, work))
            case cmd.AgentTalks() | cmd.AgentHolds():
                self._talks(command, at, work)
            case cmd.AgentTakesOver():
                listening_floor.take_over(self.floor, command, self.calls[command.call], at, work)
            case cmd.AgentFree():
                self._free(command, at, work)
            case cmd.SeizeTrunk(call=call, number=number, tried=tried):
                trunk = self.lines.seize(tried, at)
                events.append(
                    ev.TrunkSeized(call=call, at=at, number=number, trunk=trunk.name)
                    if trunk
                    else ev.NoTrunk(call=call, at=at, number=number)
                )
            case cmd.FreeTrunk(trunk=name, failed=failed):
                self.lines.free(name, at, failed=failed)
            case cmd.Forget():
                self._forget(command.call)
            case _:
                work.commands.append(command)

    def _reserve(self, command: cmd.ReserveAgent, at: datetime, work: Work) -> ev.TargetReserved | ev.TargetRefused:
        call = self.calls[command.call]
        queue = call.queue.id if call.queue else None
        wanted = [
            one.who
            for one in self.floor.agents.values()
            if one.who.tenant == command.tenant and command.number in ("", one.who.number)
        ]
        agent = self.floor.reserve(
            command.call, command.tenant, queue, at, number=command.number, returning=command.agent
        )
        if agent is None:
            return ev.TargetRefused(call=command.call, at=at, reason="busy" if wanted else "unknown")
        work.say((State.READY, None), agent, at)
        return ev.TargetReserved(call=command.call, at=at, agent=agent.who.agent, endpoint=agent.who.endpoint)

    def _talks(self, command: cmd.AgentTalks | cmd.AgentHolds, at: datetime, work: Work) -> None:
        agent = self.floor.agents.get(command.agent)
        if agent is None:
            return
        before = (agent.state, agent.call)
        if isinstance(command, cmd.AgentTalks):
            self.floor.talks(command.agent, at)
        else:
            self.floor.holds(command.agent, command.held, at)
        work.say(before, agent, at)

    def _place(self, call: CallId, kind: type[fact.QueueEntered | fact.QueueLeft], work: Work) -> None:
        """Write the caller's place, which the floor alone knows, into the fact that was just noted."""
        for no in range(len(work.facts) - 1, -1, -1):
            one = work.facts[no]
            if isinstance(one, kind) and one.call == call:
                work.facts[no] = replace(one, position=self.floor.position(call))
                return

    def _free(self, command: cmd.AgentFree, at: datetime, work: Work) -> None:
        agent_id = command.agent
        agent = self.floor.agents.get(agent_id)
        if agent is None or agent.call not in (None, command.call):  # who took a call over may have another on its way
            return
        before = (agent.state, agent.call)
        wrap_up = self.floor.free(agent_id, command.how, at)
        work.say(before, agent, at)
        if wrap_up is not None:
            work.wrap_ups.append(WrapUpTimer(agent_id, agent.count, wrap_up))

    def _forget(self, call_id: CallId) -> None:
        call = self.calls.get(call_id)
        if call is not None and call.stage is Stage.ENDED:
            for leg in call.legs:
                self._channels.pop(leg.channel, None)
                if leg.line is not None:
                    self._channels.pop(leg.line.channel, None)
            del self.calls[call_id]
            self.promises.over(call_id)
