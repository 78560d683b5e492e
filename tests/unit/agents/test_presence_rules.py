"""What an agent is doing, as the facts tell it and in whatever order they come."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.presence.rules import (
    MOVES,
    WRAP_UP_DONE,
    Asked,
    Fact,
    MoveRefused,
    PresenceState,
    Source,
    Standing,
    fold,
    go_on,
    move,
)

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALL = UUID(int=77)
S = PresenceState


def fact(minute: float, state: PresenceState, who: Source = Source.SWITCH, reason: str = "", number: int = 0) -> Fact:
    call = CALL if state in {S.RINGING, S.TALKING, S.HOLD, S.WRAP_UP} else None
    at = NINE + timedelta(minutes=minute)
    return Fact(UUID(int=number or int(minute * 100) + 500), at, state, who, call, reason)


def asked(minute: float, state: PresenceState, reason: str = "") -> Fact:
    return fact(minute, state, Source.PERSON, reason)


def told(*facts: Fact) -> list[tuple]:
    """The intervals as (state, from minute, to minute)."""
    return [
        (
            str(one.state),
            (one.starts_at - NINE) / timedelta(minutes=1),
            one.ends_at and (one.ends_at - NINE) / timedelta(minutes=1),
        )
        for one in fold(NINE, facts).intervals
    ]


@pytest.mark.parametrize("state", PresenceState)
@pytest.mark.parametrize("what", Asked)
def test_every_move_is_in_the_table_or_refused(state, what):
    if what in MOVES[state]:
        assert move(state, what) is MOVES[state][what]
    else:
        with pytest.raises(MoveRefused, match=state.value):
            move(state, what)


def test_every_state_can_be_reached_and_left():
    reached = {S.LOGGED_OUT}
    for _ in PresenceState:
        reached |= {after for state in reached for after in MOVES[state].values()}
    assert reached == set(PresenceState)
    assert all(MOVES[state].get(Asked.LOG_OUT) is S.LOGGED_OUT for state in PresenceState if state is not S.LOGGED_OUT)


@pytest.mark.parametrize(
    ("facts", "intervals"),
    [
        # Logged in and nothing else.
        ([], [("ready", 0, None)]),
        # A call with wrap-up, then free again.
        (
            [fact(1, S.RINGING), fact(2, S.TALKING), fact(5, S.WRAP_UP), fact(6, S.READY)],
            [("ready", 0, 1), ("ringing", 1, 2), ("talking", 2, 5), ("wrap_up", 5, 6), ("ready", 6, None)],
        ),
        # Nobody answered the ringing phone.
        ([fact(1, S.RINGING), fact(2, S.READY)], [("ready", 0, 1), ("ringing", 1, 2), ("ready", 2, None)]),
        # On hold and back.
        (
            [fact(1, S.TALKING), fact(2, S.HOLD), fact(3, S.TALKING)],
            [("ready", 0, 1), ("talking", 1, 2), ("hold", 2, 3), ("talking", 3, None)],
        ),
        # A pause and its end.
        ([asked(1, S.PAUSED), asked(3, S.READY)], [("ready", 0, 1), ("paused", 1, 3), ("ready", 3, None)]),
        # A pause asked for during a call begins after it; the switch, which has not heard of it, says ready.
        (
            [fact(1, S.TALKING), asked(2, S.PAUSED), fact(4, S.READY)],
            [("ready", 0, 1), ("talking", 1, 4), ("paused", 4, None)],
        ),
        # A pause asked for and taken back during a call leaves no trace.
        (
            [fact(1, S.TALKING), asked(2, S.PAUSED), asked(3, S.READY), fact(4, S.READY)],
            [("ready", 0, 1), ("talking", 1, 4), ("ready", 4, None)],
        ),
        # A pause asked for in the wrap-up ends it.
        (
            [fact(1, S.TALKING), fact(2, S.WRAP_UP), asked(3, S.PAUSED)],
            [("ready", 0, 1), ("talking", 1, 2), ("wrap_up", 2, 3), ("paused", 3, None)],
        ),
        # The agent ends the wrap-up by code.
        (
            [fact(1, S.WRAP_UP), asked(2, S.READY, WRAP_UP_DONE), fact(3, S.READY)],
            [("ready", 0, 1), ("wrap_up", 1, 2), ("ready", 2, None)],
        ),
        # The same with a pause waiting: then it begins.
        (
            [fact(0.5, S.TALKING), asked(0.7, S.PAUSED), fact(1, S.WRAP_UP), asked(2, S.READY, WRAP_UP_DONE)],
            [("ready", 0, 0.5), ("talking", 0.5, 1), ("wrap_up", 1, 2), ("paused", 2, None)],
        ),
        # The code for the end of the wrap-up, dialled in a pause, does not end the pause.
        ([asked(1, S.PAUSED), asked(2, S.READY, WRAP_UP_DONE)], [("ready", 0, 1), ("paused", 1, None)]),
        # Three calls missed: the switch pauses the agent.
        ([fact(1, S.RINGING), fact(2, S.PAUSED)], [("ready", 0, 1), ("ringing", 1, 2), ("paused", 2, None)]),
        # Logged out; what the switch tells later of this session counts for nothing.
        ([asked(5, S.LOGGED_OUT), fact(6, S.TALKING)], [("ready", 0, 5)]),
        # Two logouts told: the earlier one was it.
        ([asked(5, S.LOGGED_OUT), fact(4, S.LOGGED_OUT)], [("ready", 0, 4)]),
        # A fact from before the login, by clocks that differ a little, counts at the login.
        ([fact(-1, S.RINGING)], [("ringing", 0, None)]),
        # Logged out at the moment of the login: no time at all.
        ([asked(0, S.LOGGED_OUT)], []),
        # The same thing told twice is one interval.
        ([fact(1, S.TALKING), fact(2, S.TALKING)], [("ready", 0, 1), ("talking", 1, None)]),
    ],
)
def test_facts_make_intervals(facts, intervals):
    assert told(*facts) == intervals


def test_a_pause_asked_for_during_a_call_keeps_its_reason_when_the_switch_begins_it():
    told = [fact(1, S.TALKING), asked(2, S.PAUSED, "1"), fact(3, S.PAUSED)]
    folded = fold(NINE, told)
    last = folded.intervals[-1]
    assert (last.state, last.reason, last.starts_at) == (S.PAUSED, "1", NINE + timedelta(minutes=3))
    assert folded.standing.paused_since == NINE + timedelta(minutes=2)


def test_a_pause_with_another_reason_is_an_interval_of_its_own():
    intervals = fold(NINE, [asked(1, S.PAUSED, "1"), asked(2, S.PAUSED, "2")]).intervals
    assert [(one.state, one.reason) for one in intervals] == [(S.READY, ""), (S.PAUSED, "1"), (S.PAUSED, "2")]


def test_the_folded_session_says_how_it_stands_and_ended():
    folded = fold(NINE, [fact(1, S.TALKING), asked(2, S.PAUSED, "1")])
    assert (folded.standing.paused_since, folded.standing.pause_reason) == (NINE + timedelta(minutes=2), "1")
    assert folded.logged_out_at is None
    ended = fold(NINE, [asked(2, S.LOGGED_OUT, "code")])
    assert (ended.logged_out_at, ended.logged_out_because) == (NINE + timedelta(minutes=2), "code")


facts_of_a_shift = st.lists(
    st.builds(
        fact,
        st.integers(-1, 60),
        st.sampled_from(PresenceState),
        st.sampled_from(Source),
        st.sampled_from(["", "1", WRAP_UP_DONE]),
    ),
    max_size=30,
).map(lambda facts: [Fact(UUID(int=n), f.at, f.state, f.source, f.call_id, f.reason) for n, f in enumerate(facts)])


@given(facts_of_a_shift, st.randoms())
def test_the_order_in_which_facts_arrive_does_not_matter(facts, chance):
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert fold(NINE, shuffled) == fold(NINE, facts)


@given(facts_of_a_shift)
def test_intervals_have_no_gaps_and_no_overlaps_and_add_up_to_the_session(facts):
    folded = fold(NINE, facts)
    edge = NINE
    for one in folded.intervals:
        assert one.starts_at == edge
        assert one.ends_at is None or one.ends_at > one.starts_at
        edge = one.ends_at
    # The last interval ends with the session, or goes on with it.
    assert edge == folded.logged_out_at
    total = sum((one.ends_at - one.starts_at for one in folded.intervals if one.ends_at), timedelta())
    if folded.logged_out_at is not None:
        assert total == folded.logged_out_at - NINE


@given(facts_of_a_shift)
def test_neighbours_differ(facts):
    shown = [(one.state, one.reason, one.call_id) for one in fold(NINE, facts).intervals]
    assert all(before != after for before, after in pairwise(shown))


@given(facts_of_a_shift, st.integers(0, 61))
def test_going_on_from_the_last_interval_gives_what_all_facts_together_give(facts, minute):
    cut = NINE + timedelta(minutes=minute)
    before = [one for one in facts if one.at < cut and one.state is not S.LOGGED_OUT]
    later = [one for one in facts if one.at >= cut]
    first = fold(NINE, before)
    last = first.intervals[-1]
    if last.starts_at >= cut:
        return
    standing = Standing.of(last, first.standing.paused_since, first.standing.pause_reason)
    assert standing.shown == first.standing.shown
    then = go_on(last, standing, later)
    whole = fold(NINE, before + later)
    assert (*first.intervals[:-1], *then.intervals) == whole.intervals
    assert then.standing.shown == whole.standing.shown
    assert (then.logged_out_at, then.logged_out_because) == (whole.logged_out_at, whole.logged_out_because)
