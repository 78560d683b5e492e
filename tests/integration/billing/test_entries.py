"""Facts entered by hand: counted like every other, taken back by a row of their own."""

from datetime import date
from decimal import Decimal

import pytest

from billing.contracts.services import FinanceOnly, Price
from billing.invoices.services import refresh_draft
from billing.mediation.entries import (
    Entry,
    LabelMissing,
    MeterNotByHand,
    NotAnEntry,
    QuantityMissing,
    enter,
    take_back,
)
from billing.mediation.models import UsageRecord
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope
from tests.builders.billing import MID_OCTOBER, NOVEMBER_3, a_closed_call, a_world, mediate_calls

pytestmark = pytest.mark.django_db

PROJECT = Price(
    "project", "milestone", {"price": "100.00", "milestones": [{"code": "design"}, {"code": "launch"}]},
    "Project", "项目", "service",
)  # fmt: skip
DESIGN = Entry("milestone", date(2026, 10, 20), label="design", note="report 7")


def test_accepted_milestone_is_billed_and_given_back_when_it_is_taken_back():
    contract, one, _ = a_world("museum", [PROJECT], ends_on=date(2026, 11, 1))
    with finance_scope():
        entered = enter(contract.tenant, DESIGN, user=one, at=MID_OCTOBER)
        assert entered.facts == {"entered_by": "fin1", "note": "report 7"}
        draft = refresh_draft(contract, NOVEMBER_3)
        assert [(line.text, str(line.amount)) for line in draft.lines.all()] == [("Project: design", "50.00")]
        take_back(entered, user=one, at=NOVEMBER_3)
        assert not refresh_draft(contract, NOVEMBER_3).lines.exists()
        with pytest.raises(NotAnEntry):
            take_back(entered, user=one, at=NOVEMBER_3)


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        # The house counts calls and shifts itself.
        (Entry("call_in", date(2026, 10, 20)), MeterNotByHand),
        (Entry("staff_shift", date(2026, 10, 20)), MeterNotByHand),
        (Entry("sms", date(2026, 10, 20), Decimal(0)), QuantityMissing),
        (Entry("milestone", date(2026, 10, 20)), LabelMissing),
    ],
)
def test_what_cannot_be_entered_is_refused(entry, refusal):
    contract, one, _ = a_world()
    with finance_scope(), pytest.raises(refusal):
        enter(contract.tenant, entry, user=one, at=MID_OCTOBER)
    with finance_scope():
        assert not UsageRecord.objects.exists()


def test_only_finance_enters_and_calls_are_not_taken_back_by_hand():
    contract, one, _ = a_world()
    mediate_calls([a_closed_call(contract.tenant_id)])
    with finance_scope():
        with pytest.raises(FinanceOnly):
            enter(contract.tenant, DESIGN, user=User(username="ops", is_staff=True), at=MID_OCTOBER)
        with pytest.raises(NotAnEntry):
            take_back(UsageRecord.objects.get(), user=one, at=MID_OCTOBER)
