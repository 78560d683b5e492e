"""Requests about calls: who may ask, what is asked once, and how the switch takes and answers them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from telephony.core import events as ev
from telephony.journal.models import Call, Leg
from telephony.requests.models import CallRequest
from telephony.requests.services import (
    ANSWERED_WITHIN,
    CARRIED_OUT_WITHIN,
    CallIsOver,
    CallNotFound,
    NoAgentTalks,
    NotYourCall,
    RequestDiffers,
    Standing,
    TargetMissing,
    answer_to,
    ask,
    open_requests,
    settle,
)
from telephony.switch.requests import Requests
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
AGENT, COLLEAGUE, CALL, REQUEST = (UUID(int=number) for number in (31, 32, 41, 51))


@pytest.fixture
def museum():
    """A tenant with a call in which an agent talks."""
    with operator_scope():
        tenant = a_tenant("museum")
    with telephony_scope():
        call = Call.objects.create(id=CALL, tenant_id=tenant.id, started_at=NINE, answered_at=NINE, position=1)
        Leg.objects.create(
            id=uuid4(), tenant_id=tenant.id, call=call, no=1, kind=Leg.Kind.AGENT, agent_id=AGENT, started_at=NINE,
            answered_at=NINE,
        )  # fmt: skip
    return tenant


def asks(tenant, kind="hold", request=REQUEST, at=NINE, **more):
    with tenant_scope(tenant.id):
        return ask(request, CALL, kind, at, **more)


def test_agent_who_talks_asks_once_however_often_it_is_sent(museum):
    for after in range(3):
        assert asks(museum, agent_id=AGENT, asked_by=AGENT, at=NINE + after * SECOND) == Standing(REQUEST, "open")
    (one,) = open_requests()
    assert (one.id, one.call_id, one.agent_id, one.kind, one.asked_at) == (REQUEST, CALL, AGENT, "hold", NINE)
    settle([(REQUEST, "")], NINE + SECOND)
    settle([(REQUEST, "not_now")], NINE + 2 * SECOND)
    assert asks(museum, agent_id=AGENT, asked_by=AGENT) == Standing(REQUEST, "done"), "the first answer stands"
    assert open_requests() == []


def test_nobody_asks_about_a_call_that_is_anothers_over_or_not_his(museum):
    with operator_scope():
        neighbour = a_tenant("neighbour")
    with pytest.raises(CallNotFound):
        asks(neighbour, agent_id=AGENT, asked_by=AGENT)
    with pytest.raises(NotYourCall):
        asks(museum, agent_id=COLLEAGUE, asked_by=COLLEAGUE)
    with pytest.raises(NoAgentTalks):
        asks(museum, agent_id=COLLEAGUE)
    with pytest.raises(TargetMissing):
        asks(museum, "consult")
    with telephony_scope():
        Leg.objects.update(ended_at=NINE)
    with pytest.raises(NoAgentTalks):
        asks(museum)
    with telephony_scope():
        Call.objects.update(ended_at=NINE)
    with pytest.raises(CallIsOver):
        asks(museum)
    assert open_requests() == [], "what was refused at the door is not kept"


def test_id_that_was_used_for_something_else_is_refused_and_shows_nothing(museum):
    asks(museum, "hold")
    with pytest.raises(RequestDiffers):
        asks(museum, "hang_up")
    with operator_scope():
        neighbour = a_tenant("neighbour")
    with tenant_scope(neighbour.id):
        assert answer_to(REQUEST, NINE) is None


def test_request_that_nobody_answers_counts_as_refused(museum):
    asks(museum)
    with tenant_scope(museum.id):
        assert answer_to(REQUEST, NINE + ANSWERED_WITHIN) == Standing(REQUEST, "open")
        assert answer_to(REQUEST, NINE + ANSWERED_WITHIN + SECOND) == Standing(REQUEST, "refused", "no_answer")


class Thread:
    """Stands for the switch's thread: does errands at once, or not while PostgreSQL is away."""

    def __init__(self):
        self.away = False

    async def try_to(self, errand):
        return None if self.away else errand()


def follow(requests):
    """Run `follow` to its end; nothing in it waits here."""
    with pytest.raises(StopIteration):
        requests.follow().send(None)


@pytest.fixture
def switch(museum):
    """The switch's side, on an engine that knows the call and says yes at once."""
    happened = []
    desk = Thread()
    clock = [NINE - SECOND]
    made = Requests(desk, lambda call: call == CALL, happened.append, lambda: clock[0])
    made.desk, made.clock, made.happened = desk, clock, happened
    return made


def test_switch_hands_a_request_over_once_and_writes_its_answer(museum, switch):
    asks(museum, "consult", target="2002", agent_id=AGENT)
    switch.clock[0] = NINE + SECOND
    follow(switch)
    follow(switch)
    wish = ev.WishUttered(
        call=CALL, at=NINE + SECOND, request=REQUEST, wish=ev.Wish.CONSULT, agent=AGENT, target="2002"
    )
    assert switch.happened == [wish]
    switch.desk.away = True
    switch.answer(REQUEST, "busy")
    follow(switch)
    switch.desk.away = False
    follow(switch)
    with tenant_scope(museum.id):
        assert answer_to(REQUEST, NINE) == Standing(REQUEST, "refused", "busy")
    assert switch.happened == [wish]


@pytest.mark.parametrize(
    ("asked_at", "now", "reason"),
    [
        (NINE - 2 * SECOND, NINE, "restarted"),
        (NINE, NINE + CARRIED_OUT_WITHIN + SECOND, "too_late"),
    ],
)
def test_switch_refuses_what_was_asked_of_an_earlier_one_or_too_long_ago(museum, switch, asked_at, now, reason):
    asks(museum, at=asked_at)
    switch.clock[0] = now
    follow(switch)
    with tenant_scope(museum.id):
        row = CallRequest.objects.get()
    assert (row.state, row.reason, row.done_at) == ("refused", reason, now)
    assert switch.happened == []


def test_switch_refuses_what_is_about_a_call_that_it_does_not_have(museum):
    switch = Requests(Thread(), lambda call: False, lambda event: None, lambda: NINE)
    asks(museum)
    follow(switch)
    with tenant_scope(museum.id):
        assert answer_to(REQUEST, NINE) == Standing(REQUEST, "refused", "no_call")
