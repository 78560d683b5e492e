"""Who hears whom: the talk's bridge, and who is set aside from it with music.

Rules of this file: it moves channels that are up and puts nothing on record. Everybody who talks is in the one bridge
of the call; whoever is set aside is outside it and hears music.
"""

from telephony.core import commands as cmd
from telephony.core.call import Turn
from telephony.core.ending import clear, end_leg, words
from telephony.core.outside import RINGBACK
from telephony.core.say import Say
from telephony.core.values import EndedBy, Leg, PlaybackId, talk_bridge


def take_out(turn: Turn, leg: Leg) -> None:
    """Out of the talk, into silence; one who was set aside hears no music any more."""
    if leg.no in turn.call.aside:
        turn.become(aside=turn.call.aside - {leg.no})
        turn.order(cmd.StopMusic, channel=leg.channel)
    else:
        turn.order(cmd.TakeOut, bridge=talk_bridge(turn.call.id), channel=leg.channel)


def set_aside(turn: Turn, leg: Leg) -> None:
    """Out of the talk; the music of the call's queue until `bring_in` or `take_out`."""
    if leg.no in turn.call.aside:
        return
    take_out(turn, leg)
    turn.become(aside=turn.call.aside | {leg.no})
    turn.order(cmd.StartMusic, channel=leg.channel, music=turn.call.queue.music if turn.call.queue else "default")


def bring_in(turn: Turn, *legs: Leg) -> None:
    """Into the talk, and no music any more."""
    for leg in legs:
        if leg.no in turn.call.aside:
            turn.order(cmd.StopMusic, channel=leg.channel)
    turn.become(aside=turn.call.aside - {leg.no for leg in legs})
    bridge, channels = talk_bridge(turn.call.id), tuple(leg.channel for leg in legs)
    turn.order(cmd.Connect, bridge=bridge, channels=channels, there=True, keys=turn.call.masked is None)


def all_in(turn: Turn) -> None:
    """Whoever was set aside and is still there talks with the others."""
    legs = [leg for leg in turn.call.talkers if leg.no in turn.call.aside]
    if legs:
        bring_in(turn, *legs)
    turn.become(aside=frozenset())


def send_away(turn: Turn, leg: Leg) -> None:
    """End a party's part by our own decision: on record at once, whenever its channel follows."""
    turn.order(cmd.HangUp, channel=leg.channel)
    end_leg(turn, leg, 16)


def end_all(turn: Turn, by: EndedBy) -> None:
    """The call is over for everybody."""
    turn.become(ended_by=by, transfer=None, typed=None)
    for leg in turn.call.legs:
        if leg.ended_at is None:
            turn.order(cmd.HangUp, channel=leg.channel)
    clear(turn)


def hear_ringing(turn: Turn, leg: Leg) -> None:
    """The agent hears that a third is called."""
    turn.order(cmd.StartPrompt, channel=leg.channel, playback=_ringing(turn, leg), media=RINGBACK)


def ringing_over(turn: Turn, leg: Leg) -> None:
    """The end of what `hear_ringing` began."""
    turn.order(cmd.StopPrompt, playback=_ringing(turn, leg))


def say_to(turn: Turn, leg: Leg, phrase: str) -> None:
    """Say something to one who talks, which the others do not hear."""
    media = words(turn, (Say(phrase),))
    if media:
        count = turn.call.counted + 1
        turn.become(counted=count)
        playback = PlaybackId(f"{turn.call.id}-p{count}")
        turn.order(cmd.StartPrompt, channel=leg.channel, playback=playback, media=media)


def _ringing(turn: Turn, leg: Leg) -> PlaybackId:
    return PlaybackId(f"{turn.call.id}-r{leg.no}")
