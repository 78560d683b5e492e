"""What a channel's events say, in whatever order and however often they come."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.core.naming import call_in_name, call_of_caller
from telephony.core.values import CallId, ChannelId, agent_channel
from telephony.witness.rules import Kind, NotCel, call_of, gone_at_the_door, parse, stories
from tests.builders.calls import a_call_id
from tests.builders.tenants import NINE
from tests.builders.witness import AGENT, CALLER, TRUNKS_CHANNEL, a_fallback_call, a_line, an_event

# As an Asterisk 22.10.1 wrote it.
REAL = (
    b'{"eventtype":"HANGUP","userdeftype":"","eventtime":"1795517985.048840","uniqueid":"seatline-1795517981.0",'
    b'"linkedid":"seatline-1795517981.0","channame":"PJSIP/trunk-carrier-00000000","num":"02165550001","name":"",'
    b'"dnid":"96968201","exten":"96968201","context":"from-trunk","appname":"","accountcode":"trunk-carrier",'
    b'"tenantid":"","peer":"","eventextra":"{\\"hangupcause\\":16,\\"hangupsource\\":\\"PJSIP/trunk-carrier-00000000'
    b'\\",\\"dialstatus\\":\\"\\"}"}\n'
)


def test_line_of_a_real_asterisk_is_understood_to_the_microsecond():
    event = parse(REAL)
    assert event.kind is Kind.HANGUP
    assert event.at == datetime(2026, 11, 24, 10, 59, 45, 48840, tzinfo=UTC)
    assert event.extra["hangupcause"] == 16


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b"garbage", REAL[:90], REAL.replace(b"HANGUP", b"DTMF_END")])
def test_line_that_is_no_event_is_refused(line):
    with pytest.raises(NotCel):
        parse(line)


def test_callers_name_that_is_no_text_does_not_cost_the_event():
    event = parse(REAL.replace(b'"name":""', b'"name":"\xff\xfe\\ud800\\u0000 Wang"'))
    assert event.caller_name.endswith(" Wang")
    assert "\0" not in event.caller_name
    event.caller_name.encode()


def test_what_is_written_is_read_back():
    events = a_fallback_call()
    assert [parse(a_line(one)) for one in events] == events


@given(st.permutations([*a_fallback_call(), *a_fallback_call()]))
@settings(max_examples=20)
def test_order_and_repetition_change_nothing(events):
    assert stories(events) == stories(a_fallback_call())


def test_story_of_a_channel():
    story = stories(a_fallback_call())[CALLER]
    assert (story.started_at, story.ended_at) == (NINE, NINE + timedelta(seconds=14))
    assert (story.exten, story.cause, story.hung_up_itself, story.root) == ("96968101", 16, True, True)
    assert set(story.marks) == {"FALLBACK"}
    assert stories(a_fallback_call())[AGENT].endpoint == "seat-001"


def test_end_that_asterisk_wrote_stands_above_one_that_was_estimated():
    begun, cut = an_event(Kind.CHAN_START), an_event(Kind.CUT, 5)
    assert stories([begun, cut])[CALLER].estimated
    late = stories([begun, cut, an_event(Kind.CHAN_END, 9)])[CALLER]
    assert (late.ended_at, late.estimated) == (NINE + timedelta(seconds=9), False)
    early = stories([begun, cut, an_event(Kind.CHAN_END, 3)])[CALLER]
    assert (early.ended_at, early.estimated) == (NINE + timedelta(seconds=3), False)


def test_caller_who_hangs_up_while_the_call_is_offered_is_gone_at_the_door():
    def gone(*events):
        return gone_at_the_door(stories([an_event(Kind.CHAN_START), *events])[CALLER])

    assert gone(an_event(Kind.CHAN_END, 0.4))
    assert not gone(an_event(Kind.CHAN_END, 2)), "somebody had it by then"
    assert not gone(an_event(Kind.ANSWER, 0.1), an_event(Kind.CHAN_END, 0.4))
    assert not gone(an_event(Kind.CUT, 0.4)), "nobody knows when it ended"
    assert not gone()


def test_call_is_in_the_callers_channel_and_sorts_by_its_second():
    first, later = (call_of_caller(ChannelId(f"seatline-{second}.3")) for second in (1795510800, 1795510801))
    assert (
        first
        == call_of_caller(ChannelId("seatline-1795510800.3"))
        != call_of_caller(ChannelId("seatline-1795510800.4"))
    )
    assert first < later
    assert first.version == 7


def test_channel_that_we_made_names_its_call():
    call = CallId(a_call_id())
    assert call_in_name(agent_channel(call, 3)) == call
    assert call_in_name(CALLER) is None
    made = an_event(Kind.CHAN_START, channel=agent_channel(call, 0), linked="seatline-1.1")
    assert call_of(made) == call


def test_channel_stays_with_the_call_in_which_it_began():
    """Two calls meet in a bridge, and Asterisk links the younger to the elder."""
    known = {CALLER: CallId(UUID(int=5))}
    assert call_of(an_event(Kind.BRIDGE_ENTER, linked="seatline-1.1"), known) == UUID(int=5)
    assert call_of(an_event(Kind.CHAN_START, channel_name=TRUNKS_CHANNEL)) == call_of_caller(ChannelId(CALLER))
