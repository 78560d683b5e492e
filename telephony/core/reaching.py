"""A third is called for an agent: a colleague in the room or outside it, one of a queue, or a number outside.

Rules of this file: it makes legs and hears what becomes of them, and says when somebody is reached or nobody will be.
What then happens to caller and agent is decided by who called (`transfer.py`, `in_enquiry.py`).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import in_remote, outside
from telephony.core.call import Transfer, Turn
from telephony.core.ending import appeared_too_late, end_leg
from telephony.core.lines import TRUNK_FAULTS, Refusal
from telephony.core.values import AgentId, Endpoint, Leg, LegKind, agent_channel, outside_number

RING = timedelta(seconds=20)  # a colleague's phone, where no queue says otherwise
RING_OUTSIDE = timedelta(seconds=30)
BUSY = 17  # Q.850: user busy
ANSWERED_ELSEWHERE = 26  # Q.850: the phone shows no missed call


@dataclass(frozen=True, slots=True)
class Reached:
    """The third has answered, and takes the call."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class Lost:
    """There will be no third."""

    leg: int  #: 0 if there was not even one to ring
    reason: str


Heard = Reached | Lost | None  #: None: it goes on


def under_way(turn: Turn) -> Transfer:
    """What is being done about a third; only while something is."""
    assert turn.call.transfer is not None
    return turn.call.transfer


def ring(turn: Turn, agent: AgentId, endpoint: Endpoint) -> None:
    """Make the leg to an agent whom the floor has reserved; one outside the room is called over a trunk."""
    call = turn.call
    assert call.tenant is not None
    no = len(call.legs)
    channel = agent_channel(call.id, no)
    leg = Leg(no=no, kind=LegKind.AGENT, channel=channel, started_at=turn.at, agent=agent, endpoint=endpoint)
    turn.become(legs=(*call.legs, leg))
    turn.note(fact.AgentOffered, leg=no, agent=agent, endpoint=endpoint, channel=channel)
    if number := outside_number(endpoint):
        turn.order(cmd.SeizeTrunk, number=number)
        return
    tenant = call.plan.tenants[call.tenant]
    turn.order(
        cmd.CreateLeg,
        channel=channel, endpoint=endpoint, originator=call.channel, caller=call.caller,
        caller_name=tenant.name, tenant=tenant.code,
        variables={"CALLREF": str(call.id), "TENANT": tenant.code, "STAGE": "agent"},
    )  # fmt: skip


def call_outside(turn: Turn, event: ev.TrunkSeized) -> None:
    """Make the leg to the number outside that was asked for: a trunk has a place."""
    transfer = under_way(turn)
    turn.become(transfer=replace(transfer, leg=len(turn.call.legs)))
    outside.make_leg(turn, event, "")


def stop(turn: Turn) -> None:
    """Nobody is to be reached any more: phones stop to ring, and nobody waits in a queue."""
    transfer = under_way(turn)
    for leg in _called(turn):
        turn.order(cmd.HangUp, channel=leg.channel)
        end_leg(turn, leg, 0)
    _forget_clocks(turn)
    if transfer.queue is not None:
        turn.order(cmd.LeaveQueue)


def hear(turn: Turn, event: ev.Event) -> Heard:
    """What an event is to whoever is being called."""
    match event:
        case ev.TrunkSeized():
            return _seized(turn, event)
        case ev.NoTrunk():
            return _no_trunk(turn, event)
        case ev.LegReady():
            _dial(turn, event)
        case ev.LegRinging():
            _rings(turn, event)
        case ev.LegAnswered():
            return _answered(turn, event)
        case ev.KeyPressed():
            return _key(turn, event)
        case ev.TimerFired():
            return _time(turn, event)
        case ev.ChannelEnded():
            return _ended(turn, event)
        case ev.QueueRefused() | ev.TargetRefused():
            return Lost(0, event.reason)
    return None


def _called(turn: Turn) -> tuple[Leg, ...]:
    number = _outside(turn)
    return (*turn.call.ringing, *([number] if number else []))


def _outside(turn: Turn) -> Leg | None:
    """The leg to the number outside, until it is reached or gone."""
    no = under_way(turn).leg
    leg = turn.call.legs[no] if no else None
    return leg if leg and leg.kind is LegKind.OUTSIDE and not (leg.answered_at or leg.ended_at) else None


def _seized(turn: Turn, event: ev.TrunkSeized) -> Heard:
    colleague = in_remote.called_at(turn, event.number)
    if colleague is not None:
        cause = in_remote.call_there(turn, colleague, event)
        return _missed(turn, colleague, cause) if cause else None
    if event.number == under_way(turn).number and not _called(turn):
        call_outside(turn, event)
    else:
        turn.order(cmd.FreeTrunk, trunk=event.trunk)
    return None


