"""A call's id, made from its caller's channel: whoever sees the channel names the call alike.

So what Asterisk wrote of a call while nobody of us was there, and what the switch put on record of it, meet without
either having heard of the other.
"""

import re
from hashlib import sha256
from uuid import UUID

from seatline.ids import uuid7
from telephony.core.values import CallId, ChannelId

_OURS = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+")  # values.agent_channel
_THEIRS = re.compile(r"(\d{9,10})\.\d+")  # Asterisk's: its name, seconds since the epoch, a count


def call_of_caller(channel: ChannelId) -> CallId:
    """The id of the call that a caller's channel brings; ids sort by the second in which the channel was made."""
    found = _THEIRS.search(channel)
    seconds = int(found.group(1)) if found else 0
    return CallId(uuid7(seconds * 1000, sha256(channel.encode()).digest()))


def call_in_name(channel: str) -> CallId | None:
    """The call for which we made this channel ourselves; None for a channel that Asterisk has named."""
    found = _OURS.fullmatch(channel)
    return CallId(UUID(found.group(1))) if found else None
