"""The one door through which a call changes."""

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.beside import beside, follow
from telephony.core.call import Call, Turn
from telephony.core.states import TRANSITIONS

Stepped = tuple[Call, tuple[cmd.Command, ...], tuple[fact.Fact, ...]]


class IllegalEvent(Exception):
    """The table has no entry for this event at this stage; the call stays as it was."""


def step(call: Call, event: ev.Event) -> Stepped:
    """What becomes of the call, what is to be done, and what goes on record; raises IllegalEvent.

    News of a timer that was set anew or dropped meanwhile changes nothing.
    """
    handler = beside(call, event) or TRANSITIONS[call.stage].get(type(event))
    if handler is None:
        raise IllegalEvent(f"{type(event).__name__} at stage {call.stage}")
    if isinstance(event, ev.TimerFired) and call.timers.get(event.timer) != event.count:
        return call, (), ()
    turn = Turn(call, event.at)
    if isinstance(event, ev.TimerFired):
        turn.drop_timer(event.timer)
    handler(turn, event)
    follow(turn)
    return turn.call, tuple(turn.commands), tuple(turn.facts)
