"""Customers who are called back: the promise by keys, the place that is kept, the agent who is there first."""

from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari.simulated import Caller, Telephone
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.asking import Callback
from telephony.core.call import Stage
from telephony.core.callbacks import Promise
from telephony.core.flow import Say, ToQueue
from telephony.core.lines import OutsidePlan
from telephony.core.opening import Hours, Span
from telephony.core.plan import Demand, Numbering
from telephony.core.resume import resume
from telephony.core.values import CallbackId, EndedBy, Outcome
from telephony.journal.projection import fold
from tests.builders.calls import (
    FLOW,
    MUSEUM,
    NINE,
    NUMBER,
    QUEUE,
    World,
    a_call_id,
    a_flow,
    a_plan,
    an_agent,
)

SECOND = timedelta(seconds=1)
CALL = a_call_id()
HOME, MOBILE, ABROAD = "+862161234567", "+8613800000001", "+4930123456"
NEVER = timedelta(hours=1)
HERE = Numbering("86", lambda keyed: f"+86{keyed.removeprefix('0')}", lambda number: "0" + number.removeprefix("+86"))


def a_callback_plan(**queue):
    """Key 0 leads to the queue; there 1 leads to the promise, from which the caller may come back to the queue."""
    plan = a_plan(**queue)
    flow = a_flow(
        agent=ToQueue(queue=QUEUE, say=(Say("tickets"),), keys={"1": "promise"}),
        promise=Callback(queue=QUEUE, otherwise="agent"),
    )  # fmt: skip
    return replace(plan, flows=plan.flows | {FLOW: flow}, numbering=HERE)


def a_promise(number=MOBILE, *, key=1, since=NINE, **changes):
    """A customer who asked at nine."""
    given = {
        "id": CallbackId(UUID(int=0xBAC << 64 | key)), "tenant": MUSEUM, "queue": QUEUE, "number": number,
        "since": since, "next_try_at": since, "dialled": NUMBER,
    }  # fmt: skip
    return Promise(**(given | changes))


def asks(*keys, number=HOME, patience=180 * SECOND, **queue):
    """A caller who waits for one of no agents, and keys; the world after it."""
    world = World(a_callback_plan(**{"join_empty": True, "announce_every": 5 * SECOND} | queue))
    script = Caller(dialled=NUMBER, number=number, keys=("", "0", *keys), patience=patience)
    world.asterisk.call(NINE, CALL, script)
    world.asterisk.run()
    assert not world.engine.calls
    return world


def called_back(*promises, agents=1, outside=None, plan=None, misses=0.0, until=None):
    """Agents are there, and customers are to be called back; the world after it."""
    world = World(plan or a_callback_plan(), *(an_agent(no) for no in range(1, agents + 1)), misses=misses)
    world.asterisk.outside |= outside or {}
    world.asterisk.act(world.engine.call_back(promises, NINE))
    world.asterisk.run(until)
    return world


def asked(world):
    return [(one.number, one.source) for one in world.facts if isinstance(one, fact.CallbackAsked)]


def outcomes(world):
    return [one.outcome for one in world.facts if isinstance(one, fact.CallEnded)]


@pytest.mark.parametrize(
    ("keys", "number", "promised"),
    [
        # 1 in the queue, 1 for the number that is shown.
        (("1", "1"), HOME, HOME),
        # Another number, keyed and confirmed.
        (("1", "2", "013800000001#", "1"), HOME, MOBILE),
        # Keyed wrongly, said so by 2, keyed again.
        (("1", "2", "013900000009#", "2", "013800000001#", "1"), HOME, MOBILE),
        # A number abroad is not offered; the caller keys one at home.
        (("1", "013800000001#", "1"), ABROAD, MOBILE),
        # No rule allows the first one keyed.
        (("1", "2", "0555555#", "013800000001#", "1"), HOME, MOBILE),
    ],
)
def test_caller_is_promised_a_callback_by_keys(keys, number, promised):
    world = asks(*keys, number=number)
    assert asked(world) == [(promised, "key")]
    assert outcomes(world) == [Outcome.CALLBACK_PROMISED]
    assert world.kinds()[-3:] == ["CallbackAsked", "LegEnded", "CallEnded"]


def test_promise_keeps_the_time_of_entry_and_not_that_of_asking():
    world = asks("1", "1")
    entered = next(one.at for one in world.facts if isinstance(one, fact.QueueEntered))
    told = world.last(fact.CallbackAsked)
    assert told.at - timedelta(seconds=told.waited) == entered


