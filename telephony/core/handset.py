"""Codes that an agent keys while talking; the codes are those of Asterisk's own features.conf where it has one.

    ##TARGET#   send the caller on, blind            *2TARGET#   consult
    *5          hold, and take back                  while consulting: *1 cancel, *2 complete, *3 all three, *4 toggle
    *6          a payment is taken, and is over: nobody keeps or overhears it

Rules of this file: keys count only if the agent's own telephone sent them, never the caller's or a number outside.
A target is digits; three seconds without a key end it as # does. Keys that begin no code mean nothing.
"""

from datetime import timedelta

from telephony.core import events as ev
from telephony.core import in_enquiry, wishes
from telephony.core.call import Asked, Stage, Turn, Typed
from telephony.core.events import Wish
from telephony.core.gathering import say_to
from telephony.core.transfer import talking_agent

TIMER = "typed"
KEYED_WITHIN = timedelta(seconds=3)  # from key to key, as Asterisk's transferdigittimeout
BLIND, CONSULT = "##", "*2"
ONE_PRESS = {"*1": Wish.CANCEL, "*2": Wish.COMPLETE, "*3": Wish.ADD, "*4": Wish.TOGGLE}  # while consulting
HOLD, MASK = "*5", "*6"
LONGEST = 20  # keys of a code with its target


def key_pressed(turn: Turn, event: ev.KeyPressed) -> None:
    """An agent's key may be part of a code."""
    leg = talking_agent(turn, event.channel)
    if leg is None:
        return
    typed = turn.call.typed
    keys = (typed.keys if typed is not None and typed.leg == leg.no else "") + event.key
    turn.drop_timer(TIMER)
    turn.become(typed=None)
    code = _code(turn, keys)
    if code is not None:
        wish, target = code
        _do(turn, leg.no, wish, target)
    elif _may_become_one(turn, keys):
        turn.become(typed=Typed(leg=leg.no, keys=keys))
        turn.set_timer(TIMER, KEYED_WITHIN)


def key_pressed_enquiring(turn: Turn, event: ev.KeyPressed) -> None:
    """A colleague outside takes the call by a key; the agent who asks has codes for what is to become of it."""
    if any(leg.channel == event.channel for leg in turn.call.ringing):
        in_enquiry.go_on(turn, event)
    else:
        key_pressed(turn, event)


def time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    """No further key: a target that was begun is complete, anything else was no code."""
    typed = turn.call.typed
    if event.timer != TIMER or typed is None:
        return
    turn.become(typed=None)
    code = _code(turn, typed.keys + "#")
    if code is not None:
        _do(turn, typed.leg, *code)


def time_is_over_enquiring(turn: Turn, event: ev.TimerFired) -> None:
    """The time of a code, or of whoever is being called."""
    if event.timer == TIMER:
        time_is_over(turn, event)
    else:
        in_enquiry.go_on(turn, event)


def _code(turn: Turn, keys: str) -> tuple[Wish, str] | None:
    """The wish that these keys are, and its target; None if they are none, or not yet."""
    if keys == MASK:
        return (Wish.RECORDING_PAUSE if turn.call.masked is None else Wish.RECORDING_RESUME), ""
    if turn.call.stage is not Stage.TALKING:
        wish = ONE_PRESS.get(keys)
        return (wish, "") if wish is not None else None
    if keys == HOLD:
        return (Wish.RESUME if turn.call.aside else Wish.HOLD), ""
    for begins, wish in ((BLIND, Wish.BLIND_TRANSFER), (CONSULT, Wish.CONSULT)):
        target = keys.removeprefix(begins).removesuffix("#")
        if keys.startswith(begins) and keys.endswith("#") and len(keys) > len(begins) and target:
            return wish, target
    return None


def _may_become_one(turn: Turn, keys: str) -> bool:
    begins = (MASK, *((BLIND, CONSULT, HOLD) if turn.call.stage is Stage.TALKING else ONE_PRESS))
    if any(one.startswith(keys) for one in begins):
        return True
    targets = (keys.removeprefix(one) for one in (BLIND, CONSULT) if keys.startswith(one))
    asks = turn.call.stage is Stage.TALKING and any(one.isdecimal() for one in targets)
    return asks and len(keys) < LONGEST


def _do(turn: Turn, leg: int, wish: Wish, target: str) -> None:
    before = turn.call.stage
    wishes.carry_out(turn, Asked(by=leg, keyed=True), wish, target)
    if wish is Wish.HOLD and turn.call.stage is before and turn.call.aside:
        say_to(turn, turn.call.legs[leg], "tone")  # he hears nothing else that tells him
