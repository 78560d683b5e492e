"""What the record shows of a call, whatever way its facts came."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ari.simulated import Caller
from telephony.core import facts as fact
from telephony.core.values import EndedBy, LegKind, Outcome
from telephony.journal.projection import fold
from tests.builders.calls import MUSEUM, NINE, NUMBER, SHARED, World, a_call_id, an_agent
from tests.builders.telephony import AGENT_ID, an_answered_call

CALL = a_call_id()
OTHER = UUID(int=32)
SECONDS = timedelta(seconds=1)


def told(**changes) -> list[fact.Fact]:
    return an_answered_call(CALL, tenant=MUSEUM, **changes)


def simulated(caller: Caller, *agents, **habits) -> list[fact.Fact]:
    world = World(None, *agents, **habits)
    world.asterisk.call(NINE, CALL, caller)
    world.asterisk.run()
    return world.facts


def test_answered_call_has_its_times_and_lengths():
    call = fold(CALL, told()).call
    assert (call.outcome, call.ended_by, call.agent_id, call.queue_code) == ("answered", "caller", AGENT_ID, "service")
    assert call.waited == 10 * SECONDS
    assert call.rang == 5 * SECONDS
    # Until the caller hung up: what the agent's channel took to follow is nobody's talk.
    assert call.talked == 90 * SECONDS
    assert call.connected_at == NINE + 14 * SECONDS


def test_missed_agent_has_a_leg_and_its_ringing_counts():
    folded = fold(CALL, told(missed_by=OTHER))
    assert folded.call.agent_id == AGENT_ID
    assert folded.call.rang == 25 * SECONDS
    assert folded.call.waited == 30 * SECONDS
    assert [(leg.no, leg.kind, leg.agent_id, leg.missed) for leg in folded.legs] == [
        (0, LegKind.CALLER, None, False),
        (1, LegKind.AGENT, OTHER, True),
        (2, LegKind.AGENT, AGENT_ID, False),
    ]


def test_recording_is_shown_when_it_is_stored():
    facts = told()
    assert fold(CALL, facts).recording.peak_db == -3.1
    assert fold(CALL, facts[:-1]).recording is None
    assert fold(CALL, facts[:-1]).call == fold(CALL, facts).call


def test_open_call_has_no_end_and_no_talk_yet():
    folded = fold(CALL, [one for one in told() if not isinstance(one, fact.LegEnded | fact.CallEnded)])
    assert (folded.call.outcome, folded.call.ended_at, folded.call.talked) == ("", None, timedelta(0))
    assert folded.call.waited == 10 * SECONDS


def test_clock_that_was_set_back_makes_no_negative_length():
    facts = [
        fact.CallArrived(call=CALL, seq=1, at=NINE, dialled=NUMBER, caller=""),
        fact.QueueEntered(call=CALL, seq=2, at=NINE, queue=OTHER, queue_code="service"),
        fact.CallEnded(call=CALL, seq=3, at=NINE - 60 * SECONDS, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER),
    ]
    assert fold(CALL, facts).call.waited == timedelta(0)


def test_call_without_facts_is_refused():
    with pytest.raises(ValueError, match="no facts"):
        fold(CALL, [])


STORIES = {
    "answered": told(),
    "answered by the second": told(missed_by=OTHER),
    "simulated, answered": simulated(Caller(dialled=NUMBER, number="1", keys=("0",)), an_agent(1)),
    "simulated, missed": simulated(Caller(dialled=NUMBER, number="1", keys=("0",)), an_agent(1), misses=1.0),
    "simulated, informed": simulated(Caller(dialled=NUMBER, number="1", keys=("2",))),
    "simulated, by the directory": simulated(Caller(dialled=SHARED, number="1", keys=("101", "0")), an_agent(1)),
    "simulated, unassigned": simulated(Caller(dialled="+861", number="1")),
}


@pytest.mark.parametrize("story", STORIES)
@given(chance=st.data())
def test_facts_in_any_order_and_twice_give_the_same_rows(story, chance):
    facts = STORIES[story]
    again = chance.draw(st.lists(st.sampled_from(facts)))
    assert fold(CALL, chance.draw(st.permutations([*facts, *again]))) == fold(CALL, facts)


@given(chance=st.data())
def test_any_part_of_the_facts_gives_rows(chance):
    """The shipper may be cut off anywhere: what is known so far is shown, and the rest completes it."""
    facts = STORIES["answered by the second"]
    part = chance.draw(st.lists(st.sampled_from(facts), min_size=1))
    fold(CALL, part)
    assert fold(CALL, [*part, *facts]) == fold(CALL, facts)


def test_call_through_the_directory_belongs_to_the_merchant():
    folded = fold(CALL, STORIES["simulated, by the directory"])
    assert (folded.call.tenant_id, folded.call.merchant_code, folded.call.flow_code) == (MUSEUM, "101", "museum")


def test_forwarded_call_has_both_legs_outside_and_counts_the_talk_from_the_connection():
    call = a_call_id()

    def note(seq, after, kind, **details):
        return kind(call=call, seq=seq, at=NINE + timedelta(seconds=after), **details)

    facts = [
        note(1, 0, fact.CallArrived, dialled="+862196968101", caller="+862161234567", channel="c"),
        note(2, 0, fact.CallAnswered),
        note(3, 1, fact.OutsideDialled, leg=1, number="+8613800000001", trunk="a", caller_id="+86", channel="c-1"),
        note(4, 9, fact.OutsideFailed, leg=1, number="+8613800000001", trunk="a", cause=17, reason="not_answered"),
        note(5, 9, fact.OutsideDialled, leg=2, number="+8613800000002", trunk="b", caller_id="+86", channel="c-2"),
        note(6, 12, fact.OutsideAnswered, leg=2),
        note(7, 15, fact.OutsideConnected, leg=2),
        note(8, 75, fact.LegEnded, leg=2, cause=16),
        note(9, 75, fact.LegEnded, leg=0, cause=16),
        note(10, 75, fact.CallEnded, outcome=Outcome.FORWARDED, ended_by=EndedBy.OUTSIDE),
        note(11, 76, fact.OutsideFailed, number="+8613800000003", reason="not_allowed"),
    ]
    told = fold(call, facts)
    assert (told.call.outcome, told.call.ended_by) == ("forwarded", "outside")
    assert (told.call.talked, told.call.connected_at) == (timedelta(seconds=60), NINE + timedelta(seconds=15))
    assert [(leg.kind, leg.number, leg.trunk, leg.missed, leg.cause) for leg in told.legs] == [
        ("caller", "", "", False, 16), ("outside", "+8613800000001", "a", True, 17),
        ("outside", "+8613800000002", "b", False, 16),
    ]  # fmt: skip
    assert fold(call, reversed(facts)) == told
