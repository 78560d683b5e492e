"""What an agent is doing: the moves that are possible, and the intervals that the facts of a session make.

Rules of this file: pure functions over frozen values, no clock. Two things live here. `MOVES` is the state machine as
a table: what may be asked of an agent in which state; a missing entry is the error. `fold` turns what was told about
a session into intervals, whatever the order in which it was told: facts are sorted by time, and what happened counts,
whether or not the table would have allowed it.

Two witnesses tell facts. The switch tells what a call does to the agent. A person (on the phone, or a supervisor) asks
for a pause or its end, possibly in the middle of a call, and possibly before the switch's older facts have arrived.
So a pause is kept beside the activity: an agent is paused when the pause is on and no call is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from seatline.errors import Refused


class PresenceState(StrEnum):
    """What is shown, counted and billed."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    LOGGED_OUT = "logged_out"


class Asked(StrEnum):
    """What can be asked of an agent's state, by a person or by a call."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    FINISH_WRAP_UP = "finish_wrap_up"
    RING = "ring"
    STOP_RINGING = "stop_ringing"
    TALK = "talk"
    HOLD = "hold"
    RESUME = "resume"
    WRAP_UP = "wrap_up"


_S, _A = PresenceState, Asked
MOVES: dict[PresenceState, dict[Asked, PresenceState]] = {
    _S.LOGGED_OUT: {_A.LOG_IN: _S.READY},
    _S.READY: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.PAUSED,
        _A.RING: _S.RINGING,
        _A.TALK: _S.TALKING,
    },
    # A pause asked for during a call begins when the call is over.
    _S.RINGING: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.RINGING,
        _A.UNPAUSE: _S.RINGING,
        _A.STOP_RINGING: _S.READY,
        _A.TALK: _S.TALKING,
    },
    _S.TALKING: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.TALKING,
        _A.UNPAUSE: _S.TALKING,
        _A.HOLD: _S.HOLD,
        _A.WRAP_UP: _S.WRAP_UP,
    },
    _S.HOLD: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.HOLD,
        _A.UNPAUSE: _S.HOLD,
        _A.RESUME: _S.TALKING,
        _A.WRAP_UP: _S.WRAP_UP,
    },
    # Whoever asks for a pause in the wrap-up has finished it.
    _S.WRAP_UP: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.PAUSED,
        _A.UNPAUSE: _S.WRAP_UP,
        _A.FINISH_WRAP_UP: _S.READY,
        _A.RING: _S.RINGING,
        _A.TALK: _S.TALKING,
    },
    _S.PAUSED: {
        _A.LOG_OUT: _S.LOGGED_OUT,
        _A.PAUSE: _S.PAUSED,  # with another reason
        _A.UNPAUSE: _S.READY,
        _A.TALK: _S.TALKING,
    },
}

# The reason by which a person's READY says that the wrap-up is over, and nothing about a pause.
WRAP_UP_DONE = "wrap_up_done"
ON_A_CALL = frozenset({PresenceState.RINGING, PresenceState.TALKING, PresenceState.HOLD})


class MoveRefused(Refused):
    """An agent who is {state} cannot do this: {asked}."""


def move(state: PresenceState, asked: Asked) -> PresenceState:
    """The state after what was asked. Raises `MoveRefused` where the table has no entry."""
    try:
        return MOVES[state][asked]
    except KeyError:
        raise MoveRefused(state=state.value, asked=asked.value) from None


class Source(StrEnum):
    """Who tells a fact."""

    SWITCH = "switch"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was told about a session; `id` sorts facts of one instant."""

    id: UUID
    at: datetime
    state: PresenceState
    source: Source = Source.SWITCH
    call_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one state; no end: it goes on."""

    state: PresenceState
    reason: str
    call_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands: what the agent does, and beside it the pause."""

    activity: PresenceState = PresenceState.READY
    call_id: UUID | None = None
    paused_since: datetime | None = None
    pause_reason: str = ""

    @classmethod
    def of(cls, last: Interval, paused_since: datetime | None, pause_reason: str) -> "Standing":
        """The standing behind an interval that goes on, and the pause that a session has."""
        idle = last.state in (PresenceState.READY, PresenceState.PAUSED)
        activity = PresenceState.READY if idle else last.state
        return cls(activity, None if idle else last.call_id, paused_since, pause_reason)

    @property
    def shown(self) -> tuple[PresenceState, str, UUID | None]:
        """State, reason and call of the interval that this standing makes."""
        if self.activity is PresenceState.READY and self.paused_since is not None:
            return PresenceState.PAUSED, self.pause_reason, None
        return self.activity, "", self.call_id