@pytest.mark.parametrize(
    "keys",
    [
        ("1", "2", "03012345678#", "049301234#", "0049301234#"),  # three numbers that may not be called
        ("1", "7", "7", "7"),  # three keys that mean nothing
    ],
)
def test_caller_without_a_number_that_may_be_called_goes_on_in_the_flow(keys):
    world = asks(*keys)
    assert asked(world) == []
    assert world.kinds().count("QueueEntered") == 2, "back in the queue"


def test_caller_who_hangs_up_while_confirming_is_promised_nothing_and_counts_as_gone_by_a_key():
    world = asks("1", patience=22 * SECOND)
    assert asked(world) == []
    assert outcomes(world) == [Outcome.LEFT_QUEUE]


@pytest.mark.parametrize(("after", "calls"), [(30, [(HOME, "missed")]), (600, []), (0, [])])
def test_caller_who_gave_up_is_called_back_if_the_queue_wants_that(after, calls):
    world = asks(missed_after=after * SECOND)
    assert (asked(world), outcomes(world)) == (calls, [Outcome.ABANDONED])


def test_agent_is_there_before_the_customer_is_called():
    world = called_back(a_promise())
    assert world.kinds() == [
        "CallbackBegun", "AgentOffered", "AgentTook", "OutsideDialled", "OutsideAnswered", "OutsideConnected",
        "AgentConnected", "RecordingStarted", "LegEnded", "LegEnded", "CallEnded", "RecordingLost",
    ]  # fmt: skip
    dialled = world.last(fact.OutsideDialled)
    assert (dialled.number, dialled.caller_id) == (MOBILE, NUMBER)
    assert (world.last(fact.CallEnded).outcome, world.last(fact.CallEnded).ended_by) == (
        Outcome.ANSWERED, EndedBy.CALLER,
    )  # fmt: skip
    assert [one.state for one in world.states] == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY]
    assert not world.engine.calls and not world.engine.lines.busy


def test_customer_is_not_called_while_no_agent_is_free():
    world = called_back(a_promise(), agents=0)
    assert world.facts == []


def test_no_more_customers_are_called_than_agents_are_free():
    world = called_back(*(a_promise(key=no) for no in range(1, 6)), agents=2, until=NINE + 60 * SECOND)
    assert world.kinds().count("OutsideDialled") == 2


@pytest.mark.parametrize(
    ("telephone", "ended_by"),
    [
        (Telephone(answers_after=NEVER), EndedBy.OUTSIDE),
        (Telephone(answers_after=None, cause=17), EndedBy.OUTSIDE),
    ],
)
def test_customer_who_is_not_reached_gives_the_agent_back_without_wrap_up(telephone, ended_by):
    world = called_back(a_promise(), outside={MOBILE: telephone})
    assert (outcomes(world), world.last(fact.CallEnded).ended_by) == ([Outcome.NOT_REACHED], ended_by)
    assert [one.state for one in world.states] == [State.RINGING, State.TALKING, State.READY]


def test_customer_keeps_his_place_before_who_came_later_and_behind_who_came_before():
    """A caller at nine, a promise of a minute later, a caller of two minutes later: all wait when the agent comes."""
    world = World(a_callback_plan(join_empty=True))
    world.asterisk.outside[MOBILE] = Telephone(talk=20 * SECOND)
    for no, minute in ((1, 0), (2, 2)):
        script = Caller(dialled=NUMBER, number=f"+86216123000{no}", keys=("", "0"), patience=NEVER, talk=20 * SECOND)
        world.asterisk.call(NINE + minute * 60 * SECOND, a_call_id(no), script)
    promise = a_promise(since=NINE + 60 * SECOND)
    late = NINE + 200 * SECOND
    world.asterisk.at(late, lambda: world.asterisk.act(world.engine.call_back([promise], late)))
    one = an_agent(1)
    world.asterisk.at(late, lambda: world.asterisk.act(world.engine.follow({one.agent: one}, late)))
    world.asterisk.run()
    offered = [each.call for each in world.facts if isinstance(each, fact.AgentOffered)]
    assert offered == [a_call_id(1), promise.next_call, a_call_id(2)]


def test_agent_who_does_not_take_it_costs_the_customer_nothing_but_time():
    world = called_back(a_promise(), agents=3, misses=0.4)
    assert world.kinds().count("AgentMissed") >= 1 and world.kinds().count("CallbackBegun") == 1
    assert outcomes(world) == [Outcome.ANSWERED]


def test_callback_is_not_made_again_before_the_end_of_the_last_one_is_known():
    """PostgreSQL says that it is still open: its news is from before the call."""
    world = called_back(a_promise(), outside={MOBILE: Telephone(answers_after=None)})
    later = NINE + 600 * SECOND
    world.asterisk.act(world.engine.call_back([a_promise()], later))
    world.asterisk.run()
    assert world.kinds().count("CallbackBegun") == 1
    world.asterisk.act(world.engine.call_back([a_promise(ended=1)], later))
    world.asterisk.run()
    begun = [one for one in world.facts if isinstance(one, fact.CallbackBegun)]
    assert [one.attempt for one in begun] == [1, 2] and begun[0].call != begun[1].call


