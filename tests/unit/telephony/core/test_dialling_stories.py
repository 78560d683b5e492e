"""Agents who call numbers outside from their telephones, from a screen, or to keep a promise; and by what right."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller, Telephone
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import Stage
from telephony.core.opening import Hours, Span
from telephony.core.plan import MemberPlan
from telephony.core.resume import resume
from telephony.core.values import EndedBy, Endpoint, LegKind, Outcome
from telephony.journal.projection import fold
from telephony.journal.queue_log import call_rows
from tests.builders.calls import (
    FLOW,
    MUSEUM,
    NEIGHBOUR,
    NINE,
    NUMBER,
    QUEUE,
    RESCUE,
    World,
    a_call_id,
    a_flow,
    a_forward,
    a_plan,
    an_agent,
)
from tests.unit.telephony.core.test_callback_stories import HERE, a_promise

SECOND = timedelta(seconds=1)
SEAT = Endpoint("seat-1")
MOBILE, KEYED = "+8613800000001", "013800000001"
REQUEST = UUID(int=0xD1A1)


def a_world(*agents, plan=None, **queue):
    """One agent, who is ready, unless others are given; customers talk for a minute."""
    plan = plan or replace(a_plan(**queue), numbering=HERE)
    phrases = ("dial-not-allowed", "dial-never", "dial-not-now", "dial-busy", "dial-not-answered", "dial-no-line")
    plan = replace(plan, prompts=plan.prompts | {(None, name, "zh"): f"sound:/zh/{name}" for name in phrases})
    world = World(plan, *(agents or (an_agent(1),)))
    world.asterisk.outside[MOBILE] = Telephone(talk=60 * SECOND)
    return world


def dials(world, digits=KEYED, until=None):
    world.asterisk.dial(NINE, SEAT, digits)
    world.asterisk.run(until)
    return world


def told(world):
    """What the agent was told, by name."""
    return [name.split("/")[-1] for kind, media in world.said for name in media if "dial-" in name]


def barred(plan, **changes):
    return replace(plan, outside={MUSEUM: replace(plan.outside[MUSEUM], **changes)})


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """A world also remembers what was played."""
    act = World._wrote

    def wrote(world, work):
        world.said = [
            *getattr(world, "said", ()),
            *((one.channel, one.media) for one in work.commands if isinstance(one, cmd.StartPrompt)),
        ]
        act(world, work)

    monkeypatch.setattr(World, "_wrote", wrote)


def test_agent_who_dials_talks_with_the_customer_and_wraps_up():
    world = dials(a_world())
    assert world.kinds() == [
        "DialBegun", "AgentTook", "OutsideDialled", "OutsideAnswered", "OutsideConnected", "AgentConnected",
        "RecordingStarted", "LegEnded", "LegEnded", "CallEnded", "RecordingLost",
    ]  # fmt: skip
    assert [one.state for one in world.states] == [State.TALKING, State.WRAP_UP, State.READY]
    folded = fold(a_call_id(), world.facts)
    call, (agent, customer) = folded.call, folded.legs
    assert (call.direction, call.dialled, call.caller, call.outcome) == ("outbound", MOBILE, NUMBER, "answered")
    assert (call.agent_id, call.queue_code, call.ended_by) == (an_agent(1).agent, "tickets", "caller")
    assert (agent.endpoint, agent.talked, customer.talked) == (SEAT, 60 * SECOND, 60 * SECOND)
    assert (customer.number, customer.kind) == (MOBILE, LegKind.OUTSIDE)
    (row,) = call_rows(world.facts, {})
    assert (row.event, row.queuename, row.data) == ("OUTCALL", "tickets", ("ANSWER", "60", "dialled"))
    assert not world.engine.calls


@pytest.mark.parametrize("state", ["paused", "wrap_up"])
def test_agent_may_dial_in_a_pause_and_in_wrap_up_and_the_pause_goes_on_afterwards(state):
    world = a_world(an_agent(1, paused=state == "paused"))
    world.asterisk.dial(NINE, SEAT, KEYED)
    if state == "wrap_up":
        world.asterisk.dial(NINE + 75 * SECOND, SEAT, KEYED)
    world.asterisk.run()
    assert world.kinds().count("AgentConnected") == (2 if state == "wrap_up" else 1)
    assert world.states[-1].state is (State.READY if state == "wrap_up" else State.PAUSED)


NIGHT = Hours("Asia/Shanghai", (Span(frozenset(range(7)), time(20), time(22)),))


@pytest.mark.parametrize(
    ("digits", "plan", "reason", "said"),
    [
        ("0049301234", lambda plan: plan, "not_allowed", "dial-not-allowed"),  # abroad
        ("0555555", lambda plan: plan, "not_allowed", "dial-not-allowed"),  # no rule allows it
        ("2002", lambda plan: plan, "not_allowed", "dial-not-allowed"),  # a colleague is nobody outside
        (KEYED, lambda plan: barred(plan, never=frozenset({MOBILE})), "do_not_call", "dial-never"),
        (KEYED, lambda plan: barred(plan, numbers=()), "caller_id", "dial-not-allowed"),  # no number of its own
        (KEYED, lambda plan: replace(plan, trunks=()), "no_trunk", "dial-no-line"),
        (KEYED, lambda plan: replace(plan, queues={QUEUE: replace(plan.queues[QUEUE], callback_hours=NIGHT)}),
         "hours", "dial-not-now"),
    ],
)  # fmt: skip
def test_number_that_may_not_be_called_is_refused_in_words_and_on_record(digits, plan, reason, said):
    world = dials(a_world(plan=plan(replace(a_plan(), numbering=HERE))), digits)
    assert world.last(fact.OutsideFailed).reason == reason
    assert "OutsideDialled" not in world.kinds()
    outcome = Outcome.FAILED if reason == "no_trunk" else Outcome.NOT_ALLOWED
    assert world.last(fact.CallEnded).outcome is outcome
    assert told(world) == [said]
    assert world.states[-1].state is State.READY, "he has talked with nobody: no wrap-up"


@pytest.mark.parametrize(
    ("there", "said", "ended_by"),
    [
        (Telephone(answers_after=None, cause=17), "dial-busy", EndedBy.OUTSIDE),
        (Telephone(answers_after=60 * SECOND), "dial-not-answered", EndedBy.OUTSIDE),
    ],
)
def test_agent_hears_why_the_customer_was_not_reached(there, said, ended_by):
    world = a_world()
    world.asterisk.outside[MOBILE] = there
    dials(world)
    end = world.last(fact.CallEnded)
    assert (end.outcome, end.ended_by, told(world)) == (Outcome.NOT_REACHED, ended_by, [said])


def test_second_trunk_carries_the_call_if_the_first_fails():
    world = a_world()
    world.asterisk.broken["first"] = 34
    dials(world)
    assert [one.trunk for one in world.facts if isinstance(one, fact.OutsideDialled)] == ["first", "second"]
    assert world.last(fact.CallEnded).outcome is Outcome.ANSWERED


def test_agent_who_gives_up_ends_the_ringing():
    world = a_world()
    channel = world.asterisk.dial(NINE, SEAT, KEYED)
    world.asterisk.at(NINE + 2 * SECOND, lambda: world.asterisk._end(channel, 16))
    world.asterisk.run()
    end = world.last(fact.CallEnded)
    assert (end.outcome, end.ended_by) == (Outcome.NOT_REACHED, EndedBy.AGENT)
    assert not world.asterisk.phones and not world.engine.lines.busy


def test_telephone_at_which_nobody_is_logged_in_is_not_let():
    world = a_world(an_agent(2))
    assert not world.engine.may_call(SEAT, KEYED)
    assert dials(world).kinds() == []
    work = world.engine.dialled(SEAT, "late", KEYED, NINE)
    assert [type(one) for one in work.commands] == [cmd.TurnAway], "he logged out between the offer and the claim"


def test_agent_of_the_house_calls_for_the_tenant_of_his_session_but_in_wrap_up_for_that_of_the_call():
    plan = replace(a_plan(members={an_agent(1).agent: MemberPlan()}), numbering=HERE)
    other = replace(plan.queues[QUEUE], id=UUID(int=12), tenant=NEIGHBOUR, code="lotus", members={})
    tenants = plan.tenants | {NEIGHBOUR: replace(plan.tenants[MUSEUM], id=NEIGHBOUR, code="lotus")}
    plan = replace(plan, queues=plan.queues | {other.id: other}, tenants=tenants)
    world = a_world(an_agent(1, tenant=NEIGHBOUR), plan=plan)
    call = a_call_id(7)
    script = Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=30 * SECOND)
    world.asterisk.call(NINE, call, script)
    world.asterisk.dial(NINE + 55 * SECOND, SEAT, KEYED)  # wraps up for the museum
    world.asterisk.dial(NINE + 300 * SECOND, SEAT, KEYED)
    world.asterisk.run()
    begun = [one for one in world.facts if isinstance(one, fact.DialBegun)]
    assert [(one.tenant, one.queue_code) for one in begun] == [(MUSEUM, "tickets"), (NEIGHBOUR, "lotus")]


def test_screen_connects_an_agent_once_his_telephone_has_been_rung():
    world = a_world()
    world.asterisk.act(world.engine.dial(REQUEST, an_agent(1).agent, KEYED, NINE))
    again = world.engine.dial(REQUEST, an_agent(1).agent, KEYED, NINE)
    assert [one.reason for one in again.commands if isinstance(one, cmd.AnswerRequest)] == ["busy"]
    world.asterisk.run()
    assert world.kinds()[:4] == ["DialBegun", "AgentOffered", "AgentTook", "OutsideDialled"]
    assert world.last(fact.CallEnded).outcome is Outcome.ANSWERED
    assert {one.call for one in world.facts} == {REQUEST}
    assert [one.state for one in world.states][:2] == [State.RINGING, State.TALKING]


def test_screen_is_told_why_an_agent_cannot_be_connected_and_a_phone_that_is_not_answered_ends_the_call():
    world = World(replace(a_plan(), numbering=HERE), an_agent(1), misses=1.0)
    gone = world.engine.dial(REQUEST, an_agent(9).agent, KEYED, NINE)
    assert [one.reason for one in gone.commands] == ["not_logged_in"]
    world.asterisk.act(world.engine.dial(REQUEST, an_agent(1).agent, KEYED, NINE))
    world.asterisk.run()
    end = world.last(fact.CallEnded)
    assert (end.outcome, end.ended_by) == (Outcome.NOT_REACHED, EndedBy.AGENT)
    assert world.kinds().count("AgentOffered") == 1 and not world.engine.calls


def test_agent_takes_the_oldest_promise_by_hand_and_it_is_kept_once():
    later = NINE + 10 * SECOND
    old, young = a_promise(key=1), a_promise("+8613800000002", key=2, since=NINE + SECOND)
    world = a_world(an_agent(1, paused=True))
    world.asterisk.act(world.engine.call_back([young, old], NINE + SECOND))
    dials(world, "*49", later)
    begun = world.last(fact.CallbackBegun)
    assert (begun.callback, begun.attempt, begun.number) == (old.id, 1, MOBILE)
    assert world.kinds()[:4] == ["CallbackBegun", "AgentTook", "OutsideDialled", "OutsideAnswered"]
    # The list still has it: PostgreSQL does not know of the call yet. An agent who is ready gets the other one.
    world.asterisk.act(world.engine.follow({one.agent: one for one in (an_agent(1, paused=True), an_agent(2))}, later))
    world.asterisk.act(world.engine.call_back([young, old], later))
    world.asterisk.run()
    called = [one.number for one in world.facts if isinstance(one, fact.CallbackBegun)]
    assert sorted(called) == [MOBILE, "+8613800000002"]


def test_nobody_waits_to_be_called_back():
    world = a_world(an_agent(1))
    assert not world.engine.may_call(SEAT, "*49")


@pytest.mark.parametrize("after", [4, 30])
def test_call_of_an_agent_outlives_the_switch_if_they_talk(after):
    world = dials(a_world(), until=NINE + after * SECOND)
    call = world.engine.calls[world.facts[0].call]
    again = resume(call.id, world.facts, world.engine.plan)
    assert again.stage is (Stage.TALKING if after == 30 else Stage.CLEARING)
    both = [[(leg.kind, leg.channel, leg.agent, leg.endpoint, leg.number) for leg in one.legs] for one in (again, call)]
    assert both[0] == both[1]
    if after == 30:
        assert (again.channel, again.caller, again.queue.id) == (call.channel, MOBILE, QUEUE)


def test_number_that_is_never_called_is_left_out_whoever_would_call_it():
    """A forwarding goes on to its next number, a callback waits, a consultation is refused."""
    plan = barred(replace(a_plan(), numbering=HERE), never=frozenset({RESCUE[0]}))
    forwards = a_flow(start=a_forward(*RESCUE))
    world = World(replace(plan, flows=plan.flows | {FLOW: forwards}))
    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567"))
    world.asterisk.run()
    assert [one.number for one in world.facts if isinstance(one, fact.OutsideDialled)] == [RESCUE[1]]
    assert world.last(fact.OutsideFailed).reason == "do_not_call"

    world = a_world(plan=plan)
    world.asterisk.act(world.engine.call_back([a_promise(RESCUE[0])], NINE))
    world.asterisk.run()
    assert world.facts == []

    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=("", "0")))
    world.asterisk.run(NINE + 30 * SECOND)
    wish = ev.WishUttered(call=a_call_id(), at=world.asterisk.now, request=REQUEST, wish=ev.Wish.CONSULT, target=KEYED)
    world.asterisk.happen(wish)
    assert world.last(fact.TransferFailed).reason == "do_not_call"
