"""The floor's index decides as the plain reference does, whatever happens; and its promises hold at every moment."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from telephony.core.acd.agents import State
from telephony.core.acd.floor import Floor
from telephony.core.acd.line import grade_of, unix
from telephony.core.acd.plain import Caller, Choice, Room, Seat, choose
from telephony.core.plan import Demand, MemberPlan
from telephony.core.values import AgentId, QueueId
from tests.builders.calls import NEIGHBOUR, NINE, a_call_id, a_queue, an_agent

RELAXING = (Demand(skills={"dutch": 3}), Demand(after=timedelta(seconds=20), skills={"dutch": 1}),
            Demand(after=timedelta(seconds=60)))  # fmt: skip
RANKED = ["longest_idle", "most_skilled", "leastrecent", "fewestcalls", "ringall"]
ROUND = ["linear", "rrmemory", "rrordered"]
PEOPLE = {number: an_agent(number, dutch=number % 5) for number in range(1, 9)}
SHARED = MemberPlan(penalty=1, position=1)  # agent 1 is named in the neighbour's queue


def some_queues(strategy, ageing, penalties, wrap_up):
    """Three queues of one tenant, and the neighbour's with a shared agent and named members."""
    ids = [QueueId(UUID(int=11 + no)) for no in range(4)]
    members = {AgentId(UUID(int=1)): SHARED} | {
        AgentId(UUID(int=number)): MemberPlan(penalty=penalty, position=number)
        for number, penalty in zip(range(2, 6), penalties, strict=True)
    }
    queues = [
        a_queue(
            id=ids[0],
            code="first",
            strategy="longest_idle" if strategy in ROUND else strategy,
            demands=RELAXING,
            ageing=ageing,
        ),
        a_queue(id=ids[1], code="second", strategy=strategy, weight=2, retry=timedelta(seconds=5)),
        a_queue(id=ids[2], code="third", strategy=strategy, members=members, ageing=ageing),
        a_queue(id=ids[3], code="next door", strategy=strategy, tenant=NEIGHBOUR, members=members),
    ]
    return {queue.id: replace(queue, misses_allowed=3, wrap_up=timedelta(seconds=wrap_up)) for queue in queues}


