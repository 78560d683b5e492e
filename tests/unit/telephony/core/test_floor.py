"""The floor as the shift leader sees it: who gets whom, who comes, goes and pauses. Told by facts and states alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.flow import ToQueue
from telephony.core.values import Endpoint, QueueId, SessionId
from tests.builders.calls import FLOW, NINE, NUMBER, QUEUE, World, a_call_id, a_flow, a_plan, a_queue, an_agent

SECOND = timedelta(seconds=1)
LONG = 600 * SECOND


class Floor(World):
    """A world whose callers all press 0, and in which presence can change."""

    def caller(self, no, at=0 * SECOND, key="0", **habits):
        """Caller `no` dials so long after nine."""
        script = {"patience": LONG, "talk": 60 * SECOND} | habits
        self.asterisk.call(NINE + at, a_call_id(no), Caller(dialled=NUMBER, number=f"1{no}", keys=("", key), **script))

    def presence(self, at, *agents):
        """From then on these are logged in, as presence says."""
        sessions = {one.agent: one for one in agents}
        self.asterisk.at(NINE + at, lambda: self.asterisk.act(self.engine.follow(sessions, self.asterisk.now)))

    def run(self, until=LONG):
        """Let time pass."""
        self.asterisk.run(until=NINE + until)
        return self

    def offers(self):
        """Who was offered whom, in order: caller's number, agent's number."""
        return [
            (one.call.int & 0xFFFF, one.agent.int) for one in self.facts if isinstance(one, fact.AgentOffered)
        ]  # fmt: skip

    def states_of(self, number):
        """What an agent was doing, in order."""
        return [one.state for one in self.states if one.agent.int == number]


# Who gets the next caller.


@pytest.mark.parametrize(
    ("strategy", "agents", "skills", "chosen"),
    [
        # Two came a second after One: One has been ready longer.
        ("longest_idle", [an_agent(2), an_agent(1)], {}, 1),
        # Both since the same second: the lower number, every time.
        ("longest_idle", [replace(an_agent(2), since=NINE), replace(an_agent(1), since=NINE)], {}, 1),
        # Skill beats patience.
        ("most_skilled", [an_agent(1, dutch=1), an_agent(2, dutch=3)], {"dutch": 1}, 2),
        # Equally skilled: patience.
        ("most_skilled", [an_agent(2, dutch=3), an_agent(1, dutch=3)], {"dutch": 1}, 1),
        # The lowest number, however short he has been here.
        ("linear", [an_agent(2), replace(an_agent(1), since=NINE)], {}, 1),
        # One does not speak Dutch at all.
        ("longest_idle", [an_agent(1), an_agent(2, dutch=1)], {"dutch": 1}, 2),
        # One speaks it, but not well enough for this queue.
        ("longest_idle", [an_agent(1, dutch=1), an_agent(2, dutch=2)], {"dutch": 2}, 2),
        # The neighbour's agent is the better one, and not ours.
        ("most_skilled", [an_agent(1, tenant=UUID(int=2), dutch=9), an_agent(2, dutch=1)], {"dutch": 1}, 2),
        # One is at lunch.
        ("longest_idle", [an_agent(1, paused=True), an_agent(2)], {}, 2),
    ],
)
def test_strategy_chooses_the_agent(strategy, agents, skills, chosen):
    world = Floor(a_plan(strategy=strategy, skills=skills), *agents)
    world.caller(1)
    assert world.run().offers() == [(1, chosen)]


def test_callers_are_served_in_the_order_they_came():
    world = Floor(None, an_agent(1))
    for no in (3, 1, 2):
        world.caller(no, at=no * SECOND)
    assert world.run().offers() == [(1, 1), (2, 1), (3, 1)]


def two_queues(**other):
    """Key 0 leads to the museum's queue, key 1 to its other one."""
    other_queue = QueueId(UUID(int=12))
    flow = a_flow(
        menu=replace(a_flow().nodes["menu"], choices={"0": "agent", "1": "other"}), other=ToQueue(queue=other_queue)
    )
    plan = a_plan()
    queues = {QUEUE: a_queue(), other_queue: a_queue(id=other_queue, code="other", **other)}
    return replace(plan, flows=plan.flows | {FLOW: flow}, queues=queues)


def test_weightier_queue_goes_first_though_its_caller_came_later():
    world = Floor(two_queues(weight=5), an_agent(1))
    for no, key in ((1, "0"), (2, "0"), (3, "1")):
        world.caller(no, at=no * SECOND, key=key)
    assert world.run().offers() == [(1, 1), (3, 1), (2, 1)]


def test_caller_whom_nobody_can_serve_now_does_not_hold_up_the_next():
    world = Floor(two_queues(skills={"dutch": 1}), an_agent(1), an_agent(2, paused=True, dutch=1))
    world.caller(1, key="1", patience=30 * SECOND)
    world.caller(2, at=5 * SECOND)
    assert world.run().offers() == [(2, 1)]


def test_agent_serves_one_caller_at_a_time_whatever_queues_he_serves():
    world = Floor(two_queues(), an_agent(1))
    world.caller(1)
    world.caller(2, key="1")
    world.run(until=30 * SECOND)
    assert world.offers() == [(1, 1)]


# Missed calls.


