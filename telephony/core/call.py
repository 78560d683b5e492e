"""A call as a value, and the turn in which an event changes it.

Rules of this file: a Call is never changed, only followed by the next. It carries the plan with which it arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core.flow import Flow, WithCaller
from telephony.core.listening import Listener, Masked
from telephony.core.plan import Plan, QueuePlan
from telephony.core.values import (
    CallbackId,
    CallId,
    ChannelId,
    EndedBy,
    Leg,
    LegKind,
    Outcome,
    PlaybackId,
    QueueId,
    TenantId,
)


class Stage(StrEnum):
    """Where a call is; one word for each thing that the caller can be doing."""

    NEW = "new"  # nothing has happened yet
    LISTENING = "listening"  # a prompt of the flow is being played
    CHOOSING = "choosing"  # the prompt is over, the caller has not keyed yet
    WAITING = "waiting"  # in a queue, no agent reserved
    RINGING = "ringing"  # in a queue, an agent's phone rings
    DIALLING = "dialling"  # a number outside is being called
    CONFIRMING = "confirming"  # it has answered, and is asked to take the call by a key
    CALLING = "calling"  # an agent is there, and the customer whom the call goes out to is being dialled
    CONSULTING = "consulting"  # the tenant's system is being asked
    RECORDING = "recording"  # the caller speaks a message
    TALKING = "talking"
    PASSING = "passing"  # an agent has sent the caller on, and the next one's phone rings
    ENQUIRING = "enquiring"  # an agent has a third called; the caller hears music meanwhile
    APART = "apart"  # agent and third talk, or agent and caller; whoever does not hears music
    TOGETHER = "together"  # more than two talk, or two from whom the caller has gone
    STRANDED = "stranded"  # no switch has looked after the caller for a while; he is being had again
    LEAVING = "leaving"  # the last prompt is being played, then we hang up
    CLEARING = "clearing"  # the end is decided; channels are going
    ENDED = "ended"

    @property
    def shown(self) -> str:
        """The stage as channels carry it: coarser, since only a new switch and a watchdog read it there."""
        return _SHOWN.get(self, self.value)


#: Stages in which agents talk: a new switch takes such calls over as they are; callers of others are had again.
TALKS = frozenset({Stage.TALKING, Stage.ENQUIRING, Stage.APART, Stage.TOGETHER})

_SHOWN = {
    Stage.NEW: "flow",
    Stage.LISTENING: "flow",
    Stage.CHOOSING: "flow",
    Stage.CONSULTING: "flow",
    Stage.RECORDING: "flow",
    Stage.WAITING: "queue",
    Stage.RINGING: "queue",
    Stage.PASSING: "queue",
    Stage.ENQUIRING: "talking",
    Stage.APART: "talking",
    Stage.TOGETHER: "talking",
    Stage.DIALLING: "outside",
    Stage.CONFIRMING: "outside",
    Stage.CALLING: "outside",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialling:
    """How far a forwarding has come."""

    place: int = 0  #: of the number in the node's list
    tried: tuple[str, ...] = ()  #: trunks that failed for this number
    said: bool = True  #: the caller has heard the node's words
    asked: PlaybackId | None = None  #: what is being said to the outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An agent's wish, and how it came: that is the way its answer goes back."""

    by: int  #: the leg of the agent
    request: UUID | None = None  #: by the API or the desk
    keyed: bool = False  #: by keys of the telephone
    referred: bool = False  #: by SIP REFER
    line: ChannelId | None = None  #: by a second call of the telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """How far an agent's bringing the caller and a third together has come, with the agent or without."""

    by: int  #: the leg of the agent who asks
    target: str  #: an agent's number, a queue's code, or a telephone outside as it was asked for
    back: bool = False  #: the target did not answer; the one who sent is rung
    consult: bool = False  #: the agent stays and talks with the third first
    line: ChannelId | None = None  #: the line of the agent's telephone on which he asked for the third
    number: str = ""  #: of a telephone outside, in E.164; empty if the target can be none
    queue: QueueId | None = None  #: the target, where the agent waits for whoever is free
    leg: int = 0  #: the third's, once it is known; 0: nobody yet
    tried: tuple[str, ...] = ()  #: trunks that failed for the number
    asked: Asked | None = None  #: to whom it has still to be said whether this begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What an agent keys while talking, until it is a code."""

    leg: int
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOut:
    """What a call that goes out to a customer is for, and how far it has come."""

    callback: CallbackId | None = None  #: the promise that it keeps; None: an agent dials for a reason of his own
    attempt: int = 0
    by_hand: bool = False  #: the agent asked for this very call, and hears why it comes to nothing
    tried: tuple[str, ...] = ()  #: trunks that failed
    sounded: PlaybackId | None = None  #: what the agent hears while the customer is called
    told: PlaybackId | None = None  #: why there is no talk, as it is said to the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call from arrival to end."""

    id: CallId
    plan: Plan
    stage: Stage = Stage.NEW
    channel: ChannelId | None = None  #: the caller's; None before it arrives, or before a customer answers
    dialled: str = ""
    caller: str = ""
    caller_name: str = ""
    tenant: TenantId | None = None
    language: str = "zh"
    flow: Flow | None = None
    node: str = ""
    keys: str = field(default="", repr=False)  #: what the caller has keyed at this node so far; may be of a PIN
    asked: str = ""  #: which of the node's questions; empty: the first
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)  #: what callers keyed and systems answered
    awaited: int = 0  #: the number of the question to a system that is still to be answered; 0: none
    asked_at: datetime | None = None  #: when it was asked
    ordered: tuple[str, ...] = ()  #: the keys of orders that the caller has confirmed
    message: str = ""  #: the name of the message whose file is not complete yet
    tries: int = 0
    playback: PlaybackId | None = None
    queue: QueuePlan | None = None
    waiting_since: datetime | None = None  #: since when for the place; kept from queue to queue
    entered_at: datetime | None = None  #: when the call came into this queue
    waits_on: bool = False  #: stranded in a queue: the wait goes on when the caller is had again
    returns: int = 0  #: how often the caller had to be taken up again
    told: int = 0  #: how often the caller has been told the place in this queue
    dialling: Dialling | None = None
    transfer: Transfer | None = None
    going_out: GoingOut | None = None  #: of a call that goes out to a customer
    left: Outcome | None = None  #: how the caller came out of the queue last waited in
    aside: frozenset[int] = frozenset()  #: legs that hear music outside the talk
    typed: Typed | None = None
    listeners: tuple[Listener, ...] = ()  #: supervisors who are in the talk, or on their way
    listened: int = 0  #: how many there have been
    masked: Masked | None = None  #: a payment is being taken
    legs: tuple[Leg, ...] = ()
    recording: str = ""
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    facts: int = 0  #: how many facts the call has written
    timers: dict[str, int] = field(default_factory=dict)  #: the count of each timer that still matters
    counted: int = 0  #: counts playbacks and timers, so that late news of an old one is known as such

    def leg_of(self, channel: ChannelId) -> Leg | None:
        """The leg that this channel is, if it is one of this call's."""
        return next((leg for leg in self.legs if leg.channel == channel), None)

    @property
    def agent_leg(self) -> Leg | None:
        """The leg of the agent who talks; before one does, the first that rings."""
        alive = [leg for leg in self.legs if leg.kind is LegKind.AGENT and leg.ended_at is None]
        return next((leg for leg in alive if leg.answered_at), alive[0] if alive else None)

    @property
    def ringing(self) -> tuple[Leg, ...]:
        """The agents' legs that are being made or ring."""
        agents = (leg for leg in self.legs if leg.kind is LegKind.AGENT)
        return tuple(leg for leg in agents if leg.answered_at is None and leg.ended_at is None)

    @property
    def talkers(self) -> tuple[Leg, ...]:
        """Whoever is in the talk or set aside from it: everybody who has answered and has not gone."""
        return tuple(
            leg for leg in self.legs
            if leg.answered_at is not None and leg.ended_at is None
            and (leg.kind is not LegKind.OUTSIDE or leg.connected_at is not None)
        )  # fmt: skip

    @property
    def caller_leg(self) -> Leg:
        """Leg 0; of a call that goes out, the customer's leg once it is answered."""
        if self.channel is not None and self.legs[0].channel != self.channel:
            return next(leg for leg in self.legs if leg.channel == self.channel)
        return self.legs[0]


