"""An agent's telephone has two lines in one call: the caller on one, and on the other the third whom it has called.

Rules of this file: the agent is one leg, heard on one line at a time; the other is outside the talk, and nothing of it
is on record but that it is there. It moves lines; what becomes of the talk is decided by `second_line.py`.
"""

from dataclasses import replace

from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core.call import TALKS, Turn
from telephony.core.values import ChannelId, Leg, OtherLine, talk_bridge


def go_over(turn: Turn, leg: Leg, line: ChannelId) -> Leg:
    """The agent is heard on this line from here on; the one before waits, held or not as the telephone has it."""
    held = leg.held
    if held:
        turn.note(fact.LegResumed, leg=leg.no)
        if leg.agent is not None:
            turn.order(cmd.AgentHolds, agent=leg.agent, held=False)
    turn.order(cmd.TakeOut, bridge=talk_bridge(turn.call.id), channel=leg.channel)
    return _on(turn, replace(leg, held=False), line, OtherLine(leg.channel, held))


def fall_back(turn: Turn, leg: Leg) -> Leg:
    """The line on which the agent was heard is gone, or is to go: the other is left to him."""
    assert leg.line is not None
    turn.order(cmd.HangUp, channel=leg.channel)
    return _on(turn, replace(leg, held=leg.line.held), leg.line.channel, None)


def drop(turn: Turn, leg: Leg) -> Leg:
    """The other line is gone, or is to go."""
    assert leg.line is not None
    turn.order(cmd.HangUp, channel=leg.line.channel)
    turn.note(fact.LineChanged, leg=leg.no, line=leg.channel)
    return turn.change_leg(leg, line=None)


def one_line(turn: Turn, leg: Leg, line_of_third: ChannelId | None) -> Leg:
    """Of the two the line of the third goes: there is no third any more."""
    if leg.line is None:
        return leg
    return fall_back(turn, leg) if leg.channel == line_of_third else drop(turn, leg)


def still_held(turn: Turn, leg: Leg) -> bool:
    """Whether the telephone has the caller on hold, who is its agent's again: then music until it takes him back."""
    if not leg.held or turn.call.caller_leg.no not in turn.call.aside:
        return False
    turn.change_leg(leg, waits=True)
    turn.note(fact.LegHeld, leg=leg.no, aside=turn.call.caller_leg.no)
    if leg.agent is not None:
        turn.order(cmd.AgentHolds, agent=leg.agent, held=True)
    return True


def follow(turn: Turn) -> None:
    """An agent who is out of the talk, or whose talk is over, needs no other line; nor without the caller."""
    for leg in turn.call.legs:
        if leg.line is None:
            continue
        if leg.ended_at is not None or turn.call.stage not in TALKS:
            turn.order(cmd.HangUp, channel=leg.line.channel)
            turn.change_leg(leg, line=None)
        elif turn.call.caller_leg.ended_at is not None:
            drop(turn, leg)


def _on(turn: Turn, leg: Leg, line: ChannelId, other: OtherLine | None) -> Leg:
    changed = turn.change_leg(leg, channel=line, line=other, held=leg.held)
    turn.order(
        cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(line,), there=True, keys=turn.call.masked is None
    )
    turn.note(fact.LineChanged, leg=leg.no, line=line, other=other.channel if other is not None else "")
    return changed
