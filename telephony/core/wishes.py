"""What an agent wishes while a call goes on: from the API, from the desk, by keys of the telephone.

Rules of this file: a wish is granted where its stage has a row for it, and refused in words everywhere else. The agent
who consults decides what becomes of the three; the third may only leave.
"""

from collections.abc import Callable, Mapping

from telephony.core import coming_back, in_conference, in_enquiry, in_talk, masking
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.call import Asked, Stage, Turn
from telephony.core.events import Wish
from telephony.core.gathering import end_all, send_away
from telephony.core.transfer import NOT_NOW, answer, ask_for, pass_on
from telephony.core.values import EndedBy, Leg, LegKind

NOT_IN_CALL = "not_in_call"
Granted = Callable[[Turn, Leg], None]


def uttered(turn: Turn, event: ev.WishUttered) -> None:
    """A request: carry it out or refuse it, and say which."""
    agents = [leg for leg in turn.call.talkers if leg.kind is LegKind.AGENT and event.agent in (None, leg.agent)]
    if agents:
        carry_out(turn, Asked(by=agents[0].no, request=event.request), event.wish, event.target)
    else:
        turn.order(cmd.AnswerRequest, request=event.request, reason=NOT_IN_CALL)


def not_now(turn: Turn, event: ev.WishUttered) -> None:
    """Nobody talks in this call."""
    turn.order(cmd.AnswerRequest, request=event.request, reason=NOT_NOW)


def carry_out(turn: Turn, asked: Asked, wish: Wish, target: str = "") -> None:
    """Do what this agent wishes, if it can be done at this stage."""
    leg = turn.call.legs[asked.by]
    if wish in (Wish.BLIND_TRANSFER, Wish.CONSULT):
        ask_for(turn, asked, target, consult=wish is Wish.CONSULT)  # which answers when the target is known
        return
    if wish in (Wish.STEP_AWAY, Wish.COME_BACK):
        coming_back.asked_for(turn, asked, wish)
        return
    granted = _granted(turn, leg, wish)
    if granted is None:
        answer(turn, asked, NOT_NOW)
        return
    granted(turn, leg)
    answer(turn, asked)


def _granted(turn: Turn, leg: Leg, wish: Wish) -> Granted | None:
    stage, transfer = turn.call.stage, turn.call.transfer
    if wish in _OF_PAYMENTS:
        begins = wish is Wish.RECORDING_PAUSE
        return _OF_PAYMENTS[wish] if begins is (turn.call.masked is None) else None
    if transfer is not None and leg.no != transfer.by:
        return _third_leaves if stage is Stage.APART and wish in (Wish.LEAVE, Wish.HANG_UP) else None
    held = leg.held and turn.call.caller_leg.no in turn.call.aside
    if (wish is Wish.HOLD and leg.held) or (wish is Wish.RESUME and not held):
        return None
    return _GRANTED.get(stage, {}).get(wish)


def _third_leaves(turn: Turn, leg: Leg) -> None:
    send_away(turn, leg)
    in_enquiry.after(turn, leg)


def _hang_up(turn: Turn, leg: Leg) -> None:
    end_all(turn, EndedBy.AGENT)


def _leave_enquiring(turn: Turn, leg: Leg) -> None:
    send_away(turn, leg)
    pass_on(turn, leg)


def _give_up_enquiring(turn: Turn, leg: Leg) -> None:
    in_enquiry.give_up(turn, EndedBy.AGENT)


def _leave_apart(turn: Turn, leg: Leg) -> None:
    send_away(turn, leg)
    in_enquiry.after(turn, leg)


def _leave_together(turn: Turn, leg: Leg) -> None:
    send_away(turn, leg)
    in_conference.after(turn, leg)


def _cancel(turn: Turn, leg: Leg) -> None:
    in_enquiry.cancel(turn)


def _turn_round(turn: Turn, leg: Leg) -> None:
    in_enquiry.turn_round(turn)


def _join(turn: Turn, leg: Leg) -> None:
    in_enquiry.join(turn)


_OF_PAYMENTS: Mapping[Wish, Granted] = {Wish.RECORDING_PAUSE: masking.begin, Wish.RECORDING_RESUME: masking.end}
_GRANTED: Mapping[Stage, Mapping[Wish, Granted]] = {
    Stage.TALKING: {
        Wish.HOLD: in_talk.hold_for,
        Wish.RESUME: in_talk.take_back_for,
        Wish.LEAVE: _hang_up,
        Wish.HANG_UP: _hang_up,
    },
    Stage.ENQUIRING: {
        Wish.COMPLETE: _leave_enquiring,
        Wish.LEAVE: _leave_enquiring,
        Wish.CANCEL: _cancel,
        Wish.HANG_UP: _give_up_enquiring,
    },
    Stage.APART: {
        Wish.COMPLETE: _leave_apart,
        Wish.LEAVE: _leave_apart,
        Wish.CANCEL: _cancel,
        Wish.TOGGLE: _turn_round,
        Wish.ADD: _join,
        Wish.HANG_UP: _hang_up,
    },
    Stage.TOGETHER: {Wish.LEAVE: _leave_together, Wish.COMPLETE: _leave_together, Wish.HANG_UP: _hang_up},
}
