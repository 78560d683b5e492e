"""Holds, and callers who are sent on, told as stories on the simulated Asterisk."""

from dataclasses import replace
from datetime import timedelta

from telephony.ari.simulated import Caller
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.values import AgentId, Endpoint, Outcome
from tests.builders.calls import NEIGHBOUR, NINE, NUMBER, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
CALL = a_call_id()


def a_world(*agents, misses=0.0, talk=60 * SECOND, plan=None):
    """A caller comes to the first agent, who talks with him fifteen seconds after nine."""
    world = World(plan or a_plan(strategy="linear"), *agents)
    caller = Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=talk)
    world.asterisk.call(NINE, CALL, caller)
    world.asterisk.run(NINE + 15 * SECOND)
    world.asterisk.habits = replace(world.asterisk.habits, misses=misses)
    assert [one.agent for one in world.facts if isinstance(one, fact.AgentConnected)] == [agents[0].agent]
    return world


def the_agents_channel(world):
    leg = world.engine.calls[CALL].agent_leg
    assert leg is not None
    return leg.channel


def send(world, target, after=0):
    """The agent who talks sends the caller on."""

    def ask():
        channel = the_agents_channel(world)
        world.asterisk.happen(ev.BlindAsked(call=CALL, at=world.asterisk.now, channel=channel, target=target))

    world.asterisk.at(NINE + (16 + after) * SECOND, ask)


def to_its_end(world):
    world.asterisk.run()
    assert not world.engine.calls, "the call is forgotten when it is over"
    assert not world.asterisk.phones and not world.asterisk.bridges, "nothing is left"
    return world.last(fact.CallEnded)


def states_of(world, agent):
    return [state.state for state in world.states if state.agent == agent.agent]


def connected(world):
    return [AgentId(one.agent) for one in world.facts if isinstance(one, fact.AgentConnected)]


def test_agent_who_holds_the_caller_is_on_hold_and_then_talks_again():
    world = a_world(first := an_agent(1))
    channel = the_agents_channel(world)
    for after, kind in ((1, ev.LegHeld), (2, ev.LegHeld), (5, ev.LegResumed), (9, ev.LegHeld), (11, ev.LegResumed)):
        at = NINE + (15 + after) * SECOND
        world.asterisk.at(at, lambda kind=kind, at=at: world.asterisk.happen(kind(call=CALL, at=at, channel=channel)))
    to_its_end(world)
    assert states_of(world, first) == [
        State.RINGING, State.TALKING, State.HOLD, State.TALKING, State.HOLD, State.TALKING, State.WRAP_UP, State.READY,
    ]  # fmt: skip
    assert world.kinds().count("LegHeld") == 2, "a telephone that repeats itself is on record once"


def test_caller_who_is_sent_to_a_colleague_leaves_the_first_agent_free_at_once():
    first, second = an_agent(1), an_agent(2)
    world = a_world(first, second)
    send(world, "2")
    end = to_its_end(world)
    assert end.outcome is Outcome.ANSWERED
    assert connected(world) == [first.agent, second.agent]
    told = [kind for kind in world.kinds() if kind.startswith(("Agent", "Transfer", "Leg", "Recording"))]
    assert told == [
        "AgentOffered", "AgentConnected", "RecordingStarted", "TransferBegun", "LegEnded", "AgentOffered",
        "AgentConnected", "LegEnded", "LegEnded", "RecordingLost",
    ]  # fmt: skip
    assert states_of(world, first) == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY]
    assert states_of(world, second) == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY]


def test_colleague_who_does_not_answer_gives_the_caller_back_to_who_sent_him():
    first, second = an_agent(1), an_agent(2)
    world = a_world(first, second, misses=1.0, plan=a_plan(strategy="linear", wrap_up=60 * SECOND))
    send(world, "2")
    world.asterisk.run(NINE + 30 * SECOND)
    world.asterisk.habits = replace(world.asterisk.habits, misses=0.0)
    to_its_end(world)
    assert connected(world) == [first.agent, first.agent]
    assert world.last(fact.TransferFailed).reason == "not_answered"
    assert states_of(world, first)[:5] == [
        State.RINGING, State.TALKING, State.WRAP_UP, State.RINGING, State.TALKING,
    ]  # fmt: skip


def test_caller_whom_nobody_takes_waits_in_the_queue_again():
    first, second = an_agent(1), an_agent(2)
    plan = a_plan(strategy="linear", max_wait=60 * SECOND)
    world = a_world(first, second, misses=1.0, talk=600 * SECOND, plan=plan)
    send(world, "2")
    end = to_its_end(world)
    assert end.outcome is Outcome.ANSWERED, "an agent has talked with him, whatever became of the rest"
    assert world.kinds().count("QueueEntered") == 2
    assert world.last(fact.QueueLeft).reason == "queue_timeout"


def test_caller_can_be_sent_to_a_queue_and_waits_there_at_his_old_place():
    first, second = an_agent(1), an_agent(2)
    world = a_world(first, second)
    send(world, "tickets")
    to_its_end(world)
    assert connected(world) == [first.agent, second.agent]
    assert world.kinds().count("QueueEntered") == 2


def test_nobody_can_be_sent_to_who_is_unknown_busy_or_of_another_tenant():
    first, stranger, paused = an_agent(1), an_agent(2, tenant=NEIGHBOUR), an_agent(3, paused=True)
    world = a_world(first, stranger, paused)
    for after, target in enumerate(("77", "2", "3", "1")):
        send(world, target, after)
    to_its_end(world)
    reasons = [one.reason for one in world.facts if isinstance(one, fact.TransferFailed)]
    assert reasons == ["unknown", "unknown", "busy", "busy"]
    assert connected(world) == [first.agent]


def test_caller_is_sent_to_an_agent_outside_the_room_who_takes_the_call_by_a_key():
    at_home = replace(an_agent(2), endpoint=Endpoint("tel:+8613800000000"))
    world = a_world(first := an_agent(1), at_home)
    send(world, "2")
    end = to_its_end(world)
    assert (end.outcome, connected(world)) == (Outcome.ANSWERED, [first.agent, at_home.agent])
    assert world.kinds().count("OutsideAnswered") == 1 and not world.engine.lines.busy


def test_caller_who_hangs_up_while_the_next_phone_rings_stops_it():
    first, second = an_agent(1), an_agent(2)
    world = a_world(first, second, misses=1.0, talk=10 * SECOND)
    send(world, "2")
    to_its_end(world)
    assert states_of(world, second) == [State.RINGING, State.READY]
    assert connected(world) == [first.agent]
