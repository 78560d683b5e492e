"""What is to be done, in our own words; imperative and frozen.

`telephony/ari/execute.py` and `telephony/ami` carry them out; those of the floor and the timers stay in the switch.
A command may be carried out twice after a crash, so each names its objects by ids that are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core.command_base import Command as Command  # noqa: PLC0414  whoever gives commands names it
from telephony.core.commands_of_listening import AgentTakesOver as AgentTakesOver  # noqa: PLC0414
from telephony.core.commands_of_listening import GiveEars as GiveEars  # noqa: PLC0414
from telephony.core.commands_of_listening import MaskRecording as MaskRecording  # noqa: PLC0414
from telephony.core.plan import System
from telephony.core.values import AgentId, BridgeId, ChannelId, Endpoint, PlaybackId, QueueId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """Answer the caller."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPrompt(Command):
    """Play media one after another to a channel; ends with PromptEnded."""

    channel: ChannelId
    playback: PlaybackId
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompt(Command):
    """Cut a playback short."""

    playback: PlaybackId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMusic(Command):
    """Play music on hold to a channel."""

    channel: ChannelId
    music: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMusic(Command):
    """End the music."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLeg(Command):
    """Make a channel to an agent's phone without ringing it; ends with LegReady, or ChannelEnded."""

    channel: ChannelId
    endpoint: Endpoint
    originator: ChannelId | None  #: None: nobody is on the line yet
    caller: str
    caller_name: str
    tenant: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOutside(Command):
    """Make a channel to a number outside without dialling it; ends with LegReady, or ChannelEnded. Numbers in E.164."""

    channel: ChannelId
    number: str
    trunk: str
    originator: ChannelId | None  #: None: nobody is on the line yet
    caller_id: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialLeg(Command):
    """Ring the phone for at most `ring`; ends with LegAnswered or ChannelEnded."""

    channel: ChannelId
    ring: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Make a mixing bridge, unless it is `there`, and put the channels into it."""

    bridge: BridgeId
    channels: tuple[ChannelId, ...]
    there: bool = False
    keys: bool = True  #: the others hear the keys that these press
    muted: bool = False  #: the others hear nothing of these


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOut(Command):
    """Take a channel out of a bridge; it goes on alone."""

    bridge: BridgeId
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPhone(Command):
    """To a phone that sent the caller on by itself: how that goes, in Asterisk's words, as channel_answered."""

    channel: ChannelId
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropBridge(Command):
    """Destroy a bridge."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording(Command):
    """Record both directions of a channel into the named file."""

    channel: ChannelId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRecording(Command):
    """The call is over: complete the named file and measure it; ends with RecordingKept."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Command):
    """End a channel; `cause` is the Q.850 number to give to the far side."""

    channel: ChannelId
    cause: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo(Command):
    """Give a caller whom nobody looks after back to the dialplan, which excuses the house and hangs up."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAway(Command):
    """Give a call of an agent's telephone back to the dialplan, which says that it is not possible and hangs up."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeAgain(Command):
    """Send a stranded caller through the dialplan, from which he comes back with nothing left playing."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Command):
    """Write call, tenant and stage on a caller's new channel, before anything is played on it."""

    channel: ChannelId
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Command):
    """Write what has changed of call, tenant and stage on the caller's channel, for a switch that starts anew.

    Prompts may be playing: ARI would set a variable only at the prompt's end, and let all requests of all calls that
    are behind it on the socket wait so long. So this one goes by AMI.
    """

    channel: ChannelId
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer(Command):
    """Give TimerFired back after `delay`."""

    timer: str
    count: int
    delay: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinQueue(Command):
    """To the floor: this caller waits from now on; since when counts for the place, `caller` for a sticky agent."""

    queue: QueueId
    tenant: TenantId
    since: datetime
    priority: int = 0
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue(Command):
    """To the floor: this caller waits no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPlace(Command):
    """To the floor: say the caller's place and the wait to be expected; ends with PlaceTold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTalks(Command):
    """To the floor: the reserved agent has answered this call."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveAgent(Command):
    """To the floor: this agent of the tenant, by number; or the one who has just had this call, by id.

    Ends with TargetReserved or TargetRefused.
    """

    tenant: TenantId
    number: str = ""
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHolds(Command):
    """To the floor: the agent who talks has put the call on hold, or with `held` False taken it back."""

    agent: AgentId
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFree(Command):
    """To the floor: the agent's leg of this call is over; `how` is talked, missed or cancelled."""

    agent: AgentId
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeizeTrunk(Command):
    """To the lines: a place on a trunk for this number, not on those `tried`; ends with TrunkSeized or NoTrunk."""

    number: str
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTrunk(Command):
    """To the lines: the place is free again; `failed` if the trunk was at fault."""

    trunk: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Command):
    """Ask a tenant's system (by POST if there is a body), or its table; ends with LookedUp.

    `take` tells for each variable where in the answer it is, as in `balance.amount`.
    """

    count: int
    tenant: TenantId
    system: System | None
    path: str
    body: Mapping[str, str] | None
    table: str
    key: str
    take: Mapping[str, str]
    deadline: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPin(Command):
    """Have an account's PIN checked by the tenant's system or table; ends with LookedUp."""

    count: int
    tenant: TenantId
    system: System | None
    path: str
    table: str
    account: str = field(repr=False)
    pin: str = field(repr=False)
    caller: str
    take: Mapping[str, str]
    deadline: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMessage(Command):
    """Record what the caller says under this name, until # or an end of its own; ends with MessageEnded."""

    channel: ChannelId
    name: str
    longest: timedelta
    silence: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMessage(Command):
    """End the recording of a message."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepMessage(Command):
    """The message is over: complete the named file and measure it; ends with MessageKept or MessageMissing."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest(Command):
    """Tell whoever asked: it is done, or for this `reason` it is not."""

    request: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Command):
    """To the switch: nothing more will happen to this call."""


FloorCommand = AgentTakesOver | JoinQueue | LeaveQueue | AskPlace | AgentTalks | AgentHolds | ReserveAgent | AgentFree
LineCommand = SeizeTrunk | FreeTrunk
