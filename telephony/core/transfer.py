"""An agent brings the caller to a third: an agent of the same tenant, one of its queues, or a telephone outside.

Blind, the agent's part is over at once, with its own time on the record, and the caller hears music until somebody
takes the call. Who cannot be reached gives the caller back: to the agent who sent him if free, else to the queue from
which he came. With a consultation the agent stays: `in_enquiry.py` goes on.

Rules of this file: nothing changes for the caller until a target is found that can be rung. Nobody is brought to
another tenant, but by the directory's agent to another merchant of the number that the caller had dialled.
"""

from dataclasses import replace

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import reaching, rights, routing, two_lines
from telephony.core.call import Asked, Stage, Transfer, Turn
from telephony.core.ending import clear, end_leg, leave
from telephony.core.flow import ToQueue
from telephony.core.gathering import bring_in, hear_ringing, say_to, send_away, set_aside, take_out
from telephony.core.in_flow import enter, go
from telephony.core.lines import Refusal
from telephony.core.plan import QueuePlan
from telephony.core.reaching import Lost, Reached, under_way
from telephony.core.routing import Routed
from telephony.core.values import EndedBy, Leg, LegKind, Outcome

UNKNOWN = "unknown"
NOT_NOW = "not_now"


def send(turn: Turn, event: ev.BlindAsked) -> None:
    """An agent's phone asks by REFER to send the caller on."""
    leg = talking_agent(turn, event.channel)
    if leg is not None:
        ask_for(turn, Asked(by=leg.no, referred=True), event.target, consult=False)


def talking_agent(turn: Turn, channel: str | None) -> Leg | None:
    """The leg of the agent who is in the talk on this channel."""
    return next((leg for leg in turn.call.talkers if leg.channel == channel and leg.kind is LegKind.AGENT), None)


def ask_for(turn: Turn, asked: Asked, target: str, *, consult: bool) -> None:
    """An agent who talks with the caller asks for a third."""
    call = turn.call
    queue = queue_named(turn, target)
    if call.stage is not Stage.TALKING or call.caller_leg.ended_at is not None or call.transfer is not None:
        refuse(turn, asked, target, NOT_NOW)
        return
    merchant = routing.merchant_beside(call.plan, call.dialled, target, turn.at)
    if merchant is not None:
        _to_merchant(turn, asked, target, merchant, consult=consult)
        return
    transfer = Transfer(
        by=asked.by, target=target, consult=consult, asked=asked, queue=queue.id if queue else None, line=asked.line
    )  # fmt: skip
    if queue is None:
        assert call.tenant is not None
        turn.become(transfer=replace(transfer, number=rights.number_outside(call.plan, target)))
        turn.order(cmd.ReserveAgent, tenant=call.tenant, number=target)
    elif consult:
        turn.become(transfer=transfer)
        begin(turn, "queue")
        turn.set_timer("max_wait", queue.max_wait)
        turn.order(cmd.JoinQueue, queue=queue.id, tenant=queue.tenant, since=turn.at)
    else:
        let_go(turn, asked, queue.code, "queue")
        take_out(turn, call.caller_leg)
        wait(turn, queue)
        answer(turn, asked)


def _to_merchant(turn: Turn, asked: Asked, target: str, merchant: Routed, *, consult: bool) -> None:
    """The directory's agent has looked a merchant up: the caller goes on in that one's flow, and is that one's.

    There he begins to wait anew: what he waited for the directory gives him no place before the merchant's callers.
    """
    if consult:
        refuse(turn, asked, target, NOT_NOW)
        return
    let_go(turn, asked, target, "merchant")
    take_out(turn, turn.call.caller_leg)
    turn.become(queue=None, waiting_since=None, entered_at=None, node="", tries=0)
    enter(turn, merchant, merchant=merchant.merchant)
    answer(turn, asked)


