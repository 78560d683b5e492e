"""What users of other systems complain about, where no other story answers it; tests/README.md has the whole list."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import AgentHabits, Caller
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.flow import ToQueue
from telephony.core.values import QueueId
from tests.builders.calls import FLOW, NINE, NUMBER, QUEUE, World, a_call_id, a_flow, a_plan, a_queue, an_agent

SECOND = timedelta(seconds=1)
WRAP_UP = 45 * SECOND
OTHER_QUEUE = QueueId(UUID(int=12))


def two_queues(**rules):
    """Keys 0 and 1 lead to two queues of one tenant; every agent serves both."""
    plan = a_plan(**rules)
    menu = replace(a_flow().nodes["menu"], choices={"0": "agent", "1": "other"})
    flow = a_flow(menu=menu, other=ToQueue(queue=OTHER_QUEUE))
    other = a_queue(id=OTHER_QUEUE, code="other", **rules)
    return replace(plan, flows=plan.flows | {FLOW: flow}, queues=plan.queues | {OTHER_QUEUE: other})


def a_caller(world, no, *, key="0", at=0, talk=20 * SECOND, patience=600 * SECOND):
    script = Caller(dialled=NUMBER, number=f"0216123{no:04}", keys=("", key), talk=talk, patience=patience)
    world.asterisk.call(NINE + at * SECOND, a_call_id(no), script)


def offered_at(world, no):
    return [one.at for one in world.facts if isinstance(one, fact.AgentOffered) and one.call == a_call_id(no)]


def talk_of_first_ended(world):
    return next(one.at for one in world.facts if isinstance(one, fact.LegEnded) and one.leg == 1)


def test_wrap_up_of_one_queue_keeps_the_agent_from_the_callers_of_the_other():
    """asterisk/asterisk#1006: the next call comes at once, from a queue that knows nothing of the wrap-up."""
    world = World(two_queues(wrap_up=WRAP_UP), an_agent(1))
    a_caller(world, 1)
    a_caller(world, 2, key="1", at=10)
    world.asterisk.run()
    (offered,) = offered_at(world, 2)
    assert WRAP_UP <= offered - talk_of_first_ended(world) < WRAP_UP + SECOND


def test_wrap_up_follows_a_talk_that_the_agent_passed_on():
    """asterisk/asterisk#607: a transfer resets the time of the last call, and the wrap-up with it."""
    world = World(two_queues(wrap_up=WRAP_UP, strategy="linear"), an_agent(1), an_agent(2))
    a_caller(world, 1, talk=300 * SECOND)
    a_caller(world, 2, at=20)

    def send_on():
        leg = world.engine.calls[a_call_id(1)].agent_leg
        world.asterisk.happen(ev.BlindAsked(call=a_call_id(1), at=world.asterisk.now, channel=leg.channel, target="2"))

    world.asterisk.at(NINE + 16 * SECOND, send_on)
    world.asterisk.run()
    states = [(one.state, one.at) for one in world.states if one.agent == an_agent(1).agent]
    passed_on = next(at for state, at in states if state is State.WRAP_UP)
    (offered,) = offered_at(world, 2)
    assert passed_on == NINE + 16 * SECOND
    assert offered - passed_on == WRAP_UP, "not before, though his part of the call was short"


def test_wrap_up_and_counts_go_on_when_the_rules_change_meanwhile():
    """asterisk/asterisk#1736: counters are wrong or gone after a reload."""
    plan = two_queues(wrap_up=WRAP_UP, strategy="fewestcalls")
    world = World(plan, an_agent(1))
    a_caller(world, 1)
    world.asterisk.run(NINE + 40 * SECOND)
    changed = replace(plan, queues=plan.queues | {QUEUE: replace(plan.queues[QUEUE], ring=9 * SECOND)})
    world.engine.obey(changed)
    newcomer = an_agent(2)
    world.asterisk.act(world.engine.follow({one.agent: one for one in (an_agent(1), newcomer)}, NINE + 40 * SECOND))
    assert world.engine.floor.agents[an_agent(1).agent].state is State.WRAP_UP
    a_caller(world, 2, at=100)
    world.asterisk.run()
    offered = [one.agent for one in world.facts if isinstance(one, fact.AgentOffered)]
    assert offered == [an_agent(1).agent, newcomer.agent], "the first has a call more, and that is still known"


def test_second_phone_that_is_picked_up_at_the_same_instant_gets_nobody():
    """asterisk/asterisk#176: under ringall two agents answer one caller."""
    world = World(a_plan(strategy="ringall"), an_agent(1), an_agent(2))
    world.asterisk.habits = AgentHabits(misses=1.0)
    a_caller(world, 1, talk=30 * SECOND)
    world.asterisk.run(NINE + 9 * SECOND)
    call = world.engine.calls[a_call_id(1)]
    first, second = (leg.channel for leg in call.ringing)
    now = world.asterisk.now
    for channel in (first, second):
        world.asterisk.happen(ev.LegAnswered(call=call.id, at=now, channel=channel))
    world.asterisk.run()
    connected = [one.agent for one in world.facts if isinstance(one, fact.AgentConnected)]
    assert connected == [call.ringing[0].agent]
    assert [one.state for one in world.states if one.agent == call.ringing[1].agent] == [State.RINGING, State.READY]


@pytest.mark.parametrize(
    ("missed", "taken_out"),
    [
        ((True, True), True),  # twice in a row
        ((True, False, True), False),  # a call taken in between begins the count anew
        ((True,), False),  # once is not enough
    ],
)
def test_only_misses_in_a_row_take_an_agent_out(missed, taken_out):
    """FreePBX/issue-tracker#816: one miss and the agent is paused."""
    world = World(a_plan(misses_allowed=2, ring=10 * SECOND, wrap_up=0 * SECOND), an_agent(1))
    for no, miss in enumerate(missed, 1):
        habits = AgentHabits(misses=1.0 if miss else 0.0)
        world.asterisk.at(NINE + 100 * no * SECOND, lambda habits=habits: setattr(world.asterisk, "habits", habits))
        a_caller(world, no, at=100 * no, patience=18 * SECOND if miss else 90 * SECOND)
    world.asterisk.run()
    out = [one for one in world.states if one.state is State.PAUSED and one.reason == "missed"]
    assert bool(out) is taken_out
