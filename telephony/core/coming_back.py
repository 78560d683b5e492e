"""An agent's telephone goes away in the middle of a talk and comes back: a page that is loaded again, a torn line.

The caller hears music meanwhile. Whoever comes back is rung as one to whom a caller is given back: his new leg is
another, with its own time on the record. Who does not come back in time leaves the caller to his queue.

Rules of this file: only from the plain talk of two; who consults or has brought three together stays where he is.
"""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import reaching, transfer
from telephony.core.call import Asked, Stage, Transfer, Turn
from telephony.core.events import Wish
from telephony.core.values import LegKind

TIMER = "away"
COMES_BACK_WITHIN = timedelta(seconds=20)  # a page loads in one; a machine that went down does not come back at all


def asked_for(turn: Turn, asked: Asked, wish: Wish) -> None:
    """The agent who talks is about to go; or is back already, and his old leg is of no use to him."""
    call = turn.call
    if call.stage is not Stage.TALKING or call.transfer is not None or call.caller_leg.ended_at is not None:
        transfer.answer(turn, asked, transfer.NOT_NOW)
        return
    agent = call.legs[asked.by].agent
    turn.become(transfer=Transfer(by=asked.by, target="", back=True, asked=asked))
    transfer.begin(turn, "agent")
    turn.set_timer(TIMER, COMES_BACK_WITHIN)
    if wish is Wish.COME_BACK and agent is not None:
        _reserve(turn)


def uttered(turn: Turn, event: ev.WishUttered) -> None:
    """He is back, and asks for his caller."""
    going = turn.call.transfer
    waits = going is not None and TIMER in turn.call.timers and not turn.call.ringing
    is_he = going is not None and turn.call.legs[going.by].agent in (event.agent, None)
    if event.wish is not Wish.COME_BACK or not waits or not is_he:
        turn.order(cmd.AnswerRequest, request=event.request, reason=transfer.NOT_NOW)
        return
    turn.order(cmd.AnswerRequest, request=event.request)
    _reserve(turn)


def reserved(turn: Turn, event: ev.TargetReserved) -> None:
    """His telephone can be rung."""
    turn.drop_timer(TIMER)
    transfer.ring(turn, event)


def refused(turn: Turn, event: ev.TargetRefused) -> None:
    """Not yet: his telephone has not registered again, and he will ask once more; until the time is over."""
    if TIMER not in turn.call.timers:
        transfer.no_way_back(turn, event)


def time_passed(turn: Turn, event: ev.TimerFired) -> None:
    """He does not come back: somebody else takes the caller."""
    if event.timer != TIMER:
        transfer.go_on(turn, event)
    elif not turn.call.ringing:
        turn.drop_timer(TIMER)
        transfer.back_to_queue(turn)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller has given up, or a phone has; the clock stops with the caller."""
    if event.channel == turn.call.caller_leg.channel:
        turn.drop_timer(TIMER)
    transfer.channel_ended(turn, event)


def _reserve(turn: Turn) -> None:
    by = reaching.under_way(turn).by
    leg = turn.call.legs[by]
    assert turn.call.tenant is not None and leg.kind is LegKind.AGENT
    turn.order(cmd.ReserveAgent, tenant=turn.call.tenant, agent=leg.agent)
