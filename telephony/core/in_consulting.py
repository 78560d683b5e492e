"""The tenant's system is being asked: its answer, or that none came."""

from telephony.core import commands as cmd
from telephony.core import consulting, entry
from telephony.core import events as ev
from telephony.core.asking import Lookup, Pin
from telephony.core.call import Turn
from telephony.core.in_flow import go


def answer_came(turn: Turn, event: ev.LookedUp) -> None:
    """The answer: go where it leads, with its values."""
    if event.count == turn.call.awaited:
        _go_on(turn, consulting.answered(turn, event.result, event))


def time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    """Whoever was to ask has not even said that it failed."""
    if event.timer == "lookup":
        _go_on(turn, consulting.answered(turn, "failed"))


def prompt_ended(turn: Turn, event: ev.PromptEnded) -> None:
    """The caller was asked to wait: music from here on."""
    if event.playback == turn.call.playback:
        turn.become(playback=None)
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=consulting.MUSIC)


def _go_on(turn: Turn, result: str) -> None:
    node = turn.here
    if isinstance(node, Lookup):
        go(turn, consulting.after_lookup(node, result))
        return
    assert isinstance(node, Pin)
    name = entry.pin_checked(turn, node, result)
    if name is not None:
        go(turn, name)
