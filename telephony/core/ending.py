"""How a call ends: a last word if there is one to say, the hang-up, and the wait until every channel is gone."""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Call, Stage, Turn
from telephony.core.say import Say, SayValue
from telephony.core.speaking import parts
from telephony.core.values import EndedBy, Leg, LegKind, Outcome, talk_bridge

# Longer than any sensible last word; and than Asterisk needs to take channels down. News that never comes must not
# keep a call open for ever.
LEAVE_WITHIN = timedelta(seconds=60)
CLEAR_WITHIN = timedelta(seconds=10)

IN_VAIN = frozenset(
    {Outcome.ABANDONED, Outcome.NO_AGENT, Outcome.QUEUE_FULL, Outcome.QUEUE_TIMEOUT, Outcome.LEFT_QUEUE}
)
LAST_WORDS: dict[Outcome, str] = {
    Outcome.CLOSED: "closed",
    Outcome.NO_AGENT: "no-agent",
    Outcome.QUEUE_FULL: "queue-full",
    Outcome.QUEUE_TIMEOUT: "queue-timeout",
    Outcome.WRONG_KEYS: "wrong-keys",
    Outcome.NO_MERCHANT: "no-merchant",
    Outcome.UNASSIGNED: "not-in-service",
    Outcome.SUSPENDED: "suspended",
    Outcome.FAILED: "technical-trouble",
    Outcome.INFORMED: "goodbye",
    Outcome.VOICEMAIL: "message-kept",
    Outcome.CALLBACK_PROMISED: "callback-promised",
}


def leave(turn: Turn, outcome: Outcome, say: tuple[Say, ...] = ()) -> None:
    """Decide the outcome, say the last words for it, then hang up."""
    turn.become(outcome=outcome)
    media = words(turn, say or (Say(LAST_WORDS[outcome]),))
    if not media:
        hang_up_caller(turn)
        return
    turn.to(Stage.LEAVING)
    turn.speak(media)
    turn.set_timer("leave", LEAVE_WITHIN)


def words(turn: Turn, say: tuple[Say, ...]) -> tuple[str, ...]:
    """The media of prompts and values, in the language of the call and with the tenant's own recordings first."""
    call = turn.call
    return tuple(
        media
        for one in say
        for name in _names(call, one)
        for media in call.plan.media(call.tenant, name, one.language or call.language)
    )


def _names(call: Call, one: Say) -> tuple[str, ...]:
    if isinstance(one, SayValue):
        known = {"caller": call.caller, "dialled": call.dialled, **call.variables}
        return parts(known.get(one.variable, ""), one.how, one.language or call.language, one.currency)
    return (one.prompt,)


def hang_up_caller(turn: Turn) -> None:
    """End the caller's channel by our own decision."""
    if turn.call.ended_by is None:
        turn.become(ended_by=EndedBy.SYSTEM)
    turn.order(cmd.HangUp, channel=turn.call.channel)
    clear(turn)


def clear(turn: Turn) -> None:
    """The end is decided: wait until every channel is gone, then close the record."""
    turn.set_timer("clear", CLEAR_WITHIN)
    turn.to(Stage.CLEARING)
    if all(leg.ended_at for leg in turn.call.legs):
        close(turn)


def end_leg(turn: Turn, leg: Leg, cause: int) -> None:
    """A channel is gone: put it on record, and give the agent back to the floor."""
    if leg.ended_at is not None:
        return
    turn.change_leg(leg, ended_at=turn.at)
    turn.note(fact.LegEnded, leg=leg.no, cause=cause)
    if leg.trunk:
        turn.order(cmd.FreeTrunk, trunk=leg.trunk)
    if leg.kind is LegKind.AGENT and leg.agent is not None:
        # Whoever waited for a customer who was not reached has talked with nobody.
        talked = leg.answered_at is not None and turn.call.channel is not None
        turn.order(cmd.AgentFree, agent=leg.agent, how="talked" if talked else "cancelled")


def close(turn: Turn) -> None:
    """Every channel is gone."""
    call = turn.call
    if any(leg.kind is not LegKind.CALLER and leg.answered_at for leg in call.legs):
        turn.order(cmd.DropBridge, bridge=talk_bridge(call.id))
    if call.outcome in IN_VAIN and any(leg.kind is LegKind.AGENT and leg.answered_at for leg in call.legs):
        # Sent on to a queue where nobody took him: the queue's record says so, but an agent has talked with him.
        turn.become(outcome=Outcome.ANSWERED)
        call = turn.call
    turn.note(fact.CallEnded, outcome=call.outcome or Outcome.FAILED, ended_by=call.ended_by or EndedBy.SYSTEM)
    turn.become(timers={})
    turn.to(Stage.ENDED)
    if call.recording:
        turn.order(cmd.KeepRecording, name=call.recording)
    elif not call.message:
        turn.order(cmd.Forget)


# Handlers.


def last_word_said(turn: Turn, event: ev.PromptEnded) -> None:
    """The last word is out: hang up."""
    if event.playback == turn.call.playback:
        hang_up_caller(turn)


def leave_took_too_long(turn: Turn, event: ev.TimerFired) -> None:
    """Asterisk never said that the last word was out."""
    if event.timer == "leave":
        hang_up_caller(turn)


def gone_while_leaving(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller did not wait for the last word."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.CALLER:
        end_leg(turn, leg, event.cause)
        turn.become(ended_by=EndedBy.CALLER)
        clear(turn)


def gone_while_clearing(turn: Turn, event: ev.ChannelEnded) -> None:
    """One more channel is gone; with the last, the call."""
    if leg := turn.call.leg_of(event.channel):
        end_leg(turn, leg, event.cause)
        if all(leg.ended_at for leg in turn.call.legs):
            close(turn)


def appeared_too_late(turn: Turn, event: ev.LegReady | ev.LegAnswered) -> None:
    """A phone came up that nobody waits for any more. The caller's own channel coming up is no news: we answered it."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is not LegKind.CALLER:
        turn.order(cmd.HangUp, channel=event.channel)


def clearing_took_too_long(turn: Turn, event: ev.TimerFired) -> None:
    """Asterisk never said that these channels were gone: close the record without them."""
    if event.timer == "clear":
        for leg in turn.call.legs:
            end_leg(turn, leg, 0)
        close(turn)


def recording_kept(turn: Turn, event: ev.RecordingKept) -> None:
    """The last thing that belongs on the record."""
    turn.note(fact.RecordingStored, name=event.name, seconds=event.seconds, peak_db=event.peak_db, size=event.size)
    _recording_settled(turn)


def recording_missing(turn: Turn, event: ev.RecordingMissing) -> None:
    """The record says so, rather than showing a call that was never to be recorded."""
    turn.note(fact.RecordingLost, name=event.name, why=event.why)
    _recording_settled(turn)


def _recording_settled(turn: Turn) -> None:
    turn.become(recording="")
    if not turn.call.message:
        turn.order(cmd.Forget)
