"""Rows of the table of a call that are about callers whom no switch looks after; `states.py` has all the others."""

from collections.abc import Callable, Mapping
from typing import Any

from telephony.core import ending, message, stranding, wishes
from telephony.core import events as ev
from telephony.core.call import Turn

Row = Mapping[type[ev.Event], Callable[[Turn, Any], None]]


def ignore(turn: Turn, event: ev.Event) -> None:
    """It happens, and means nothing here: late news, or a key that nobody asked for."""


#: At these stages the caller is alone with us: he can be lost, and can be had again.
LOSES_THE_CALLER: Row = {ev.Stranded: stranding.strand, ev.CallerTaken: stranding.taken}
#: At these the caller talks, is gone, or has not come yet.
NOBODY_ALONE: Row = {ev.Stranded: ignore, ev.CallerTaken: ignore}
STRANDED: Row = {
    ev.CallerReturned: stranding.come_back,
    ev.Stranded: stranding.strand,  # by the switch after the one that stranded him, or once more
    ev.CallerTaken: stranding.taken,
    ev.ChannelEnded: stranding.gone,
    ev.TimerFired: stranding.not_returned,
    ev.MessageKept: message.kept,
    ev.MessageMissing: message.missing,
    # News of what was stopped.
    ev.PromptEnded: ignore,
    ev.KeyPressed: ignore,
    ev.LookedUp: ignore,
    ev.MessageEnded: ignore,
    ev.LegReady: ending.appeared_too_late,
    ev.LegAnswered: ending.appeared_too_late,
    ev.WishUttered: wishes.not_now,
    ev.BlindAsked: ignore,
    ev.LegHeld: ignore,
    ev.LegResumed: ignore,
    ev.LegRinging: ignore,
}
