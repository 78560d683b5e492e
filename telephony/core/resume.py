"""A call as its facts tell it, for a switch that starts anew while the call goes on."""

from collections.abc import Iterable
from dataclasses import replace

from telephony.core import facts as fact
from telephony.core.call import TALKS, Call, Stage
from telephony.core.dialling import dialled
from telephony.core.in_callback import called_back, nobody, with_customer
from telephony.core.plan import Plan
from telephony.core.resume_beside import BESIDE, with_beside
from telephony.core.resume_third import THIRD, brought_together, with_third
from telephony.core.values import AgentId, CallId, ChannelId, Endpoint, Leg, LegKind, OtherLine, Outcome, QueueId

# Far above what a call has counted in its first life: new playbacks and timers must not bear old numbers.
COUNT_ANEW = 10_000


def resume(call_id: CallId, facts: Iterable[fact.Fact], plan: Plan) -> Call | None:
    """The open call of these facts, or None if they have its end or lack its beginning.

    Its stage is that in which people talked, if all of them are still there. A caller whom nobody has talked with is
    STRANDED: he is had again, at his place in the queue or at the beginning of his flow, since what he keyed is not on
    record. All else is CLEARING.
    """
    call = Call(id=call_id, plan=plan, counted=COUNT_ANEW)
    legs: dict[int, Leg] = {}
    for entry in sorted(facts, key=lambda f: f.seq):
        if isinstance(entry, fact.CallEnded):
            return None
        call = replace(call, facts=entry.seq, tenant=entry.tenant or call.tenant)
        _tell_leg(legs, entry)
        _tell_outside(legs, entry)
        call = _tell_call(call, entry, plan)
        if isinstance(entry, THIRD):
            call = with_third(call, legs, entry)
        if isinstance(entry, BESIDE):
            call = with_beside(call, entry)
    if 0 not in legs:
        return None
    if call.going_out is not None:
        call = with_customer(call, legs)
    call = replace(call, legs=tuple(legs[no] for no in sorted(legs)))
    agent = call.agent_leg
    talks = agent is not None and agent.answered_at is not None
    forwarded = [leg for leg in legs.values() if leg.kind is LegKind.OUTSIDE and leg.connected_at is not None]
    if forwarded:
        call = replace(call, outcome=Outcome.FORWARDED)
    talks = talks or any(leg.ended_at is None for leg in forwarded)
    if call.stage in TALKS and (call := brought_together(call)).stage in TALKS:
        return call
    if call.channel is None or call.caller_leg.ended_at is not None:
        return replace(call, stage=Stage.CLEARING)
    if talks:
        return replace(call, stage=Stage.TALKING)
    alone = call.outcome in (None, Outcome.VOICEMAIL) and call.going_out is None
    return _stranded(call) if alone else replace(call, stage=Stage.CLEARING)


def _stranded(call: Call) -> Call:
    message = call.message if call.outcome is Outcome.VOICEMAIL else ""
    return replace(call, stage=Stage.STRANDED, node=call.node if call.waits_on else "", message=message)


def _tell_way(call: Call, entry: fact.Fact) -> Call:
    """Where the caller is, as far as a caller who is had again is concerned."""
    match entry:
        case fact.QueueLeft():
            return replace(call, waits_on=False)
        case fact.NodesPassed():
            return replace(call, node=entry.path[-1], language=entry.language)
        case fact.CallTakenUp():
            return replace(call, returns=call.returns + 1)
    return call


def _tell_call(call: Call, entry: fact.Fact, plan: Plan) -> Call:
    match entry:
        case fact.CallArrived():
            return replace(call, channel=ChannelId(entry.channel), dialled=entry.dialled, caller=entry.caller)
        case fact.CallbackBegun():
            return called_back(call, entry)
        case fact.DialBegun():
            return dialled(call, entry)
        case fact.FlowEntered():
            return replace(call, flow=next((f for f in plan.flows.values() if f.id == entry.flow), None))
        case fact.QueueEntered():
            queue, since = plan.queues.get(QueueId(entry.queue)), call.waiting_since or entry.at
            return replace(call, queue=queue, waiting_since=since, entered_at=entry.at, waits_on=queue is not None)
        case fact.AgentConnected():
            return replace(call, outcome=Outcome.ANSWERED)
        case fact.RecordingStarted():
            return replace(call, recording=entry.name)
        case fact.OrderConfirmed():
            return replace(call, ordered=(*call.ordered, entry.key))
        case fact.MessageStarted():
            return replace(call, outcome=Outcome.VOICEMAIL, message=entry.name)
        case fact.MessageStored() | fact.MessageLost():
            return replace(call, message="")
    return _tell_way(call, entry)


def _tell_leg(legs: dict[int, Leg], entry: fact.Fact) -> None:
    match entry:
        case fact.CallArrived():
            channel = ChannelId(entry.channel)
            legs[0] = Leg(no=0, kind=LegKind.CALLER, channel=channel, started_at=entry.at, answered_at=entry.at)
        case fact.CallbackBegun() | fact.DialBegun():
            legs[0] = nobody(entry.at)
        case fact.AgentTook(leg=no) if entry.channel:  # he called from his telephone
            legs[no] = Leg(
                no=no, kind=LegKind.AGENT, channel=ChannelId(entry.channel), started_at=entry.at, answered_at=entry.at,
                agent=AgentId(entry.agent), endpoint=Endpoint(entry.endpoint),
            )  # fmt: skip
        case fact.AgentOffered():
            legs[entry.leg] = Leg(
                no=entry.leg, kind=LegKind.AGENT, channel=ChannelId(entry.channel), started_at=entry.at,
                agent=AgentId(entry.agent), endpoint=Endpoint(entry.endpoint),
            )  # fmt: skip
        case fact.AgentTook(leg=no) | fact.AgentConnected(leg=no):
            legs[no] = replace(legs[no], answered_at=entry.at)
        case fact.LegHeld(leg=no) | fact.LegResumed(leg=no):
            legs[no] = replace(legs[no], held=isinstance(entry, fact.LegHeld))
        case fact.LineChanged(leg=no):
            other = OtherLine(ChannelId(entry.other)) if entry.other else None
            legs[no] = replace(legs[no], channel=ChannelId(entry.line), line=other)
        case fact.AgentMissed(leg=no) | fact.LegEnded(leg=no):
            legs[no] = replace(legs[no], ended_at=entry.at)


def _tell_outside(legs: dict[int, Leg], entry: fact.Fact) -> None:
    match entry:
        case fact.OutsideDialled() if entry.leg in legs:  # of an agent outside the room
            legs[entry.leg] = replace(legs[entry.leg], number=entry.number, trunk=entry.trunk)
        case fact.OutsideDialled():
            legs[entry.leg] = Leg(
                no=entry.leg, kind=LegKind.OUTSIDE, channel=ChannelId(entry.channel), started_at=entry.at,
                number=entry.number, trunk=entry.trunk,
            )  # fmt: skip
        case fact.OutsideAnswered() if legs[entry.leg].kind is LegKind.OUTSIDE:  # an agent has still to take the call
            legs[entry.leg] = replace(legs[entry.leg], answered_at=entry.at)
        case fact.OutsideConnected():
            legs[entry.leg] = replace(legs[entry.leg], connected_at=entry.at)
        case fact.OutsideFailed(leg=no) if no:
            legs[no] = replace(legs[no], ended_at=entry.at)
