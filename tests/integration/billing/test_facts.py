"""Facts beside calls become usage: legs outside, shifts with pauses, orders, stored sound. Rating reads them back."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from agents.people.models import Agent
from agents.presence.models import AgentSession, PresenceInterval
from billing.mediation.ahead import ReadAhead
from billing.mediation.models import UsageRecord
from billing.mediation.services import (
    mediate_orders,
    mediate_said,
    mediate_shifts,
    mediate_stock,
    newest_position,
    record_readings,
)
from billing.mediation.sums import held_by, usage_of
from billing.mediation.usage import usage_of_call
from billing.rating.kinds import read_params
from billing.rating.periods import Period
from billing.rating.values import Component, Detail, Usage
from seatline.ids import new_id
from telephony.core.values import Outcome
from telephony.desk.dispositions import add_disposition
from telephony.desk.models import Disposed
from telephony.journal.models import Call
from telephony.journal.services import OutsideLeg
from telephony.lookups.models import Order
from telephony.recordings.models import Recording
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope, tenant_scope
from tenants.numbers.services import add_number, assign_number, release_number
from tests.builders.billing import MID_OCTOBER, NOVEMBER_3, a_closed_call, a_world, mediate_calls
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
DAY = date(2026, 10, 15)
EVERYTHING = 2**40


@pytest.fixture
def tenant():
    with operator_scope():
        return a_tenant()


def component(kind, **params):
    return Component("c", kind, read_params(kind, params), date(2020, 1, 1))


def standing():
    """Quantity by meter and reason as it stands now."""
    with finance_scope():
        sums = {}
        for row in UsageRecord.objects.all():
            key = row.meter, row.reason
            sums[key] = sums.get(key, 0) + row.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def test_every_outcome_of_telephony_has_its_rule():
    from billing.mediation.rules import OUTCOMES

    assert {outcome.value for outcome in Outcome} <= set(OUTCOMES)


def test_forwarded_call_is_a_call_in_and_a_call_outside(tenant):
    answered = MID_OCTOBER + timedelta(seconds=20)
    leg = OutsideLeg(new_id(), "+8613800000001", MID_OCTOBER, answered, answered + timedelta(seconds=61.2))
    missed = OutsideLeg(new_id(), "+8613800000002", MID_OCTOBER, None, answered)
    call = a_closed_call(tenant, outcome="forwarded", outside=(missed, leg))
    mediate_calls([call])
    assert standing() == {("call_in", ""): 1, ("outside_call", ""): 1, ("outside_call", "not_answered"): 1}
    rates = [{"code": "mobile", "prefix": "+861", "price": "0.30"}]
    with finance_scope():
        (usage,) = usage_of(tenant.pk, [component("outside_minutes", rates=rates)], OCTOBER, SHANGHAI, EVERYTHING)
        assert {(one["meter"], one["reason"]) for one in usage_of_call(call.call_id)} == {
            ("call_in", ""),
            ("outside_call", ""),
            ("outside_call", "not_answered"),
        }
    assert usage == Usage("outside_call", DAY, Decimal(1), Detail(seconds=62, to="+8613800000001"))
    # Corrected: it was never answered.
    mediate_calls([replace(call, position=2, outside=(missed, replace(leg, answered_at=None)))])
    assert standing() == {("call_in", ""): 1, ("outside_call", "not_answered"): 2}


def a_session(tenant, number="1001", employer="operator", **fields):
    with operator_scope():
        agent = Agent.objects.filter(number=number).first() or Agent.objects.create(
            tenant=tenant, number=number, name="Li", employed_by=employer
        )
    with telephony_scope():
        defaults = {
            "endpoint": "seat-001",
            "logged_in_at": MID_OCTOBER,
            "logged_out_at": MID_OCTOBER + timedelta(hours=8),
        }
        return AgentSession.objects.create(tenant=tenant, agent=agent, **{**defaults, **fields})


def a_pause(session, reason="lunch", minutes=30):
    starts_at = session.logged_in_at + timedelta(hours=2)
    with telephony_scope():
        return PresenceInterval.objects.create(
            id=new_id(), tenant_id=session.tenant_id, session=session, agent_id=session.agent_id, state="paused",
            reason=reason, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes),
        )  # fmt: skip


def test_shift_of_the_operator_s_staff_is_usage_with_its_pauses(tenant):
    session = a_session(tenant)
    pause = a_pause(session)
    a_session(tenant, "2001", "tenant", endpoint="seat-002")
    assert mediate_shifts(NOVEMBER_3).records == 3
    assert mediate_shifts(NOVEMBER_3).records == 0
    assert standing() == {("staff_shift", ""): 1, ("staff_pause", ""): 1, ("staff_shift", "own_staff"): 1}
    with finance_scope():
        usage = usage_of(tenant.pk, [component("staff_hour", price="55.00")], OCTOBER, SHANGHAI, EVERYTHING)
    by_meter = {one.meter: one.detail for one in usage}
    shift = str(session.pk)
    assert by_meter["staff_shift"] == Detail(seconds=28800, starts_at=MID_OCTOBER, source=shift)
    assert by_meter["staff_pause"] == Detail(seconds=1800, label="lunch", starts_at=pause.starts_at, source=shift)
    # Presence has learnt that the pause did not happen, and that the shift was shorter.
    with telephony_scope():
        PresenceInterval.objects.filter(pk=pause.pk).delete()
        AgentSession.objects.filter(pk=session.pk).update(logged_out_at=MID_OCTOBER + timedelta(hours=7))
    assert mediate_shifts(NOVEMBER_3).records == 3
    assert mediate_shifts(NOVEMBER_3).records == 0
    assert standing() == {("staff_shift", ""): 1, ("staff_shift", "own_staff"): 1}
    # And that it did, after all.
    a_pause(session)
    mediate_shifts(NOVEMBER_3)
    assert standing()["staff_pause", ""] == 1


def a_call(tenant, position=1):
    return Call.objects.create(id=new_id(), tenant=tenant, started_at=MID_OCTOBER, position=position)


def test_confirmed_order_is_a_success_with_its_amount(tenant):
    with telephony_scope():
        call = a_call(tenant)
        for key, content in (("a", {"amount": "1250.50", "who": "Zhang"}), ("b", {"amount": "many"})):
            Order.objects.create(
                id=new_id(), tenant=tenant, call=call, key=key, system="shop", path="/orders", content=content,
                confirmed_at=MID_OCTOBER,
            )  # fmt: skip
    assert mediate_orders(NOVEMBER_3).records == 2
    assert mediate_orders(NOVEMBER_3).records == 0
    with finance_scope():
        found = usage_of(
            tenant.pk, [component("commission", base="value", rates=[{"pays": "3"}])], OCTOBER, SHANGHAI, EVERYTHING
        )
        assert not UsageRecord.objects.filter(facts__icontains="Zhang").exists()
    assert {(one.detail.value, one.quantity) for one in found} == {(Decimal("1250.50"), 1), (Decimal(0), 1)}


def say(call, agent, word):
    Disposed.objects.update_or_create(
        tenant=call.tenant, call_id=call.pk, agent=agent,
        defaults={"disposition": word, "success": word.success, "said_at": MID_OCTOBER},
    )  # fmt: skip


def test_call_is_a_success_once_that_its_agents_say_is_one_and_no_more_when_they_say_otherwise(tenant):
    with operator_scope():
        sold, gone = (
            add_disposition(tenant, code, code, success=success) for code, success in (("sold", True), ("gone", False))
        )
        first, second = (Agent.objects.create(tenant=tenant, number=number, name=number) for number in ("1801", "1802"))
    with telephony_scope():
        call, other = a_call(tenant), a_call(tenant, 2)
    with tenant_scope(tenant.pk):
        say(call, first, sold)
        say(call, second, sold)
        say(other, first, gone)
    assert mediate_said(NOVEMBER_3).records == 1
    assert mediate_said(NOVEMBER_3).records == 0
    with finance_scope():
        per_deal = component("commission", base="count", rates=[{"pays": "20"}])
        (deal,) = usage_of(tenant.pk, [per_deal], OCTOBER, SHANGHAI, EVERYTHING)
        assert (deal.meter, deal.quantity, deal.detail.value) == ("order", 1, Decimal(0))
    # The word is no success any more: what was said stays what it was. Then both agents take it back.
    with operator_scope():
        add_disposition(tenant, "sold", "sold", success=False)
    assert mediate_said(NOVEMBER_3).records == 0
    with tenant_scope(tenant.pk):
        say(call, first, gone)
        say(call, second, gone)
    assert mediate_said(NOVEMBER_3).records == 1
    with finance_scope():
        assert [one.quantity for one in usage_of(tenant.pk, [per_deal], OCTOBER, SHANGHAI, EVERYTHING)] == [0]


def test_sound_kept_is_taken_down_once_a_day_and_days_away_are_made_up_for(tenant):
    with telephony_scope():
        Recording.objects.create(
            id=new_id(), tenant=tenant, call=a_call(tenant), name="r", path="r.wav", seconds=1, peak_db=-3,
            size=2_500_000_000, stored_at=MID_OCTOBER,
        )  # fmt: skip
    at = MID_OCTOBER + timedelta(days=1)
    assert mediate_stock(at).records == 1
    assert mediate_stock(at).records == 0
    assert mediate_stock(at + timedelta(days=3)).records == 3
    with finance_scope():
        usage = usage_of(tenant.pk, [component("storage", price="2.00")], OCTOBER, SHANGHAI, EVERYTHING)
    assert {one.on: one.quantity for one in usage} == {date(2026, 10, day): Decimal("2.5") for day in range(15, 19)}


def test_calls_offered_are_read_with_their_wait_whether_billed_or_not(tenant):
    mediate_calls(
        [
            a_closed_call(tenant, 1),
            a_closed_call(tenant, 2, outcome="abandoned", waited=timedelta(seconds=31)),
            a_closed_call(tenant, 3, outcome="closed", waited=timedelta(0)),
            a_closed_call(tenant, 4, practice=True),
        ]
    )
    penalty = component("penalty", within_seconds=20, rows=[{"below_percent": "90", "percent": "5"}])
    with finance_scope():
        usage = usage_of(tenant.pk, [penalty], OCTOBER, SHANGHAI, EVERYTHING)
    assert {(one.meter, one.detail.label, one.detail.seconds, int(one.quantity)) for one in usage} == {
        ("offered", "answered", 8, 1),
        ("offered", "abandoned", 31, 1),
        ("offered", "closed", 0, 1),
    }


def test_many_tenants_are_read_ahead_in_one_statement_and_say_the_same(tenant, django_assert_num_queries):
    with operator_scope():
        harbour = a_tenant("harbour")
    mediate_calls(
        [
            a_closed_call(tenant, 1),
            a_closed_call(tenant, 2),
            a_closed_call(harbour, 3),
            a_closed_call(harbour, 4, outcome="abandoned"),
            a_closed_call(harbour, 5, started_at=NOVEMBER_3),
        ]
    )
    prices = [component("metered", price="1.00")]
    with finance_scope():
        alone, ahead = ReadAhead(newest_position()), ReadAhead(newest_position())
        with django_assert_num_queries(1):
            ahead.read([tenant.pk, harbour.pk], OCTOBER, SHANGHAI)
        said = {
            one: (alone.usage(one, prices, OCTOBER, SHANGHAI), alone.summary(one, OCTOBER, SHANGHAI))
            for one in (tenant.pk, harbour.pk)
        }
        with django_assert_num_queries(0):
            assert said == {
                one: (ahead.usage(one, prices, OCTOBER, SHANGHAI), ahead.summary(one, OCTOBER, SHANGHAI))
                for one in said
            }
        # Other days are read when they are asked for.
        november = Period(date(2026, 11, 1), date(2026, 12, 1))
        assert [one.quantity for one in ahead.usage(harbour.pk, prices, november, SHANGHAI)] == [1]
    assert [row["calls"] for row in said[harbour.pk][1]] == [1, 1]


def test_numbers_are_held_from_their_assignment_to_their_release():
    contract, *_ = a_world("lotus")
    with operator_scope():
        for number in ("+862196968303", "+8612503003"):
            add_number(number, "local")
            assign_number(number, contract.tenant, datetime(2026, 9, 1, tzinfo=SHANGHAI))
        release_number("+8612503003", datetime(2026, 10, 16, tzinfo=SHANGHAI))
    rent = [component("number_month", price="100.00")]
    with finance_scope():
        held = held_by(contract.tenant_id, contract.pk, rent, OCTOBER, SHANGHAI)
        november = held_by(
            contract.tenant_id, contract.pk, rent, Period(date(2026, 11, 1), date(2026, 12, 1)), SHANGHAI
        )
    assert {(one.lease, one.what, one.ends_at is None) for one in held} == {
        ("+862196968303", "number", True),
        ("+8612503003", "number", False),
    }
    assert [one.lease for one in november] == ["+862196968303"]


def test_reading_of_nothing_takes_back_what_was_told_once(tenant):
    call = a_closed_call(tenant)
    mediate_calls([call])
    with finance_scope():
        assert len(record_readings({call.call_id: None}, NOVEMBER_3)) == 1
        assert record_readings({call.call_id: None}, NOVEMBER_3) == []
    assert standing() == {}
