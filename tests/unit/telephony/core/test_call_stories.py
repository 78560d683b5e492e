"""Whole calls on the simulated Asterisk, told as stories."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari.simulated import Caller
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import Stage
from telephony.core.plain_facts import body
from telephony.core.values import EndedBy, Outcome
from tests.builders.calls import NINE, NUMBER, SHARED, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)


def a_caller(*keys, dialled=NUMBER, **changes):
    return Caller(dialled=dialled, number="02161234567", keys=("", *keys) if dialled == NUMBER else keys, **changes)


def a_story(caller, *agents, plan=None, at=NINE, misses=0.0):
    world = World(plan, *agents, misses=misses)
    world.asterisk.call(at, a_call_id(), caller)
    world.asterisk.run()
    assert not world.engine.calls, "the call is forgotten when it is over"
    assert not world.asterisk.lines and not world.asterisk.phones and not world.asterisk.bridges, "nothing is left"
    return world, world.last(fact.CallEnded)


def test_caller_who_presses_0_talks_to_the_agent_and_the_record_says_so():
    world, end = a_story(a_caller("0", talk=60 * SECOND), an_agent(1))

    assert (end.outcome, end.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert world.kinds() == [
        "CallArrived", "CallAnswered", "FlowEntered", "NodesPassed", "NodesPassed", "NodesPassed", "QueueEntered",
        "AgentOffered", "QueueLeft", "AgentConnected", "RecordingStarted", "LegEnded", "LegEnded", "CallEnded",
        "RecordingLost",
    ]  # fmt: skip
    assert [state.state for state in world.states] == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY]


def test_agent_who_hangs_up_first_is_named_as_the_one_who_ended_the_call():
    _, end = a_story(a_caller("0", agent_hangs_up=True), an_agent(1))
    assert end.ended_by == EndedBy.AGENT


@pytest.mark.parametrize(
    ("caller", "agents", "plan", "outcome"),
    [
        # The flow tells about tickets and says goodbye.
        (a_caller("2"), [], None, Outcome.INFORMED),
        # Three times a key that leads nowhere.
        (a_caller("7", "7", "7"), [], None, Outcome.WRONG_KEYS),
        # No key at all, three times.
        (a_caller(patience=timedelta(minutes=5)), [], None, Outcome.WRONG_KEYS),
        # A key that leads to a node which the flow does not have: our fault, said in words.
        (a_caller("8"), [], None, Outcome.FAILED),
        # Nobody is logged in.
        (a_caller("0"), [], None, Outcome.NO_AGENT),
        # Only the neighbour's agent is logged in: he is nobody for us.
        (a_caller("0"), [an_agent(1, tenant=a_call_id(9))], None, Outcome.NO_AGENT),
        # The only agent is at lunch, and the caller waits longer than the queue allows.
        (a_caller("0", patience=timedelta(minutes=9)), [an_agent(1, paused=True)], None, Outcome.QUEUE_TIMEOUT),
        # He is at lunch, and the caller loses patience.
        (a_caller("0", patience=timedelta(minutes=1)), [an_agent(1, paused=True)], None, Outcome.ABANDONED),
        # The caller hangs up during the greeting.
        (a_caller("0", patience=SECOND), [an_agent(1)], None, Outcome.ABANDONED_IN_MENU),
        # A number that nobody holds.
        (a_caller(dialled="+862100000000"), [], None, Outcome.UNASSIGNED),
        # The tenant did not pay.
        (a_caller("0"), [an_agent(1)], a_plan(active=False), Outcome.SUSPENDED),
        # The shared number: merchant 101, then the museum's own flow.
        (a_caller("101", "", "0", dialled=SHARED), [an_agent(1)], None, Outcome.ANSWERED),
        # The merchant's code dialled right behind the shared number.
        (a_caller("", "0", dialled=f"{SHARED}101"), [an_agent(1)], None, Outcome.ANSWERED),
        # A merchant that is not listed, three times.
        (a_caller("999", "998", "997", dialled=SHARED), [], None, Outcome.NO_MERCHANT),
    ],
)
def test_call_ends_with_its_outcome(caller, agents, plan, outcome):
    _, end = a_story(caller, *agents, plan=plan)
    assert end.outcome == outcome


def test_key_during_the_greeting_is_taken_for_the_menu_behind_it():
    _, end = a_story(Caller(dialled=NUMBER, number="02161234567", keys=("2",)))
    assert end.outcome == Outcome.INFORMED
    assert end.at - NINE < 8 * SECOND, "neither greeting nor menu was spoken to its end"


def test_caller_at_night_hears_that_the_museum_is_closed():
    _, end = a_story(a_caller("0"), an_agent(1), at=NINE + timedelta(hours=14))
    assert end.outcome == Outcome.CLOSED


def test_full_queue_refuses_the_next_caller_and_keeps_the_first():
    world = World(a_plan(max_length=1), an_agent(1, paused=True))
    for number in (1, 2):
        world.asterisk.call(NINE + number * SECOND, a_call_id(number), a_caller("0", patience=timedelta(minutes=2)))
    world.asterisk.run()
    ends = {end.call: end.outcome for end in world.facts if isinstance(end, fact.CallEnded)}
    assert ends == {a_call_id(1): Outcome.ABANDONED, a_call_id(2): Outcome.QUEUE_FULL}


def test_agent_who_misses_twice_is_taken_out_and_the_other_gets_the_call():
    world, end = a_story(
        a_caller("0", patience=timedelta(minutes=4)), an_agent(1), an_agent(2), misses=1.0,
        plan=a_plan(max_wait=timedelta(minutes=3)),
    )  # fmt: skip
    assert end.outcome == Outcome.QUEUE_TIMEOUT
    assert world.kinds().count("AgentMissed") == 4
    assert [(s.state, s.reason) for s in world.states if s.state is State.PAUSED] == [(State.PAUSED, "missed")] * 2


def test_menu_choice_is_on_record_as_a_node_and_never_as_a_key():
    world, _ = a_story(a_caller("2"))
    assert world.last(fact.NodesPassed).path == ("tickets",)
    assert not [f for f in world.facts if "key" in body(f)]


def test_call_keeps_the_plan_with_which_it_arrived():
    world = World(None, an_agent(1))
    world.asterisk.call(NINE, a_call_id(), a_caller("2"))
    world.asterisk.run(until=NINE + SECOND)
    world.engine.obey(a_plan(active=False))
    world.asterisk.run()
    assert world.last(fact.CallEnded).outcome == Outcome.INFORMED


callers = st.builds(
    a_caller,
    st.sampled_from(["0", "2", "7", "8", "9", ""]), st.sampled_from(["0", "2", "7", ""]),
    patience=st.integers(1, 400).map(lambda s: s * SECOND), talk=st.integers(1, 300).map(lambda s: s * SECOND),
    agent_hangs_up=st.booleans(), dialled=st.sampled_from([NUMBER, SHARED, "+8613800000000"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), callers), min_size=1, max_size=12), st.integers(0, 3), st.floats(0, 1))
def test_whatever_callers_do_nothing_is_left_behind(arrivals, agents, misses):
    world = World(None, *[an_agent(number) for number in range(1, agents + 1)], misses=misses)
    for number, (second, caller) in enumerate(arrivals):
        world.asterisk.call(NINE + second * SECOND, a_call_id(number), caller)
    world.asterisk.run()

    assert not world.engine.calls and not any(line.waiting for line in world.engine.floor.lines.values())
    assert not world.asterisk.lines and not world.asterisk.phones and not world.asterisk.bridges
    assert all(agent.state in (State.READY, State.PAUSED) for agent in world.engine.floor.agents.values())
    for number in range(len(arrivals)):
        facts = [f for f in world.facts if f.call == a_call_id(number)]
        assert [f.seq for f in facts] == list(range(1, len(facts) + 1)), "no gap and no twin"
        assert sum(isinstance(f, fact.CallEnded) for f in facts) == 1
        assert [f.at for f in facts] == sorted(f.at for f in facts)


def test_stage_names_are_stable_since_channels_carry_them():
    assert [stage.value for stage in Stage] == [
        "new", "listening", "choosing", "waiting", "ringing", "dialling", "confirming", "calling", "consulting",
        "recording", "talking", "passing", "enquiring", "apart", "together", "stranded",
            "leaving", "clearing", "ended",
    ]  # fmt: skip
