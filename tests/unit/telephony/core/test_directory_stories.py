"""The directory's agent: a caller of the shared number who knows no code is passed on to the merchant looked up."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.flow import Finish, Flow, Menu, Merchant, Say, ToQueue
from telephony.core.plan import MemberPlan, Numbering, Route, TenantPlan
from telephony.core.values import FlowId, Outcome, QueueId, TenantId
from telephony.journal.projection import fold
from telephony.journal.queue_log import call_rows, parts_of
from telephony.stays.rules import stays_of
from tests.builders.calls import (
    DIRECTORY,
    LONG_AGO,
    MUSEUM,
    NINE,
    NUMBER,
    SHARED,
    World,
    a_call_id,
    a_plan,
    a_queue,
    an_agent,
)

SECOND = timedelta(seconds=1)
CALL = a_call_id()
DESK, LOOKING_UP, DESK_FLOW = TenantId(UUID(int=7)), QueueId(UUID(int=17)), FlowId(UUID(int=27))
CLERK, CURATOR = an_agent(7, tenant=DESK), an_agent(1)


def a_directory_plan(*, active=True, listed=True):
    """Code 000 of the shared number is the operator's own desk; 101 is the museum."""
    plan = a_plan(active=active)
    desk = a_queue(id=LOOKING_UP, tenant=DESK, code="desk", members={CLERK.agent: MemberPlan()})
    nodes = {"wait": ToQueue(queue=LOOKING_UP)}
    flow = Flow(id=DESK_FLOW, code="desk", version=1, tenant=DESK, start="wait", nodes=nodes)
    directory = {(SHARED, "000"): (Route(flow=DESK_FLOW, tenant=DESK, starts_at=LONG_AGO),)}
    return replace(
        plan, queues=plan.queues | {LOOKING_UP: desk}, flows=plan.flows | {DESK_FLOW: flow},
        tenants=plan.tenants | {DESK: TenantPlan(id=DESK, code="desk", name="Directory desk", language="zh")},
        directory=directory | (plan.directory if listed else {}),
        numbering=Numbering("86", lambda keyed: f"+86{keyed}", lambda number: number.removeprefix("+86")),
    )  # fmt: skip


def passed_on(target="1252101", *, dialled=SHARED, keys=("000", "", "0"), plan=None):
    """The agent who has the caller sends him to a merchant, sixteen seconds after nine."""
    world = World(plan or a_directory_plan(), CLERK, CURATOR)
    caller = Caller(dialled=dialled, number="02161234567", keys=keys, talk=60 * SECOND)
    world.asterisk.call(NINE, CALL, caller)

    def ask():
        leg = world.engine.calls[CALL].agent_leg
        world.asterisk.happen(ev.BlindAsked(call=CALL, at=world.asterisk.now, channel=leg.channel, target=target))

    world.asterisk.at(NINE + 16 * SECOND, ask)
    world.asterisk.run()
    assert not world.engine.calls and not world.asterisk.phones and not world.asterisk.bridges
    return world


def talked(world):
    return [one.agent for one in world.facts if isinstance(one, fact.AgentConnected)]


def test_caller_is_passed_on_to_the_merchant_and_counted_to_it():
    world = passed_on()
    assert talked(world) == [CLERK.agent, CURATOR.agent]
    assert [one.merchant for one in world.facts if isinstance(one, fact.FlowEntered)] == ["", "000", "101"]
    call = fold(CALL, world.facts).call
    assert (call.tenant_id, call.merchant_code, call.queue_code, call.outcome) == (
        MUSEUM, "101", "tickets", Outcome.ANSWERED,
    )  # fmt: skip
    clerk = [one.state for one in world.states if one.agent == CLERK.agent]
    assert clerk == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY], "the desk's part is over at once"


