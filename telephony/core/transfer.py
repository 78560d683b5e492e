"""An agent sends the caller on: to an agent of the same tenant, by number, or to one of the tenant's queues, by code.

Rules of this file: the agent's part is over at once, with its own time on the record; the caller hears music until
somebody takes the call. Who cannot be reached gives the caller back: to the agent who sent him if free, else to the
queue from which he came. Nobody is sent to another tenant.
"""

from dataclasses import replace

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Stage, Transfer, Turn
from telephony.core.ending import appeared_too_late, clear, end_leg, leave
from telephony.core.flow import ToQueue
from telephony.core.in_flow import go
from telephony.core.plan import QueuePlan
from telephony.core.values import EndedBy, Leg, LegKind, Outcome, agent_channel, talk_bridge


def send(turn: Turn, event: ev.BlindAsked) -> None:
    """An agent who talks with the caller asks to send him on."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.kind is not LegKind.AGENT or leg.answered_at is None or leg.ended_at is not None:
        return
    queue = _queue(turn, event.target)
    caller = turn.call.caller_leg
    if caller.ended_at is not None or turn.call.transfer is not None:
        refuse(turn, leg, event.target, "not_now")
    elif queue is not None:
        let_go(turn, leg, queue.code)
        wait(turn, queue)
    elif leg.agent is not None and turn.call.tenant is not None:
        turn.become(transfer=Transfer(by=leg.no, target=event.target))
        turn.order(cmd.ReserveAgent, tenant=turn.call.tenant, number=event.target)


def refuse(turn: Turn, leg: Leg, target: str, reason: str) -> None:
    """It cannot be: the agent talks on with the caller."""
    turn.become(transfer=None)
    # The phone is not told: after `channel_declined` the call ended (seen with baresip; which side ends it is open).
    turn.note(fact.TransferFailed, leg=leg.no, target=target, reason=reason)


def let_go(turn: Turn, leg: Leg, target: str) -> None:
    """The agent's part is over; the caller is alone, and nothing is played to him yet."""
    turn.note(fact.TransferBegun, leg=leg.no, target=target)
    turn.order(cmd.TakeOut, bridge=talk_bridge(turn.call.id), channel=turn.call.channel)
    turn.order(cmd.TellPhone, channel=leg.channel, state="channel_answered")
    turn.order(cmd.HangUp, channel=leg.channel)
    end_leg(turn, leg, 16)
    for other in turn.call.ringing:  # outrun by this agent's, and not gone yet: no more to be reckoned with
        turn.order(cmd.HangUp, channel=other.channel)
        end_leg(turn, other, 0)


def wait(turn: Turn, queue: QueuePlan) -> None:
    """The caller waits in a queue to which no node of his flow need lead; his wait counts from the first queue on."""
    name = f"to {queue.code}"
    assert turn.call.flow is not None
    turn.become(
        flow=replace(turn.call.flow, nodes={**turn.call.flow.nodes, name: ToQueue(queue=queue.id)}), transfer=None
    )
    go(turn, name)


def _queue(turn: Turn, code: str) -> QueuePlan | None:
    call = turn.call
    return next((one for one in call.plan.queues.values() if one.tenant == call.tenant and one.code == code), None)


# Handlers.


def refused(turn: Turn, event: ev.TargetRefused) -> None:
    """The agent who was asked for is not there, or not free: the two who talk go on."""
    transfer = turn.call.transfer
    if transfer is not None:
        refuse(turn, turn.call.legs[transfer.by], transfer.target, event.reason)


def reserved(turn: Turn, event: ev.TargetReserved) -> None:
    """The target is free: let the first agent go, and ring."""
    transfer = turn.call.transfer
    assert transfer is not None
    let_go(turn, turn.call.legs[transfer.by], transfer.target)
    turn.order(cmd.StartMusic, channel=turn.call.channel, music=_music(turn))
    turn.to(Stage.PASSING)
    ring(turn, event)


def ring(turn: Turn, event: ev.TargetReserved) -> None:
    """Make the leg to the phone of an agent who is reserved by name."""
    call = turn.call
    assert call.tenant is not None
    no = len(call.legs)
    channel = agent_channel(call.id, no)
    leg = Leg(
        no=no, kind=LegKind.AGENT, channel=channel, started_at=event.at, agent=event.agent, endpoint=event.endpoint
    )
    turn.become(legs=(*call.legs, leg))
    turn.note(fact.AgentOffered, leg=no, agent=event.agent, endpoint=event.endpoint, channel=channel)
    tenant = call.plan.tenants[call.tenant]
    turn.order(
        cmd.CreateLeg,
        channel=channel, endpoint=event.endpoint, originator=call.channel, caller=call.caller,
        caller_name=tenant.name, tenant=tenant.code,
        variables={"CALLREF": str(call.id), "TENANT": tenant.code, "STAGE": "agent"},
    )  # fmt: skip


def leg_ready(turn: Turn, event: ev.LegReady) -> None:
    """The channel is there: ring the phone."""
    leg = turn.call.leg_of(event.channel)
    if leg in turn.call.ringing:
        assert turn.call.queue is not None
        turn.order(cmd.DialLeg, channel=event.channel, ring=turn.call.queue.ring)
    else:
        appeared_too_late(turn, event)


def connect(turn: Turn, event: ev.LegAnswered) -> None:
    """The target has answered: caller and target talk. The recording of the call has never stopped."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.agent is None or leg not in turn.call.ringing:
        appeared_too_late(turn, event)
        return
    turn.change_leg(leg, answered_at=event.at)
    turn.become(transfer=None)
    turn.note(fact.AgentConnected, leg=leg.no, agent=leg.agent)
    turn.order(cmd.AgentTalks, agent=leg.agent)
    turn.order(cmd.StopMusic, channel=turn.call.channel)
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(turn.call.channel, leg.channel))
    turn.to(Stage.TALKING)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The target does not answer: back to whoever sent the caller; or the caller has given up."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.kind is LegKind.CALLER:
        turn.become(ended_by=EndedBy.CALLER, transfer=None)
        end_leg(turn, leg, event.cause)
        for ringing in turn.call.ringing:
            turn.order(cmd.HangUp, channel=ringing.channel)
        clear(turn)
        return
    assert leg.agent is not None and turn.call.tenant is not None
    turn.change_leg(leg, ended_at=event.at)
    turn.note(fact.AgentMissed, leg=leg.no, agent=leg.agent, cause=event.cause)
    turn.order(cmd.AgentFree, agent=leg.agent, how="missed")
    transfer = turn.call.transfer
    assert transfer is not None
    if transfer.back:
        back_to_queue(turn)
        return
    turn.note(fact.TransferFailed, leg=leg.no, target=transfer.target, reason="not_answered")
    turn.become(transfer=replace(transfer, back=True))
    turn.order(cmd.ReserveAgent, tenant=turn.call.tenant, agent=turn.call.legs[transfer.by].agent)


def no_way_back(turn: Turn, event: ev.TargetRefused) -> None:
    """The agent who sent the caller has no time for him."""
    back_to_queue(turn)


def back_to_queue(turn: Turn) -> None:
    """Nobody took the caller: he waits again where he waited first."""
    turn.order(cmd.StopMusic, channel=turn.call.channel)
    if turn.call.queue is None:
        leave(turn, Outcome.FAILED)
    else:
        wait(turn, turn.call.queue)


def _music(turn: Turn) -> str:
    return turn.call.queue.music if turn.call.queue else "default"