def answer(turn: Turn, asked: Asked | None, reason: str = "") -> None:
    """Say on the way on which an agent asked that it is done, or why not."""
    if asked is None:
        return
    if asked.request is not None:
        turn.order(cmd.AnswerRequest, request=asked.request, reason=reason)
    elif asked.line is not None:
        if reason:
            turn.order(cmd.TurnAway, channel=asked.line)
    elif reason:
        # In words, also to a phone that asked by REFER: a last NOTIFY of a failure makes some phones hang up at once
        # (docs/adr/0021).
        say_to(turn, turn.call.legs[asked.by], "not-possible")


def refuse(turn: Turn, asked: Asked, target: str, reason: str) -> None:
    """It cannot be: everybody goes on as before."""
    turn.note(fact.TransferFailed, leg=asked.by, target=target, reason=reason)
    answer(turn, asked, reason)


def begin(turn: Turn, to: str) -> None:
    """There is somebody to call: the caller hears music, and the agent waits with him or is out."""
    transfer = under_way(turn)
    agent = turn.call.legs[transfer.by]
    asked = transfer.asked or Asked(by=agent.no)
    turn.become(transfer=replace(transfer, asked=None))
    if agent.held and turn.call.aside:  # the caller goes from the one music to the other
        turn.change_leg(agent, held=False)
        turn.note(fact.LegResumed, leg=agent.no)
        if agent.agent is not None:
            turn.order(cmd.AgentHolds, agent=agent.agent, held=False)
    if transfer.consult:
        turn.note(fact.ConsultBegun, leg=agent.no, target=transfer.target, to=to, aside=turn.call.caller_leg.no)
        _outrun(turn)
        set_aside(turn, turn.call.caller_leg)
        if transfer.line is not None:
            agent = two_lines.go_over(turn, turn.call.legs[agent.no], transfer.line)
        hear_ringing(turn, agent)
        turn.to(Stage.ENQUIRING)
    else:
        let_go(turn, asked, transfer.target, to)
        set_aside(turn, turn.call.caller_leg)
        turn.to(Stage.PASSING)
    answer(turn, asked)


def let_go(turn: Turn, asked: Asked, target: str, to: str) -> None:
    """The agent's part is over."""
    leg = turn.call.legs[asked.by]
    turn.note(fact.TransferBegun, leg=leg.no, target=target, to=to, aside=turn.call.caller_leg.no)
    if asked.referred:
        turn.order(cmd.TellPhone, channel=leg.channel, state="channel_answered")
    send_away(turn, leg)
    _outrun(turn)


def pass_on(turn: Turn, by: Leg) -> None:
    """The agent leaves while the third is still being called: as if the caller had been sent on at once."""
    transfer = under_way(turn)
    queue = turn.call.plan.queues.get(transfer.queue) if transfer.queue else None
    to = "queue" if queue else "outside" if transfer.leg else "agent"
    turn.note(fact.TransferBegun, leg=by.no, target=transfer.target, to=to, aside=turn.call.caller_leg.no)
    if queue is None:
        turn.become(transfer=replace(transfer, consult=False))
        turn.to(Stage.PASSING)
    else:
        reaching.stop(turn)
        take_out(turn, turn.call.caller_leg)
        wait(turn, queue)


def wait(turn: Turn, queue: QueuePlan) -> None:
    """The caller waits in a queue to which no node of his flow need lead; his wait counts from the first queue on."""
    name = f"to {queue.code}"
    assert turn.call.flow is not None
    turn.become(
        flow=replace(turn.call.flow, nodes={**turn.call.flow.nodes, name: ToQueue(queue=queue.id)}), transfer=None
    )
    go(turn, name)


def queue_named(turn: Turn, code: str) -> QueuePlan | None:
    """The tenant's queue of this code."""
    call = turn.call
    return next((one for one in call.plan.queues.values() if one.tenant == call.tenant and one.code == code), None)


def talk_with(turn: Turn, leg: Leg) -> None:
    """On record: this third talks with the caller."""
    if leg.agent is not None:
        turn.note(fact.AgentConnected, leg=leg.no, agent=leg.agent)
    else:
        turn.note(fact.OutsideConnected, leg=leg.no)