def test_what_the_desk_did_stays_the_desks():
    """The museum sees its own stay and leg; the desk's are the desk's."""
    world = passed_on()
    legs = {leg.no: leg.tenant_id for leg in fold(CALL, world.facts).legs}
    assert legs == {0: MUSEUM, 1: DESK, 2: MUSEUM}
    assert [(stay.tenant_id, stay.queue_code) for stay in stays_of(world.facts)] == [
        (DESK, "desk"), (MUSEUM, "tickets"),
    ]  # fmt: skip


def test_queue_log_tells_each_of_the_two_its_own_part():
    parts = parts_of(passed_on().facts)
    told = {tenant: [row.event for row in call_rows(part, {})] for tenant, part in parts.items()}
    assert told == {
        DESK: ["ENTERQUEUE", "CONNECT", "BLINDTRANSFER"],
        MUSEUM: ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"],
    }


def test_wait_at_the_desk_gives_no_place_before_the_merchants_callers():
    entered = [one.at for one in passed_on().facts if isinstance(one, fact.QueueEntered)]
    assert len(entered) == 2
    (first, second) = (stay.entered_at for stay in stays_of(passed_on().facts))
    assert (first, second) == tuple(entered)


@pytest.mark.parametrize(
    ("how", "left"),
    [
        ({"plan": a_directory_plan(listed=False)}, "desk"),  # no such merchant
        ({"plan": a_directory_plan(active=False)}, "desk"),  # suspended
        ({"target": "1252"}, "desk"),  # the number alone names nobody
    ],
)
def test_who_cannot_be_passed_on_stays_with_the_desk(how, left):
    world = passed_on(**how)
    assert talked(world) == [CLERK.agent]
    assert fold(CALL, world.facts).call.queue_code == left
    assert "TransferBegun" not in world.kinds()


def test_nobody_comes_to_a_merchant_by_a_number_that_is_not_shared():
    """The museum's agent has a caller of the museum's own number, and keys the desk's code."""
    world = passed_on("1252000", dialled=NUMBER, keys=("", "0"))
    assert talked(world) == [CURATOR.agent]
    assert "TransferBegun" not in world.kinds()


def chosen_by_menu(plan, *, dialled=SHARED, keys=("1", "", "0")):
    """A caller of a menu in which 1 is the museum; the world after it."""
    world = World(plan, CLERK, CURATOR)
    world.asterisk.call(NINE, CALL, Caller(dialled=dialled, number="02161234567", keys=keys, talk=60 * SECOND))
    world.asterisk.run()
    assert not world.engine.calls
    return fold(CALL, world.facts).call


def a_menu(flow_id, tenant, code="101"):
    """1 is a merchant by code; who is not there is told so."""
    nodes = {
        "ask": Menu(say=(Say("menu"),), choices={"1": "museum"}, otherwise="nobody"),
        "museum": Merchant(code=code, otherwise="nobody"),
        "nobody": Finish(outcome=Outcome.NO_MERCHANT),
    }
    return Flow(id=flow_id, code="menu", version=1, tenant=tenant, start="ask", nodes=nodes)


@pytest.mark.parametrize(
    ("directory", "code", "came"),
    [
        ({}, "101", (MUSEUM, "101", Outcome.ANSWERED)),
        ({}, "999", (None, "", Outcome.NO_MERCHANT)),  # nobody has this code
        ({"active": False}, "101", (None, "", Outcome.SUSPENDED)),
    ],
)
def test_merchant_is_chosen_from_a_menu(directory, code, came):
    plan = a_directory_plan(**directory)
    plan = replace(plan, flows=plan.flows | {DIRECTORY: a_menu(DIRECTORY, None, code)})
    call = chosen_by_menu(plan)
    assert (call.tenant_id, call.merchant_code, call.outcome) == came


def test_menu_of_a_tenant_leads_to_no_other():
    """The desk is a tenant: its own flow names the museum, and comes to nothing."""
    plan = a_directory_plan()
    plan = replace(plan, flows=plan.flows | {DESK_FLOW: a_menu(DESK_FLOW, DESK)})
    call = chosen_by_menu(plan, keys=("000", "1"))
    assert (call.tenant_id, call.outcome) == (DESK, Outcome.NO_MERCHANT)
