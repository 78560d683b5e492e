"""What Asterisk's channel events (CEL) say of each channel.

Rules of this file: pure, and the order of the events does not matter: the same set of them always tells the same.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from telephony.core.naming import call_in_name, call_of_caller
from telephony.core.values import CallId, ChannelId


class Kind(StrEnum):
    """Asterisk's names of the events in `asterisk_etc/cel.conf`, and one of our own."""

    CHAN_START = "CHAN_START"
    CHAN_END = "CHAN_END"
    ANSWER = "ANSWER"
    HANGUP = "HANGUP"
    BRIDGE_ENTER = "BRIDGE_ENTER"
    BRIDGE_EXIT = "BRIDGE_EXIT"
    BLINDTRANSFER = "BLINDTRANSFER"
    ATTENDEDTRANSFER = "ATTENDEDTRANSFER"
    PICKUP = "PICKUP"
    LINKEDID_END = "LINKEDID_END"
    USER_DEFINED = "USER_DEFINED"
    CUT = "CUT"  # ours: the channel is gone and Asterisk never wrote its end; `at` is when it was last seen


class Mark(StrEnum):
    """What the dialplan says of a call by CELGenUserEvent on the caller's channel."""

    FALLBACK = "FALLBACK"  # no switch claimed it
    RESCUED = "RESCUED"  # taken from a switch that was silent
    REFUSED = "REFUSED"  # more calls than the machine holds


