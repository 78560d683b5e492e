"""Facts and channel events of one call, folded: facts say what we decided, Asterisk says when its channels did it.

Rules of this file: pure. On times Asterisk wins, except on the beginning: recordings and periods are named by what the
switch put on record first. A channel that Asterisk tells nothing of keeps the times of the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core import facts as fact
from telephony.core.values import EndedBy, LegKind, Outcome, talk_bridge
from telephony.journal.rows import CallRow, Folded, LegRow
from telephony.witness.rules import Mark, Story, is_call

Stories = Mapping[str, Story]
NO_TIME = timedelta(0)
_MARKS = frozenset(Mark)


def retimed(facts: Iterable[fact.Fact], stories: Stories) -> list[fact.Fact]:
    """The facts with Asterisk's times, as far as it tells them. What the switch noted of a caller who was gone by then,
    because it was away or slow, is moved to the caller's end."""
    told = list(facts)
    channels = _channels(told)
    by_leg = {leg: stories[channel] for leg, channel in channels.items() if channel in stories}
    ends = [by_leg[leg].ended_at if leg in by_leg else None for leg in channels]
    known = [end for end in ends if end is not None]
    call_end = max(known) if known and len(known) == len(ends) else None
    caller = by_leg.get(0)
    gone = caller.ended_at if caller else None
    return [_retimed(one, by_leg, gone, call_end) for one in told]


def handed_over(facts: Iterable[fact.Fact], stories: Stories) -> Stories:
    """The stories as they concern this call: one that the switch had, and that was given to the fallback, is over for
    its caller then. What he meets in the fallback is a call of its own, which has facts of its own."""
    arrived = next((one for one in facts if isinstance(one, fact.CallArrived)), None)
    story = stories.get(arrived.channel) if arrived else None
    if arrived is None or story is None:
        return stories
    given = min((at for name, at in story.marks.items() if name in _MARKS and at > arrived.at), default=None)
    if given is None:
        return stories
    return {**stories, arrived.channel: replace(story, ended_at=given, estimated=False, cause=None, marks={})}


def _channels(facts: Iterable[fact.Fact]) -> dict[int, str]:
    """Leg -> its channel; the last one told, since a leg outside may be dialled again over another trunk."""
    found: dict[int, str] = {}
    for one in sorted(facts, key=lambda each: each.seq):
        channel = getattr(one, "channel", "")
        if channel:
            found[getattr(one, "leg", 0)] = channel
    return found


def _retimed(
    one: fact.Fact, by_leg: Mapping[int, Story], gone: datetime | None, call_end: datetime | None
) -> fact.Fact:
    leg = getattr(one, "leg", 0)
    story = by_leg.get(leg)
    match one:
        case fact.CallArrived():
            return one
        case fact.CallAnswered() if story and story.answered_at:
            return replace(one, at=story.answered_at)
        case fact.AgentOffered() if story and story.started_at:
            return replace(one, at=story.started_at)
        case fact.OutsideAnswered() if story and story.answered_at:
            return replace(one, at=story.answered_at)
        case fact.AgentConnected() | fact.OutsideConnected() if story:
            return replace(one, at=story.bridges.get(talk_bridge(one.call), one.at))
        case fact.LegEnded() if story and story.ended_at:
            return replace(one, at=story.ended_at, cause=one.cause or story.cause or 0)
        case fact.AgentMissed() if story and story.ended_at:
            return replace(one, at=min(one.at, story.ended_at))
        case fact.CallEnded() if call_end:
            return replace(one, at=call_end)
        case fact.QueueLeft() | fact.LegHeld() | fact.LegResumed() if gone:
            return replace(one, at=min(one.at, gone))
    return one


def completed(folded: Folded, stories: Stories) -> Folded:
    """A call with what Asterisk alone knows: whether all its channels have ended, and which ends are estimated."""
    legs = [_flagged(leg, stories.get(leg.channel)) for leg in folded.legs]
    call = folded.call
    own = [stories.get(leg.channel) for leg in legs if leg.channel]
    return replace(
        folded,
        call=replace(
            call,
            witnessed=bool(own) and call.ended_at is not None and all(one and one.ended_at for one in own),
            end_estimated=call.ended_at is not None and any(leg.end_estimated for leg in legs),
        ),
        legs=tuple(legs),
    )


def _flagged(leg: LegRow, story: Story | None) -> LegRow:
    return replace(leg, end_estimated=bool(story and story.estimated and leg.ended_at == story.ended_at))


