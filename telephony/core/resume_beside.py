"""Supervisors in a talk and a payment that is taken, as the facts of the call tell them: for `resume.py`."""

from dataclasses import replace

from telephony.core import facts as fact
from telephony.core import masking
from telephony.core.call import Call
from telephony.core.listening import Listener, Masked, Way, ears_channel
from telephony.core.values import AgentId, ChannelId, Endpoint

BESIDE = (
    fact.ListeningBegan, fact.ListeningChanged, fact.ListeningEnded, fact.RecordingPaused, fact.RecordingResumed,
)  # fmt: skip


def with_beside(call: Call, entry: fact.Fact) -> Call:
    """The call after this fact."""
    match entry:
        case fact.ListeningBegan(no=no):
            one = Listener(
                no=no, by=entry.by, supervisor=AgentId(entry.supervisor) if entry.supervisor else None,
                endpoint=Endpoint(entry.endpoint), channel=ChannelId(entry.channel), leg=entry.leg, way=Way(entry.way),
                may=frozenset(map(Way, entry.may)), there=True,
            )  # fmt: skip
            return replace(call, listened=no, listeners=(*call.listeners, _with_ears(call, one)))
        case fact.ListeningChanged(no=no):
            turned = (replace(one, way=Way(entry.way)) if one.no == no else one for one in call.listeners)
            return replace(call, listeners=tuple(_with_ears(call, one) if one.no == no else one for one in turned))
        case fact.ListeningEnded(no=no):
            return replace(call, listeners=tuple(one for one in call.listeners if one.no != no))
        case fact.RecordingPaused():
            timers = {**call.timers, masking.TIMER: call.counted}
            deaf = tuple(replace(one, ears=None) for one in call.listeners)
            return replace(call, masked=Masked(leg=entry.leg), timers=timers, listeners=deaf)
        case fact.RecordingResumed():
            timers = {name: count for name, count in call.timers.items() if name != masking.TIMER}
            heard = tuple(_with_ears(replace(call, masked=None), one) for one in call.listeners)
            return replace(call, masked=None, timers=timers, listeners=heard)
    return call


def _with_ears(call: Call, one: Listener) -> Listener:
    """The channel through which he hears has a name that is known; it is counted as it was."""
    if one.way is Way.BARGE or call.masked is not None:
        return replace(one, ears=None)
    count = one.heard_through + 1
    return replace(one, ears=ears_channel(call.id, one.no, count), heard_through=count)
