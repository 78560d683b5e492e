"""A message that a caller speaks: its beginning, and what becomes of its file."""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.asking import Voicemail
from telephony.core.call import Stage, Turn
from telephony.core.ending import clear, end_leg, leave, words
from telephony.core.say import Say
from telephony.core.values import EndedBy, LegKind, Outcome

TONE = Say("tone")
GRACE = timedelta(seconds=5)  # beyond the longest length; Asterisk keeps that, unless its news is lost


def greet(turn: Turn, node: Voicemail) -> None:
    """Speak, then sound the tone."""
    turn.to(Stage.LISTENING)
    turn.speak(words(turn, (*node.say, TONE)))


def skip(turn: Turn) -> None:
    """A key cuts the greeting short; the tone is still sounded."""
    if not turn.call.asked:
        turn.hush()
        turn.become(asked="tone")
        turn.speak(words(turn, (TONE,)))


def begin(turn: Turn, node: Voicemail) -> None:
    """The tone is over: record."""
    name = f"{turn.call.id}-message"
    turn.become(message=name)
    turn.note(fact.MessageStarted, node=turn.call.node, name=name, mail=node.mail)
    turn.to(Stage.RECORDING)
    turn.order(
        cmd.StartMessage, channel=turn.call.channel, name=name, longest=node.longest, silence=node.silence
    )  # fmt: skip
    turn.set_timer("message", node.longest + GRACE)


def ended(turn: Turn, event: ev.MessageEnded) -> None:
    """The message is over: thank the caller and hang up."""
    if event.name != turn.call.message:
        return
    turn.drop_timer("message")
    if event.failed:
        turn.become(message="")
        turn.note(fact.MessageLost, name=event.name, why="Asterisk could not record it")
        leave(turn, Outcome.FAILED)
        return
    turn.order(cmd.KeepMessage, name=event.name)
    leave(turn, Outcome.VOICEMAIL)


def took_too_long(turn: Turn, event: ev.TimerFired) -> None:
    """Asterisk never said that the message was over."""
    if event.timer == "message":
        turn.order(cmd.StopMessage, name=turn.call.message)
        turn.order(cmd.KeepMessage, name=turn.call.message)
        leave(turn, Outcome.VOICEMAIL)


def hung_up(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller ended the message by hanging up, as most do."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.CALLER:
        turn.become(outcome=Outcome.VOICEMAIL, ended_by=EndedBy.CALLER)
        turn.order(cmd.KeepMessage, name=turn.call.message)
        end_leg(turn, leg, event.cause)
        clear(turn)


def kept(turn: Turn, event: ev.MessageKept) -> None:
    """The file is complete."""
    if event.name == turn.call.message:
        turn.note(fact.MessageStored, name=event.name, seconds=event.seconds, peak_db=event.peak_db, size=event.size)
        _settled(turn)


def missing(turn: Turn, event: ev.MessageMissing) -> None:
    """There is no message; the record says why."""
    if event.name == turn.call.message:
        turn.note(fact.MessageLost, name=event.name, why=event.why)
        _settled(turn)


def _settled(turn: Turn) -> None:
    turn.become(message="")
    if turn.call.stage is Stage.ENDED and not turn.call.recording:
        turn.order(cmd.Forget)
