"""A payment is taken in a talk: the recording goes on in silence, no supervisor hears, keys of the caller reach nobody.

Rules of this file: only an agent in the talk begins and ends it. It ends by itself after the queue's bound, when the
agent who began it leaves, and with the talk; each beginning has an end on record.
"""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core import in_listening
from telephony.core.call import TALKS, Call, Turn
from telephony.core.gathering import say_to
from telephony.core.listening import Masked
from telephony.core.plan import LONGEST_MASK
from telephony.core.values import Leg, talk_bridge

TIMER = "mask"


def begin(turn: Turn, leg: Leg) -> None:
    """From here on nobody keeps or overhears what the caller says and keys."""
    in_listening.deafen(turn)  # before it is masked: who barges is in the talk now
    turn.become(masked=Masked(leg=leg.no))
    turn.note(fact.RecordingPaused, leg=leg.no)
    turn.set_timer(TIMER, longest(turn.call))
    _silence(turn, on=True)
    say_to(turn, leg, "tone")


def longest(call: Call) -> timedelta:
    """After how long it ends by itself."""
    return call.queue.longest_mask if call.queue else LONGEST_MASK


def taken_up(call: Call) -> tuple[cmd.SetTimer, ...]:
    """Of a call that a new switch has: its time begins anew, since nobody knows how much of it is over."""
    if call.masked is None:
        return ()
    return (cmd.SetTimer(call=call.id, timer=TIMER, count=call.timers[TIMER], delay=longest(call)),)


def end(turn: Turn, leg: Leg) -> None:
    """The agent says that it is over."""
    over(turn, "asked")


def over(turn: Turn, reason: str) -> None:
    """Everything is as before; the agent hears so if he is there."""
    masked = turn.call.masked
    if masked is None:
        return
    turn.become(masked=None)
    turn.drop_timer(TIMER)
    turn.note(fact.RecordingResumed, leg=masked.leg, reason=reason)
    if turn.call.stage in TALKS:
        _silence(turn, on=False)
        in_listening.let_hear(turn)
        leg = turn.call.legs[masked.leg]
        if leg.ended_at is None:
            say_to(turn, leg, "not-possible" if reason == "failed" else "tone")


def follow(turn: Turn) -> None:
    """The talk is over, or the agent who takes the payment has left it."""
    masked = turn.call.masked
    if masked is not None and turn.call.stage not in TALKS:
        over(turn, "talk_over")
    elif masked is not None and turn.call.legs[masked.leg].ended_at is not None:
        over(turn, "left")


def _silence(turn: Turn, *, on: bool) -> None:
    call = turn.call
    if call.recording and call.channel is not None:
        turn.order(cmd.MaskRecording, channel=call.channel, on=on)
    caller = call.caller_leg
    if caller.ended_at is None and caller.no not in call.aside:
        bridge = talk_bridge(call.id)
        turn.order(cmd.Connect, bridge=bridge, channels=(caller.channel,), there=True, keys=not on)