class Turn:
    """One event's work on a call: collects the next call, the commands and the facts; gone when the event is done."""

    def __init__(self, call: Call, at: datetime) -> None:
        self.call = call
        self.at = at
        self.commands: list[cmd.Command] = []
        self.facts: list[fact.Fact] = []

    def become(self, **changes: Any) -> None:
        """Change the call."""
        self.call = replace(self.call, **changes)

    def order(self, kind: type[cmd.Command], **details: Any) -> None:
        """Give a command."""
        self.commands.append(kind(call=self.call.id, **details))

    def note(self, kind: type[fact.Fact], **details: Any) -> None:
        """Write a fact."""
        seq = self.call.facts + 1
        self.become(facts=seq)
        self.facts.append(kind(call=self.call.id, seq=seq, at=self.at, tenant=self.call.tenant, **details))

    def to(self, stage: Stage) -> None:
        """Go to a stage, and write it on the caller's channel for a switch that may have to take over."""
        before, call = self.call.stage, self.call
        self.become(stage=stage)
        if call.typed is not None:  # what was begun here would mean something else there
            self.become(typed=None)
            self.drop_timer("typed")
        if stage.shown != before.shown and call.channel and call.caller_leg.ended_at is None:
            self.order(cmd.Mark, channel=call.channel, variables={"STAGE": stage.shown})

    def speak(self, media: tuple[str, ...]) -> None:
        """Start a prompt; news of an older one no longer counts."""
        count = self.call.counted + 1
        playback = PlaybackId(f"{self.call.id}-p{count}")
        self.become(counted=count, playback=playback)
        self.order(cmd.StartPrompt, channel=self.call.channel, playback=playback, media=media)

    def hush(self) -> None:
        """Cut the running prompt short."""
        if self.call.playback:
            self.order(cmd.StopPrompt, playback=self.call.playback)
            self.become(playback=None)

    def set_timer(self, name: str, delay: timedelta) -> None:
        """Start a timer; an older one of that name no longer counts."""
        count = self.call.counted + 1
        self.become(counted=count, timers={**self.call.timers, name: count})
        self.order(cmd.SetTimer, timer=name, count=count, delay=delay)

    def drop_timer(self, name: str) -> None:
        """Let a timer's news no longer count."""
        self.become(timers={other: count for other, count in self.call.timers.items() if other != name})

    def change_leg(self, leg: Leg, **changes: Any) -> Leg:
        """Change one leg."""
        changed = replace(leg, **changes)
        self.become(legs=tuple(changed if other.no == leg.no else other for other in self.call.legs))
        return changed

    @property
    def here(self) -> WithCaller:
        """The node at which the call is; only while a flow has it."""
        assert self.call.flow is not None
        node = self.call.flow.nodes[self.call.node]
        assert isinstance(node, WithCaller)
        return node
