"""Channel events on record: kept once each, with the bookmark of the file they came from, and read again by call.

All of it runs in the telephony scope, in a transaction of the caller's.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Count, Max, Min, Q

from seatline.ids import uuid7
from telephony.core.naming import call_in_name
from telephony.core.values import CallId
from telephony.witness.files import Place
from telephony.witness.models import CelBookmark, ChannelEvent
from telephony.witness.rules import (
    Kind,
    Mark,
    NotCel,
    Seen,
    Story,
    call_of,
    call_of_agent,
    gone_at_the_door,
    is_call,
    parse,
    stories,
)

log = structlog.get_logger(__name__)
_HEAD = ("kind", "at", "channel", "linked")
_CALLS_AT_ONCE = 1000
_LONGEST = 150  # of a channel's id, as the column has it


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that began and of which no end is on record."""

    call: CallId
    started_at: datetime
    last_at: datetime  #: of the newest event that is known of it


def offsets() -> dict[str, int]:
    """File -> bytes of it that are on record."""
    return dict(CelBookmark.objects.values_list("file", "offset"))


def bookmark(place: Place, at: datetime) -> None:
    """Note how far a file is on record; in the transaction that keeps its lines."""
    CelBookmark.objects.update_or_create(file=place.file, defaults={"offset": place.offset, "read_at": at})


def understood(lines: Sequence[bytes]) -> list[tuple[str, Seen]]:
    """Key and event of each line; one that is no event is logged and left out, since it would never become one."""
    found = []
    for line in lines:
        try:
            event = parse(line)
        except NotCel as error:
            log.error(
                "line of channel events not understood", cause=str(error), line=line[:200].decode(errors="replace")
            )
            continue
        found.append((sha256(line.strip()).hexdigest(), event))
    return found


def keep(told: Sequence[tuple[str, Seen]], known: dict[str, CallId]) -> list[tuple[CallId, Seen]]:
    """Write events that are not there yet; all of them with their calls. `known` learns of channels that begin."""
    rows, found = [], []
    for key, event in told:
        call = call_of(event, known)
        if event.kind is Kind.CHAN_START:
            known[event.channel] = call
        found.append((call, event))
        rows.append(
            ChannelEvent(
                dedupe_key=key, call_id=call, kind=event.kind.value, at=event.at, channel=event.channel[:_LONGEST],
                linked=event.linked[:_LONGEST], body=_body(event),
            )
        )  # fmt: skip
    ChannelEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return found


def cut(channel: str, opened: OpenChannel, at: datetime) -> tuple[str, Seen]:
    """The event by which a channel ends that is gone without a word; `at` is when it was last seen."""
    event = Seen(kind=Kind.CUT, at=max(at, opened.last_at), channel=channel, linked=channel)
    return sha256(f"{Kind.CUT} {channel}".encode()).hexdigest(), event


def stories_of(call_ids: Collection[UUID]) -> dict[UUID, dict[str, Story]]:
    """Call -> channel -> what Asterisk says of it; calls of which it says nothing are left out."""
    found: dict[UUID, list[Seen]] = defaultdict(list)
    rows = ChannelEvent.objects.filter(call_id__in=call_ids).values_list("call_id", *_HEAD, "body")
    for call_id, kind, at, channel, linked, body in rows:
        found[call_id].append(Seen(kind=Kind(kind), at=at, channel=channel, linked=linked, **body))
    return {call_id: stories(events) for call_id, events in found.items()}


def marked_calls(after: UUID, limit: int) -> list[UUID]:
    """Calls whose way the dialplan has marked, in the order of their ids."""
    rows = ChannelEvent.objects.filter(kind=Kind.USER_DEFINED, body__name__in=[*Mark], call_id__gt=after)
    return list(rows.order_by("call_id").values_list("call_id", flat=True).distinct()[:limit])


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as Asterisk saw it."""

    call_id: UUID
    channel: str
    started_at: datetime
    ended_at: datetime | None
    dialled: str
    #: it may be on record or not: the caller was gone before anybody could claim the call, or it is what an agent's
    #: telephone dialled and no channel was made for it
    brief: bool = False


def calls_seen(starts_at: datetime, ends_at: datetime) -> list[SeenCall]:
    """The calls that began in `[starts_at, ends_at)` by Asterisk's word. In a scope that may read channel events."""
    begun = ChannelEvent.objects.filter(kind=Kind.CHAN_START, at__gte=starts_at, at__lt=ends_at)
    found: dict[UUID, SeenCall] = {}
    ids = list(begun.order_by("call_id").values_list("call_id", flat=True).distinct())
    for first in range(0, len(ids), _CALLS_AT_ONCE):
        for call_id, channels in stories_of(ids[first : first + _CALLS_AT_ONCE]).items():
            roots = sorted((one for one in channels.values() if is_call(one)), key=lambda one: one.channel)
            one = roots[0] if roots else call_of_agent(call_id, channels)
            if one is not None and one.started_at is not None:
                brief = gone_at_the_door(one) if roots else not _placed(call_id, channels)
                found[call_id] = SeenCall(call_id, one.channel, one.started_at, one.ended_at, one.exten, brief)
    return list(found.values())


def _placed(call_id: UUID, channels: Mapping[str, Story]) -> bool:
    """Whether a channel was made for this call."""
    return any(call_in_name(channel) == call_id for channel in channels)


def watches_since() -> datetime | None:
    """When the first channel event was; calls before it have one witness only."""
    return ChannelEvent.objects.filter(kind=Kind.CHAN_START).order_by("at").values_list("at", flat=True).first()


def open_channels(since: datetime, ours: Callable[[str], bool] = lambda _linked: True) -> dict[str, OpenChannel]:
    """Channels that began after `since` and have not ended, as far as is on record.

    `ours`: whether a channel is our Asterisk's, by the channel with which its call began.
    """
    # Ids of calls sort by time, so that their index finds the newest.
    rows = ChannelEvent.objects.filter(call_id__gte=uuid7(int(since.timestamp()) * 1000, bytes(10)))
    ended = Count("id", filter=Q(kind__in=[Kind.CHAN_END, Kind.CUT]))
    begun = Min("at", filter=Q(kind=Kind.CHAN_START))
    open_ones = rows.values("channel", "call_id").annotate(
        ended=ended, begun=begun, last=Max("at"), first=Min("linked")
    )
    return {
        one["channel"]: OpenChannel(CallId(one["call_id"]), one["begun"], one["last"])
        for one in open_ones.filter(ended=0, begun__gte=since)
        if ours(one["first"])
    }


def _body(event: Seen) -> Mapping[str, Any]:
    """What the columns do not have; empty fields are left out."""
    return {name: value for name, value in asdict(event).items() if name not in _HEAD and value}