class Shift(RuleBasedStateMachine):
    """A working day on the floor. What is known beside the floor: rings, talks, and where the circles are."""

    strategy = ""

    @initialize(
        ageing=st.sampled_from([0.0, 7.31]), penalties=st.lists(st.integers(0, 2), min_size=4, max_size=4),
        wrap_up=st.sampled_from([0, 15]),
    )  # fmt: skip
    def open(self, ageing, penalties, wrap_up):
        self.floor = Floor(Random(1))
        self.floor.obey(some_queues(self.strategy, ageing, penalties, wrap_up))
        self.now, self.calls = NINE, 0
        self.sessions = {}
        self.rings, self.talks, self.wraps = {}, {}, {}
        self.places = dict.fromkeys(self.floor.lines, 0)  # of the round robins
        self.starts = {}  # of each caller, under linear
        self.resting = {}

    # The reference.

    def rooms(self):
        """The floor as frozen values."""
        return [
            Room(
                plan=line.plan, place=self.places[queue],
                seats=tuple(self.seat(line, member) for member in line.members.values()),
                callers=tuple(
                    Caller(
                        call=one.call, entered=one.entered, priority=one.priority, place=self.starts[one.call],
                        sticky=one.sticky,
                    )
                    for one in line.waiting.values()
                    if one.call not in self.rings and self.resting.get(one.call, self.now) <= self.now
                ),
            )
            for queue, line in self.floor.lines.items()
        ]  # fmt: skip

    def seat(self, line, member):
        agent = self.floor.agents[member.agent]
        grade, level = grade_of(line.plan, agent.who.skills)
        return Seat(
            agent=member.agent, position=member.position, penalty=member.penalty, grade=grade, level=level,
            calls=member.calls, last_call=member.last_call,
            ready_since=unix(agent.since) if agent.available else None,
        )  # fmt: skip

    def settle(self):
        """Let both decide until there is nothing to decide."""
        self.floor.look_again(self.now)
        self.floor.gone()
        while True:
            wanted = choose(self.rooms(), unix(self.now))
            offer = self.floor.decide(self.now)
            assert (wanted and (wanted.call, wanted.agents)) == (offer and (offer.call, offer.agents))
            if offer is None:
                return
            self.offered(wanted)

    def offered(self, choice: Choice):
        busy = {agent for agents in self.rings.values() for agent in agents} | set(self.talks.values())
        assert not busy & set(choice.agents), "an agent rings for one caller, or talks to one"
        assert choice.call not in self.rings and choice.call not in self.talks
        self.rings[choice.call] = choice.agents
        if choice.plan.strategy == "linear":
            self.starts[choice.call] = choice.place
        else:
            self.places[choice.plan.id] = choice.place

    # What people do.

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)

    def follow(self):
        self.floor.follow(dict(self.sessions), self.now)
        self.settle()

    @rule(number=st.sampled_from(sorted(PEOPLE)), wait=st.integers(1, 9))
    def logs_in_or_out(self, number, wait):
        self.later(wait)
        who = PEOPLE[number]
        if self.sessions.pop(who.agent, None) is None:
            agent = self.floor.agents.get(who.agent)
            if agent is not None:
                self.sessions[who.agent] = agent.who
            else:
                self.sessions[who.agent] = replace(who, since=self.now)
        self.follow()

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), wait=st.integers(1, 9))
    def pauses_or_returns(self, data, wait):
        self.later(wait)
        agent = data.draw(st.sampled_from(sorted(self.sessions)))
        who = self.sessions[agent]
        self.sessions[agent] = replace(who, paused=not who.paused)
        self.follow()

    @rule(
        queue=st.integers(11, 14), wait=st.integers(1, 40), priority=st.integers(0, 2),
        sticky=st.none() | st.integers(1, 8),
    )  # fmt: skip
    def arrives(self, queue, wait, priority, sticky):
        self.later(wait)
        self.calls += 1
        call = a_call_id(self.calls)
        self.starts[call] = 0
        known = AgentId(UUID(int=sticky)) if sticky else None
        self.floor.enter(call, QueueId(UUID(int=queue)), self.now, priority, known)
        self.settle()

    @precondition(lambda self: any(line.waiting for line in self.floor.lines.values()))
    @rule(data=st.data(), wait=st.integers(1, 9))
    def hangs_up_waiting(self, data, wait):
        self.later(wait)
        waiting = [call for line in self.floor.lines.values() for call in line.waiting]
        call = data.draw(st.sampled_from(sorted(waiting)))
        self.floor.leave(call)
        for agent in self.rings.pop(call, ()):
            self.floor.free(agent, "cancelled", self.now)
        self.settle()

    @precondition(lambda self: self.rings)
    @rule(data=st.data(), wait=st.integers(1, 9))
    def answers(self, data, wait):
        self.later(wait)
        call = data.draw(st.sampled_from(sorted(self.rings)))
        agents = self.rings.pop(call)
        first = data.draw(st.sampled_from(agents))
        self.floor.leave(call)
        self.floor.talks(first, self.now)
        self.talks[call] = first
        for other in agents:
            if other != first:
                self.floor.free(other, "cancelled", self.now)
        self.settle()

    @precondition(lambda self: self.rings)
    @rule(data=st.data(), wait=st.integers(1, 9))
    def does_not_answer(self, data, wait):
        self.later(wait)
        call = data.draw(st.sampled_from(sorted(self.rings)))
        agent = data.draw(st.sampled_from(self.rings[call]))
        left = tuple(one for one in self.rings[call] if one != agent)
        line = next(line for line in self.floor.lines.values() if call in line.waiting)
        self.rings[call] = left
        self.floor.free(agent, "missed", self.now)
        if not left:
            del self.rings[call]
            if line.plan.retry:
                self.resting[call] = self.now + line.plan.retry
        self.settle()

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), wait=st.integers(1, 40))
    def hangs_up_talking(self, data, wait):
        self.later(wait)
        call = data.draw(st.sampled_from(sorted(self.talks)))
        agent = self.talks.pop(call)
        there = self.floor.agents[agent]
        wrap_up = self.floor.free(agent, "talked", self.now)
        if wrap_up is not None:
            self.wraps[agent] = there.count
        self.settle()

    @precondition(lambda self: self.sessions)
    @rule(queue=st.integers(11, 14), calls=st.integers(1, 4))
    def short_calls_come_and_go(self, queue, calls):
        for _ in range(calls):
            self.arrives(QueueId(UUID(int=queue)).int, 1, 0, None)
            for call, agents in sorted(self.rings.items()):
                self.later(1)
                self.floor.leave(call)
                self.floor.talks(agents[0], self.now)
                for no, agent in enumerate(agents):
                    there = self.floor.agents[agent]
                    if self.floor.free(agent, "cancelled" if no else "talked", self.now) is not None:
                        self.wraps[agent] = there.count
                del self.rings[call]
            self.settle()

    @precondition(lambda self: self.wraps)
    @rule(data=st.data(), wait=st.integers(1, 15))
    def wraps_up(self, data, wait):
        self.later(wait)
        agent = data.draw(st.sampled_from(sorted(self.wraps)))
        self.floor.wrap_up_over(agent, self.wraps.pop(agent), self.now)
        self.settle()

    @rule(wait=st.integers(10, 120))
    def waits(self, wait):
        self.later(wait)
        self.settle()

    # What always holds.

    @invariant()
    def states_tell_who_rings_and_who_talks(self):
        if not hasattr(self, "floor"):
            return
        ringing = {agent for agents in self.rings.values() for agent in agents}
        states = {agent.who.agent: agent.state for agent in self.floor.agents.values()}
        assert {agent for agent, state in states.items() if state is State.RINGING} == ringing
        assert {agent for agent, state in states.items() if state is State.TALKING} == set(self.talks.values())

    @invariant()
    def nobody_is_forgotten(self):
        if hasattr(self, "floor"):
            assert choose(self.rooms(), unix(self.now)) is None

    @invariant()
    def no_stranger_serves(self):
        for line in self.floor.lines.values() if hasattr(self, "floor") else ():
            for agent in line.members:
                who = self.floor.agents[agent].who
                assert who.tenant == line.plan.tenant or agent in line.plan.members


def shift(strategy):
    """The day under one strategy."""
    case = type(strategy, (Shift,), {"strategy": strategy}).TestCase
    case.settings = settings(stateful_step_count=50)
    return case


TestLongestIdle, TestMostSkilled, TestLeastRecent, TestFewestCalls, TestRingall = map(shift, RANKED)
TestLinear, TestRoundRobinWithMemory, TestRoundRobinOrdered = map(shift, ROUND)
