"""Legs to telephones outside: a number is dialled on a trunk, on another if that one fails, until it rings or is over.

Rules of this file: it orders and puts on record; `in_outside.py` hears what comes of it, and goes on in the flow.
Whether a number may be dialled is asked before every dialling; the engine's `Lines` choose the trunk.
"""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import lines
from telephony.core.call import Dialling, Stage, Turn
from telephony.core.ending import words
from telephony.core.flow import Forward
from telephony.core.lines import Refusal
from telephony.core.values import Leg, LegKind, agent_channel

# No word from the carrier for so long: the trunk has failed. SIP alone would wait 32 s.
WORD_WITHIN = timedelta(seconds=6)
NO_WORD = 102  # Q.850: recovery on timer expiry
RINGBACK = ("tone:ring",)  # as the country's exchanges sound: indications.conf


def begin(turn: Turn, node: Forward) -> bool:
    """Dial the node's first number that may be dialled, and let the caller hear that; False if there is none."""
    said = words(turn, node.say)
    turn.become(dialling=Dialling(said=not said))
    if not next_number(turn, node, 0):
        turn.become(dialling=None)
        return False
    if said:
        turn.speak(said)
    else:
        sound(turn, node)
    return True


def next_number(turn: Turn, node: Forward, place: int) -> bool:
    """Ask for a trunk for the number at `place`, or for the next one that may be dialled; False after the last."""
    for no, target in enumerate(node.numbers[place:], start=place):
        refused = refusal(turn, target.number, node.caller_id)
        if refused is None:
            assert turn.call.dialling is not None
            turn.become(dialling=Dialling(place=no, said=turn.call.dialling.said))
            turn.to(Stage.DIALLING)
            turn.order(cmd.SeizeTrunk, number=target.number, tried=())
            return True
        turn.note(fact.OutsideFailed, number=target.number, reason=refused.value)
    return False


def sound(turn: Turn, node: Forward) -> None:
    """What the caller hears until somebody takes the call."""
    if node.music:
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=node.music)
    else:
        turn.speak(RINGBACK)


def silence(turn: Turn, node: Forward) -> None:
    """End what the caller hears."""
    if turn.call.playback:
        turn.hush()
    elif node.music:
        turn.order(cmd.StopMusic, channel=turn.call.channel)


def refusal(turn: Turn, number: str, wanted: str) -> Refusal | None:
    """Why this number may not be dialled now, showing `wanted`; None if it may."""
    call = turn.call
    tenant = call.plan.tenants.get(call.tenant) if call.tenant else None
    if tenant is None or not tenant.active:
        return Refusal.SUSPENDED
    if not lines.allowed(call.plan.outside, tenant.id, number):
        return Refusal.NOT_ALLOWED
    if lines.barred(call.plan.outside, tenant.id, number):
        return Refusal.DO_NOT_CALL
    return None if shown(turn, wanted) else Refusal.CALLER_ID


def shown(turn: Turn, wanted: str) -> str | None:
    """The tenant's number that is shown to the outside; None if `wanted` is not its own."""
    call = turn.call
    assert call.tenant is not None
    return lines.caller_id(call.plan.outside, call.tenant, wanted, call.dialled, turn.at)


def make_leg(turn: Turn, event: ev.TrunkSeized, wanted: str) -> None:
    """A trunk has a place for the number: make the channel."""
    call = turn.call
    no = len(call.legs)
    channel = agent_channel(call.id, no)
    caller_id = shown(turn, wanted) or ""
    turn.become(
        legs=(
            *call.legs,
            Leg(
                no=no, kind=LegKind.OUTSIDE, channel=channel, started_at=event.at, number=event.number,
                trunk=event.trunk,
            ),
        )
    )  # fmt: skip
    turn.note(fact.OutsideDialled, leg=no, number=event.number, trunk=event.trunk, caller_id=caller_id, channel=channel)
    assert call.tenant is not None
    tenant = call.plan.tenants[call.tenant]
    first = call.agent_leg if call.channel is None else None  # nobody is on the line but the agent
    originator = first.channel if first is not None else call.channel
    turn.order(
        cmd.CreateOutside,
        channel=channel, number=event.number, trunk=event.trunk, originator=originator, caller_id=caller_id,
        variables={"CALLREF": str(call.id), "TENANT": tenant.code, "STAGE": "outside"},
    )  # fmt: skip


def dial_leg(turn: Turn, leg: Leg, ring: timedelta) -> None:
    """The channel is there: dial, and wait for a word from the carrier."""
    turn.order(cmd.DialLeg, channel=leg.channel, ring=ring)
    turn.set_timer("trunk", WORD_WITHIN)


def fail(turn: Turn, leg: Leg, cause: int) -> bool:
    """The leg ended before anybody talked on it; True if that was the trunk's fault, and another may be tried."""
    turn.drop_timer("trunk")
    turn.change_leg(leg, ended_at=turn.at)
    fault = leg.answered_at is None and cause in lines.TRUNK_FAULTS
    turn.note(
        fact.OutsideFailed, leg=leg.no, number=leg.number, trunk=leg.trunk, cause=cause,
        reason="trunk_failed" if fault else "not_confirmed" if leg.answered_at else "not_answered",
    )  # fmt: skip
    turn.order(cmd.FreeTrunk, trunk=leg.trunk, failed=fault)
    return fault


def living(turn: Turn) -> Leg | None:
    """The outside leg that is being made, rings or talks."""
    outside = (leg for leg in turn.call.legs if leg.kind is LegKind.OUTSIDE and leg.ended_at is None)
    return next(outside, None)