SELF_TEST = "SELFTEST"  # the user event by which the witness is tried at the start
INTAKE = "from-trunk"  # the context in which carriers' calls come in (asterisk_etc/extensions.conf)
PHONES = "phones"  # the context of agents' telephones
OFFERED_FOR = timedelta(seconds=0.7)  # StasisBroadcast's half second, and a moment
AT_THE_CODES = frozenset({"phones-remote"})  # contexts of agents who log in from outside: no calls
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotCel(ValueError):
    """A line that is no channel event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event of one channel."""

    kind: Kind
    at: datetime
    channel: str  #: Asterisk's unique id
    linked: str  #: the unique id of the channel with which all began
    channel_name: str = ""  #: such as PJSIP/seat-001-00000012
    name: str = ""  #: of a user event
    caller: str = ""
    caller_name: str = ""
    exten: str = ""
    context: str = ""
    app: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What a user event says."""
        return str(self.extra.get("extra", ""))


def parse(line: bytes) -> Seen:
    """One line of cel_custom's JSON (`asterisk_etc/cel_custom.conf`). Raises NotCel."""
    try:
        # What callers send is not always UTF-8, and a screen is not the place to find out.
        told = {name: _clean(value) for name, value in json.loads(line.decode(errors="replace"), strict=False).items()}
        seconds, _, micro = told["eventtime"].partition(".")
        at = _EPOCH + timedelta(seconds=int(seconds)) + int(f"{micro:0<6.6}") * _MICROSECOND
        return Seen(
            # A user event stands there by its own name, not by the kind.
            kind=Kind.USER_DEFINED if told["userdeftype"] else Kind(told["eventtype"]),
            at=at,
            channel=told["uniqueid"],
            linked=told["linkedid"],
            channel_name=told["channame"],
            name=told["userdeftype"],
            caller=told["num"],
            caller_name=told["name"],
            exten=told["exten"],
            context=told["context"],
            app=told["appname"],
            extra=_extra(told["eventextra"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotCel(repr(error)) from error


def _clean(value: object) -> str:
    """Text that PostgreSQL takes: no zero bytes, no halves of characters."""
    return str(value).replace("\0", "").encode(errors="replace").decode()


def _extra(text: str) -> dict[str, Any]:
    """The event's own fields: an object as text, or, of a user event, whatever the dialplan wrote."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    return found if isinstance(found, dict) else {"extra": str(found)}


def call_of(event: Seen, known: Mapping[str, CallId] | None = None) -> CallId:
    """The call to which an event belongs. `known` are channels whose beginning was seen, with their calls.

    When two calls meet in one bridge Asterisk gives the younger the other's linked id: a channel stays with the call
    in which it began.
    """
    if known and event.channel in known:
        return known[event.channel]
    return call_in_name(event.channel) or call_in_name(event.linked) or call_of_caller(ChannelId(event.linked))


@dataclass(slots=True)
class Story:
    """All that the events say of one channel; what was not seen is None."""

    channel: str
    linked: str = ""
    channel_name: str = ""
    caller: str = ""
    caller_name: str = ""
    exten: str = ""  #: what it came in with: the number dialled, of a caller
    context: str = ""
    contexts: set[str] = field(default_factory=set)
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    estimated: bool = False  #: the end was not written by Asterisk: it is when the channel was last seen
    cause: int | None = None  #: Q.850; 0: none was given
    source: str = ""  #: the channel name of who hung up, or who in Asterisk did
    bridges: dict[str, datetime] = field(default_factory=dict)  #: bridge -> first entered at
    marks: dict[str, datetime] = field(default_factory=dict)  #: Mark -> first at
    renamed: bool = False  #: a mark gives the call another id than its channel's: it was ours before

    @property
    def root(self) -> bool:
        """Whether everything began with this channel."""
        return self.channel == self.linked

    @property
    def endpoint(self) -> str:
        """The account behind the channel: seat-001 of PJSIP/seat-001-00000012."""
        return self.channel_name.partition("/")[2].rpartition("-")[0]

    @property
    def hung_up_itself(self) -> bool:
        """Whether the party at this channel hung up, rather than Asterisk or the other party."""
        return bool(self.source) and self.source == self.channel_name


_GIVEN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:")  # how a mark's text begins then
_DIALLED = re.compile(r"[+0-9]+")


def is_call(story: Story) -> bool:
    """Whether a channel with which something began is a call that must be on record: a carrier's to a number, or one
    that we placed. Phones at their codes, numbers that are none, and the witness's own trial are not."""
    if not story.root:
        return False
    if call_in_name(story.channel):
        return True
    carriers = story.context == INTAKE and bool(_DIALLED.fullmatch(story.exten))
    return carriers and not AT_THE_CODES & story.contexts


def call_of_agent(call_id: UUID, stories: Mapping[str, Story]) -> Story | None:
    """The channel that stands for a call which an agent began at his telephone: that one, if the call has its id, else
    the first that we made for it. None: it has no such channel.

    What a telephone dials need be no call of its own: it may ask for a third, or be turned away.
    """
    own = sorted(
        (one for one in stories.values() if call_in_name(one.channel) == call_id and one.started_at is not None),
        key=lambda one: one.channel,
    )
    dials = (one for one in stories.values() if one.root and one.context == PHONES and _DIALLED.fullmatch(one.exten))
    return next((one for one in dials if one.started_at is not None), None) or next(iter(own), None)


def gone_at_the_door(story: Story) -> bool:
    """Whether the caller hung up while the call was being offered: no answer, no mark, no longer than the offer."""
    if story.started_at is None or story.ended_at is None or story.answered_at is not None or story.marks:
        return False
    return not story.estimated and story.ended_at - story.started_at < OFFERED_FOR


def stories(events: Iterable[Seen]) -> dict[str, Story]:
    """Channel -> its story."""
    found: dict[str, Story] = {}
    for event in sorted(events, key=lambda one: (one.at, one.kind, one.channel, one.name, one.exten, one.app)):
        story = found.setdefault(event.channel, Story(event.channel))
        _tell(story, event)
    return found


def _tell(story: Story, event: Seen) -> None:
    story.contexts.add(event.context)
    story.channel_name = story.channel_name or event.channel_name
    story.linked = story.linked or event.linked
    match event.kind:
        case Kind.CHAN_START:
            story.started_at, story.linked, story.channel_name = event.at, event.linked, event.channel_name
            story.exten, story.context = event.exten, event.context
            story.caller, story.caller_name = event.caller, event.caller_name
        case Kind.ANSWER:
            story.answered_at = story.answered_at or event.at
        case Kind.BRIDGE_ENTER if bridge := str(event.extra.get("bridge_id", "")):
            story.bridges.setdefault(bridge, event.at)
        case Kind.HANGUP:
            story.cause, story.source = (
                _number(event.extra.get("hangupcause")),
                str(event.extra.get("hangupsource", "")),
            )
        case Kind.CHAN_END:
            story.ended_at, story.estimated = event.at, False
        case Kind.CUT if story.ended_at is None:
            story.ended_at, story.estimated = event.at, True
        case Kind.USER_DEFINED:
            story.marks.setdefault(event.name, event.at)
            story.renamed |= bool(_GIVEN_ID.match(event.text))


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= 127 else 0
