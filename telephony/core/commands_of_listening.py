"""Commands about supervisors in a talk, and about payments that are taken in one."""

from dataclasses import dataclass

from telephony.core.command_base import Command
from telephony.core.values import AgentId, ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRecording(Command):
    """Go on recording a channel in silence, or with sound again; if that fails, MaskingFailed comes."""

    channel: ChannelId
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveEars(Command):
    """Make a channel `ears` that hears what is said and heard on `channel`; ends with LegReady, or ChannelEnded.

    What is said into it is lost; with `aloud` whoever is on `channel` hears it, and nobody else.
    """

    channel: ChannelId
    ears: ChannelId
    aloud: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTakesOver(Command):
    """To the floor: this agent, for whom nobody was reserved, talks in this call from now on."""

    agent: AgentId
