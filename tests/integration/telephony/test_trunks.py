"""Who may call outside, as the tables have it and the switch's plan takes it."""

from datetime import timedelta

import pytest

from telephony.core.lines import TrunkPlan
from telephony.core.values import TenantId
from telephony.plans.services import load_plan
from telephony.trunks.models import OutsideRule
from telephony.trunks.services import PrefixUnreadable, add_trunk, allow_outside, forbid_outside
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.numbers.services import assign_number
from tests.builders.tenants import NINE, a_number, a_tenant

pytestmark = pytest.mark.django_db


def test_plan_has_trunks_rules_and_the_tenants_own_numbers():
    with operator_scope():
        museum = a_tenant("museum")
        assign_number(a_number("+862196968101").e164, museum, NINE, NINE + timedelta(days=9))
        allow_outside(museum, "+8613")
        allow_outside(museum, "+8613")
        add_trunk("carrier", "127.0.0.10", priority=3, capacity=30)
        add_trunk("reserve", "127.0.0.11")
    plan = load_plan()
    assert set(plan.trunks) == {TrunkPlan(name="carrier", priority=3, capacity=30), TrunkPlan(name="reserve")}
    outside = plan.outside[TenantId(museum.id)]
    assert outside.prefixes == {"+8613"}
    assert [(one.number, one.starts_at, one.ends_at) for one in outside.numbers] == [
        ("+862196968101", NINE, NINE + timedelta(days=9))
    ]


def test_rule_that_is_taken_back_is_gone_and_a_trunk_that_is_switched_off_too():
    with operator_scope():
        museum = a_tenant("museum")
        allow_outside(museum, "+86")
        forbid_outside(museum, "+86")
        trunk = add_trunk("carrier", "127.0.0.10")
        trunk.active = False
        trunk.save()
    plan = load_plan()
    assert not plan.trunks and not plan.outside


@pytest.mark.parametrize("prefix", ["", "+", "86", "+086", "+86-13", "0086", "+８６"])
def test_rule_is_the_beginning_of_a_number_in_full(prefix):
    with operator_scope(), pytest.raises(PrefixUnreadable):
        allow_outside(a_tenant("museum"), prefix)


def test_tenant_sees_its_own_rules_alone():
    with operator_scope():
        museum, neighbour = a_tenant("museum"), a_tenant("neighbour")
        allow_outside(museum, "+8613")
        allow_outside(neighbour, "+8615")
    with tenant_scope(museum.id):
        assert [one.prefix for one in OutsideRule.objects.all()] == ["+8613"]
