"""A call goes out to a customer: an agent is there first, then the customer is dialled, and both are brought together.

Rules of this file: until the customer answers, the call has no channel of a caller. The agents' phones are rung by
`in_queue.py`, as for any caller, unless an agent dials himself (`dialling.py`); whoever takes the call hears ringing
while the customer is dialled. When he answers his leg becomes the caller's, and from there on this is a call like
others. docs/adr/0022 says why in this order, docs/adr/0029 by what right.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import outside, recording, rights
from telephony.core.call import Call, GoingOut, Stage, Turn
from telephony.core.ending import LEAVE_WITHIN, appeared_too_late, clear, end_leg, words
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
BUSY = 17  # Q.850: user busy
REFUSED = {Refusal.HOURS: "dial-not-now", Refusal.DO_NOT_CALL: "dial-never"}  # any other rule: it is not allowed


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
    if event.phone is not None:
        at_phone(turn, event.phone)


def at_phone(turn: Turn, phone: ev.AtPhone) -> None:
    """The agent calls from his telephone: he is there, and nothing is to be rung."""
    no = len(turn.call.legs)
    leg = Leg(
        no=no, kind=LegKind.AGENT, channel=phone.channel, started_at=turn.at, answered_at=turn.at, agent=phone.agent,
        endpoint=phone.endpoint,
    )  # fmt: skip
    assert turn.call.tenant is not None and turn.call.going_out is not None
    tenant = turn.call.plan.tenants[turn.call.tenant]
    turn.become(legs=(*turn.call.legs, leg), going_out=replace(turn.call.going_out, by_hand=True))
    variables = {"CALLREF": str(turn.call.id), "TENANT": tenant.code, "STAGE": "agent"}
    turn.order(cmd.Label, channel=leg.channel, variables=variables)
    turn.order(cmd.Answer, channel=leg.channel)
    call_customer(turn, leg, phone=phone)


def called_back(call: Call, begun: fact.Fact) -> Call:
    """The call for the customer of this fact."""
    assert isinstance(begun, fact.CallbackBegun) and begun.tenant is not None
    tenant = call.plan.tenants.get(begun.tenant)
    return replace(
        call, caller=begun.number, dialled=begun.dialled, queue=call.plan.queues.get(QueueId(begun.queue)),
        language=tenant.language if tenant else call.language, entered_at=begun.at,
        waiting_since=begun.at - timedelta(seconds=begun.waited),
        going_out=GoingOut(callback=CallbackId(begun.callback), attempt=begun.attempt), flow=no_flow(begun),
    )  # fmt: skip


def no_flow(begun: fact.Fact) -> Flow:
    """A flow of no nodes: an agent may send the customer on to a queue, and the queue's node needs one to be in."""
    return Flow(id=FlowId(begun.call), code="", version=0, tenant=begun.tenant, start="", nodes={})


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


def call_customer(turn: Turn, leg: Leg, *, phone: ev.AtPhone | None = None) -> None:
    """An agent has taken the call: let him hear so, unless he dials himself, and dial the customer."""
    assert leg.agent is not None
    where = {"endpoint": phone.endpoint, "channel": phone.channel} if phone is not None else {}
    turn.note(fact.AgentTook, leg=leg.no, agent=leg.agent, **where)
    turn.order(cmd.LeaveQueue)
    turn.order(cmd.AgentTalks, agent=leg.agent)
    turn.to(Stage.CALLING)
    refused = _refusal(turn, leg)
    if refused is not None:
        turn.note(fact.OutsideFailed, number=turn.call.caller, reason=refused.value)
        ours = Outcome.NOT_ALLOWED if _going(turn).by_hand else Outcome.FAILED
        _in_vain(turn, ours, EndedBy.SYSTEM, REFUSED.get(refused, "dial-not-allowed"))
        return
    said = words(turn, (Say("calling-customer"),)) if phone is None else ()
    turn.become(going_out=replace(_going(turn), sounded=_say(turn, leg, (*said, *outside.RINGBACK))))
    turn.order(cmd.SeizeTrunk, number=turn.call.caller, tried=())


