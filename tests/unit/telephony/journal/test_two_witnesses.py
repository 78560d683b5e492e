"""Facts and channel events of one call: what each of them decides."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from telephony.core import facts as fact
from telephony.core.values import CallId, EndedBy, LegKind, Outcome, agent_channel, talk_bridge
from telephony.journal.projection import fold
from telephony.journal.two_witnesses import completed, handed_over, retimed, unseen
from telephony.witness.rules import Kind, stories
from tests.builders.calls import MUSEUM, NINE, a_call_id
from tests.builders.telephony import an_answered_call
from tests.builders.witness import AGENT, CALLER, SEATS_CHANNEL, TRUNKS_CHANNEL, a_fallback_call, an_event

CALL = CallId(a_call_id())
OURS = f"caller-{CALL}"
LEG = agent_channel(CALL, 1)
SECOND = timedelta(seconds=1)


def told():
    """Answered after 14 s, over at 104 s, as the switch noted it."""
    return an_answered_call(CALL, tenant=MUSEUM)


def heard(caller_gone=104.0, agent_gone=104.02, cut=False):
    """What Asterisk says of the same call; the caller hung up when `caller_gone` says."""
    caller = {"channel": OURS, "linked": OURS, "channel_name": TRUNKS_CHANNEL}
    agent = {"channel": LEG, "linked": OURS, "channel_name": SEATS_CHANNEL}
    bridge = {"extra": {"bridge_id": talk_bridge(CALL)}}
    end = Kind.CUT if cut else Kind.CHAN_END
    return [
        an_event(Kind.CHAN_START, -0.003, **caller), an_event(Kind.ANSWER, 0.002, **caller),
        an_event(Kind.CHAN_START, 9.002, **agent), an_event(Kind.ANSWER, 13.99, **agent),
        an_event(Kind.BRIDGE_ENTER, 14.002, **bridge, **caller), an_event(Kind.BRIDGE_ENTER, 14.003, **bridge, **agent),
        an_event(end, caller_gone, **caller), an_event(end, agent_gone, **agent),
    ]  # fmt: skip


def both(facts, events):
    seen = stories(events)
    return completed(fold(CALL, retimed(facts, seen)), seen)


def late(facts, seconds):
    """The switch came back so late: what ended the call it noted only then."""
    ends = (fact.LegEnded, fact.CallEnded)
    return [replace(one, at=one.at + seconds * SECOND) if isinstance(one, ends) else one for one in facts]


def test_call_has_asterisks_times():
    call = both(told(), heard()).call
    assert (call.witnessed, call.end_estimated) == (True, False)
    assert call.started_at == NINE, "its name in files and its period: as it was put on record first"
    assert call.answered_at == NINE + timedelta(seconds=0.002)
    assert call.connected_at == NINE + timedelta(seconds=14.003)
    assert call.ended_at == NINE + timedelta(seconds=104.02)
    assert call.talked == timedelta(seconds=104 - 14.003)


def test_end_in_a_gap_is_the_true_one_however_late_the_switch_notes_it():
    assert both(late(told(), 60), heard()) == both(told(), heard())
    assert fold(CALL, late(told(), 60)).call.talked == 150 * SECOND, "without the second witness a minute too long"


def test_call_that_a_crash_cut_ends_when_it_was_last_seen():
    folded = both(late(told(), 30), heard(caller_gone=101, agent_gone=101, cut=True))
    assert folded.call.ended_at == NINE + 101 * SECOND
    assert folded.call.end_estimated
    assert all(leg.end_estimated for leg in folded.legs)
    assert folded.call.witnessed, "nothing more will be heard of it"


def test_caller_cut_off_in_the_queue_waited_until_then():
    facts = [
        *told()[:5],
        fact.QueueLeft(call=CALL, seq=6, at=NINE + 60 * SECOND, tenant=MUSEUM, reason="abandoned"),
        fact.LegEnded(call=CALL, seq=7, at=NINE + 60 * SECOND, tenant=MUSEUM, leg=0, cause=0),
    ]
    caller = [one for one in heard(caller_gone=20) if one.channel == OURS]
    assert both(facts, caller).call.waited == 16 * SECOND  # from the fourth second on


def test_without_the_second_witness_the_facts_stand():
    assert both(told(), []) == fold(CALL, told())


def test_call_goes_on_while_asterisk_has_a_channel_of_it():
    call = both(told(), heard()[:-1]).call
    assert not call.witnessed


def test_order_and_repetition_change_nothing():
    chance = Random(4)
    for _ in range(20):
        facts, events = told() * 2, heard() * 2
        chance.shuffle(facts)
        chance.shuffle(events)
        assert both(facts, events) == both(told(), heard())


@pytest.mark.parametrize(
    ("answered", "outcome", "talked", "waited"),
    [(True, "answered", 10, 3.5), (False, "abandoned", 0, 13.5)],
)
def test_call_that_nobody_claimed_is_made_from_asterisks_word_alone(answered, outcome, talked, waited):
    call = unseen(CALL, stories(a_fallback_call(answered=answered))).call
    assert (call.outcome, call.ended_by, call.dialled) == (outcome, "caller", "96968101")
    assert (call.talked, call.waited) == (talked * SECOND, waited * SECOND)
    assert call.witnessed


def test_its_legs_tell_whom_the_fallback_rang():
    caller, agent = unseen(CALL, stories(a_fallback_call())).legs
    assert (caller.channel, agent.channel, agent.kind, agent.endpoint) == (CALLER, AGENT, LegKind.AGENT, "seat-001")
    assert (caller.talked, agent.talked, agent.missed) == (10 * SECOND, 10 * SECOND, False)
    assert unseen(CALL, stories(a_fallback_call(answered=False))).legs[1].missed


def test_call_without_a_mark_is_not_made_up():
    """Its facts are on the way: they, not we, say what it was."""
    unmarked = [one for one in a_fallback_call() if one.kind is not Kind.USER_DEFINED]
    assert unseen(CALL, stories(unmarked)) is None


def test_caller_who_is_given_to_the_fallback_is_another_call_from_then_on():
    """The switch hung, the watchdog took the caller over, and an agent took the call there: that has its own facts."""
    facts = [
        fact.CallArrived(call=CALL, seq=1, at=NINE, dialled="+862196968101", caller="", channel=CALLER),
        fact.LegEnded(call=CALL, seq=2, at=NINE + 40 * SECOND, leg=0, cause=0),
        fact.CallEnded(call=CALL, seq=3, at=NINE + 40 * SECOND, outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM),
    ]
    seen = handed_over(facts, stories(a_fallback_call()))
    call = completed(fold(CALL, retimed(facts, seen)), seen).call
    assert (call.outcome, call.talked, call.witnessed) == ("failed", timedelta(0), True)
    assert call.ended_at == NINE + 0.5 * SECOND
    # The fallback's own record of a call that no switch had begins with the mark: all of it counts.
    own = [replace(facts[0], at=NINE + 0.6 * SECOND), *facts[1:]]
    seen = handed_over(own, stories(a_fallback_call()))
    assert fold(CALL, retimed(own, seen)).call.ended_at == NINE + 14 * SECOND


def test_agent_whose_code_nobody_answers_is_no_call():
    """The same notice of the dialplan, heard at a telephone of the room."""
    codes = [replace(one, context="phones", exten="*45") for one in a_fallback_call()]
    assert unseen(CALL, stories(codes)) is None


def test_call_that_the_dialplan_gives_another_id_is_not_made_up():
    """It was ours, and its facts come under the new id."""
    marked = [
        replace(one, extra={"extra": f"{a_call_id(7)}::96968101:RESCUED"}) if one.kind is Kind.USER_DEFINED else one
        for one in a_fallback_call()
    ]
    assert unseen(CALL, stories(marked)) is None
