"""Customers to be called back, in the admin: seen, cancelled after a question, opened again, settled by hand."""

from uuid import UUID

import pytest

from telephony.callbacks.models import Callback
from telephony.callbacks.services import ask, take
from telephony.trunks.services import allow_outside
from tenants.accounts.scope import operator_scope
from tests.builders.tenants import NINE

MOBILE = "+8613800000001"


@pytest.fixture
def callback(house) -> Callback:
    with operator_scope():
        allow_outside(house.tenant, "+8613")
        made, _ = ask(house.tenant, "service", MOBILE, NINE, name="Zhou Min")
    return made


def page(callback, step):
    return f"/admin/telephony/callback/{callback.pk}/{step}/"


def state(callback):
    with operator_scope():
        return Callback.objects.get(pk=callback.pk).state


def test_list_tells_who_waits(staff, callback):
    shown = staff("supervision").get("/admin/telephony/callback/?open=yes").content.decode()
    assert MOBILE in shown and "Zhou Min" in shown


def test_callback_is_cancelled_after_a_question_and_that_is_undone(staff, callback):
    ops = staff("operations")
    assert "This can be undone" in ops.get(page(callback, "cancel")).content.decode()
    assert state(callback) == "open", "looking at the question changes nothing"
    ops.post(page(callback, "cancel"))
    assert state(callback) == "cancelled"
    ops.post(page(callback, "reopen"))
    assert state(callback) == "open"


@pytest.mark.parametrize(("step", "becomes"), [("give-back", "open"), ("reached", "reached"), ("give-up", "given_up")])
def test_what_an_agent_has_taken_is_settled_or_given_back(staff, house, callback, step, becomes):
    with operator_scope():
        take(callback, UUID(house.agent_id), NINE)
    supervisor = staff("supervision")
    assert "Lin Yue" in supervisor.get(page(callback, "change")).content.decode()
    supervisor.post(page(callback, step))
    assert state(callback) == becomes


def test_finance_neither_sees_nor_cancels(staff, callback):
    finance = staff("finance")
    assert finance.get("/admin/telephony/callback/").status_code == 403
    assert finance.post(page(callback, "cancel")).status_code == 403
    assert state(callback) == "open"
