"""Caller and agent, or an outside, talk."""

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Turn
from telephony.core.ending import clear, end_leg
from telephony.core.gathering import bring_in, set_aside
from telephony.core.values import EndedBy, Leg


def channel_ended_while_talking(turn: Turn, event: ev.ChannelEnded) -> None:
    """One of the two hung up: end the other's channel too."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg in turn.call.ringing:
        end_leg(turn, leg, event.cause)  # another had answered first
        return
    turn.become(ended_by=EndedBy(leg.kind.value), transfer=None)
    end_leg(turn, leg, event.cause)
    for other in turn.call.legs:
        if other.ended_at is None:
            turn.order(cmd.HangUp, channel=other.channel)
    clear(turn)


def hold(turn: Turn, event: ev.LegHeld) -> None:
    """A party puts the others on hold: Asterisk plays them music; ours is the record, and what the agent is doing."""
    _holds(turn, event, held=True)


def resume(turn: Turn, event: ev.LegResumed) -> None:
    """The party is back."""
    _holds(turn, event, held=False)


def _holds(turn: Turn, event: ev.LegHeld | ev.LegResumed, *, held: bool) -> None:
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None or leg.answered_at is None or leg.held is held:
        return  # telephones repeat themselves
    if leg.no != turn.call.caller_leg.no and turn.call.caller_leg.no in turn.call.aside and turn.call.transfer is None:
        return  # the agent's telephone holds or takes back what was held for him: `take_back_for` ends that
    _is_held(turn, leg, held=held)


def hold_for(turn: Turn, leg: Leg) -> None:
    """Hold the caller for this agent, whose telephone need not be able to."""
    set_aside(turn, turn.call.caller_leg)
    _is_held(turn, leg, held=True)


def take_back_for(turn: Turn, leg: Leg) -> None:
    """The agent talks with the caller again, who was held for him."""
    bring_in(turn, turn.call.caller_leg)
    _is_held(turn, leg, held=False)


def _is_held(turn: Turn, leg: Leg, *, held: bool) -> None:
    turn.change_leg(leg, held=held)
    if held:
        caller = turn.call.caller_leg.no
        turn.note(fact.LegHeld, leg=leg.no, aside=caller if caller in turn.call.aside else None)
    else:
        turn.note(fact.LegResumed, leg=leg.no)
    if leg.agent is not None:
        turn.order(cmd.AgentHolds, agent=leg.agent, held=held)
