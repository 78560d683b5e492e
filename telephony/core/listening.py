"""Supervisors in a talk, as values, and what they ask.

Rules of this file: values alone. A supervisor is no leg of the call: he is not billed, holds nobody in the talk and
keeps no call open. What becomes of him is in `in_listening.py`, beside the table of the call and not in it, since he
changes no stage.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from telephony.core.events import Event
from telephony.core.values import AgentId, BridgeId, CallId, ChannelId, Endpoint


class Way(StrEnum):
    """How a supervisor is in a talk; words of the API and of rights."""

    LISTEN = "listen"  # hears both, and is heard by nobody
    WHISPER = "whisper"  # hears both, and is heard by the agent alone
    BARGE = "barge"  # talks with both
    TAKE_OVER = "take_over"  # talks with the caller, and the agent is out


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A supervisor in one call, from the request on."""

    no: int  #: counts listeners of the call from 1
    by: UUID  #: an agent or a user
    supervisor: AgentId | None  #: himself as an agent; None: he can take nothing over
    endpoint: Endpoint
    channel: ChannelId
    leg: int  #: of the agent to whom he listens
    way: Way
    may: frozenset[Way] = field(default_factory=frozenset)  #: the ways to which he may turn
    called_us: bool = False  #: his telephone dialled a code; else we ring it
    there: bool = False  #: he is at his telephone
    ears: ChannelId | None = None  #: Asterisk's channel through which he hears
    heard_through: int = 0  #: how many such channels he has had

    @property
    def channels(self) -> tuple[ChannelId, ...]:
        """The channels that are his."""
        return (self.channel, self.ears) if self.ears else (self.channel,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A payment is being taken: since the agent of this leg said so."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningAsked(Event):
    """A supervisor asks to be in a talk; or, in it already, to be in it in another way.

    Without an `agent` it is about whoever talks. `channel` is the call of his telephone that dialled a code; without
    one his telephone is rung. Whether he may is the business of whoever asks for him.
    """

    request: UUID
    by: UUID
    way: Way
    may: frozenset[Way]
    agent: AgentId | None = None
    supervisor: AgentId | None = None
    endpoint: Endpoint = Endpoint("")  # noqa: RUF009  a name for a text, and frozen
    channel: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningOver(Event):
    """A supervisor asks to be out of the talk."""

    request: UUID
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingFailed(Event):
    """The recording could not be made silent."""


def supervisor_channel(call: CallId, no: int) -> ChannelId:
    """The id of the channel by which we ring a supervisor."""
    return ChannelId(f"{call}-s{no}")


def ears_channel(call: CallId, no: int, count: int) -> ChannelId:
    """The id of the channel through which he hears; each is made once."""
    return ChannelId(f"{call}-e{no}-{count}")


def gallery(call: CallId, no: int) -> BridgeId:
    """The id of the bridge in which he hears: outside the talk."""
    return BridgeId(f"{call}-g{no}")
