"""The recording of a talk."""

from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core.call import Turn


def begin(turn: Turn) -> None:
    """Record from here on, on the caller's channel; one that runs already goes on."""
    if turn.call.recording:
        return
    name = str(turn.call.id)
    turn.become(recording=name)
    turn.note(fact.RecordingStarted, name=name)
    turn.order(cmd.StartRecording, channel=turn.call.channel, name=name)
