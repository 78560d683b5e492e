"""queue_log as Asterisk writes it: each event with its data, by the table of apps/app_queue.c."""

from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller, Telephone
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.callbacks import Promise
from telephony.core.flow import Say, ToQueue
from telephony.core.values import CallbackId, Outcome
from telephony.journal.queue_log import Change, agent_rows, call_rows
from tests.builders.calls import FLOW, MUSEUM, NINE, NUMBER, QUEUE, RESCUE, World, a_call_id, a_flow, a_plan, an_agent

SECOND = timedelta(seconds=1)
NAMES = {UUID(int=number): str(number) for number in range(1, 9)}
CALLID = f"caller-{a_call_id()}"


def rows_of(world, no=1):
    """A call's rows without their instants."""
    rows = call_rows([one for one in world.facts if one.call == a_call_id(no)], NAMES)
    assert all(row.callid == f"caller-{a_call_id(no)}" for row in rows)
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    return [(row.queuename, row.agent, row.event, *row.data) for row in rows]


def a_world(*agents, misses=0.0, plan=None, **caller):
    """One caller who presses 0."""
    world = World(plan or a_plan(), *agents, misses=misses)
    keys = caller.pop("keys", ("", "0"))
    world.asterisk.call(
        NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=keys, **{"talk": 60 * SECOND, **caller})
    )
    world.asterisk.run()
    return world


@pytest.mark.parametrize(("agent_hangs_up", "event"), [(False, "COMPLETECALLER"), (True, "COMPLETEAGENT")])
def test_answered_call(agent_hangs_up, event):
    world = a_world(an_agent(1), agent_hangs_up=agent_hangs_up)
    entered, connect, complete = rows_of(world)
    assert entered == ("tickets", "NONE", "ENTERQUEUE", "", "02161234567", "1")
    offered, connected = world.last(fact.AgentOffered), world.last(fact.AgentConnected)
    ring = str(int((connected.at - offered.at).total_seconds()))
    assert connect == ("tickets", "1", "CONNECT", ring, offered.channel, ring)
    assert complete == ("tickets", "1", event, ring, "60", "1")


def test_abandoned_call_says_place_and_wait():
    rows = rows_of(a_world(an_agent(1, paused=True), patience=60 * SECOND))
    assert rows[1:] == [("tickets", "NONE", "ABANDON", "1", "1", "54")]


def test_phone_that_is_not_answered_is_told_in_milliseconds():
    rows = rows_of(a_world(an_agent(1), misses=1.0, patience=70 * SECOND, plan=a_plan(misses_allowed=1)))
    assert [row[2] for row in rows] == ["ENTERQUEUE", "RINGNOANSWER", "ABANDON"]
    assert 20_000 <= int(rows[1][3]) < 20_100


def test_ring_that_the_caller_cuts_short():
    rows = rows_of(a_world(an_agent(1), misses=1.0, patience=12 * SECOND))
    assert [row[:3] for row in rows] == [
        ("tickets", "NONE", "ENTERQUEUE"), ("tickets", "NONE", "ABANDON"), ("tickets", "1", "RINGCANCELED"),
    ]  # fmt: skip


def test_longest_wait():
    rows = rows_of(a_world(an_agent(1, paused=True), plan=a_plan(max_wait=30 * SECOND), patience=120 * SECOND))
    assert rows[1:] == [("tickets", "NONE", "EXITWITHTIMEOUT", "1", "1", "30")]


def test_exit_by_key():
    plan = a_plan()
    flow = a_flow(agent=ToQueue(queue=QUEUE, say=(Say("menu"),), keys={"2": "tickets"}))
    plan.flows[FLOW] = flow
    rows = rows_of(a_world(an_agent(1, paused=True), plan=plan, keys=("", "0", "2")))
    assert rows[1:] == [("tickets", "NONE", "EXITWITHKEY", "2", "1", "1", "2")]


def test_queue_that_empties_around_the_caller():
    world = World(a_plan(leave_empty=frozenset()), an_agent(1, paused=True))
    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=("", "0")))
    world.asterisk.at(NINE + 40 * SECOND, lambda: world.asterisk.act(world.engine.follow({}, world.asterisk.now)))
    world.asterisk.run()
    assert rows_of(world)[1:] == [("tickets", "NONE", "EXITEMPTY", "1", "1", "34")]


def test_caller_who_is_not_let_in_leaves_no_row():
    world = a_world()
    assert world.last(fact.CallEnded).outcome == Outcome.NO_AGENT
    assert rows_of(world) == []


def test_only_the_phone_that_was_answered_is_told_under_ringall():
    rows = rows_of(a_world(an_agent(1), an_agent(2), plan=a_plan(strategy="ringall")))
    assert [row[2] for row in rows] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]


def test_second_caller_enters_at_the_second_place():
    world = World(a_plan(), an_agent(1, paused=True))
    for no in (1, 2):
        caller = Caller(dialled=NUMBER, number="021", keys=("", "0"), patience=60 * SECOND)
        world.asterisk.call(NINE + no * SECOND, a_call_id(no), caller)
    world.asterisk.run()
    assert [rows_of(world, no)[0][-1] for no in (1, 2)] == ["1", "2"]
    assert rows_of(world, 2)[1][3:5] == ("1", "2"), "the first had gone by then"


