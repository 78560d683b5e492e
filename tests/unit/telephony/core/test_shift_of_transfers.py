"""Whatever callers, agents and colleagues do, in whatever order: nobody is forgotten, and nobody is in two talks.

Each example is a shift on the simulated Asterisk in which people arrive, pause, hang up, hold, transfer, consult, talk
as three, dial, use a second line and leave at any moment. After each step the promises of the house are looked at; in
the end all must be over.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari.simulated import Caller, Telephone
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import TALKS, Stage
from telephony.core.events import Wish
from telephony.core.plan import Numbering
from telephony.core.resume import resume
from telephony.core.values import Endpoint, LegKind, talk_bridge
from telephony.journal.projection import fold
from telephony.journal.queue_log import call_rows
from tests.builders.calls import NUMBER, RESCUE, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
SETTLED = timedelta(milliseconds=30)
AT_HOME = replace(an_agent(4), endpoint=Endpoint("tel:+8613700000000"))
PEOPLE = {one.number: one for one in (an_agent(1), an_agent(2), an_agent(3), AT_HOME)}
TARGETS = ["1", "2", "3", "4", "tickets", RESCUE[0], RESCUE[1], "77", "+15550100100"]

HERE = Numbering("86", lambda keyed: keyed if keyed.startswith("+") else "")
CODES = ["*5", "*22#", "##3#", "*1", "*2", "*3", "*4", "#"]
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 1, 3, 6, 12]),  # seconds before it
        st.one_of(
            st.tuples(st.just("arrive")),
            st.tuples(
                st.just("wish"), st.integers(0, 5), st.integers(0, 1), st.sampled_from(Wish), st.sampled_from(TARGETS)
            ),
            st.tuples(
                st.just("wish"), st.integers(0, 5), st.integers(0, 1), st.sampled_from([Wish.CONSULT, Wish.ADD]),
                st.sampled_from(TARGETS),
            ),
            st.tuples(st.just("key"), st.integers(0, 9), st.sampled_from(CODES)),
            st.tuples(st.just("hang up"), st.integers(0, 9)),
            st.tuples(st.just("dial"), st.sampled_from("123"), st.sampled_from(TARGETS)),
            st.tuples(st.just("other line"), st.sampled_from(["hang up", "take up", "hold", "join"])),
            st.tuples(st.just("hold"), st.integers(0, 9), st.booleans()),
            st.tuples(st.just("presence"), st.sampled_from("1234"), st.sampled_from(["in", "paused", "out"])),
        ),
    ),
    max_size=25,
)  # fmt: skip


class Shift(World):
    """Four agents, one of them at home; numbers outside of which one is busy."""

    def __init__(self, strategy, misses):
        self.asked, self.answered = 0, Counter()
        plan = replace(a_plan(strategy=strategy, wrap_up=5 * SECOND), numbering=HERE)
        super().__init__(plan, *PEOPLE.values(), misses=misses)
        self.asterisk.outside = {RESCUE[1]: Telephone(answers_after=None)}
        self.there = dict(PEOPLE)
        self.callers = 0
        self.went = set()  # agents who logged out: of the end of a call at hand then, presence has the last word

    def _wrote(self, work):
        super()._wrote(work)
        self.answered.update(one.request for one in work.commands if isinstance(one, cmd.AnswerRequest))

    def living(self):
        """All living legs, in order."""
        calls = sorted(self.engine.calls.values(), key=lambda call: call.id)
        return [(call, leg) for call in calls for leg in call.legs if leg.ended_at is None]

    def do(self, seconds, step):
        """One step, so long after the one before it."""
        now = self.asterisk.now + seconds * SECOND
        self.asterisk.run(now)
        self.asterisk.now = now
        getattr(self, step[0].replace(" ", "_"))(*step[1:])
        self.asterisk.run(self.asterisk.now + SETTLED)
        self.asterisk.now += SETTLED

    def arrive(self):
        self.callers += 1
        caller = Caller(dialled=NUMBER, number=f"0216{self.callers:07}", keys=("", "0"), talk=90 * SECOND)
        self.asterisk.call(self.asterisk.now, a_call_id(self.callers), caller)

    def wish(self, no, which, wish, target):
        calls = [call for call in self.engine.calls.values() if call.stage in TALKS] or list(self.engine.calls.values())
        if calls:
            call = calls[no % len(calls)]
            agents = [leg.agent for leg in call.talkers if leg.kind is LegKind.AGENT]
            self.asked += 1
            self.asterisk.happen(
                ev.WishUttered(
                    call=call.id, at=self.asterisk.now, request=UUID(int=self.asked), wish=wish, target=target,
                    agent=agents[which % len(agents)] if agents else None,
                )
            )  # fmt: skip

    def key(self, no, keys):
        for one in keys:
            legs = self.living()
            if legs:
                call, leg = legs[no % len(legs)]
                channel = None if leg.kind is LegKind.CALLER else leg.channel
                self.asterisk.happen(ev.KeyPressed(call=call.id, at=self.asterisk.now, key=one, channel=channel))

    def hang_up(self, no):
        legs = self.living()
        if legs:
            self.asterisk._end(legs[no % len(legs)][1].channel, 16)

    def dial(self, number, target):
        """A telephone calls: a customer, if its agent is in no call, else a third on its second line."""
        self.asterisk.dial(self.asterisk.now, Endpoint(f"seat-{number}"), target)

    def other_line(self, what):
        """A telephone of two lines does something with the one on which nobody is heard."""
        there = next(((call, leg) for call, leg in self.living() if leg.line is not None), None)
        if there is None:
            return
        call, leg = there
        head = {"call": call.id, "at": self.asterisk.now, "channel": leg.line.channel}
        match what:
            case "hang up":
                self.asterisk._end(leg.line.channel, 16)
            case "take up":
                self.asterisk.happen(ev.LegResumed(**head))
            case "hold":
                self.asterisk.happen(ev.LegHeld(**head))
            case "join":
                self.asterisk.happen(ev.BlindAsked(**head, target="", replaces=leg.channel))

    def hold(self, no, held):
        legs = self.living()
        if legs:
            call, leg = legs[no % len(legs)]
            kind = ev.LegHeld if held else ev.LegResumed
            self.asterisk.happen(kind(call=call.id, at=self.asterisk.now, channel=leg.channel))

    def presence(self, number, state):
        self.there.pop(number, None)
        if state == "out":
            self.went.add(PEOPLE[number].agent)
        else:
            self.there[number] = replace(PEOPLE[number], paused=state == "paused")
        sessions = {one.agent: one for one in self.there.values()}
        self.asterisk.act(self.engine.follow(sessions, self.asterisk.now))

    def keeps_its_promises(self):
        """What must hold whenever Asterisk has done what it was told."""
        talks, rings = Counter(), Counter()
        for call, leg in self.living():
            if leg.agent is not None and call.stage not in (Stage.CLEARING, Stage.ENDED):
                (talks if leg.answered_at else rings)[leg.agent] += 1
        assert all(count == 1 for count in (talks + rings).values()), "an agent rings or talks in one call alone"
        for call in self.engine.calls.values():
            agents = [leg for leg in call.talkers if leg.kind is LegKind.AGENT]
            if call.stage not in (Stage.APART, Stage.TOGETHER, Stage.CLEARING, Stage.ENDED):
                assert len(agents) <= 1, "no caller is answered by two agents"
            if call.stage in TALKS:
                inside = {leg.channel for leg in call.talkers if leg.no not in call.aside}
                assert self.asterisk.bridges[talk_bridge(call.id)] == inside, "who talks is in the talk, nobody else"
                aside = {leg.channel for leg in call.talkers if leg.no in call.aside}
                assert aside <= self.asterisk.music, "who is set aside hears music"
                assert len(inside) >= 2 or call.aside, "nobody is left alone"
            if call.stage in (Stage.WAITING, Stage.RINGING):
                assert self.engine.floor.position(call.id) > 0, "who waits has a place"
            self.another_switch_would_take_it_over(call)
        for agent in self.engine.floor.agents.values():
            busy = agent.state in (State.RINGING, State.TALKING, State.HOLD)
            assert busy == (agent.call is not None)
            assert not busy or agent.call in self.engine.calls

    def another_switch_would_take_it_over(self, call):
        """From the facts alone, at any moment: whoever talks goes on as they were, and nobody else."""
        found = resume(call.id, [one for one in self.facts if one.call == call.id], call.plan)
        if call.stage is Stage.ENDED:
            assert found is None
        elif call.stage in TALKS:
            assert (found.stage, found.aside) == (call.stage, call.aside)
            assert [leg.no for leg in found.talkers] == [leg.no for leg in call.talkers]
            assert [leg.held for leg in found.talkers] == [leg.held for leg in call.talkers]
            parts = [one.transfer and (one.transfer.by, one.transfer.leg) for one in (found, call)]
            assert parts[0] == parts[1]
        else:
            assert found.stage not in TALKS


@settings(max_examples=30, deadline=None)
@given(steps, st.sampled_from(["linear", "longest_idle", "ringall"]), st.sampled_from([0.0, 0.3]))
def test_nobody_is_forgotten_and_nobody_is_in_two_talks(steps, strategy, misses):
    shift = Shift(strategy, misses)
    for first in range(2):
        shift.do(first, ("arrive",))
    shift.do(12, ("arrive",))
    for seconds, step in steps:
        shift.do(seconds, step)
        shift.keeps_its_promises()
    shift.asterisk.run()
    for _ in range(3):  # who talks on with a colleague, the caller gone, hangs up at last
        shift.hang_up(0)
        shift.asterisk.run()
    assert not shift.engine.calls and not shift.engine.lines.busy, "all is over, and no line is held"
    assert not shift.asterisk.phones and not shift.asterisk.bridges and not shift.asterisk.music
    assert all(agent.call is None for agent in shift.engine.floor.agents.values())
    assert shift.answered == Counter(UUID(int=no + 1) for no in range(shift.asked)), "each request has one answer"
    for call in {one.call for one in shift.facts}:
        the_record_is_whole([one for one in shift.facts if one.call == call])
    no_agent_is_in_two_talks_at_once([one for one in shift.states if one.agent not in shift.went])


def the_record_is_whole(facts):
    """Each leg has an end and a time that fits between its ends, and queue_log has a reader's order."""
    assert [one.seq for one in facts] == list(range(1, len(facts) + 1))
    assert sum(isinstance(one, fact.CallEnded) for one in facts) == 1
    told = fold(facts[0].call, facts)
    for leg in told.legs:
        assert leg.ended_at is not None
        assert leg.talked + leg.held <= leg.ended_at - (leg.answered_at or leg.started_at) + SETTLED
    assert told.call.talked <= told.call.ended_at - told.call.started_at
    rows = call_rows(facts, {})
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    assert sum(row.event == "CONNECT" for row in rows) == sum(row.event in ENDS for row in rows)


ENDS = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")


def no_agent_is_in_two_talks_at_once(states):
    """Between two calls an agent is ready, paused or wraps up; and no state is told twice in a row."""
    last = {}
    for one in states:
        before = last.get(one.agent)
        last[one.agent] = one
        if before is not None:
            assert one.at >= before.at and (one.state, one.call) != (before.state, before.call)
            busy = (State.RINGING, State.TALKING, State.HOLD)
            if before.state in busy and one.state in busy:
                assert before.call == one.call