def test_agent_who_missed_is_not_rung_for_ever_while_another_is_free():
    world = Floor(a_plan(misses_allowed=1), an_agent(1), an_agent(2), misses=1.0)
    world.caller(1, patience=120 * SECOND)
    world.run()
    assert world.offers() == [(1, 1), (1, 2)]
    assert world.states_of(1) == world.states_of(2) == [State.RINGING, State.PAUSED]


def test_agent_who_was_taken_out_stays_out_until_he_says_ready():
    world = Floor(a_plan(misses_allowed=1), an_agent(1), misses=1.0)
    world.caller(1, patience=30 * SECOND)
    # Presence learns of it, some other agent comes: neither brings him back.
    world.presence(60 * SECOND, an_agent(1), an_agent(9, tenant=UUID(int=2)))
    world.caller(2, at=70 * SECOND, patience=30 * SECOND)
    # He takes and ends a pause: that is saying ready.
    world.presence(120 * SECOND, an_agent(1, paused=True))
    world.presence(130 * SECOND, an_agent(1))
    world.caller(3, at=140 * SECOND, patience=30 * SECOND)
    world.run()
    assert world.offers() == [(1, 1), (3, 1)]


# Presence changes in the middle of things.


def test_agent_who_logs_out_in_a_call_finishes_it_and_then_is_gone():
    world = Floor(None, an_agent(1))
    world.caller(1, talk=120 * SECOND)
    world.presence(30 * SECOND)
    world.caller(2, at=40 * SECOND, patience=300 * SECOND)
    world.run()
    assert world.offers() == [(1, 1)]
    assert "AgentConnected" in world.kinds(a_call_id(1))
    assert not world.engine.floor.agents


def test_agent_who_logs_out_while_ready_is_gone_at_once():
    world = Floor(None, an_agent(1))
    world.presence(SECOND)
    world.caller(1, at=2 * SECOND)
    world.run()
    assert "AgentOffered" not in world.kinds() and not world.engine.floor.agents


def test_agent_who_pauses_in_a_call_finishes_it_and_takes_no_other():
    world = Floor(None, an_agent(1))
    world.caller(1)
    world.presence(30 * SECOND, an_agent(1, paused=True))
    world.caller(2, at=40 * SECOND, patience=200 * SECOND)
    world.run()
    assert world.offers() == [(1, 1)]
    assert world.states_of(1)[-1] is State.PAUSED


def test_pause_taken_during_wrap_up_begins_at_once_and_the_old_timer_does_not_end_it():
    world = Floor(a_plan(wrap_up=60 * SECOND), an_agent(1))
    world.caller(1, talk=20 * SECOND)
    world.presence(60 * SECOND, an_agent(1, paused=True))
    world.run()
    assert State.READY not in world.states_of(1)
    assert {agent.state for agent in world.engine.floor.agents.values()} == {State.PAUSED}


def test_wrap_up_keeps_the_agent_from_the_next_caller_for_its_time():
    world = Floor(a_plan(wrap_up=45 * SECOND), an_agent(1))
    world.caller(1, talk=20 * SECOND)
    world.caller(2, at=SECOND)
    world.run()
    ended = next(one.at for one in world.facts if isinstance(one, fact.CallEnded))
    offered = [one.at for one in world.facts if isinstance(one, fact.AgentOffered)][1]
    assert timedelta(seconds=44) < offered - ended < timedelta(seconds=46)


def test_second_log_in_elsewhere_moves_the_agent_without_a_second_call():
    world = Floor(None, an_agent(1))
    world.caller(1, talk=120 * SECOND)
    moved = replace(
        an_agent(1), session=SessionId(UUID(int=77)), endpoint=Endpoint("seat-99"), since=NINE + 30 * SECOND
    )
    world.presence(30 * SECOND, moved)
    world.caller(2, at=40 * SECOND)
    world.run()
    endpoints = [one.endpoint for one in world.facts if isinstance(one, fact.AgentOffered)]
    assert endpoints == ["seat-1", "seat-99"]
    first_end = next(one.at for one in world.facts if isinstance(one, fact.CallEnded))
    assert [one.at for one in world.facts if isinstance(one, fact.AgentOffered)][1] > first_end


# Phones.


def test_agent_whose_phone_is_gone_is_not_offered_calls_until_it_is_back():
    world = Floor(None, an_agent(1))
    phone = an_agent(1).endpoint
    world.asterisk.at(NINE, lambda: world.asterisk.act(world.engine.phone(phone, False, world.asterisk.now)))
    world.caller(1, at=SECOND, patience=300 * SECOND)
    back = NINE + 60 * SECOND
    world.asterisk.at(back, lambda: world.asterisk.act(world.engine.phone(phone, True, world.asterisk.now)))
    world.run()
    assert [one.at for one in world.facts if isinstance(one, fact.AgentOffered)] == [back]


def test_caller_may_wait_for_an_agent_whose_phone_is_gone():
    world = Floor(None, an_agent(1))
    world.asterisk.act(world.engine.phone(an_agent(1).endpoint, False, NINE))
    world.caller(1, patience=30 * SECOND)
    world.run()
    assert world.last(fact.CallEnded).outcome == "abandoned"


def test_caller_may_wait_with_nobody_logged_in_where_the_queue_allows_it():
    world = Floor(a_plan(join_empty=True))
    world.caller(1)
    world.presence(60 * SECOND, an_agent(1))
    assert world.run().offers() == [(1, 1)]
