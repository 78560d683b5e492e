"""Three talk: each may leave and the others go on; with fewer than two the call is over."""

from telephony.core import events as ev
from telephony.core.call import Stage, Turn
from telephony.core.ending import end_leg
from telephony.core.gathering import end_all
from telephony.core.values import EndedBy, Leg

FEWEST = 2


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """One of them hung up; or a phone that another had outrun is gone."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.ended_at is None:
        talked = leg in turn.call.talkers
        end_leg(turn, leg, event.cause)
        if talked:
            after(turn, leg)


def after(turn: Turn, leg: Leg) -> None:
    """This one is out: two who are left talk as any two, if the caller is one of them."""
    left = turn.call.talkers
    if len(left) < FEWEST:
        end_all(turn, EndedBy(leg.kind.value))
    elif len(left) == FEWEST and turn.call.caller_leg in left:
        turn.to(Stage.TALKING)
