"""A call, its legs and its recording, as the facts tell them.

Rules of this file: pure. The facts of one call may come in any order and more than once, and some may not have come
yet; the same facts always give the same rows. Nothing is measured against the present: what has not ended yet has no
length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from telephony.core import facts as fact
from telephony.core.values import LegKind
from telephony.journal.lengths import talk_ends, together
from telephony.journal.rows import (
    NO_TIME,
    CallbackRow,
    CallRow,
    Folded,
    LegRow,
    MessageRow,
    OrderRow,
    RecordingRow,
)


@dataclass(slots=True)
class _Telling:
    """The story so far, while it is told from the first fact to the last."""

    call: CallRow
    legs: dict[int, LegRow] = field(default_factory=dict)
    recording: RecordingRow | None = None
    waiting_since: datetime | None = None
    held_since: dict[int, datetime] = field(default_factory=dict)
    waited_since_talk: timedelta = NO_TIME  # in queues to which the caller was sent on
    orders: dict[str, OrderRow] = field(default_factory=dict)
    begun: dict[str, fact.MessageStarted] = field(default_factory=dict)
    messages: dict[str, MessageRow] = field(default_factory=dict)
    callbacks: list[CallbackRow] = field(default_factory=list)
    caller_leg: int = 0  # of a callback: the customer's, once he is there
    took: set[int] = field(default_factory=set)  # agents' legs that waited for a customer before they talked
    aside: int | None = None  # who hears music while an agent consults
    thirds: set[int] = field(default_factory=set)  # legs that talked with an agent before they talked with the caller

    def change_leg(self, no: int, at: datetime, **changes: Any) -> None:
        """Change a leg; one whose beginning has not come yet begins when we first hear of it."""
        kind = LegKind.AGENT if no else LegKind.CALLER
        leg = self.legs.get(no) or LegRow(no=no, kind=kind, started_at=at, tenant_id=self.call.tenant_id)
        self.legs[no] = replace(leg, **changes)


def fold(call_id: UUID, facts: Iterable[fact.Fact]) -> Folded:
    """The rows of one call. Raises ValueError if there is no fact at all."""
    told = sorted({one.seq: one for one in facts}.values(), key=lambda one: one.seq)
    if not told:
        raise ValueError(f"no facts of call {call_id}")
    story = _Telling(CallRow(id=call_id, started_at=told[0].at))
    for one in told:
        story.call = replace(story.call, tenant_id=one.tenant or story.call.tenant_id)
        _tell_call(story, one)
        _tell_parts(story, one)
        _tell_wishes(story, one)
        _tell_outside(story, one)
        _tell_callback(story, one)
        _tell_holds(story, one)
        _tell_consults(story, one)
    if 0 in story.legs:  # the caller is whose the call is in the end
        story.legs[0] = replace(story.legs[0], tenant_id=story.call.tenant_id)
    legs = _with_talk(story)
    orders, messages = tuple(story.orders.values()), tuple(story.messages.values())
    return Folded(_with_lengths(story, legs), legs, story.recording, orders, messages, tuple(story.callbacks))


def _tell_call(story: _Telling, one: fact.Fact) -> None:
    call, at = story.call, one.at
    match one:
        case fact.CallArrived():
            story.call = replace(
                call, dialled=one.dialled, caller=one.caller, caller_name=one.caller_name,
                sip_call_id=one.sip_call_id, practice=one.practice,
            )  # fmt: skip
        case fact.CallAnswered():
            story.call = replace(call, answered_at=at)
        case fact.FlowEntered():
            merchant = one.merchant or call.merchant_code
            story.call = replace(call, flow_code=one.flow_code, flow_version=one.version, merchant_code=merchant)
        case fact.NodesPassed():
            story.call = replace(call, language=one.language)
        case fact.QueueEntered():
            story.call = replace(call, queue_id=one.queue, queue_code=one.queue_code)
            story.waiting_since = at
        case fact.QueueLeft():
            story.call = replace(call, waited=call.waited + _length(story.waiting_since, at))
            if call.connected_at is not None:
                story.waited_since_talk += _length(story.waiting_since, at)
            story.waiting_since = None
        case fact.AgentConnected():
            # The first agent is the call's; each leg names its own.
            story.call = replace(call, agent_id=call.agent_id or one.agent, connected_at=call.connected_at or at)
        case fact.OutsideConnected():
            story.call = replace(call, connected_at=call.connected_at or at)
        case fact.RecordingStarted():
            story.call = replace(call, recording_name=one.name)
        case fact.CallEnded():
            story.call = replace(call, ended_at=at, outcome=one.outcome.value, ended_by=one.ended_by.value)


def _tell_parts(story: _Telling, one: fact.Fact) -> None:
    at = one.at
    match one:
        case fact.CallArrived():
            story.change_leg(0, at, channel=one.channel, started_at=at)
        case fact.CallAnswered():
            story.change_leg(0, at, answered_at=at)
        case fact.AgentOffered(leg=no):
            story.change_leg(no, at, agent_id=one.agent, endpoint=one.endpoint, channel=one.channel, started_at=at)
        case fact.AgentMissed(leg=no):
            story.change_leg(no, at, agent_id=one.agent, ended_at=at, cause=one.cause, missed=True)
        case fact.AgentConnected(leg=no) if no in story.took:
            story.change_leg(no, at, connected_at=at)
        case fact.AgentConnected(leg=no) if no not in story.thirds:
            story.change_leg(no, at, agent_id=one.agent, answered_at=at)
        case fact.LegEnded(leg=no):
            story.change_leg(no, at, ended_at=at, cause=one.cause)
        case fact.RecordingStored():
            story.recording = RecordingRow(
                name=one.name, seconds=one.seconds, peak_db=one.peak_db, size=one.size, stored_at=at
            )


def _tell_outside(story: _Telling, one: fact.Fact) -> None:
    at = one.at
    match one:
        case fact.OutsideDialled(leg=no):
            # An agent outside the room has a leg already; any other is made by this.
            kind = story.legs[no].kind if no in story.legs else LegKind.OUTSIDE
            story.change_leg(no, at, kind=kind, number=one.number, trunk=one.trunk, channel=one.channel, started_at=at)
        case fact.OutsideAnswered(leg=no):
            kind = story.legs[no].kind if no in story.legs else LegKind.OUTSIDE
            story.change_leg(no, at, kind=kind, answered_at=at)
        case fact.OutsideConnected(leg=no) if no not in story.thirds:
            story.change_leg(no, at, kind=LegKind.OUTSIDE, connected_at=at)
        case fact.OutsideFailed(leg=no) if no:
            story.change_leg(no, at, kind=LegKind.OUTSIDE, ended_at=at, cause=one.cause, missed=True)


def _tell_wishes(story: _Telling, one: fact.Fact) -> None:
    """Orders and messages: what callers leave behind for somebody to do."""
    match one:
        case fact.OrderConfirmed():
            story.orders[one.key] = OrderRow(
                key=one.key, system=one.system, path=one.path, content=one.content, confirmed_at=one.at
            )
        case fact.MessageStarted():
            story.begun[one.name] = one
        case fact.MessageStored():
            begun = story.begun.get(one.name)
            story.messages[one.name] = MessageRow(
                name=one.name, queue_id=story.call.queue_id, queue_code=story.call.queue_code,
                caller=story.call.caller, mail=begun.mail if begun else "", seconds=one.seconds,
                peak_db=one.peak_db, size=one.size, left_at=begun.at if begun else one.at,
            )  # fmt: skip


def _tell_callback(story: _Telling, one: fact.Fact) -> None:
    """Promises that are made in this call; and what is different in one that goes out to a customer."""
    call, at = story.call, one.at
    match one:
        case fact.CallbackAsked():
            story.callbacks.append(
                CallbackRow(
                    queue_id=one.queue, queue_code=one.queue_code, number=one.number, dialled=call.dialled,
                    source=one.source, since=at - timedelta(seconds=one.waited), asked_at=at,
                )
            )  # fmt: skip
        case fact.CallbackBegun():
            story.call = replace(
                call, direction="outbound", callback_id=one.callback, dialled=one.number, queue_id=one.queue,
                queue_code=one.queue_code,
            )  # fmt: skip
        case fact.DialBegun():
            story.call = replace(
                call, direction="outbound", dialled=one.number[:40], queue_id=one.queue, queue_code=one.queue_code,
                agent_id=one.agent,
            )  # fmt: skip
        case fact.AgentTook(leg=no):
            story.took.add(no)
            from_there = {"endpoint": one.endpoint, "channel": one.channel, "started_at": at} if one.channel else {}
            story.change_leg(no, at, agent_id=one.agent, answered_at=at, **from_there)
        case fact.OutsideDialled() if call.direction == "outbound" and not call.caller:
            story.call = replace(call, caller=one.caller_id)
        case fact.OutsideConnected(leg=no) if call.direction == "outbound" and not story.caller_leg:
            story.caller_leg = no


def _tell_holds(story: _Telling, one: fact.Fact) -> None:
    match one:
        case fact.LegHeld(leg=no):
            story.held_since.setdefault(no, one.at)
        case fact.TransferBegun() if story.caller_leg in story.legs:
            # Sent on: the caller hears music until somebody takes the call.
            story.held_since.setdefault(story.caller_leg, one.at)
        case fact.AgentConnected() | fact.OutsideConnected() | fact.QueueEntered() if story.caller_leg in story.legs:
            _hold_over(story, story.caller_leg, one.at)
        case fact.LegResumed(leg=no) | fact.LegEnded(leg=no) if no in story.legs:
            _hold_over(story, no, one.at)
        case fact.CallEnded():
            for no in list(story.held_since):
                _hold_over(story, no, one.at)


def _tell_consults(story: _Telling, one: fact.Fact) -> None:
    """Whoever waits while others consult is held; so is the agent who consults, until the third is there."""
    at = one.at
    match one:
        case fact.ConsultBegun(leg=no, aside=aside):
            story.aside = aside
            story.held_since.setdefault(aside, at)
            story.held_since.setdefault(no, at)
        case fact.ConsultAnswered(leg=no, by=by):
            story.thirds.add(no)
            third = story.legs.get(no)
            outside = third is not None and third.kind is LegKind.OUTSIDE
            story.change_leg(no, at, **({"connected_at": at} if outside else {"answered_at": at}))
            _hold_over(story, by, at)
        case fact.ConsultTurned(aside=aside):
            _back(story, at)
            story.aside = aside
            story.held_since.setdefault(aside, at)
        case fact.ConsultEnded(leg=no) | fact.TransferCompleted(leg=no) | fact.TalkJoined(leg=no):
            _back(story, at)
            _hold_over(story, no, at)


def _back(story: _Telling, at: datetime) -> None:
    if story.aside is not None:
        _hold_over(story, story.aside, at)
    story.aside = None


def _hold_over(story: _Telling, no: int, at: datetime) -> None:
    since, leg = story.held_since.pop(no, None), story.legs.get(no)
    if leg is not None:
        story.legs[no] = replace(leg, held=leg.held + _length(since, at))


def _with_talk(story: _Telling) -> tuple[LegRow, ...]:
    """The legs with what each of them talked: from the first connection on, without holds and waits."""
    spans = _spans(story)
    ends = talk_ends(spans)
    legs = []
    for leg in (story.legs[no] for no in sorted(story.legs)):
        span = _length(spans[leg.no][0], ends[leg.no]) if leg.no in spans else NO_TIME
        silent = leg.held + (story.waited_since_talk if leg.no == story.caller_leg else NO_TIME)
        legs.append(replace(leg, talked=max(span - silent, NO_TIME)))
    return tuple(legs)


def _spans(story: _Telling) -> dict[int, tuple[datetime, datetime | None]]:
    """From when to when each leg was connected with another."""
    found = {}
    for no, leg in story.legs.items():
        begun = leg.connected_at
        if no == story.caller_leg:
            begun = story.call.connected_at
        elif leg.kind is LegKind.AGENT and no not in story.took:
            begun = leg.answered_at
        if begun is not None:
            found[no] = (begun, _first(leg.ended_at, story.call.ended_at))
    return found


def _with_lengths(story: _Telling, legs: Sequence[LegRow]) -> CallRow:
    call, spans = story.call, _spans(story)
    caller_gone = next((leg.ended_at for leg in legs if leg.no == story.caller_leg), None)
    agents = [leg for leg in legs if leg.kind is LegKind.AGENT]
    rang = sum(
        (_length(leg.started_at, leg.answered_at or leg.ended_at or call.ended_at) for leg in agents), start=NO_TIME
    )
    # Of two agents with one caller the time counts once; what they talk without him is none of the call's.
    ends = talk_ends(spans)
    with_caller = [(spans[no][0], _first(ends[no], caller_gone)) for no in spans if no != story.caller_leg]
    waited = call.waited + _length(story.waiting_since, call.ended_at)
    return replace(call, waited=waited, rang=rang, talked=together(with_caller))


def _first(*instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _length(start: datetime | None, end: datetime | None) -> timedelta:
    # Never negative: the machine's clock may have been set back in between.
    return max(end - start, NO_TIME) if start is not None and end is not None else NO_TIME
