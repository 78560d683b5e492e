"""What to do at each connect: compare what Asterisk still has with what the engine and the ledger know.

Pairs that talk are never touched. Callers with whom nobody talks are had again (core/stranding.py): at their place in
the queue, or where their flow was. Calls whose channels are gone are closed on the record. Nothing here waits: it only
moves the engine, and says what is to be done.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.call import TALKS, Call, Stage
from telephony.core.engine import AgentState, Engine, Work
from telephony.core.listening import gallery
from telephony.core.values import BridgeId, CallId, ChannelId, EndedBy, LegKind, Outcome, talk_bridge

RINGS = (Stage.RINGING, Stage.PASSING, Stage.ENQUIRING, Stage.CALLING)  # stages in which an answer may be missed
BUSY = TALKS | {Stage.CALLING, Stage.CLEARING, Stage.ENDED}  # stages in which nobody is had again
NOBODY = CallId(UUID(int=0))  # commands about things that belong to no call
_IS_OURS = re.compile(r"-(talk|g\d+)$")  # ids of bridges that the switch makes
_OF_SUPERVISORS = re.compile(r"-[se]\d+(-\d+)?$")  # ids of channels that it makes for them


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel that Asterisk has in our application."""

    id: ChannelId
    up: bool


def adopt_all(engine: Engine, calls: Sequence[Call], at: datetime) -> Work:
    """A new process takes over the open calls of the one before it; `reconcile` then finds which are gone already.

    A call that neither talks nor has a caller who can be had again is being cleared from now on.
    """
    work = Work()
    for call in calls:
        if call.stage in TALKS or call.stage is Stage.STRANDED:
            work.add(engine.adopt(call, at))
            continue
        lost = replace(call, outcome=call.outcome or Outcome.FAILED, ended_by=EndedBy.SYSTEM)
        work.add(engine.adopt(lost, at))
    # Whoever rang, talked or wrapped up when the process before us died, and has no call now, is free.
    for agent in engine.floor.agents.values():
        if agent.call is None:
            work.states.append(
                AgentState(
                    session=agent.who.session, agent=agent.who.agent, tenant=agent.who.tenant, at=at, state=agent.state
                )
            )
    return work


def reconcile(
    engine: Engine, live: Mapping[ChannelId, LiveChannel], bridges: Iterable[BridgeId], at: datetime,
    elsewhere: Collection[ChannelId] = (), known: Mapping[CallId, Collection[ChannelId]] | None = None,
) -> Work:  # fmt: skip
    """Tell the engine what it missed while the socket was away; end bridges that belong to no call.

    `known` are the calls of the Asterisk that was asked and their channels, as they were when it was asked: what has
    come since is not on its lists; None: all that are now. `elsewhere` are channels that Asterisk has and we have not,
    as those of the fallback. Commands that were given meanwhile are lost, so calls that are being cleared get theirs
    again: phones stop to ring, and a caller whom we failed goes to the dialplan to hear so.
    """
    work = Work()
    known = known_now(engine, engine.calls) if known is None else known
    for call in [one for one in engine.calls.values() if one.id in known]:
        for leg in call.legs:
            if leg.ended_at is not None or leg.channel not in known[call.id]:
                continue
            there = live.get(leg.channel)
            if there is None:
                gone = ev.CallerTaken if leg.channel in elsewhere and call.stage not in TALKS else ev.ChannelEnded
                work.add(engine.handle(gone(call=call.id, at=at, channel=leg.channel)))
            elif there.up and leg.answered_at is None and call.stage in RINGS:
                work.add(engine.handle(ev.LegAnswered(call=call.id, at=at, channel=leg.channel)))
            elif call.stage is Stage.CLEARING:
                failed = leg.kind is LegKind.CALLER and call.outcome is Outcome.FAILED
                work.commands.append((cmd.LetGo if failed else cmd.HangUp)(call=call.id, channel=leg.channel))
        work.add(_supervisors(engine, call, live, at, known[call.id]))
        now = engine.calls.get(call.id)
        if now is None:
            continue  # its channels were gone, and nothing more belongs to it
        if call.stage is Stage.ENQUIRING and now.stage is Stage.ENQUIRING:
            # Nobody knows whether the third still rings, or waits in a queue: the agent takes the caller back.
            work.add(engine.handle(ev.TargetRefused(call=call.id, at=at, reason="interrupted")))
        if now.stage not in BUSY and now.channel in live:
            work.add(engine.handle(ev.Stranded(call=call.id, at=at)))
    work.commands += _left_over(engine, live, bridges)
    return work


def known_now(engine: Engine, calls: Iterable[CallId]) -> dict[CallId, set[ChannelId]]:
    """The channels that these calls have now: what may be missed on a list that is asked for afterwards."""
    found = {}
    for call in (engine.calls[one] for one in calls):
        found[call.id] = {leg.channel for leg in call.legs} | {one.channel for one in call.listeners}
    return found


def _supervisors(
    engine: Engine, call: Call, live: Mapping[ChannelId, LiveChannel], at: datetime, known: Collection[ChannelId]
) -> Work:
    """Supervisors who went meanwhile, or hear nothing any more, are out; who has come is there."""
    work = Work()
    for one in call.listeners:
        if one.channel not in known:
            continue
        there = live.get(one.channel)
        deaf = one.ears is not None and one.ears not in live
        if (there is None and (one.there or not one.called_us)) or (there is not None and deaf):
            work.commands.append(cmd.HangUp(call=call.id, channel=one.channel))
            work.add(engine.handle(ev.ChannelEnded(call=call.id, at=at, channel=one.channel)))
        elif there is not None and there.up and not one.there:
            work.add(engine.handle(ev.LegAnswered(call=call.id, at=at, channel=one.channel)))
    return work


def _left_over(
    engine: Engine, live: Mapping[ChannelId, LiveChannel], bridges: Iterable[BridgeId]
) -> Iterator[cmd.Command]:
    """Take down bridges of no call, and channels of supervisors of whom nobody knows."""
    ours = {talk_bridge(call) for call in engine.calls}
    ours |= {gallery(call.id, one.no) for call in engine.calls.values() for one in call.listeners}
    for bridge in bridges:
        if _IS_OURS.search(bridge) and bridge not in ours:
            yield cmd.DropBridge(call=NOBODY, bridge=bridge)
    known = {channel for call in engine.calls.values() for one in call.listeners for channel in one.channels}
    for channel in live:
        if _OF_SUPERVISORS.search(channel) and channel not in known and engine.call_of(channel) is None:
            yield cmd.HangUp(call=NOBODY, channel=channel)