def _refusal(turn: Turn, agent: Leg) -> Refusal | None:
    """Why the customer may not be called now. The last look, right before the dialling: rules may have changed."""
    call = turn.call
    refused = rights.refusal(turn, agent, call.caller)
    if refused is None and call.queue is not None and not call.queue.callback_hours.open_at(turn.at):
        return Refusal.HOURS
    return refused


def _say(turn: Turn, leg: Leg, media: tuple[str, ...]) -> PlaybackId:
    count = turn.call.counted + 1
    playback = PlaybackId(f"{turn.call.id}-p{count}")
    turn.become(counted=count)
    turn.order(cmd.StartPrompt, channel=leg.channel, playback=playback, media=media)
    return playback


def _going(turn: Turn) -> GoingOut:
    assert turn.call.going_out is not None
    return turn.call.going_out


def _in_vain(turn: Turn, outcome: Outcome, ended_by: EndedBy, phrase: str) -> None:
    """The customer will not be on the line. An agent who asked for this call hears why, then all is over."""
    agent = turn.call.agent_leg
    media = words(turn, (Say(phrase),)) if _going(turn).by_hand else ()
    if agent is None or not media:
        _end(turn, outcome, ended_by)
        return
    _hush(turn)
    turn.become(outcome=outcome, ended_by=ended_by)
    turn.become(going_out=replace(_going(turn), told=_say(turn, agent, media)))
    turn.set_timer("told", LEAVE_WITHIN)


def _hush(turn: Turn) -> None:
    sounded = _going(turn).sounded
    if sounded is not None:
        turn.order(cmd.StopPrompt, playback=sounded)
        turn.become(going_out=replace(_going(turn), sounded=None))


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
    _in_vain(turn, Outcome.FAILED, EndedBy.SYSTEM, "dial-no-line")


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
    _hush(turn)
    turn.order(cmd.Mark, channel=leg.channel, variables={"CHANNEL(musicclass)": queue.music})
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(leg.channel, agent.channel))
    if queue.record:
        recording.begin(turn)
    turn.to(Stage.TALKING)


def time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    """The trunk gave no word: away with the leg, and on. Or Asterisk never said that the agent had been told."""
    if event.timer == "told":
        _end_as_told(turn)
        return
    leg = outside.living(turn)
    if leg is not None and event.timer == "trunk":
        turn.order(cmd.HangUp, channel=leg.channel)
        _leg_failed(turn, leg, outside.NO_WORD)


def told(turn: Turn, event: ev.PromptEnded) -> None:
    """The agent has been told why there is no talk."""
    if event.playback == _going(turn).told:
        _end_as_told(turn)


def _end_as_told(turn: Turn) -> None:
    _end(turn, turn.call.outcome or Outcome.FAILED, turn.call.ended_by or EndedBy.SYSTEM)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The customer does not take the call; or the agent has hung up before that."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.kind is LegKind.OUTSIDE:
        _leg_failed(turn, leg, event.cause)
        return
    end_leg(turn, leg, event.cause)
    if leg.answered_at is None:
        return  # a phone that another had outrun
    if _going(turn).told is not None:
        _end_as_told(turn)
    else:
        _end(turn, Outcome.NOT_REACHED, EndedBy.AGENT)


def _leg_failed(turn: Turn, leg: Leg, cause: int) -> None:
    """On another trunk if this one failed, else that was it for this time."""
    if outside.fail(turn, leg, cause):
        tried = (*_going(turn).tried, leg.trunk)
        turn.become(going_out=replace(_going(turn), tried=tried))
        turn.order(cmd.SeizeTrunk, number=leg.number, tried=tried)
    else:
        phrase = "dial-busy" if cause == BUSY else "dial-not-answered"
        _in_vain(turn, Outcome.NOT_REACHED, EndedBy.OUTSIDE, phrase)