# Agents.

SESSION = UUID(int=7)


def a_change(seconds, state, reason=""):
    return Change(at=NINE + seconds * SECOND, session=SESSION, agent="1001", state=state, reason=reason)


def test_agent_comes_pauses_for_two_reasons_and_goes():
    changes = [
        a_change(0, "ready"), a_change(5, "ringing"), a_change(9, "talking"), a_change(60, "wrap_up"),
        a_change(70, "paused", "lunch"), a_change(80, "paused", "meeting"), a_change(90, "ready"),
        a_change(99, "logged_out"),
    ]  # fmt: skip
    rows = [(row.queuename, row.event, *row.data) for row in agent_rows(reversed(changes), {"1001": ["a", "b"]})]
    assert rows == [
        ("a", "ADDMEMBER", ""), ("b", "ADDMEMBER", ""),
        ("NONE", "PAUSEALL", "lunch"), ("a", "PAUSE", "lunch"), ("b", "PAUSE", "lunch"),
        ("NONE", "UNPAUSEALL", "lunch"), ("a", "UNPAUSE", "lunch"), ("b", "UNPAUSE", "lunch"),
        ("NONE", "PAUSEALL", "meeting"), ("a", "PAUSE", "meeting"), ("b", "PAUSE", "meeting"),
        ("NONE", "UNPAUSEALL", "meeting"), ("a", "UNPAUSE", "meeting"), ("b", "UNPAUSE", "meeting"),
        ("a", "REMOVEMEMBER", ""), ("b", "REMOVEMEMBER", ""),
    ]  # fmt: skip


def test_agent_who_logs_in_paused_is_added_paused():
    rows = list(agent_rows([a_change(0, "paused", "login")], {"1001": ["a"]}))
    assert [(row.event, *row.data) for row in rows] == [
        ("ADDMEMBER", "PAUSED"), ("PAUSEALL", "login"), ("PAUSE", "login"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("telephone", "row"),
    [
        (Telephone(talk=40 * SECOND), ("ANSWER", "40", "callback")),
        (Telephone(answers_after=None, cause=17), ("BUSY", "0", "callback")),
        (Telephone(answers_after=timedelta(hours=1)), ("NOANSWER", "0", "callback")),
    ],
)
def test_call_back_to_a_customer_is_told_as_queue_update_would(telephone, row):
    world = World(a_plan(), an_agent(1))
    world.asterisk.outside[RESCUE[0]] = telephone
    promise = Promise(
        id=CallbackId(UUID(int=5)), tenant=MUSEUM, queue=QUEUE, number=RESCUE[0], since=NINE, next_try_at=NINE
    )
    world.asterisk.act(world.engine.call_back([promise], NINE))
    world.asterisk.run()
    rows = call_rows(world.facts, NAMES)
    assert [(one.queuename, one.agent, one.event, one.data) for one in rows] == [("tickets", "1", "OUTCALL", row)]
    assert rows[0].callid == str(promise.next_call)


@pytest.mark.parametrize(
    ("wish", "target", "then", "event", "how"),
    [
        (ev.Wish.BLIND_TRANSFER, "2", None, "BLINDTRANSFER", ("2", "agent")),
        (ev.Wish.BLIND_TRANSFER, RESCUE[0], None, "BLINDTRANSFER", (RESCUE[0], "outside")),
        (ev.Wish.CONSULT, "2", ev.Wish.COMPLETE, "ATTENDEDTRANSFER", ("BRIDGE", f"{a_call_id()}-talk")),
        (ev.Wish.CONSULT, "2", ev.Wish.CANCEL, "COMPLETECALLER", ()),
        (ev.Wish.CONSULT, "2", ev.Wish.ADD, "COMPLETECALLER", ()),  # of three-way talks Asterisk tells nothing either
    ],
)
def test_transfers_have_asterisks_own_data(wish, target, then, event, how):
    world = World(a_plan(strategy="linear"), an_agent(1), an_agent(2))
    caller = Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=60 * SECOND)
    world.asterisk.call(NINE, a_call_id(), caller)
    for seconds, one in ((20, wish), (35, then)):
        world.asterisk.run(NINE + seconds * SECOND)
        if one is not None:
            now = NINE + seconds * SECOND
            world.asterisk.now = now
            request = UUID(int=seconds)
            wished = ev.WishUttered(call=a_call_id(), at=now, request=request, wish=one, target=target)
            world.asterisk.happen(wished)
    world.asterisk.run()
    rows = rows_of(world)
    assert [row[2] for row in rows] == ["ENTERQUEUE", "CONNECT", event], "the talks after it are none of the queue's"
    connected = next(one for one in world.facts if isinstance(one, fact.AgentConnected))
    wait = rows[1][3]
    sent = NINE + (35 if then is ev.Wish.COMPLETE else 20) * SECOND
    length = "60" if event == "COMPLETECALLER" else str(int((sent - connected.at).total_seconds()))
    assert rows[2] == ("tickets", "1", event, *how, wait, length, "1")
