"""Promises to call back: one for a customer and a queue, from the ledger or asked for, moved by calls and staff."""

from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from telephony.callbacks.models import OPEN, Callback
from telephony.callbacks.services import (
    CallbackAgentUnknown,
    CallbackClosed,
    CallbackNumberNotAllowed,
    CallbackNumberUnreadable,
    CallbackOpenAlready,
    CallbackQueueUnknown,
    ask,
    cancel,
    give_back,
    open_promises,
    reopen,
    settle,
    take,
)
from telephony.core import facts as fact
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.journal.models import Call
from telephony.journal.projector import project_all
from telephony.journal.services import closed_calls_after, last_talks
from telephony.journal.ship import ship
from telephony.plans.models import Queue
from telephony.trunks.services import allow_outside
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tests.builders.agents import an_agent
from tests.builders.telephony import a_queue
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
MOBILE, OTHER = "+8613800000001", "+8613900000009"
SHOWN = "+862196968101"


@pytest.fixture
def queue(museum) -> Queue:
    """The museum's queue: two tries, ten minutes apart; mobile numbers may be called."""
    with operator_scope():
        allow_outside(museum.tenant, "+8613")
        return a_queue(museum.tenant, callback_tries=2, callback_pause=600 * SECOND)


def asked_by_key(queue, *, number=MOBILE, at=NINE, waited=60.0, caller=MOBILE, practice=False):
    """A caller asks to be called back and hangs up."""
    head = {"call": CallId(uuid4()), "tenant": TenantId(queue.tenant_id), "at": at}
    return [
        fact.CallArrived(dialled=SHOWN, caller=caller, channel="c", practice=practice, **head, seq=1),
        fact.QueueEntered(queue=queue.pk, queue_code=queue.code, **head, seq=2),
        fact.QueueLeft(reason="exit_with_key", key="1", **head, seq=3),
        fact.CallbackAsked(
            queue=queue.pk, queue_code=queue.code, number=number, waited=waited, source="key", **head, seq=4
        ),
        fact.CallEnded(outcome=Outcome.CALLBACK_PROMISED, ended_by=EndedBy.CALLER, **head, seq=5),
    ]  # fmt: skip


def called_back(promise, queue, outcome, agent, *, at):
    """A call that was made for a promise, and what it came to: the customer talked a minute, or did not answer."""
    call = CallId(promise.next_call)

    def head(seq, after):
        return {"call": call, "tenant": TenantId(queue.tenant_id), "seq": seq, "at": at + after * SECOND}

    begun = [
        fact.CallbackBegun(
            callback=promise.id, attempt=promise.attempt, number=promise.number, queue=queue.pk,
            queue_code=queue.code, dialled=SHOWN, waited=60.0, **head(1, 0),
        ),
        fact.AgentOffered(leg=1, agent=agent, endpoint="seat-001", channel=f"{call}-1", **head(2, 0)),
        fact.AgentTook(leg=1, agent=agent, **head(3, 4)),
        fact.OutsideDialled(
            leg=2, number=promise.number, trunk="first", caller_id=SHOWN, channel=f"{call}-2", **head(4, 4)
        ),
    ]  # fmt: skip
    if outcome is not Outcome.ANSWERED:
        failed = fact.OutsideFailed(
            leg=2, number=promise.number, reason="not_answered", trunk="first", cause=17, **head(5, 20)
        )
        return [
            *begun, failed, fact.LegEnded(leg=1, cause=16, **head(6, 20)),
            fact.CallEnded(outcome=outcome, ended_by=EndedBy.OUTSIDE, **head(7, 20)),
        ]  # fmt: skip
    return [
        *begun,
        fact.OutsideAnswered(leg=2, **head(5, 10)),
        fact.OutsideConnected(leg=2, **head(6, 10)),
        fact.AgentConnected(leg=1, agent=agent, **head(7, 10)),
        fact.LegEnded(leg=2, cause=16, **head(8, 70)),
        fact.LegEnded(leg=1, cause=16, **head(9, 70)),
        fact.CallEnded(outcome=outcome, ended_by=EndedBy.CALLER, **head(10, 70)),
    ]


def told(journal, facts):
    journal.append(facts, [])
    ship(journal)


def states():
    with operator_scope():
        return sorted(str(one.state) for one in Callback.objects.all())


def the_open_one():
    (promise,) = open_promises()
    return promise


def test_promise_of_a_call_keeps_the_callers_place(queue, journal):
    told(journal, asked_by_key(queue))
    promise = the_open_one()
    assert (promise.number, promise.dialled, promise.since) == (MOBILE, SHOWN, NINE - 60 * SECOND)
    assert (promise.queue, promise.attempt, promise.next_try_at) == (queue.pk, 1, NINE)


