"""A customer is called back: an agent is there first, then the customer is dialled, and the two are brought together.

Rules of this file: until the customer answers, the call has no channel of a caller. The agents' phones are rung by
`in_queue.py`, as for any caller; whoever takes the call hears ringing while the customer is dialled. When he answers
his leg becomes the caller's, and from there on this is a call like others. docs/adr/0022 says why in this order.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import outside, recording
from telephony.core.call import Call, CallingBack, Stage, Turn
from telephony.core.ending import appeared_too_late, clear, end_leg, words
from telephony.core.flow import Flow, Say
from telephony.core.lines import Refusal
from telephony.core.values import (
    CallbackId,
    ChannelId,
    EndedBy,
    FlowId,
    Leg,
    LegKind,
    Outcome,
    PlaybackId,
    QueueId,
    talk_bridge,
)

RING = timedelta(seconds=30)  # a customer's telephone


def begin(turn: Turn, event: ev.CallbackDue) -> None:
    """An agent is being reserved for this customer: the call begins, and nobody is on the line."""
    turn.become(tenant=event.tenant)
    turn.note(
        fact.CallbackBegun,
        callback=event.callback, attempt=event.attempt, number=event.number, queue=event.queue.id,
        queue_code=event.queue.code, dialled=event.dialled, waited=round((event.at - event.since).total_seconds(), 3),
    )  # fmt: skip
    turn.call = called_back(turn.call, turn.facts[-1])
    turn.become(queue=event.queue, legs=(nobody(event.at),))
    turn.to(Stage.WAITING)


def called_back(call: Call, begun: fact.Fact) -> Call:
    """The call for the customer of this fact."""
    assert isinstance(begun, fact.CallbackBegun) and begun.tenant is not None
    tenant = call.plan.tenants.get(begun.tenant)
    return replace(
        call, caller=begun.number, dialled=begun.dialled, queue=call.plan.queues.get(QueueId(begun.queue)),
        language=tenant.language if tenant else call.language, entered_at=begun.at,
        waiting_since=begun.at - timedelta(seconds=begun.waited),
        calling_back=CallingBack(callback=CallbackId(begun.callback), attempt=begun.attempt),
        # An agent may send the customer on to a queue: that needs a flow for the queue's node to be in.
        flow=Flow(id=FlowId(begun.callback), code="", version=0, tenant=begun.tenant, start="", nodes={}),
    )  # fmt: skip


def nobody(at: datetime) -> Leg:
    """Leg 0 of a call that goes out: over from the beginning."""
    return Leg(no=0, kind=LegKind.CALLER, channel=ChannelId(""), started_at=at, ended_at=at)


def with_customer(call: Call, legs: dict[int, Leg]) -> Call:
    """The call as it is once the customer has answered, if one of these legs is his; it becomes the caller's."""
    for no, leg in sorted(legs.items()):
        if leg.kind is LegKind.OUTSIDE and leg.connected_at is not None:
            legs[no] = replace(leg, kind=LegKind.CALLER)
            return replace(call, channel=leg.channel)
    return call


def withdraw(turn: Turn, event: ev.CallbackWithdrawn) -> None:
    """Nobody is to be called: stop the agents' phones. With the customer on the line it is too late."""
    if turn.call.channel is None:
        turn.order(cmd.LeaveQueue)
        _end(turn, Outcome.WITHDRAWN, EndedBy.SYSTEM)


def call_customer(turn: Turn, leg: Leg) -> None:
    """An agent has taken the callback: let him hear so, and dial the customer."""
    assert leg.agent is not None
    turn.note(fact.AgentTook, leg=leg.no, agent=leg.agent)
    turn.order(cmd.LeaveQueue)
    turn.order(cmd.AgentTalks, agent=leg.agent)
    count = turn.call.counted + 1
    playback = PlaybackId(f"{turn.call.id}-p{count}")
    turn.become(counted=count, calling_back=replace(_calling(turn), sounded=playback))
    media = (*words(turn, (Say("calling-customer"),)), *outside.RINGBACK)
    turn.order(cmd.StartPrompt, channel=leg.channel, playback=playback, media=media)
    turn.to(Stage.CALLING)
    refused = outside.refusal(turn, turn.call.caller, "")
    if refused is None:
        turn.order(cmd.SeizeTrunk, number=turn.call.caller, tried=())
    else:
        turn.note(fact.OutsideFailed, number=turn.call.caller, reason=refused.value)
        _end(turn, Outcome.FAILED, EndedBy.SYSTEM)


