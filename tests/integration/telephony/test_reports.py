"""Reports agree with the records behind them, to the call, and show each tenant its own."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.core import facts as fact
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.journal.models import Call
from telephony.journal.ship import ship
from telephony.reports.measures import Targets
from telephony.reports.services import by_agent, by_queue, by_time, calls_by
from telephony.reports.windows import Cut, NoSuchWindow, Window
from telephony.stays.models import QueueStay
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tests.builders.calls import a_call_id
from tests.builders.telephony import QUEUE_ID, an_answered_call
from tests.builders.tenants import NINE, a_tenant

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = Window(date(2026, 11, 24), date(2026, 11, 24), SHANGHAI)
MINUTE = timedelta(minutes=1)


def an_abandoned_call(call: CallId, tenant, starts_at: datetime, waits: float) -> list[fact.Fact]:
    """A caller who gives up in the queue."""
    owner, end = TenantId(tenant.id), starts_at + timedelta(seconds=waits)
    base = {"call": call, "tenant": owner}
    return [
        fact.CallArrived(seq=1, at=starts_at, dialled="+862196968101", caller="110", **base),
        fact.QueueEntered(seq=2, at=starts_at, queue=QUEUE_ID, queue_code="service", **base),
        fact.QueueLeft(seq=3, at=end, reason="abandoned", **base),
        fact.CallEnded(seq=4, at=end, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER, **base),
    ]


@pytest.fixture
def day(journal, museum):
    """Four of the museum's callers answered, three who gave up after 3, 15 and 60 s, one call of a neighbour."""
    with operator_scope():
        neighbour = a_tenant("harbour")
    facts = []
    for no, after in enumerate((0, 20, 50, 16 * 60), 1):
        facts += an_answered_call(
            a_call_id(no), tenant=museum.tenant.id, agent=museum.agent.id, starts_at=NINE + after * MINUTE
        )
    for no, waits in enumerate((3.0, 15.0, 60.0), 11):
        facts += an_abandoned_call(a_call_id(no), museum.tenant, NINE + 5 * MINUTE, waits)
    facts += an_answered_call(a_call_id(21), tenant=neighbour.id)
    journal.append(facts, [])
    ship(journal)
    return museum


def test_queue_is_counted_by_the_definitions(day):
    with tenant_scope(day.tenant.id):
        (line,) = by_queue(TODAY, Targets())
    stays = line.stays
    assert (line.queue_code, stays.entered, stays.refused) == ("service", 6, 0)
    assert (stays.answered, stays.abandoned, stays.abandoned_in_time, stays.short) == (3, 3, 2, 1)
    assert (stays.answered_in_time, stays.longest) == (3, MINUTE)
    assert stays.waited == sum((stay.left_at - stay.entered_at for stay in answered_today()), timedelta(0))


def answered_today() -> list[QueueStay]:
    with operator_scope():
        return list(
            QueueStay.objects.filter(
                left="connected", tenant__code="museum", entered_at__gte=TODAY.starts_at, entered_at__lt=TODAY.ends_at
            )
        )


def test_day_begins_at_the_tenants_midnight(day):
    """16 hours after nine in the morning is one at night, of the next day in Shanghai and of the same in UTC."""
    two_days = Window(date(2026, 11, 24), date(2026, 11, 25), SHANGHAI)
    with tenant_scope(day.tenant.id):
        days = by_time(two_days, Cut.DAY)
        hours = by_time(two_days, Cut.HOUR)
        quarters = by_time(two_days, Cut.QUARTER)
        (month,) = by_time(two_days, Cut.MONTH)
    assert [(line.starts_at.astimezone(SHANGHAI).day, line.stays.entered) for line in days] == [(24, 6), (25, 1)]
    assert [(line.starts_at.astimezone(SHANGHAI).hour, line.stays.entered) for line in hours] == [(9, 6), (1, 1)]
    assert sum(line.stays.entered for line in quarters) == month.stays.entered == 7
    assert month.stays.longest == MINUTE


def test_hour_that_comes_twice_is_two_hours(day):
    """On the last Sunday of October clocks in Berlin show the hour from two to three twice."""
    berlin = ZoneInfo("Europe/Berlin")
    first_two = datetime(2026, 10, 25, 2, 30, tzinfo=berlin).astimezone(ZoneInfo("UTC"))
    with telephony_scope():
        for no, at in ((1, first_two), (2, first_two + timedelta(hours=1))):
            QueueStay.objects.filter(call_id=a_call_id(no)).update(entered_at=at, left_at=at + MINUTE)
    sunday = Window(date(2026, 10, 25), date(2026, 10, 25), berlin)
    with tenant_scope(day.tenant.id):
        assert [line.stays.entered for line in by_time(sunday, Cut.HOUR)] == [1, 1]
        assert [line.stays.entered for line in by_time(sunday, Cut.DAY)] == [2]


def test_practice_calls_are_in_no_report(day):
    with telephony_scope():
        Call.objects.filter(id=a_call_id(1)).update(practice=True)
    with tenant_scope(day.tenant.id):
        assert by_queue(TODAY)[0].stays.answered == 2
        assert sum(line.calls for line in calls_by(TODAY, "outcome")) == 5


def test_calls_are_told_apart_by_number_and_outcome(day):
    with tenant_scope(day.tenant.id):
        lines = calls_by(TODAY, "dialled", "outcome")
    assert [(line.key, line.calls, line.answered) for line in lines] == [
        (("+862196968101", "abandoned"), 3, 0),
        (("+862196968101", "answered"), 3, 3),
    ]


def test_agent_is_told_with_legs_and_states(day):
    with tenant_scope(day.tenant.id):
        (line,) = by_agent(TODAY, NINE + timedelta(hours=1))
    assert (line.agent_id, line.handled.legs, line.missed) == (day.agent.id, 3, 0)
    with operator_scope():
        legs = Call.objects.filter(id__in=[a_call_id(no) for no in (1, 2, 3)])
        assert line.handled.talked == sum((call.talked for call in legs), timedelta(0))
    logged_in = line.presence.ready + line.presence.busy + line.presence.paused
    assert logged_in == NINE + timedelta(hours=1) - day.session.logged_in_at


def test_operator_sees_all_tenants_and_can_ask_for_one(day):
    with operator_scope():
        assert len(by_queue(TODAY)) == 2
        assert [line.stays.entered for line in by_queue(TODAY, tenant_id=day.tenant.id)] == [6]


def test_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(NoSuchWindow):
        Window(date(2026, 11, 24), date(2026, 11, 23), SHANGHAI)
