"""What happens to a call, in our own words; past tense, frozen, each with the instant it happened.

`telephony/ari/translate.py` makes them from Asterisk's events; the floor and the timers make the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.core.values import AgentId, CallId, ChannelId, Endpoint, PlaybackId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to one call."""

    call: CallId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered(Event):
    """A caller's channel came in and is ours: the first event of every call."""

    channel: ChannelId
    dialled: str
    caller: str
    caller_name: str = ""
    sip_call_id: str = ""
    practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEnded(Event):
    """A playback is over, by itself, by our order, or because the file could not be played."""

    playback: PlaybackId
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(Event):
    """The caller pressed a key, or whoever is on `channel`."""

    key: str = field(repr=False)  # it may be of a PIN
    channel: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """A timer that the call had set has run out."""

    timer: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReserved(Event):
    """The floor has reserved this agent for this caller: ring the agent now."""

    agent: AgentId
    endpoint: Endpoint
    name: str
    ring: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LegReady(Event):
    """The channel to an agent exists and can be dialled."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(Event):
    """An agent has answered."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(Event):
    """A leg's far side rings: the way there works."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindAsked(Event):
    """The party on `channel` asks that the others be sent on: to an agent by number, or to a queue by code."""

    channel: ChannelId
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReserved(Event):
    """The floor has reserved the agent who was asked for by name."""

    agent: AgentId
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRefused(Event):
    """The agent who was asked for cannot be rung; `reason` is unknown or busy."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(Event):
    """A party has put the others on hold at its own telephone."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResumed(Event):
    """The party that held is back."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEnded(Event):
    """A channel of this call is gone; `cause` is the Q.850 number that Asterisk gives, 0 where it has none."""

    channel: ChannelId
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRefused(Event):
    """The floor does not let the caller wait: `reason` is queue_full or no_agent."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold(Event):
    """What the floor says of a waiting caller: the place in the queue, from 1, and the wait to be expected.

    `wait` is None where nothing can be said: nobody is there who could take the call.
    """

    position: int
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSeized(Event):
    """There is a place on this trunk for the number that was asked for."""

    number: str
    trunk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTrunk(Event):
    """No trunk can carry a call to the number that was asked for."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKept(Event):
    """The recording's file is complete; seconds, peak in dB below full scale, bytes."""

    name: str
    seconds: float
    peak_db: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMissing(Event):
    """There is no file for a recording that was begun; `why` is for the technician."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(Event):
    """A tenant's system or table has answered question `count`: found, missing, failed, or locked for a PIN."""

    count: int
    result: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEnded(Event):
    """The caller's message is over, by #, silence or length; or it could not be recorded."""

    name: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKept(Event):
    """The message's file is complete; seconds, peak in dB below full scale, bytes."""

    name: str
    seconds: float
    peak_db: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMissing(Event):
    """There is no file, or nothing in it; `why` is for the technician."""

    name: str
    why: str