def _outrun(turn: Turn) -> None:
    for other in turn.call.ringing:  # outrun by this agent's, and not gone yet: no more to be reckoned with
        turn.order(cmd.HangUp, channel=other.channel)
        end_leg(turn, other, 0)


def _give_up(turn: Turn, reason: str) -> None:
    transfer = under_way(turn)
    turn.become(transfer=None)
    refuse(turn, transfer.asked or Asked(by=transfer.by), transfer.target, reason)


# Handlers while the agent still talks with the caller: the floor and the lines answer at the same instant.


def reserved(turn: Turn, event: ev.TargetReserved) -> None:
    """The target is free: ring."""
    begin(turn, "agent")
    reaching.ring(turn, event.agent, event.endpoint)


def refused(turn: Turn, event: ev.TargetRefused) -> None:
    """No agent of this number is there: perhaps it is a telephone outside; else the two who talk go on."""
    transfer = turn.call.transfer
    if transfer is None:
        return
    if event.reason != UNKNOWN or not transfer.number:
        _give_up(turn, event.reason)
        return
    forbidden = rights.refusal(turn, turn.call.legs[transfer.by], transfer.number)
    if forbidden is not None:
        _give_up(turn, forbidden.value)
    else:
        turn.order(cmd.SeizeTrunk, number=transfer.number)


def trunk_seized(turn: Turn, event: ev.TrunkSeized) -> None:
    """A trunk has a place for the number outside: call it."""
    transfer = turn.call.transfer
    if transfer is None or transfer.number != event.number:
        turn.order(cmd.FreeTrunk, trunk=event.trunk)
    else:
        begin(turn, "outside")
        reaching.call_outside(turn, event)


def no_trunk(turn: Turn, event: ev.NoTrunk) -> None:
    """The number outside cannot be called now: the two who talk go on."""
    transfer = turn.call.transfer
    if transfer is not None and transfer.number == event.number:
        _give_up(turn, Refusal.NO_TRUNK.value)


# Handlers while the caller is alone.


def ring(turn: Turn, event: ev.TargetReserved) -> None:
    """The agent who sent the caller takes him back: ring."""
    reaching.ring(turn, event.agent, event.endpoint)


def go_on(turn: Turn, event: ev.Event) -> None:
    """News of whoever is being called for the caller."""
    match reaching.hear(turn, event):
        case Reached(leg):
            connect(turn, leg)
        case Lost(no, reason):
            give_back(turn, no, reason)


def connect(turn: Turn, leg: Leg) -> None:
    """The target has answered: caller and target talk. The recording of the call has never stopped."""
    turn.become(transfer=None)
    talk_with(turn, leg)
    bring_in(turn, turn.call.caller_leg, leg)
    turn.to(Stage.TALKING)


def give_back(turn: Turn, leg: int, reason: str) -> None:
    """The target does not answer: back to whoever sent the caller, and after him to the queue."""
    transfer = under_way(turn)
    if transfer.back:
        back_to_queue(turn)
        return
    assert turn.call.tenant is not None
    turn.note(fact.TransferFailed, leg=leg or transfer.by, target=transfer.target, reason=reason)
    turn.become(transfer=replace(transfer, back=True, leg=0, number=""))
    turn.order(cmd.ReserveAgent, tenant=turn.call.tenant, agent=turn.call.legs[transfer.by].agent)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller has given up; or a phone that was called is gone."""
    caller = turn.call.caller_leg
    if event.channel != caller.channel:
        go_on(turn, event)
    elif caller.ended_at is None:
        turn.become(ended_by=EndedBy.CALLER)
        end_leg(turn, caller, event.cause)
        reaching.stop(turn)
        turn.become(transfer=None)
        clear(turn)


def no_way_back(turn: Turn, event: ev.TargetRefused) -> None:
    """The agent who sent the caller has no time for him."""
    back_to_queue(turn)


def back_to_queue(turn: Turn) -> None:
    """Nobody took the caller: he waits again where he waited first."""
    take_out(turn, turn.call.caller_leg)
    if turn.call.queue is None:
        leave(turn, Outcome.FAILED)
    else:
        wait(turn, turn.call.queue)
