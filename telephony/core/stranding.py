"""A caller whom no switch has looked after for a while: taken up again where that can be done, closed where not.

A switch that begins anew, or whose socket was torn, cannot know what its callers heard and keyed meanwhile. So each is
sent once through Asterisk's dialplan and comes back with nothing left playing; in a queue the wait then goes on at the
old place, in a flow the node is told anew. Who talks is not concerned. docs/adr/0028-taking-callers-up.md says why.
"""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Call, Stage, Turn
from telephony.core.ending import clear, end_leg, hang_up_caller, leave, words
from telephony.core.flow import Say, ToQueue
from telephony.core.in_flow import go
from telephony.core.values import EndedBy, Leg, LegKind, Outcome

MOST_RETURNS = 3  # a caller with whom switches keep falling is not taken up for ever
RETURN_WITHIN = timedelta(seconds=60)  # a prompt that cannot be stopped is heard to its end first
SHORTEST_WAIT = timedelta(seconds=5)  # one whose time in the queue ran out meanwhile is not turned away at the door


def strand(turn: Turn, event: ev.Stranded) -> None:
    """Nobody has listened for a while: silence the phones that ring for this caller, and have him come again."""
    call = turn.call
    if call.channel is None or call.caller_leg.ended_at is not None:
        return
    waits = call.stage in (Stage.WAITING, Stage.RINGING)
    if call.stage is Stage.RECORDING:
        turn.become(outcome=Outcome.VOICEMAIL)
    if call.message:
        turn.order(cmd.StopMessage, name=call.message)
    if waits:
        turn.order(cmd.LeaveQueue)
    _silence_phones(turn)
    turn.hush()
    turn.become(
        waits_on=waits or call.waits_on, timers={}, transfer=None, awaited=0, keys="", asked="",
    )  # fmt: skip
    if call.returns >= MOST_RETURNS:
        turn.become(outcome=turn.call.outcome or Outcome.FAILED, ended_by=EndedBy.SYSTEM)
        turn.order(cmd.LetGo, channel=call.channel)
        _tidy(turn, Outcome.FAILED.value)
        clear(turn)
        return
    turn.to(Stage.STRANDED)
    turn.set_timer("return", RETURN_WITHIN)
    turn.order(cmd.ComeAgain, channel=call.channel)


def strand_leaving(turn: Turn, event: ev.Stranded) -> None:
    """The last word may or may not have been heard: it was the last."""
    hang_up_caller(turn)


def come_back(turn: Turn, event: ev.CallerReturned) -> None:
    """The caller is here again, and nothing plays."""
    call = turn.call
    turn.drop_timer("return")
    turn.become(returns=call.returns + 1)
    turn.order(cmd.Answer, channel=call.channel)
    if call.outcome is Outcome.VOICEMAIL:
        turn.note(fact.CallTakenUp, where="message")
        if call.message:
            turn.order(cmd.KeepMessage, name=call.message)
        leave(turn, Outcome.VOICEMAIL)
        return
    node = call.flow.nodes.get(call.node) if call.flow is not None else None
    if call.waits_on and isinstance(node, ToQueue) and call.queue is not None:
        turn.note(fact.CallTakenUp, where="queue")
        _wait_on(turn)
        return
    turn.note(fact.CallTakenUp, where="flow")
    turn.become(waits_on=False)
    if call.flow is None:
        leave(turn, Outcome.FAILED)
    else:
        go(turn, call.node if node is not None else call.flow.start)


def _wait_on(turn: Turn) -> None:
    """The wait was never over: the place is that of its beginning, and so is its longest length."""
    queue, entered_at = turn.call.queue, turn.call.entered_at
    assert queue is not None
    entered_at = entered_at or turn.at
    turn.become(waits_on=False, entered_at=entered_at)
    turn.to(Stage.WAITING)
    said = words(turn, (Say("one-moment"),))
    if said:
        turn.speak(said)
    else:
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=queue.music)
    turn.set_timer("max_wait", max(queue.max_wait - (turn.at - entered_at), SHORTEST_WAIT))
    if queue.announce_every:
        turn.set_timer("announce", queue.announce_every)
    since = turn.call.waiting_since or entered_at
    turn.order(cmd.JoinQueue, queue=queue.id, tenant=queue.tenant, since=since, caller=turn.call.caller)


def gone(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller did not wait to be taken up; or a phone that was silenced is gone."""
    leg = turn.call.leg_of(event.channel)
    if leg is None:
        return
    if not _is_callers(turn.call, leg):
        end_leg(turn, leg, event.cause)
        return
    ahead = Outcome.ABANDONED if turn.call.waits_on else Outcome.ABANDONED_IN_MENU
    turn.become(outcome=turn.call.outcome or ahead, ended_by=EndedBy.CALLER)
    _let_the_caller_go(turn, leg, "abandoned", event.cause)


def taken(turn: Turn, event: ev.CallerTaken) -> None:
    """The caller is alive and not ours any more, as in the fallback: this call ends, and was not answered by us."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or not _is_callers(turn.call, leg):
        return
    if turn.call.stage in (Stage.WAITING, Stage.RINGING):
        turn.become(waits_on=True)
        turn.order(cmd.LeaveQueue)
    _silence_phones(turn)
    turn.become(outcome=turn.call.outcome or Outcome.FAILED, ended_by=EndedBy.SYSTEM)
    _let_the_caller_go(turn, leg, Outcome.FAILED.value, 0)


def not_returned(turn: Turn, event: ev.TimerFired) -> None:
    """Asterisk never brought the caller back: he is elsewhere, or gone."""
    if event.timer == "return":
        turn.become(outcome=turn.call.outcome or Outcome.FAILED, ended_by=EndedBy.SYSTEM)
        _let_the_caller_go(turn, turn.call.caller_leg, Outcome.FAILED.value, 0)


def _let_the_caller_go(turn: Turn, leg: Leg, reason: str, cause: int) -> None:
    _tidy(turn, reason)
    end_leg(turn, leg, cause)
    clear(turn)


def _tidy(turn: Turn, reason: str) -> None:
    """What a call that ends owes: its wait a reason, its message a file."""
    if turn.call.waits_on:
        turn.note(fact.QueueLeft, reason=reason)
        turn.become(waits_on=False)
    if turn.call.message:
        turn.order(cmd.KeepMessage, name=turn.call.message)


def _silence_phones(turn: Turn) -> None:
    for leg in turn.call.legs:
        if not _is_callers(turn.call, leg) and leg.ended_at is None:
            turn.order(cmd.HangUp, channel=leg.channel)
            end_leg(turn, leg, 0)


def _is_callers(call: Call, leg: Leg) -> bool:
    return leg.kind is LegKind.CALLER or leg.channel == call.channel
