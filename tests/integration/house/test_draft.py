"""`./run call --draft`: which flow, which number, and for whom alone."""

import pytest

from seatline.house import draft
from seatline.house.draft import FlowNotFound, FlowUnclear, tried
from telephony.core.routing import find
from telephony.plans.models import FlowTrial
from telephony.plans.services import load_plan, save_draft
from tenants.accounts.scope import operator_scope
from tenants.numbers.services import assign_number
from tests.builders.telephony import a_definition, a_published_flow, a_queue
from tests.builders.tenants import NINE, a_number, a_tenant

NUMBER = "+862196968101"
pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(monkeypatch):
    """A museum's flow with a draft, on a number."""
    monkeypatch.setattr(draft, "HEARD_AFTER", 0)
    monkeypatch.setattr("seatline.clock.now", lambda: NINE)
    with operator_scope():
        tenant = a_tenant()
        a_queue(tenant)
        a_number(NUMBER)
        assign_number(NUMBER, tenant, NINE)
        flow = a_published_flow(tenant, "main", answers=NUMBER)
        save_draft(flow, {**a_definition(), "start": "menu"})
        nodes = {**a_definition()["nodes"], "told": {"kind": "finish", "outcome": "closed"}}
        save_draft(flow, {**a_definition(), "nodes": nodes})
        return flow


@pytest.mark.parametrize("name", ["main", "museum/main"])
def test_draft_answers_this_caller_alone_and_only_for_the_call(flow, name):
    with tried(name, "02155550001") as call:
        assert (call.number, call.version) == (NUMBER, 2)
        plan = load_plan()
        assert find(plan, NUMBER, NINE, "02155550001").practice
        assert not find(plan, NUMBER, NINE, "02161234567").practice
    with operator_scope():
        assert not FlowTrial.objects.exists()


def test_trial_ends_although_the_call_fails(flow):
    with pytest.raises(RuntimeError), tried("main", "02155550001"):
        raise RuntimeError
    with operator_scope():
        assert not FlowTrial.objects.exists()


def test_flow_must_be_one(flow):
    with operator_scope():
        other = a_tenant("harbour")
        a_queue(other)
        a_published_flow(other, "main")
    with pytest.raises(FlowUnclear, match="Several have a flow main"), tried("main", "x"):
        pass
    with pytest.raises(FlowNotFound), tried("nobody/main", "x"):
        pass
