"""What the facts tell of a third whom an agent has called, for a switch that starts anew."""

from dataclasses import replace

from telephony.core import facts as fact
from telephony.core.call import Call, Stage, Transfer
from telephony.core.values import ChannelId, Leg, LegKind

THIRD = (
    fact.TransferBegun, fact.ConsultBegun, fact.ConsultAnswered, fact.ConsultTurned, fact.ConsultEnded,
    fact.TransferCompleted, fact.TalkJoined, fact.LegHeld, fact.LegResumed, fact.LineChanged,
)  # fmt: skip


def with_third(call: Call, legs: dict[int, Leg], entry: fact.Fact) -> Call:
    """The call after this fact; its stage is where it would be if everybody were still there."""
    match entry:
        case fact.ConsultBegun():
            transfer = Transfer(by=entry.leg, target=entry.target, consult=True)
            return replace(call, stage=Stage.ENQUIRING, transfer=transfer, aside=frozenset({entry.aside}))
        case fact.ConsultAnswered() if call.transfer is not None:
            _reached(legs, entry)
            return replace(call, stage=Stage.APART, transfer=replace(call.transfer, leg=entry.leg))
        case fact.LegHeld() if entry.aside is not None:
            return replace(call, aside=frozenset({entry.aside}))
        case fact.LegHeld():
            return call
        case fact.LegResumed():
            return replace(call, aside=frozenset()) if call.transfer is None else call
        case fact.LineChanged():
            third = call.transfer if call.transfer is not None and call.transfer.line is None else None
            return replace(call, transfer=replace(third, line=ChannelId(entry.line))) if third is not None else call
        case fact.ConsultTurned():
            return replace(call, aside=frozenset({entry.aside}))
        case fact.TalkJoined():
            return replace(call, stage=Stage.TOGETHER, transfer=None, aside=frozenset())
        case _:
            return replace(call, stage=Stage.NEW, transfer=None, aside=frozenset())


def _reached(legs: dict[int, Leg], entry: fact.ConsultAnswered) -> None:
    third = legs[entry.leg]
    if third.kind is LegKind.OUTSIDE:
        legs[entry.leg] = replace(third, connected_at=entry.at)
    else:
        legs[entry.leg] = replace(third, answered_at=entry.at)


def brought_together(call: Call) -> Call:
    """The call at the stage to which an agent brought it, if those are there whom the stage is about; else NEW."""
    talkers = {leg.no for leg in call.talkers}
    transfer = call.transfer
    match call.stage:
        case Stage.ENQUIRING if transfer is not None and {call.caller_leg.no, transfer.by} <= talkers:
            called = (leg.no for leg in call.legs if _is_called(leg))
            return replace(call, transfer=replace(transfer, leg=next(called, 0)))
        case Stage.APART if transfer is not None and {call.caller_leg.no, transfer.by, transfer.leg} <= talkers:
            return call
        case Stage.TOGETHER if len(talkers) > 1:
            return replace(call, stage=_of_how_many(call, talkers))
    return replace(call, stage=Stage.NEW, transfer=None, aside=frozenset())


def _of_how_many(call: Call, talkers: set[int]) -> Stage:
    two = len(talkers) == 2
    return Stage.TALKING if two and call.caller_leg.no in talkers else Stage.TOGETHER


def _is_called(leg: Leg) -> bool:
    return leg.kind is LegKind.OUTSIDE and leg.answered_at is None and leg.ended_at is None
