"""What happens to a call, in our own words; past tense, frozen, each with the instant it happened.

`telephony/ari/translate.py` makes them from Asterisk's events; the floor and the timers make the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallbackId, CallId, ChannelId, Endpoint, PlaybackId, TenantId


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
class AtPhone:
    """An agent who calls from his telephone: `channel` is that call, up to us."""

    agent: AgentId
    endpoint: Endpoint
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class DialDue(Event):
    """An agent calls a number outside, in E.164 if it is one: the first event of a call that goes out.

    Without a telephone from which he calls, his telephone is to be rung first; `request` asks for that.
    """

    tenant: TenantId
    queue: QueuePlan
    agent: AgentId
    number: str
    phone: AtPhone | None = None
    request: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDue(Event):
    """An agent is being reserved for a customer who is to be called back: the first event of a call that goes out.

    `dialled` is the number that the customer had dialled, empty if none; `attempt` counts such calls from 1. With a
    `phone` an agent takes it by himself, and is there already.
    """

    callback: CallbackId
    attempt: int
    tenant: TenantId
    queue: QueuePlan
    number: str
    dialled: str
    since: datetime
    phone: AtPhone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackWithdrawn(Event):
    """The customer is not to be called back any more, or not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranded(Event):
    """No switch has listened to this call for a while: what its caller heard and keyed meanwhile is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReturned(Event):
    """A stranded caller is back from the dialplan, to which he was sent for it."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTaken(Event):
    """A channel is alive and in Asterisk's dialplan, not with us: the watchdog has sent it to the fallback."""

    channel: ChannelId
    cause: int = 0


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
    """The phone on `channel` asks by SIP REFER that the other be sent on: an agent's number, a queue's code, a number.

    `replaces` is the channel of the phone's own other call, whose far side is to take the caller.
    """

    channel: ChannelId
    target: str
    replaces: ChannelId | None = None


class Wish(StrEnum):
    """What an agent, or whoever answers for the agents, may ask of a call that goes on; words of the API."""

    HOLD = "hold"
    RESUME = "resume"
    BLIND_TRANSFER = "blind_transfer"  # to an agent's number, a queue's code or a number outside
    CONSULT = "consult"  # the same targets; the caller is held
    COMPLETE = "complete"  # of a consultation: caller and third go on alone
    CANCEL = "cancel"  # of a consultation: caller and agent go on alone
    TOGGLE = "toggle"  # of a consultation: talk with the other of the two
    ADD = "add"  # of a consultation: all three talk
    LEAVE = "leave"  # out of the call; the others go on
    HANG_UP = "hang_up"  # the call is over for everybody
    RECORDING_PAUSE = "recording_pause"  # a payment is taken: nobody keeps or overhears it
    RECORDING_RESUME = "recording_resume"
    STEP_AWAY = "step_away"  # the agent's telephone is about to go; the caller hears music until it is back
    COME_BACK = "come_back"  # it is back: ring it


@dataclass(frozen=True, slots=True, kw_only=True)
class WishUttered(Event):
    """A request of the API or the desk; it is answered once, by its id. Without an agent: for whoever talks."""

    request: UUID
    wish: Wish
    agent: AgentId | None = None
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReserved(Event):
    """The floor has reserved the agent who was asked for by name."""

    agent: AgentId
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRefused(Event):
    """The agent who was asked for cannot be rung; `reason` is unknown, busy, or interrupted by a restart."""

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