def unseen(call_id: UUID, stories: Stories) -> Folded | None:
    """A call of which nobody put anything on record, made from the channel events alone. None if the dialplan has not
    marked it as one that nobody claimed, or has given it another id: its facts are on the way then."""
    caller = next((one for one in stories.values() if is_call(one) and _MARKS & one.marks.keys()), None)
    if caller is None or caller.started_at is None or caller.renamed:
        return None
    call = CallRow(
        id=call_id, dialled=caller.exten, caller=caller.caller, caller_name=caller.caller_name,
        started_at=caller.started_at, answered_at=caller.answered_at, ended_at=caller.ended_at,
    )  # fmt: skip
    leg = LegRow(
        no=0, kind=LegKind.CALLER, channel=caller.channel, started_at=caller.started_at,
        answered_at=caller.answered_at, ended_at=caller.ended_at, cause=caller.cause,
    )  # fmt: skip
    if caller.ended_at is not None:
        outcome, ended_by = Outcome.FAILED, EndedBy.SYSTEM
        if caller.hung_up_itself:
            ended_by = EndedBy.CALLER
            if any(_waited_with(caller, stories)):
                outcome = Outcome.ABANDONED
        call = replace(call, outcome=outcome.value, ended_by=ended_by.value)
    call, legs = _with_fallback(call, (leg,), caller, stories)
    return completed(Folded(call, tuple(legs), None), stories)


def _waited_with(caller: Story, stories: Stories) -> list[Story]:
    """Channels that Asterisk itself made for this caller: the agents whom the fallback queue rang."""
    return sorted(
        (one for one in stories.values() if one.linked == caller.linked and one is not caller and one.endpoint),
        key=lambda one: (one.started_at is None, one.started_at, one.channel),
    )


def _with_fallback(
    call: CallRow, legs: Sequence[LegRow], caller: Story, stories: Stories
) -> tuple[CallRow, list[LegRow]]:
    """The call and its legs with those that the fallback queue rang; answered, if one of them came to talk."""
    since = min(at for name, at in caller.marks.items() if name in _MARKS)
    ours = {leg.channel for leg in legs}
    whole, talks = list(legs), []
    for one in _waited_with(caller, stories):
        if one.channel in ours or one.started_at is None or one.started_at < since:
            continue
        together = max(since, *met) if (met := _met(caller, one)) else None
        end = min((at for at in (one.ended_at, caller.ended_at) if at), default=None)
        leg = LegRow(
            no=max(leg.no for leg in whole) + 1, kind=LegKind.AGENT, endpoint=one.endpoint, channel=one.channel,
            started_at=one.started_at, answered_at=together, ended_at=one.ended_at, cause=one.cause,
            missed=together is None and one.ended_at is not None, end_estimated=one.estimated,
            talked=end - together if end and together else NO_TIME,
        )  # fmt: skip
        whole.append(leg)
        if together is not None:
            talks.append((leg, one))
    ended_at = caller.ended_at  # while the caller waits on in the fallback the call goes on, whatever the switch noted
    first = talks[0][0].answered_at if talks else None
    waited = (first or ended_at or since) - since
    rang = sum((_rang(leg) for leg in whole if leg.channel not in ours), NO_TIME)
    call = replace(call, ended_at=ended_at, waited=call.waited + waited, rang=call.rang + rang)
    if ended_at is None:
        call = replace(call, outcome="", ended_by="")
    if not talks:
        return call, whole
    talked = sum((leg.talked for leg, _ in talks), NO_TIME)
    whole[0] = replace(whole[0], talked=whole[0].talked + talked)
    call = replace(call, connected_at=call.connected_at or first, talked=call.talked + talked)
    if ended_at is not None:
        ended_by = EndedBy.CALLER if caller.hung_up_itself else EndedBy.SYSTEM
        if any(story.hung_up_itself for _, story in talks):
            ended_by = EndedBy.AGENT
        call = replace(call, outcome=Outcome.ANSWERED.value, ended_by=ended_by.value)
    return call, whole


def _met(caller: Story, other: Story) -> tuple[datetime, datetime] | None:
    """When each of the two entered the first bridge in which both were."""
    shared = [bridge for bridge in other.bridges if bridge in caller.bridges]
    first = min(shared, key=lambda bridge: other.bridges[bridge], default=None)
    return (caller.bridges[first], other.bridges[first]) if first is not None else None


def _rang(leg: LegRow) -> timedelta:
    end = leg.answered_at or leg.ended_at
    return max(end - leg.started_at, NO_TIME) if end else NO_TIME