@pytest.mark.parametrize(
    "changes",
    [
        {"next_try_at": NINE + 900 * SECOND},  # the pause is not over
        {"number": ABROAD},  # the rules have changed since
        {"queue": UUID(int=99)},  # the queue is gone
    ],
)
def test_customer_is_let_alone_who_may_not_be_called_now(changes):
    assert called_back(a_promise(**changes)).facts == []


def test_customer_is_let_alone_outside_the_queues_hours():
    evening = Hours("Asia/Shanghai", (Span(frozenset(range(7)), time(18), time(20)),))
    assert called_back(a_promise(), plan=a_callback_plan(callback_hours=evening)).facts == []


def test_callback_that_is_taken_back_rings_nobody_any_more():
    world = called_back(a_promise(), until=NINE + SECOND)
    assert world.engine.calls
    world.asterisk.act(world.engine.call_back([], world.asterisk.now))
    world.asterisk.run()
    assert outcomes(world) == [Outcome.WITHDRAWN]
    assert not world.engine.calls and world.engine.floor.agents[an_agent(1).agent].state is State.READY


def test_callback_that_is_taken_back_too_late_goes_on():
    world = called_back(a_promise(), until=NINE + 12 * SECOND)
    world.asterisk.act(world.engine.call_back([], world.asterisk.now))
    world.asterisk.run()
    assert outcomes(world) == [Outcome.ANSWERED]


def test_place_of_a_promise_is_no_caller_to_the_queues_limits():
    """The queue takes one caller, and lets nobody wait without agents: a promise is neither counted nor sent away."""
    world = World(a_callback_plan(max_length=1, join_empty=True, leave_empty=frozenset()))
    world.asterisk.act(world.engine.call_back([a_promise(), a_promise(key=2, number=HOME)], NINE))
    assert world.engine.floor.refusal(QUEUE) is None
    assert len(list(world.engine.floor.waiting_in(QUEUE))) == 2


def test_tenant_without_a_number_of_its_own_calls_nobody():
    plan = replace(a_callback_plan(), outside={MUSEUM: OutsidePlan(prefixes=frozenset({"+86"}))})
    assert called_back(a_promise(), plan=plan).facts == []


@pytest.mark.parametrize(
    ("after", "stage", "outcome"),
    [
        (SECOND, Stage.CLEARING, None),  # an agent's phone rings
        (8 * SECOND, Stage.CLEARING, None),  # the customer's telephone rings
        (40 * SECOND, Stage.TALKING, Outcome.ANSWERED),
    ],
)
def test_new_switch_takes_over_what_the_facts_tell(after, stage, outcome):
    world = called_back(a_promise(), until=NINE + after)
    (call,) = world.engine.calls.values()
    again = resume(call.id, world.facts, world.engine.plan)
    assert (again.stage, again.outcome) == (stage, outcome)
    assert (again.going_out.attempt, again.channel, again.caller) == (1, call.channel, MOBILE)
    assert [(leg.channel, leg.ended_at) for leg in again.legs] == [(leg.channel, leg.ended_at) for leg in call.legs]


def test_customer_takes_by_and_by_agents_whom_he_did_not_take_at_first():
    """The queue asks for level 5, and after a minute for level 1: nothing else happens meanwhile."""
    demands = (Demand(skills={"art": 5}), Demand(after=60 * SECOND, skills={"art": 1}))
    world = World(a_callback_plan(demands=demands), an_agent(1, art=2))
    for after in range(0, 90, 5):
        at = NINE + after * SECOND
        world.asterisk.at(at, lambda at=at: world.asterisk.act(world.engine.call_back([a_promise()], at)))
    world.asterisk.run()
    (begun,) = [one for one in world.facts if isinstance(one, fact.CallbackBegun)]
    assert begun.at == NINE + 60 * SECOND


def test_new_switch_does_not_call_twice():
    world = called_back(a_promise(), until=NINE + 40 * SECOND)
    (call,) = world.engine.calls.values()
    other = World(a_callback_plan(), an_agent(1), an_agent(2))
    other.asterisk.act(other.engine.adopt(resume(call.id, world.facts, other.engine.plan), NINE))
    other.asterisk.act(other.engine.call_back([a_promise()], NINE))
    assert other.kinds() == []