def _no_trunk(turn: Turn, event: ev.NoTrunk) -> Heard:
    colleague = in_remote.called_at(turn, event.number)
    if colleague is not None:
        return _missed(turn, colleague, in_remote.NO_WAY)
    if event.number != under_way(turn).number:
        return None
    turn.note(fact.OutsideFailed, number=event.number, reason=Refusal.NO_TRUNK.value)
    return Lost(0, Refusal.NO_TRUNK.value)


def _dial(turn: Turn, event: ev.LegReady) -> None:
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg not in _called(turn):
        appeared_too_late(turn, event)
    elif leg.kind is LegKind.OUTSIDE:
        outside.dial_leg(turn, leg, RING_OUTSIDE)
    else:
        queue = turn.call.queue
        turn.order(cmd.DialLeg, channel=leg.channel, ring=queue.ring if queue else RING)


def _rings(turn: Turn, event: ev.LegRinging) -> None:
    """The carrier has found the number: the trunk works."""
    number = _outside(turn)
    if number is not None and number.channel == event.channel:
        turn.drop_timer("trunk")


def _answered(turn: Turn, event: ev.LegAnswered) -> Heard:
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg not in _called(turn):
        appeared_too_late(turn, event)
        return None
    if leg.kind is LegKind.AGENT and leg.trunk:
        in_remote.ask(turn, leg)
        return None
    return _reached(turn, leg)


def _reached(turn: Turn, leg: Leg) -> Reached:
    """The first who answers; whoever rings beside him is told that he need not."""
    _forget_clocks(turn)
    leg = turn.change_leg(leg, answered_at=turn.at)
    for other in _called(turn):
        turn.order(cmd.HangUp, channel=other.channel, cause=ANSWERED_ELSEWHERE)
    turn.become(transfer=replace(under_way(turn), leg=leg.no))
    if under_way(turn).queue is not None:
        turn.order(cmd.LeaveQueue)
    if leg.agent is not None:
        turn.order(cmd.AgentTalks, agent=leg.agent)
    else:
        turn.note(fact.OutsideAnswered, leg=leg.no)
        leg = turn.change_leg(leg, connected_at=turn.at)
    return Reached(leg)


def _key(turn: Turn, event: ev.KeyPressed) -> Heard:
    leg = in_remote.taken_by(turn, event)
    return _reached(turn, leg) if leg is not None else None


def _time(turn: Turn, event: ev.TimerFired) -> Heard:
    if event.timer == "max_wait":
        return Lost(0, "queue_timeout")
    number = _outside(turn)
    if event.timer == "trunk" and number is not None:
        turn.order(cmd.HangUp, channel=number.channel)
        return _failed(turn, number, outside.NO_WORD)
    in_remote.stop_asking(turn, event)  # the channel's end is the missed call
    return None


def _ended(turn: Turn, event: ev.ChannelEnded) -> Heard:
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg not in _called(turn):
        return None
    if leg.kind is LegKind.OUTSIDE:
        return _failed(turn, leg, event.cause)
    return _missed(turn, leg, event.cause)


def _missed(turn: Turn, leg: Leg, cause: int) -> Heard:
    assert leg.agent is not None
    turn.change_leg(leg, ended_at=turn.at)
    if leg.trunk:
        turn.order(cmd.FreeTrunk, trunk=leg.trunk, failed=cause in TRUNK_FAULTS)
    turn.note(fact.AgentMissed, leg=leg.no, agent=leg.agent, cause=cause)
    turn.order(cmd.AgentFree, agent=leg.agent, how="missed")
    goes_on = turn.call.ringing or under_way(turn).queue is not None
    return None if goes_on else Lost(leg.no, "not_answered")


def _failed(turn: Turn, leg: Leg, cause: int) -> Heard:
    """On another trunk if this one is at fault."""
    if not outside.fail(turn, leg, cause):
        return Lost(leg.no, "busy" if cause == BUSY else "not_answered")
    transfer = under_way(turn)
    tried = (*transfer.tried, leg.trunk)
    turn.become(transfer=replace(transfer, tried=tried, leg=0))
    turn.order(cmd.SeizeTrunk, number=leg.number, tried=tried)
    return None


def _forget_clocks(turn: Turn) -> None:
    turn.drop_timer("trunk")
    turn.drop_timer("max_wait")
    for leg in turn.call.ringing:
        in_remote.forget(turn, leg)
