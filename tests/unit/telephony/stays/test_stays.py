"""One row for each stay in a queue, whatever order the facts come in."""

from datetime import timedelta
from itertools import permutations

from telephony.core import facts as fact
from telephony.core.values import AgentId, CallId, EndedBy, Outcome
from telephony.stays.rules import stays_of
from tests.builders.calls import MUSEUM, NINE, QUEUE

CALL = CallId(QUEUE)
AGENT = AgentId(QUEUE)


def told(*kinds: tuple[type[fact.Fact], float, dict[str, object]]) -> list[fact.Fact]:
    return [
        kind(call=CALL, seq=no, at=NINE + timedelta(seconds=after), tenant=MUSEUM, **details)
        for no, (kind, after, details) in enumerate(kinds, 1)
    ]


ENTERED = (fact.QueueEntered, 0, {"queue": QUEUE, "queue_code": "tickets", "position": 3})


def test_answered_stay_names_the_agent_and_the_first_wait_that_was_spoken():
    facts = told(
        ENTERED,
        (fact.WaitForeseen, 1, {"position": 3, "seconds": 40.0}),
        (fact.WaitForeseen, 31, {"position": 1, "seconds": 5.0}),
        (fact.QueueLeft, 35, {"reason": "connected"}),
        (fact.AgentConnected, 35, {"leg": 1, "agent": AGENT}),
    )
    for order in permutations(facts):
        (stay,) = stays_of(order)
        assert (stay.left, stay.agent_id, stay.position) == ("connected", AGENT, 3)
        assert (stay.foreseen_seconds, stay.left_at - stay.entered_at) == (40.0, timedelta(seconds=35))


def test_overflow_makes_two_stays_and_each_keeps_its_own_reason():
    facts = told(
        ENTERED,
        (fact.QueueLeft, 60, {"reason": "queue_timeout"}),
        (fact.QueueEntered, 61, {"queue": AGENT, "queue_code": "second"}),
        (fact.QueueLeft, 70, {"reason": "abandoned"}),
        (fact.CallEnded, 70, {"outcome": Outcome.ABANDONED, "ended_by": EndedBy.CALLER}),
    )
    assert [(stay.no, stay.queue_code, stay.left) for stay in stays_of(facts)] == [
        (1, "tickets", "queue_timeout"),
        (2, "second", "abandoned"),
    ]


def test_who_still_waits_has_no_end_and_a_cut_call_ends_the_stay():
    waiting = told(ENTERED)
    assert stays_of(waiting)[0].left_at is None
    cut = [*waiting, *told(ENTERED, (fact.CallEnded, 9, {"outcome": Outcome.FAILED, "ended_by": EndedBy.SYSTEM}))[1:]]
    assert (stays_of(cut)[0].left, stays_of(cut)[0].left_at) == ("failed", NINE + timedelta(seconds=9))


def test_call_that_was_in_no_queue_has_no_stay():
    assert stays_of(told((fact.CallAnswered, 0, {}))) == ()
