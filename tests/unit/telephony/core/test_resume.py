"""A new switch reads the facts of the one before it, however far that came."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import TALKS, Stage
from telephony.core.engine import Engine
from telephony.core.resume import COUNT_ANEW, resume
from telephony.core.step import step
from telephony.core.values import EndedBy, LegKind, Outcome
from tests.builders.calls import NINE, NUMBER, QUEUE, SHARED, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
CALL = a_call_id()


def facts_of(caller, *agents, misses=0.0):
    world = World(None, *agents, misses=misses)
    world.asterisk.call(NINE, CALL, caller)
    world.asterisk.run()
    return world.facts


TALK = Caller(dialled=NUMBER, number="+862161234567", keys=("", "0"), talk=60 * SECOND)
callers = st.builds(
    Caller, dialled=st.sampled_from([NUMBER, SHARED, "+862100000000"]), number=st.just("+862161234567"),
    keys=st.lists(st.sampled_from(["", "0", "2", "7", "9", "101"]), max_size=4),
    patience=st.integers(1, 400).map(lambda s: s * SECOND), agent_hangs_up=st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(callers, st.integers(0, 2), st.floats(0, 1), st.data())
def test_every_beginning_of_a_call_can_be_taken_up_or_is_none(caller, agents, misses, data):
    facts = facts_of(caller, *[an_agent(no) for no in range(1, agents + 1)], misses=misses)
    for length in range(len(facts) + 1):
        part = data.draw(st.permutations(facts[:length])) if length < 4 else facts[:length]
        call = resume(CALL, part, a_plan())
        over = any(isinstance(one, fact.CallEnded) for one in part)
        assert (call is None) is (over or not part)
        if call is not None:
            assert call.facts == length
            assert call.stage in (*TALKS, Stage.STRANDED, Stage.CLEARING)
            assert call.caller_leg.kind is LegKind.CALLER


@settings(max_examples=40, deadline=None)
@given(callers, st.integers(0, 2), st.floats(0, 1), st.integers(1, 30))
def test_call_that_was_taken_up_can_be_ended_and_then_has_one_whole_record(caller, agents, misses, length):
    part = facts_of(caller, *[an_agent(no) for no in range(1, agents + 1)], misses=misses)[:length]
    call = resume(CALL, part, a_plan())
    if call is None:
        return
    engine = Engine(a_plan(), Random(1252))
    work = engine.adopt(call, NINE + timedelta(hours=1))
    for leg in call.legs:
        gone = ev.ChannelEnded(call=CALL, at=NINE + timedelta(hours=1), channel=leg.channel)
        work.add(engine.handle(gone))
    whole = [*part, *work.facts]
    assert [one.seq for one in whole] == list(range(1, len(whole) + 1))
    assert sum(isinstance(one, fact.CallEnded) for one in whole) == 1


def until(facts, kind):
    return facts[: 1 + next(place for place, one in enumerate(facts) if isinstance(one, kind))]


def test_pair_that_talks_is_taken_up_talking_and_its_end_is_told_as_ever():
    facts = until(facts_of(TALK, an_agent(1)), fact.RecordingStarted)
    call = resume(CALL, facts, a_plan())
    assert call.stage is Stage.TALKING and call.outcome is Outcome.ANSWERED and call.recording == str(CALL)
    assert call.queue is not None and call.agent_leg.agent == an_agent(1).agent

    _, _, more = step(call, ev.ChannelEnded(call=CALL, at=NINE, channel=call.channel, cause=16))
    assert [type(one).__name__ for one in more] == ["LegEnded"]


def test_agent_of_a_pair_that_talks_is_busy_for_the_new_switch():
    call = resume(CALL, until(facts_of(TALK, an_agent(1)), fact.RecordingStarted), a_plan())
    world = World(None, an_agent(1))
    world.asterisk.act(world.engine.adopt(call, NINE))
    world.asterisk.call(
        NINE + SECOND, a_call_id(2), Caller(dialled=NUMBER, number="1", keys=("", "0"), patience=9 * SECOND)
    )
    world.asterisk.run(until=NINE + 60 * SECOND)
    assert "AgentOffered" not in world.kinds(a_call_id(2))


def test_half_of_a_pair_is_cleared():
    facts = until(facts_of(TALK, an_agent(1)), fact.LegEnded)
    assert resume(CALL, facts, a_plan()).stage is Stage.CLEARING


def had_again(call, at=NINE + 60 * SECOND):
    """The call after the caller was stranded and came back, with all facts and commands on the way."""
    call, away, _ = step(call, ev.Stranded(call=CALL, at=at))
    assert call.stage is Stage.STRANDED
    assert [type(one) for one in away if isinstance(one, cmd.ComeAgain)] == [cmd.ComeAgain]
    call, orders, facts = step(call, ev.CallerReturned(call=CALL, at=at + SECOND, channel=call.channel))
    return call, [*away, *orders], facts


@pytest.mark.parametrize("last", [fact.CallAnswered, fact.NodesPassed])
def test_caller_of_a_flow_is_told_its_beginning_again(last):
    stranded = resume(CALL, until(facts_of(TALK, an_agent(1)), last), a_plan())
    call, _, facts = had_again(stranded)
    if last is fact.CallAnswered:  # the flow that was to answer is not on record yet
        assert (call.stage, call.outcome) == (Stage.LEAVING, Outcome.FAILED)
    else:
        assert (call.stage, call.node) == (Stage.LISTENING, call.flow.start)
    assert isinstance(facts[0], fact.CallTakenUp)


@pytest.mark.parametrize("last", [fact.QueueEntered, fact.AgentOffered])
def test_caller_in_a_queue_waits_on_at_his_place_and_the_phone_that_rang_for_him_is_silenced(last):
    told = until(facts_of(TALK, an_agent(1)), last)
    entered = next(one for one in told if isinstance(one, fact.QueueEntered))
    call, commands, facts = had_again(resume(CALL, told, a_plan(max_wait=300 * SECOND)))
    assert call.stage is Stage.WAITING
    joined = next(one for one in commands if isinstance(one, cmd.JoinQueue))
    assert (joined.queue, joined.since) == (QUEUE, entered.at)
    rest = next(one.delay for one in commands if isinstance(one, cmd.SetTimer) and one.timer == "max_wait")
    assert rest == 300 * SECOND - (NINE + 61 * SECOND - entered.at)
    silenced = {one.channel for one in commands if isinstance(one, cmd.HangUp)}
    assert silenced == {leg.channel for leg in call.legs if leg.agent}
    assert all(leg.ended_at for leg in call.legs if leg.agent)
    assert not [one for one in facts if isinstance(one, fact.QueueEntered | fact.QueueLeft)], "the wait was never over"


def test_caller_with_whom_switches_keep_falling_is_let_go_after_three_times():
    call = resume(CALL, until(facts_of(TALK, an_agent(1)), fact.QueueEntered), a_plan())
    for _ in range(3):
        call, _, _ = had_again(call)
    call, commands, facts = step(call, ev.Stranded(call=CALL, at=NINE))
    assert (call.stage, call.outcome) == (Stage.CLEARING, Outcome.FAILED)
    assert any(isinstance(one, cmd.LetGo) for one in commands)
    assert [one.reason for one in facts if isinstance(one, fact.QueueLeft)] == ["failed"]


def test_how_often_a_caller_was_taken_up_is_on_record():
    facts = until(facts_of(TALK, an_agent(1)), fact.QueueEntered)
    again = fact.CallTakenUp(call=CALL, seq=len(facts) + 1, at=NINE, where="queue")
    assert resume(CALL, [*facts, again], a_plan()).returns == 1


def test_caller_whom_the_watchdog_has_sent_to_the_fallback_ends_here_and_is_no_abandoned_call():
    call = resume(CALL, until(facts_of(TALK, an_agent(1)), fact.AgentOffered), a_plan())
    call, commands, facts = step(call, ev.CallerTaken(call=CALL, at=NINE, channel=call.channel))
    assert (call.outcome, call.ended_by) == (Outcome.FAILED, EndedBy.SYSTEM)
    assert any(isinstance(one, cmd.HangUp) for one in commands), "the phone that rang for him"
    assert "CallEnded" in [type(one).__name__ for one in facts]


def test_facts_without_the_arrival_are_no_call():
    facts = facts_of(TALK, an_agent(1))
    assert resume(CALL, facts[1:3], a_plan()) is None


def test_plan_that_has_lost_the_queue_meanwhile_does_not_keep_the_call_from_ending():
    facts = until(facts_of(TALK, an_agent(1)), fact.AgentConnected)
    call = resume(CALL, facts, replace(a_plan(), queues={}))
    assert call.stage is Stage.TALKING and call.queue is None
    after, _, _ = step(call, ev.ChannelEnded(call=CALL, at=NINE, channel=call.channel))
    assert after.stage is Stage.CLEARING and after.ended_by is EndedBy.CALLER


def test_new_playbacks_never_bear_the_number_of_an_old_one():
    assert resume(CALL, facts_of(TALK)[:2], a_plan()).counted == COUNT_ANEW