def _calling(turn: Turn) -> CallingBack:
    assert turn.call.calling_back is not None
    return turn.call.calling_back


def _end(turn: Turn, outcome: Outcome, ended_by: EndedBy) -> None:
    """The customer is not on the line and will not be, in this call."""
    turn.become(outcome=outcome, ended_by=ended_by)
    for leg in turn.call.legs:
        if leg.ended_at is None:
            turn.order(cmd.HangUp, channel=leg.channel)
    clear(turn)


# Handlers.


def trunk_seized(turn: Turn, event: ev.TrunkSeized) -> None:
    """There is a place on a trunk."""
    outside.make_leg(turn, event, "")


def no_trunk(turn: Turn, event: ev.NoTrunk) -> None:
    """No trunk is left to try."""
    turn.note(fact.OutsideFailed, number=event.number, reason=Refusal.NO_TRUNK.value)
    _end(turn, Outcome.FAILED, EndedBy.SYSTEM)


def leg_ready(turn: Turn, event: ev.LegReady) -> None:
    """The channel is there: dial."""
    leg = outside.living(turn)
    if leg is None or leg.channel != event.channel:
        appeared_too_late(turn, event)
        return
    outside.dial_leg(turn, leg, RING)


def leg_rings(turn: Turn, event: ev.LegRinging) -> None:
    """The carrier has found the number: the trunk works."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.OUTSIDE:
        turn.drop_timer("trunk")


def leg_answered(turn: Turn, event: ev.LegAnswered) -> None:
    """The customer is there: from here on he is the caller, and talks with the agent."""
    leg, agent, queue = outside.living(turn), turn.call.agent_leg, turn.call.queue
    if leg is None or leg.channel != event.channel or agent is None or queue is None:
        appeared_too_late(turn, event)
        return
    turn.drop_timer("trunk")
    turn.note(fact.OutsideAnswered, leg=leg.no)
    turn.note(fact.OutsideConnected, leg=leg.no)
    turn.note(fact.AgentConnected, leg=agent.no, agent=agent.agent)
    turn.change_leg(leg, kind=LegKind.CALLER, answered_at=event.at, connected_at=event.at)
    turn.become(channel=leg.channel, outcome=Outcome.ANSWERED)
    sounded = _calling(turn).sounded
    if sounded is not None:
        turn.order(cmd.StopPrompt, playback=sounded)
    turn.order(cmd.Mark, channel=leg.channel, variables={"CHANNEL(musicclass)": queue.music})
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(leg.channel, agent.channel))
    if queue.record:
        recording.begin(turn)
    turn.to(Stage.TALKING)


def time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    """The trunk gave no word: away with the leg, and on."""
    leg = outside.living(turn)
    if leg is not None and event.timer == "trunk":
        turn.order(cmd.HangUp, channel=leg.channel)
        _leg_failed(turn, leg, outside.NO_WORD)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The customer does not take the call; or the agent has hung up before that."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.kind is LegKind.OUTSIDE:
        _leg_failed(turn, leg, event.cause)
        return
    end_leg(turn, leg, event.cause)
    if leg.answered_at is not None:  # else a phone that another had outrun
        _end(turn, Outcome.NOT_REACHED, EndedBy.AGENT)


def _leg_failed(turn: Turn, leg: Leg, cause: int) -> None:
    """On another trunk if this one failed, else that was it for this time."""
    if outside.fail(turn, leg, cause):
        tried = (*_calling(turn).tried, leg.trunk)
        turn.become(calling_back=replace(_calling(turn), tried=tried))
        turn.order(cmd.SeizeTrunk, number=leg.number, tried=tried)
    else:
        _end(turn, Outcome.NOT_REACHED, EndedBy.OUTSIDE)