def test_flow_that_is_tried_promises_nothing(queue, journal):
    told(journal, asked_by_key(queue, practice=True))
    assert open_promises() == [] and states() == []


def test_who_asks_twice_is_called_once_at_the_older_place(queue, journal):
    told(journal, asked_by_key(queue))
    told(journal, asked_by_key(queue, at=NINE + 300 * SECOND))
    assert the_open_one().since == NINE - 60 * SECOND
    assert states() == ["merged", "open"], "the second wish is on record, and calls nobody"


def test_rebuilding_makes_no_promise_anew(queue, journal):
    """The first is closed; the second was merged into it, and must not come to life when facts are read again."""
    told(journal, asked_by_key(queue))
    told(journal, asked_by_key(queue, at=NINE + 300 * SECOND))
    with operator_scope():
        cancel(Callback.objects.get(state="open"), NINE)
    list(project_all())
    assert states() == ["cancelled", "merged"]
    assert open_promises() == []


def test_second_open_row_is_refused_by_the_database(queue):
    with operator_scope():
        first, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        again = Callback(
            tenant=queue.tenant, queue_id=queue.pk, queue_code=queue.code, number=MOBILE, source="staff", since=NINE,
            asked_at=NINE, next_try_at=NINE,
        )  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()
        Callback.objects.filter(pk=first.pk).update(state="cancelled", closed_at=NINE)
        again.save()


def test_customer_who_is_reached_is_called_no_more(queue, journal, museum):
    told(journal, asked_by_key(queue))
    told(journal, called_back(the_open_one(), queue, Outcome.ANSWERED, museum.agent.id, at=NINE))
    assert states() == ["reached"] and open_promises() == []


def test_customer_who_is_not_reached_is_called_again_after_the_pause_and_given_up_at_last(queue, journal, museum):
    told(journal, asked_by_key(queue))
    told(journal, called_back(the_open_one(), queue, Outcome.NOT_REACHED, museum.agent.id, at=NINE))
    promise = the_open_one()
    assert (promise.attempt, promise.next_try_at) == (2, NINE + 620 * SECOND)
    assert promise.since == NINE - 60 * SECOND, "the place stays"
    told(journal, called_back(promise, queue, Outcome.NOT_REACHED, museum.agent.id, at=promise.next_try_at))
    assert states() == ["given_up"]


def test_call_that_was_taken_back_is_no_try(queue, journal, museum):
    told(journal, asked_by_key(queue))
    told(journal, called_back(the_open_one(), queue, Outcome.WITHDRAWN, museum.agent.id, at=NINE))
    promise = the_open_one()
    assert (promise.attempt, promise.next_try_at) == (2, NINE)


def test_customer_who_calls_again_and_is_answered_need_not_be_called(queue, journal, museum):
    told(journal, asked_by_key(queue))
    call = {"call": CallId(uuid4()), "tenant": TenantId(queue.tenant_id), "at": NINE + 90 * SECOND}
    told(
        journal,
        [
            fact.CallArrived(dialled=SHOWN, caller=MOBILE, channel="c", **call, seq=1),
            fact.QueueEntered(queue=queue.pk, queue_code=queue.code, **call, seq=2),
            fact.AgentOffered(leg=1, agent=museum.agent.id, endpoint="seat-001", channel="a", **call, seq=3),
            fact.QueueLeft(reason="connected", **call, seq=4),
            fact.AgentConnected(leg=1, agent=museum.agent.id, **call, seq=5),
        ],
    )
    assert states() == ["called_in"]


def test_record_of_a_callback_tells_who_called_whom_and_who_talked_how_long(queue, journal, museum):
    told(journal, asked_by_key(queue))
    promise = the_open_one()
    told(journal, called_back(promise, queue, Outcome.ANSWERED, museum.agent.id, at=NINE))
    with operator_scope():
        call = Call.objects.get(callback_id=promise.id)
        legs = {leg.no: (leg.kind, leg.talked) for leg in call.legs.all()}
    assert (call.direction, call.caller, call.dialled, call.outcome) == ("outbound", SHOWN, MOBILE, "answered")
    assert (call.connected_at, call.talked, call.waited) == (NINE + 10 * SECOND, 60 * SECOND, 0 * SECOND)
    assert legs == {1: ("agent", 60 * SECOND), 2: ("outside", 60 * SECOND)}
    with finance_scope():
        closed = [one for one in closed_calls_after(0, 10) if one.call_id == call.id]
    assert [(one.direction, one.talk, one.agent_id) for one in closed] == [("outbound", 60 * SECOND, museum.agent.id)]
    assert [(talk.caller, talk.agent) for talk in last_talks(NINE)] == [(MOBILE, museum.agent.id)]


