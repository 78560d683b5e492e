"""Where callers go while nobody of us is there, read out of the plan beforehand."""

from dataclasses import replace
from datetime import timedelta

from telephony.core.flow import Finish, Forward
from telephony.core.refuge import refuges
from telephony.core.values import Outcome
from tests.builders.calls import FLOW, MUSEUM, NINE, NUMBER, QUEUE, SHARED, a_flow, a_forward, a_plan


def with_flow(plan, **nodes):
    return replace(plan, flows=plan.flows | {FLOW: a_flow(**nodes)})


def test_a_tenants_number_leads_to_its_queue_with_the_words_of_its_flow():
    refuge = refuges(a_plan(max_wait=timedelta(minutes=2), record=False), NINE)[NUMBER, ""]
    assert (refuge.tenant, refuge.queue, refuge.queue_code) == (MUSEUM, QUEUE, "tickets")
    assert refuge.greeting
    assert (refuge.longest, refuge.record) == (timedelta(minutes=2), False)


def test_a_shared_number_asks_for_the_merchant_and_each_merchant_has_a_refuge():
    found = refuges(a_plan(), NINE)
    assert found[SHARED, ""].tenant is None
    merchants = {code: refuge.tenant for (number, code), refuge in found.items() if number == SHARED and code}
    assert MUSEUM in merchants.values()


def test_numbers_out_of_force_and_of_suspended_tenants_have_none():
    plan = a_plan(active=False)
    assert (NUMBER, "") not in refuges(plan, NINE)
    ended = {number: tuple(replace(r, ends_at=NINE) for r in routes) for number, routes in a_plan().routes.items()}
    assert (NUMBER, "") not in refuges(replace(a_plan(), routes=ended), NINE)


def test_a_flow_without_a_queue_leads_to_the_tenants_first():
    plan = with_flow(a_plan(), start=a_forward("+8613800000001", otherwise="closed"))
    assert isinstance(plan.flows[FLOW].nodes["start"], Forward)
    assert refuges(plan, NINE)[NUMBER, ""].queue == QUEUE


def test_a_flow_that_begins_with_its_end_greets_nobody_with_it():
    """Asterisk keeps the words while we are away: "closed" would be said into the morning."""
    plan = with_flow(a_plan(), start=Finish(outcome=Outcome.CLOSED))
    assert refuges(plan, NINE)[NUMBER, ""].greeting == ""
