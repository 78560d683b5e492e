"""Calls that go out: to roadside rescue's two numbers, over trunks of which one may be down."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from telephony.ari.simulated import Caller, Telephone
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Stage
from telephony.core.engine import Engine
from telephony.core.lines import OutsidePlan
from telephony.core.plan import TenantPlan
from telephony.core.resume import resume
from telephony.core.values import EndedBy, Endpoint, Outcome
from tests.builders.calls import (
    FLOW,
    LONG_AGO,
    MUSEUM,
    NINE,
    NUMBER,
    RESCUE,
    World,
    a_call_id,
    a_flow,
    a_forward,
    a_plan,
    an_agent,
)

CALL = a_call_id()
SECOND = timedelta(seconds=1)
FIRST, NEXT = RESCUE
NEVER = timedelta(hours=1)


def a_world(*, talk=60 * SECOND, patience=180 * SECOND, outside=None, broken=None, plan=None, **node):
    """One caller of a flow that forwards at once; the world after it all."""
    plan = plan or a_plan()
    world = World(replace(plan, flows=plan.flows | {FLOW: a_flow(start=a_forward(**node))}))
    world.asterisk.outside |= outside or {}
    world.asterisk.broken |= broken or {}
    world.asterisk.call(NINE, CALL, Caller(dialled=NUMBER, number="+862161234567", talk=talk, patience=patience))
    return world


def told(**how):
    world = a_world(**how)
    world.asterisk.run()
    assert not world.engine.calls and not world.engine.lines.busy, "nothing is left"
    return world


def dialled(world):
    return [(one.number, one.trunk) for one in world.facts if isinstance(one, fact.OutsideDialled)]


def reasons(world):
    return [one.reason for one in world.facts if isinstance(one, fact.OutsideFailed)]


def test_first_number_takes_the_call():
    world = told()
    assert dialled(world) == [(FIRST, "first")]
    assert world.kinds()[-6:] == [
        "OutsideDialled", "OutsideAnswered", "OutsideConnected", "LegEnded", "LegEnded", "CallEnded",
    ]  # fmt: skip
    assert world.last(fact.OutsideDialled).caller_id == NUMBER
    assert (world.last(fact.CallEnded).outcome, world.last(fact.CallEnded).ended_by) == (
        Outcome.FORWARDED, EndedBy.CALLER,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("telephone", "reason"),
    [
        (Telephone(answers_after=NEVER), "not_answered"),
        (Telephone(answers_after=None, cause=17), "not_answered"),  # busy
        (Telephone(answers_after=None, cause=21), "not_answered"),  # refused
        (Telephone(answers_after=None, cause=1), "not_answered"),  # no such number
        (Telephone(presses=""), "not_confirmed"),  # a mailbox
        (Telephone(presses="2"), "not_confirmed"),
    ],
)
def test_roadside_rescue_second_number_gets_the_call_that_the_first_does_not_take(telephone, reason):
    world = told(outside={FIRST: telephone}, confirm=True)
    assert dialled(world) == [(FIRST, "first"), (NEXT, "first")]
    assert reasons(world) == [reason]
    assert world.last(fact.OutsideConnected).leg == 2
    assert world.last(fact.CallEnded).outcome is Outcome.FORWARDED


def test_nobody_takes_the_call_and_the_flow_goes_on():
    busy = Telephone(answers_after=None)
    world = told(outside={FIRST: busy, NEXT: busy})
    assert reasons(world) == ["not_answered", "not_answered"]
    assert world.last(fact.CallEnded).outcome is Outcome.WRONG_KEYS, "the node that the flow names"


@pytest.mark.parametrize("cause", [34, 38, 18, 27, 20])
def test_next_trunk_carries_the_call_when_the_first_fails(cause):
    world = told(broken={"first": cause})
    assert dialled(world) == [(FIRST, "first"), (FIRST, "second")]
    assert reasons(world) == ["trunk_failed"]
    assert world.last(fact.CallEnded).outcome is Outcome.FORWARDED


def test_trunk_that_says_nothing_is_given_up_after_six_seconds():
    world = told(broken={"first": None})
    first, second = (one for one in world.facts if isinstance(one, fact.OutsideDialled))
    assert second.at - first.at == pytest.approx(6 * SECOND, abs=SECOND / 10)
    assert world.last(fact.OutsideConnected).leg == 2


def test_trunk_that_failed_is_not_the_first_choice_of_the_next_call():
    world = a_world(broken={"first": 34})
    world.asterisk.call(NINE + 10 * SECOND, a_call_id(2), Caller(dialled=NUMBER, number="+862161234568"))
    world.asterisk.run()
    assert dialled(world) == [(FIRST, "first"), (FIRST, "second"), (FIRST, "second")]


def test_full_trunk_is_passed_over():
    world = a_world(talk=300 * SECOND)
    world.asterisk.call(NINE + 10 * SECOND, a_call_id(2), Caller(dialled=NUMBER, number="+862161234568"))
    world.asterisk.run()
    assert dialled(world) == [(FIRST, "first"), (FIRST, "second")], "the first carries one call at a time"


def test_no_trunk_at_all_is_on_the_record_for_each_number():
    world = told(broken={"first": 34, "second": 34})
    assert reasons(world) == ["trunk_failed", "trunk_failed", "no_trunk", "trunk_failed", "trunk_failed", "no_trunk"]


def test_caller_id_that_the_tenant_does_not_own_is_refused():
    world = told(caller_id="+862196968999")
    assert reasons(world) == ["caller_id", "caller_id"]
    assert not dialled(world)


def test_number_that_no_rule_allows_is_refused_and_the_next_is_called():
    world = told(numbers=(a_forward("+8819912345").numbers[0], *a_forward(NEXT).numbers))
    assert reasons(world) == ["not_allowed"]
    assert dialled(world) == [(NEXT, "first")]


def test_tenant_without_rules_calls_nobody():
    world = told(plan=replace(a_plan(), outside={MUSEUM: OutsidePlan(numbers=a_plan().outside[MUSEUM].numbers)}))
    assert reasons(world) == ["not_allowed", "not_allowed"]


def test_number_whose_assignment_is_over_is_not_shown():
    held = replace(a_plan().outside[MUSEUM].numbers[0], ends_at=LONG_AGO + SECOND)
    world = told(plan=replace(a_plan(), outside={MUSEUM: replace(a_plan().outside[MUSEUM], numbers=(held,))}))
    assert reasons(world) == ["caller_id", "caller_id"]


def test_tenant_suspended_meanwhile_is_not_put_through():
    from telephony.core import outside
    from telephony.core.call import Call, Turn

    plan = replace(a_plan(), tenants={MUSEUM: TenantPlan(id=MUSEUM, code="m", name="M", language="zh", active=False)})
    turn = Turn(Call(id=CALL, plan=plan, tenant=MUSEUM), NINE)
    assert outside.refusal(turn, FIRST, "") == "suspended"


@pytest.mark.parametrize(("after", "answered"), [(2, False), (6, True), (9, True)])
def test_caller_who_gives_up_leaves_no_telephone_ringing(after, answered):
    slow = Telephone(answers_after=5 * SECOND, presses="")
    world = told(outside={FIRST: slow}, confirm=True, patience=after * SECOND)
    assert ("OutsideAnswered" in world.kinds()) is answered
    assert not world.asterisk.phones
    assert world.last(fact.CallEnded).outcome is Outcome.ABANDONED
    assert world.last(fact.CallEnded).ended_by is EndedBy.CALLER


def test_outside_hangs_up_first_and_the_record_says_so():
    world = a_world()
    world.asterisk.run(NINE + 30 * SECOND)
    call = world.engine.calls[CALL]
    assert call.stage is Stage.TALKING
    world.asterisk._end(call.legs[1].channel, 16)
    world.asterisk.run()
    assert world.last(fact.CallEnded).ended_by is EndedBy.OUTSIDE


def test_trunks_place_is_free_again_after_every_end():
    world = a_world(talk=20 * SECOND)
    world.asterisk.run(NINE + 15 * SECOND)
    assert world.engine.lines.busy == {"first": 1}
    world.asterisk.run()
    assert not world.engine.lines.busy


def test_trunk_that_asterisk_cannot_reach_is_not_tried():
    world = a_world()
    world.engine.phone("trunk-first", False, NINE)
    world.asterisk.run()
    assert dialled(world) == [(FIRST, "second")]
    world.engine.phone("trunk-first", True, NINE)
    assert world.engine.lines.seize((), NINE).name == "first"


# Agents outside the room.

REMOTE = replace(an_agent(1), endpoint=Endpoint("tel:+8613800000009"))
CALLS_AGENT = Caller(dialled=NUMBER, number="+862161234567", keys=("", "0"), talk=60 * SECOND)


def with_agents(*agents, outside=None, broken=None, plan=None):
    world = World(plan or a_plan(), *agents)
    world.asterisk.outside |= outside or {}
    world.asterisk.broken |= broken or {}
    world.asterisk.call(NINE, CALL, CALLS_AGENT)
    world.asterisk.run()
    assert not world.engine.calls and not world.engine.lines.busy
    return world


def test_agent_outside_the_room_is_called_over_a_trunk_and_takes_the_call_by_a_key():
    world = with_agents(REMOTE)
    assert dialled(world) == [("+8613800000009", "first")]
    assert world.last(fact.OutsideDialled).caller_id == NUMBER
    kinds = world.kinds()
    assert kinds.index("AgentOffered") < kinds.index("OutsideAnswered") < kinds.index("AgentConnected")
    assert world.last(fact.CallEnded).outcome is Outcome.ANSWERED
    assert [one.state.value for one in world.states] == ["ringing", "talking", "wrap_up", "ready"]


def test_mailbox_of_an_agent_outside_does_not_take_the_call_and_the_next_agent_does():
    world = with_agents(REMOTE, an_agent(2), outside={"+8613800000009": Telephone(presses="")})
    assert world.last(fact.AgentMissed).agent == REMOTE.agent
    assert world.last(fact.AgentConnected).agent == an_agent(2).agent


@pytest.mark.parametrize("broken", [{"first": 34, "second": 34}, {"first": None, "second": None}])
def test_agent_who_cannot_be_reached_has_missed_the_call_and_is_not_tried_for_ever(broken):
    world = with_agents(REMOTE, broken=broken)
    assert world.kinds().count("AgentMissed") == 2, "then the agent is paused, as after any missed calls"


def test_agents_number_that_no_rule_allows_is_not_called():
    plan = replace(a_plan(), outside={MUSEUM: OutsidePlan(numbers=a_plan().outside[MUSEUM].numbers)})
    world = with_agents(REMOTE, plan=plan)
    assert not dialled(world)
    assert world.last(fact.AgentMissed).cause == 21


# A switch that dies in the middle.


@pytest.mark.parametrize("length", range(3, 15))
def test_forwarded_call_whose_switch_died_at_any_fact_ends_with_one_whole_record_and_no_trunk_taken(length):
    facts = told(outside={FIRST: Telephone(presses="")}, confirm=True, record=True).facts
    part = facts[:length]
    call = resume(CALL, part, a_plan())
    if call is None:
        assert any(isinstance(one, fact.CallEnded) for one in part)
        return
    talks = any(isinstance(one, fact.OutsideConnected) for one in part)
    assert (call.stage is Stage.TALKING) is (talks and not any(isinstance(one, fact.LegEnded) for one in part))
    engine = Engine(a_plan(), Random(1252))
    work = engine.adopt(call, NINE + NEVER)
    for leg in call.legs:
        work.add(engine.handle(ev.ChannelEnded(call=CALL, at=NINE + NEVER, channel=leg.channel)))
    whole = [*part, *work.facts]
    assert [one.seq for one in whole] == list(range(1, len(whole) + 1))
    assert sum(isinstance(one, fact.CallEnded) for one in whole) == 1
    assert not engine.lines.busy


def test_agent_outside_who_talks_is_taken_up_with_the_place_on_the_trunk():
    facts = with_agents(REMOTE).facts
    part = facts[: 1 + next(no for no, one in enumerate(facts) if isinstance(one, fact.AgentConnected))]
    call = resume(CALL, part, a_plan())
    assert call.stage is Stage.TALKING
    assert (call.agent_leg.number, call.agent_leg.trunk) == ("+8613800000009", "first")
    engine = Engine(a_plan(), Random(1252))
    engine.adopt(call, NINE + NEVER)
    assert engine.lines.busy == {"first": 1}
