"""Caller and agent, or an outside, talk."""

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.call import Turn
from telephony.core.ending import clear, end_leg
from telephony.core.values import EndedBy


def channel_ended_while_talking(turn: Turn, event: ev.ChannelEnded) -> None:
    """One of the two hung up: end the other's channel too."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg in turn.call.ringing:
        end_leg(turn, leg, event.cause)  # another had answered first
        return
    turn.become(ended_by=EndedBy(leg.kind.value))
    end_leg(turn, leg, event.cause)
    for other in turn.call.legs:
        if other.ended_at is None:
            turn.order(cmd.HangUp, channel=other.channel)
    clear(turn)