def test_agent_who_called_in_vain_has_talked_with_nobody(queue, journal, museum):
    told(journal, asked_by_key(queue))
    told(journal, called_back(the_open_one(), queue, Outcome.NOT_REACHED, museum.agent.id, at=NINE))
    with operator_scope():
        call = Call.objects.get(direction="outbound")
        talked = [leg.talked for leg in call.legs.all()]
    assert (call.talked, talked) == (0 * SECOND, [0 * SECOND, 0 * SECOND])


@pytest.mark.parametrize("written", [MOBILE, "13800000001", "0086 138 0000 0001"])
def test_number_is_understood_as_people_write_it(queue, written):
    with operator_scope():
        callback, new = ask(queue.tenant, queue.code, written, NINE)
    assert (callback.number, new) == (MOBILE, True)


@pytest.mark.parametrize(
    ("code", "number", "error"),
    [
        ("nobody", MOBILE, CallbackQueueUnknown),
        ("service", "what", CallbackNumberUnreadable),
        ("service", "+4930123456", CallbackNumberNotAllowed),  # abroad
        ("service", "02161234567", CallbackNumberNotAllowed),  # no rule for it
    ],
)
def test_what_cannot_be_kept_is_not_promised(queue, code, number, error):
    with operator_scope(), pytest.raises(error):
        ask(queue.tenant, code, number, NINE)


def test_asking_again_gives_the_promise_that_is_there(queue):
    with operator_scope():
        first, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        again, new = ask(queue.tenant, queue.code, MOBILE, NINE + 60 * SECOND)
    assert (again.pk, again.since, new) == (first.pk, NINE, False)


def test_callback_is_not_made_before_its_time(queue):
    with operator_scope():
        ask(queue.tenant, queue.code, MOBILE, NINE, not_before=NINE + 3600 * SECOND)
    assert the_open_one().next_try_at == NINE + 3600 * SECOND


def test_agent_takes_it_by_hand_and_settles_it(queue, museum):
    with operator_scope():
        callback, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        take(callback, museum.agent.id, NINE)
        assert open_promises() == [], "it is not dialled any more"
        _, new = ask(queue.tenant, queue.code, MOBILE, NINE)
        assert not new, "but the customer is still to be called"
        settle(callback, NINE, reached=True)
        with pytest.raises(CallbackClosed):
            take(callback, museum.agent.id, NINE)
    assert states() == ["reached"]


def test_agent_gives_it_back_and_it_is_dialled_again(queue, museum):
    with operator_scope():
        callback, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        take(callback, museum.agent.id, NINE)
        give_back(callback, NINE + 60 * SECOND)
    assert the_open_one().since == NINE


def test_neighbours_agent_cannot_take_it(queue, museum):
    with operator_scope():
        callback, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        stranger = an_agent(a_tenant("harbour"), "2001", pin="")
        for agent_id in (stranger.id, UUID(int=5)):
            with pytest.raises(CallbackAgentUnknown):
                take(callback, agent_id, NINE)


def test_cancellation_is_undone_unless_the_customer_has_asked_anew(queue):
    with operator_scope():
        callback, _ = ask(queue.tenant, queue.code, MOBILE, NINE)
        cancel(callback, NINE)
        assert open_promises() == []
        reopen(callback, NINE)
        assert the_open_one().since == NINE
        cancel(callback, NINE)
        ask(queue.tenant, queue.code, MOBILE, NINE)
        with pytest.raises(CallbackOpenAlready):
            reopen(callback, NINE)


def test_tenant_sees_and_asks_for_its_own_alone(queue):
    with operator_scope():
        harbour = a_tenant("harbour")
        ask(queue.tenant, queue.code, MOBILE, NINE)
    with tenant_scope(queue.tenant_id):
        ask(queue.tenant, queue.code, OTHER, NINE)
        assert Callback.objects.count() == 2
    with tenant_scope(harbour.id):
        assert Callback.objects.count() == 0
        with pytest.raises(CallbackQueueUnknown):
            ask(harbour, queue.code, MOBILE, NINE)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_one_instant_one_makes_the_promise():
    with operator_scope():
        tenant = a_tenant()
        allow_outside(tenant, "+8613")
        queue = a_queue(tenant)
    made = []

    def one() -> None:
        try:
            with operator_scope():
                made.append(ask(tenant, queue.code, MOBILE, NINE)[1])
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with operator_scope():
        assert Callback.objects.filter(state__in=OPEN).count() == 1
    assert sorted(made) == [False, False, False, True]