def sent_on(target, *, agents=2):
    """The customer talks with an agent, who sends him on a minute after nine; the world after it all."""
    world = called_back(a_promise(), agents=agents, until=NINE + 40 * SECOND, plan=a_callback_plan(strategy="linear"))

    def ask():
        (call,) = world.engine.calls.values()
        event = ev.BlindAsked(call=call.id, at=world.asterisk.now, channel=call.agent_leg.channel, target=target)
        world.asterisk.happen(event)

    world.asterisk.at(NINE + 60 * SECOND, ask)
    world.asterisk.run()
    assert not world.engine.calls and not world.asterisk.phones and not world.engine.lines.busy
    return world


@pytest.mark.parametrize("target", ["2", "tickets"])
def test_customer_who_was_called_back_is_sent_on_as_any_caller(target):
    """To a colleague, or to a queue in which he waits now: once he is there he is the caller."""
    world = sent_on(target)
    talked = [one.agent for one in world.facts if isinstance(one, fact.AgentConnected)]
    assert talked == [an_agent(1).agent, an_agent(2).agent]
    assert outcomes(world) == [Outcome.ANSWERED]
    legs = {leg.no: (leg.kind, leg.talked) for leg in fold(world.facts[0].call, world.facts).legs}
    assert [legs[no][0] for no in (1, 2, 3)] == ["agent", "outside", "agent"]
    first, customer, second = (legs[no][1] for no in (1, 2, 3))
    assert first + second == customer, "he talked with the one and then with the other"


def test_agent_who_hangs_up_before_the_customer_answers_ends_it_for_this_time():
    world = called_back(a_promise(), until=NINE + 7 * SECOND, outside={MOBILE: Telephone(answers_after=20 * SECOND)})
    (call,) = world.engine.calls.values()
    assert call.stage is Stage.CALLING
    world.asterisk._end(call.agent_leg.channel, 16)
    world.asterisk.run()
    assert (outcomes(world), world.last(fact.CallEnded).ended_by) == ([Outcome.NOT_REACHED], EndedBy.AGENT)
    assert not world.asterisk.phones and not world.engine.lines.busy


def test_customer_is_called_on_another_trunk_if_the_first_fails():
    world = World(a_callback_plan(), an_agent(1))
    world.asterisk.broken["first"] = 34
    world.asterisk.act(world.engine.call_back([a_promise()], NINE))
    world.asterisk.run()
    dialled = [one.trunk for one in world.facts if isinstance(one, fact.OutsideDialled)]
    assert (dialled, outcomes(world)) == (["first", "second"], [Outcome.ANSWERED])


LOOKS = st.lists(
    st.tuples(
        st.integers(1, 90),  # seconds until the next look at the list
        st.booleans(),  # what is told is as old as the look before
        st.sampled_from(["open", "open", "open", "cancelled"]),
        st.sampled_from([Telephone(talk=30 * SECOND), Telephone(answers_after=None), Telephone(answers_after=NEVER)]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(LOOKS, st.floats(0, 0.6))
def test_whatever_is_told_and_however_late_a_customer_is_called_once_at_a_time(looks, misses):
    world = World(a_callback_plan(misses_allowed=999), an_agent(1), an_agent(2), misses=misses)
    now, known = NINE, 0
    for seconds, late, state, telephone in looks:
        ended = sum(isinstance(one, fact.CallEnded) for one in world.facts)
        told, known = (known if late else ended), ended
        reached = any(one.outcome is Outcome.ANSWERED for one in world.facts if isinstance(one, fact.CallEnded))
        open_ = [a_promise(ended=told)] if state == "open" and not (reached and not late) else []
        world.asterisk.outside[MOBILE] = telephone
        world.asterisk.act(world.engine.call_back(open_, now))
        now += seconds * SECOND
        world.asterisk.run(now)
        world.asterisk.now = now
        assert len(world.engine.calls) <= 1 or all(
            call.stage is Stage.ENDED for call in list(world.engine.calls.values())[:-1]
        ), "one call at a time"
    world.asterisk.act(world.engine.call_back([], now))
    world.asterisk.run()
    begun = [one for one in world.facts if isinstance(one, fact.CallbackBegun)]
    ends = [one for one in world.facts if isinstance(one, fact.CallEnded)]
    assert [one.attempt for one in begun] == list(range(1, len(begun) + 1)), "each call has a number of its own"
    assert len({one.call for one in begun}) == len(begun) == len(ends), "each begins once and ends"
    for end, next_one in pairwise([*zip(ends, begun, strict=True)]):
        assert end[0].at <= next_one[1].at, "the next begins when the last has ended"
    assert not world.engine.calls and not world.asterisk.phones and not world.engine.lines.busy
    assert all(agent.available for agent in world.engine.floor.agents.values()), "nobody is left reserved"
