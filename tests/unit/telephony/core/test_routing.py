"""Which flow answers a dialled number."""

from dataclasses import replace

from telephony.core import routing
from telephony.core.values import Outcome
from tests.builders.calls import DIRECTORY, LONG_AGO, MUSEUM, NINE, NUMBER, SHARED, a_plan


def test_a_number_leads_to_the_flow_of_whoever_holds_it():
    found = routing.find(a_plan(), NUMBER, NINE)
    assert (found.tenant, found.flow.code, found.merchant) == (MUSEUM, "museum", "")


def test_a_number_held_by_nobody_at_that_time_is_unassigned():
    assert routing.find(a_plan(), NUMBER, LONG_AGO.replace(year=2020)) == Outcome.UNASSIGNED
    assert routing.find(a_plan(), "+862100000000", NINE) == Outcome.UNASSIGNED


def test_a_merchants_code_may_be_dialled_right_behind_the_shared_number():
    found = routing.find(a_plan(), f"{SHARED}101", NINE)
    assert (found.tenant, found.flow.code, found.merchant) == (MUSEUM, "museum", "101")


def test_a_code_that_is_not_listed_leads_nowhere():
    assert routing.find(a_plan(), f"{SHARED}999", NINE) == Outcome.UNASSIGNED
    assert routing.find_merchant(a_plan(), SHARED, "999", NINE) == Outcome.NO_MERCHANT


def test_a_suspended_tenant_is_not_answered_on_any_way():
    for dialled in (NUMBER, f"{SHARED}101"):
        assert routing.find(a_plan(active=False), dialled, NINE) == Outcome.SUSPENDED


def test_a_trial_for_one_caller_is_met_by_that_caller_alone():
    plan = a_plan()
    trial = replace(plan.routes[NUMBER][0], flow=DIRECTORY, trial=True, caller="2161234567")
    plan = replace(plan, routes={**plan.routes, NUMBER: (trial, *plan.routes[NUMBER])})
    assert routing.find(plan, NUMBER, NINE, "02161234567").practice
    assert not routing.find(plan, NUMBER, NINE, "02161234568").practice
    assert not routing.find(plan, NUMBER, NINE).practice
