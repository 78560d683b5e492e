"""What goes on in a call beside its stages: supervisors, payments that are taken, second lines of agents' telephones.

Rules of this file: it moves no call from stage to stage but by the wishes of its agents, so it is not in the table; it
is asked before the table, and again after each event, since what is beside a talk ends with it.
"""

from collections.abc import Callable
from typing import Any

from telephony.core import events as ev
from telephony.core import in_listening, masking, second_line, two_lines
from telephony.core.call import Call, Turn
from telephony.core.listening import MaskingFailed

Handler = Callable[[Turn, Any], None]


def beside(call: Call, event: ev.Event) -> Handler | None:
    """Who takes an event that is none of the table's; None: the table does."""
    if in_listening.concerns(call, event):
        return in_listening.hear
    if second_line.concerns(call, event):
        return second_line.hear
    if isinstance(event, MaskingFailed):
        return _failed
    if isinstance(event, ev.TimerFired) and event.timer == masking.TIMER:
        return _time_is_over
    return None


def follow(turn: Turn) -> None:
    """What is beside a talk follows it."""
    two_lines.follow(turn)
    if turn.call.masked is not None:
        masking.follow(turn)
    if turn.call.listeners:
        in_listening.follow(turn)


def _failed(turn: Turn, event: MaskingFailed) -> None:
    masking.over(turn, "failed")


def _time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    masking.over(turn, "time")