def after(standing: Standing, fact: Fact) -> Standing:
    """The standing after one fact."""
    person = fact.source is Source.PERSON
    match fact.state:
        case PresenceState.PAUSED if not person and standing.paused_since is not None:
            # The call is over and the pause that a person asked for meanwhile begins: it keeps its reason.
            return _free(standing)
        case PresenceState.PAUSED:
            on = replace(standing, paused_since=fact.at, pause_reason=fact.reason)
            # A person's pause waits for the end of the call; the switch tells of one when no call is left.
            return on if person and standing.activity in ON_A_CALL else _free(on)
        case PresenceState.READY if person and fact.reason == WRAP_UP_DONE:
            return _free(standing) if standing.activity is PresenceState.WRAP_UP else standing
        case PresenceState.READY if person:
            off = replace(standing, paused_since=None, pause_reason="")
            return off if standing.activity in ON_A_CALL | {PresenceState.WRAP_UP} else _free(off)
        case PresenceState.READY:
            # The call is over; the pause is not the switch's to end: it may not have heard of it yet.
            return _free(standing)
        case PresenceState.LOGGED_OUT:
            return standing
        case _:
            return replace(standing, activity=fact.state, call_id=fact.call_id)


def _free(standing: Standing) -> Standing:
    return replace(standing, activity=PresenceState.READY, call_id=None)


@dataclass(frozen=True, slots=True)
class Folded:
    """A session as its facts tell it."""

    intervals: tuple[Interval, ...]
    standing: Standing
    logged_out_at: datetime | None
    logged_out_because: str


def fold(logged_in_at: datetime, facts: Iterable[Fact]) -> Folded:
    """The intervals of a session: without gaps, without overlaps, from login to logout.

    The session ends with the earliest logout told. Facts from before the login count as told at it; facts from after
    the logout belong to no session and are left out.
    """
    return _fold(logged_in_at, Standing(), facts)


def go_on(last: Interval, standing: Standing, facts: Iterable[Fact]) -> Folded:
    """What `fold` would give from the last interval on, if all of a session's earlier facts had led to it.

    Every fact must be later than its beginning. So a day's facts need not be read again for each that comes.
    """
    return _fold(last.starts_at, standing, facts)


def _fold(since: datetime, standing: Standing, facts: Iterable[Fact]) -> Folded:
    ordered = sorted(facts, key=lambda fact: (fact.at, fact.id))
    logout = next((fact for fact in ordered if fact.state is PresenceState.LOGGED_OUT), None)
    ends_at = max(logout.at, since) if logout else None
    intervals: list[Interval] = []
    begun = since
    for fact in ordered:
        if ends_at is not None and fact.at >= ends_at:
            break
        then = after(standing, fact)
        at = max(fact.at, since)
        if then.shown != standing.shown:
            if at > begun:
                intervals.append(Interval(*standing.shown, starts_at=begun, ends_at=at))
            begun = at
        standing = then
    if ends_at is None or ends_at > begun:
        intervals.append(Interval(*standing.shown, starts_at=begun, ends_at=ends_at))
    return Folded(tuple(_joined(intervals)), standing, ends_at, logout.reason if logout else "")


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Neighbours with the same state as one: a state that lasted no time leaves no seam."""
    found: list[Interval] = []
    for one in intervals:
        last = found[-1] if found else None
        if last and (last.state, last.reason, last.call_id) == (one.state, one.reason, one.call_id):
            found[-1] = replace(last, ends_at=one.ends_at)
        else:
            found.append(one)
    return found
