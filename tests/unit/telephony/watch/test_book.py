"""What Asterisk's own queue tells, as facts; and that the fold of them is a call like any other."""

from datetime import timedelta
from uuid import UUID

import pytest

from telephony.core.facts import CallEnded, LegEnded
from telephony.core.naming import call_of_caller
from telephony.core.values import ChannelId, EndedBy, Outcome
from telephony.journal.projection import fold
from telephony.watch.book import Book
from tests.builders.calls import MUSEUM, NINE, QUEUE

CHANNEL = "seatline-1795520710.0"
AGENT = UUID(int=1001)
SECOND = timedelta(seconds=1)


def began(**changes):
    return {
        "Event": "UserEvent", "UserEvent": "Fallback", "Uniqueid": CHANNEL, "CallRef": "", "Tenant": str(MUSEUM),
        "QueueId": str(QUEUE), "QueueCode": "tickets", "Dialled": "96968101", "CallerIDNum": "13800000000",
        "CallerIDName": "<unknown>", "SipCallId": "abc@carrier", "Recorded": "1", **changes,
    }  # fmt: skip


def queue(kind, **fields):
    return {"Event": kind, "Uniqueid": CHANNEL, "Interface": "PJSIP/seat-001", "MemberName": f"1001:{AGENT}", **fields}


def over(status="", cause="16"):
    return {"Event": "UserEvent", "UserEvent": "FallbackOver", "Uniqueid": CHANNEL, "Status": status, "Cause": cause}


def told(*events, book=None):
    """The facts of these events, a second apart."""
    book = book or Book(lambda number: f"+86{number}")
    return [fact for no, event in enumerate(events) for fact in book.hear(event, NINE + no * SECOND)]


ANSWERED = (
    began(), queue("QueueCallerJoin", Position="2"), queue("AgentCalled", DestUniqueid="x.1"),
    queue("AgentConnect"), queue("QueueCallerLeave"), queue("AgentComplete", Reason="agent"), over(),
)  # fmt: skip


def test_an_answered_call_folds_into_a_record_like_the_switchs_own():
    facts = told(*ANSWERED)
    folded = fold(facts[0].call, facts)
    call = folded.call
    assert call.id == call_of_caller(ChannelId(CHANNEL))
    assert (call.tenant_id, call.queue_id, call.agent_id, call.outcome) == (MUSEUM, QUEUE, AGENT, "answered")
    assert (call.dialled, call.caller, call.caller_name) == ("+8696968101", "+8613800000000", "")
    assert (call.sip_call_id, call.ended_by, call.recording_name) == ("abc@carrier", "agent", str(call.id))
    assert (call.waited, call.talked) == (2 * SECOND, 2 * SECOND)
    assert [leg.ended_at is not None for leg in folded.legs] == [True, True]
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))


@pytest.mark.parametrize(
    ("events", "outcome", "ended_by"),
    [
        # Hung up while music played.
        (
            (queue("QueueCallerJoin"), queue("QueueCallerAbandon"), queue("QueueCallerLeave"), over()),
            "abandoned",
            "caller",
        ),
        # Nobody answered as long as the queue allows.
        ((queue("QueueCallerJoin"), queue("QueueCallerLeave"), over("TIMEOUT")), "queue_timeout", "system"),
        # Nobody is logged in.
        ((over("JOINEMPTY"),), "no_agent", "system"),
        # The last agent left while the caller waited.
        ((queue("QueueCallerJoin"), queue("QueueCallerLeave"), over("LEAVEEMPTY")), "no_agent", "system"),
        # Hung up during the greeting.
        ((over(),), "abandoned_in_menu", "caller"),
    ],
)
def test_a_call_that_nobody_answered_says_why(events, outcome, ended_by):
    facts = told(began(), *events)
    assert isinstance(facts[-1], CallEnded)
    assert (facts[-1].outcome, facts[-1].ended_by) == (Outcome(outcome), EndedBy(ended_by))


def test_a_phone_that_did_not_answer_is_a_miss_and_the_next_one_is_another_leg():
    facts = told(
        began(), queue("QueueCallerJoin"), queue("AgentCalled"), queue("AgentRingNoAnswer"), queue("AgentCalled"),
        queue("AgentConnect"), queue("AgentComplete", Reason="caller"), over(),
    )  # fmt: skip
    legs = fold(facts[0].call, facts).legs
    assert [(leg.no, leg.missed) for leg in legs] == [(0, False), (1, True), (2, False)]


def test_a_caller_whom_a_switch_lost_begins_another_call():
    other = "018f0000-0000-7000-8000-000000000001"
    assert told(began(CallRef=other))[0].call == UUID(other)


def test_an_end_that_was_missed_is_told_as_estimated_also_by_a_book_that_was_opened_again():
    from dataclasses import asdict

    book = Book(str)
    told(*ANSWERED[:4], book=book)
    reopened = Book(str, [asdict(page) for page in book.pages])
    assert reopened.close({CHANNEL}, NINE) == []
    facts = reopened.close((), NINE + 60 * SECOND)
    assert [fact.estimated for fact in facts if isinstance(fact, LegEnded)] == [True, True]
    assert facts[-1].outcome is Outcome.ANSWERED
    assert reopened.pages == []


def test_events_of_other_queues_and_channels_are_nothing():
    assert told(queue("AgentConnect"), over(), {"Event": "FullyBooted"}) == []
