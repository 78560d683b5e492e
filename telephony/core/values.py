"""Ids and small words that every other module of the core uses."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

CallId = NewType("CallId", UUID)
TenantId = NewType("TenantId", UUID)
QueueId = NewType("QueueId", UUID)
FlowId = NewType("FlowId", UUID)
AgentId = NewType("AgentId", UUID)
SessionId = NewType("SessionId", UUID)
CallbackId = NewType("CallbackId", UUID)
ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)
PlaybackId = NewType("PlaybackId", str)
Endpoint = NewType("Endpoint", str)  # a phone's SIP account, such as seat-001


class Outcome(StrEnum):
    """How a call ended, once and for all; reports and bills count by it."""

    ANSWERED = "answered"  # an agent and the caller were connected
    ABANDONED = "abandoned"  # the caller hung up in the queue or while an agent's phone rang
    ABANDONED_IN_MENU = (
        "abandoned_in_menu"  # the caller hung up before any queue; after one, its way out is the outcome
    )
    INFORMED = "informed"  # the flow said what it had to say and ended
    CLOSED = "closed"  # outside opening hours
    NO_AGENT = "no_agent"  # nobody is logged in for the queue
    QUEUE_FULL = "queue_full"
    QUEUE_TIMEOUT = "queue_timeout"  # waited longer than the queue allows
    WRONG_KEYS = "wrong_keys"  # no usable key after all tries
    NO_MERCHANT = "no_merchant"  # no usable merchant code after all tries
    UNASSIGNED = "unassigned"  # nobody holds the number now
    SUSPENDED = "suspended"  # the tenant's calls are not answered
    FORWARDED = "forwarded"  # the caller was connected with a number outside
    VOICEMAIL = "voicemail"  # the caller left a message
    LEFT_QUEUE = "left_queue"  # the caller left the queue by a key, and hung up in what followed
    CALLBACK_PROMISED = "callback_promised"  # the caller is to be called back
    NOT_REACHED = "not_reached"  # of a callback: the customer did not take it
    WITHDRAWN = "withdrawn"  # of a callback: taken back before the customer was called
    NOT_ALLOWED = "not_allowed"  # of a number that an agent dialled: by a rule it is not called
    FAILED = "failed"  # our own fault: a broken flow, a lost channel


class EndedBy(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    SYSTEM = "system"


class LegKind(StrEnum):
    """Whose part of the call a leg is."""

    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"  # a telephone that we called over a trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One party's part of a call: one channel, from dial to hang-up.

    A call that goes out to a customer has no caller at first: leg 0 is then nobody's and over, and the leg to the
    customer becomes the caller's when it is answered.
    """

    no: int  #: 0 is the caller; counts up within the call
    kind: LegKind
    channel: ChannelId
    started_at: datetime
    agent: AgentId | None = None
    endpoint: Endpoint | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    number: str = ""  #: of an outside leg, in E.164
    trunk: str = ""
    connected_at: datetime | None = None  #: of an outside leg: when it came to talk with the caller
    held: bool = False  #: its telephone has put the others on hold
    line: "OtherLine | None" = None  #: of an agent's telephone: its other line, on which nobody is heard now
    waits: bool = False  #: the caller is held for him until his telephone takes its line from hold


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A second call of an agent's telephone that belongs to the same call of ours."""

    channel: ChannelId
    held: bool = False  #: the telephone has it on hold


def outside_number(endpoint: str | None) -> str:
    """The number of an agent outside the room, whose endpoint is `tel:` and the number; empty for a phone."""
    return endpoint.removeprefix("tel:") if endpoint and endpoint.startswith("tel:") else ""


def agent_channel(call: CallId, leg: int) -> ChannelId:
    """An agent leg's channel id: made from call and leg, so that a repeated command cannot ring a second phone."""
    return ChannelId(f"{call}-{leg}")


def talk_bridge(call: CallId) -> BridgeId:
    """The id of the bridge in which caller and agent talk."""
    return BridgeId(f"{call}-talk")
