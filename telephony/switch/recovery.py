"""What to do at each connect: compare what Asterisk still has with what the engine and the ledger know.

Pairs that talk are never touched. Callers whom nobody looks after are given back to the dialplan. Calls whose channels
are gone are closed on the record. Nothing here waits: it only moves the engine, and says what is to be done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.call import TALKS, Call, Stage
from telephony.core.engine import AgentState, Engine, Work
from telephony.core.values import BridgeId, CallId, ChannelId, EndedBy, LegKind, Outcome, talk_bridge

log = structlog.get_logger(__name__)
RINGS = (Stage.RINGING, Stage.PASSING, Stage.ENQUIRING, Stage.CALLING)  # stages in which an answer may be missed
NOBODY = CallId(UUID(int=0))  # commands about things that belong to no call


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel that Asterisk has in our application."""

    id: ChannelId
    up: bool


def adopt_all(engine: Engine, calls: Sequence[Call], at: datetime) -> Work:
    """A new process takes over the open calls of the one before it; `reconcile` then finds which are gone already.

    A call that was not talking cannot go on where it was: it is being cleared from now on.
    """
    work = Work()
    for call in calls:
        if call.stage in TALKS:
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


def reconcile(engine: Engine, live: Mapping[ChannelId, LiveChannel], bridges: Iterable[BridgeId], at: datetime) -> Work:
    """Tell the engine what it missed while the socket was away; end channels and bridges that belong to no call.

    Commands that were given then are lost, so calls that are being cleared get theirs again: phones stop to ring, and
    a caller whom we failed goes to the dialplan to hear so.
    """
    work = Work()
    for call in list(engine.calls.values()):
        for leg in call.legs:
            if leg.ended_at is not None:
                continue
            there = live.get(leg.channel)
            if there is None:
                work.add(engine.handle(ev.ChannelEnded(call=call.id, at=at, channel=leg.channel)))
            elif there.up and leg.answered_at is None and call.stage in RINGS:
                work.add(engine.handle(ev.LegAnswered(call=call.id, at=at, channel=leg.channel)))
            elif call.stage is Stage.CLEARING:
                failed = leg.kind is LegKind.CALLER and call.outcome is Outcome.FAILED
                work.commands.append((cmd.LetGo if failed else cmd.HangUp)(call=call.id, channel=leg.channel))
        if call.stage is Stage.ENQUIRING and engine.calls[call.id].stage is Stage.ENQUIRING:
            # Nobody knows whether the third still rings, or waits in a queue: the agent takes the caller back.
            work.add(engine.handle(ev.TargetRefused(call=call.id, at=at, reason="interrupted")))
    for channel in live:
        if engine.call_of(channel) is None:
            log.warning("channel of no call is ended", channel=channel)
            work.commands.append(cmd.HangUp(call=NOBODY, channel=channel))
    ours = {talk_bridge(call) for call in engine.calls}
    for bridge in bridges:
        if bridge.endswith("-talk") and bridge not in ours:
            work.commands.append(cmd.DropBridge(call=NOBODY, bridge=bridge))
    return work
