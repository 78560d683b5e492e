"""Channels of our application that belong to no call: a switch died between its claim and the first fact.

They are left for a moment, since the news of one may still be on its way; then a caller is sent through the dialplan
and comes back as a new call, and anything else is hung up.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from telephony.ari.client import AriClient, AriSilent, AriUnreachable
from telephony.core.values import CallId, ChannelId
from telephony.watch.rescue import is_outside

log = structlog.get_logger(__name__)
EVERY = 1.5  # seconds between two looks
LEFT_FOR = 3.0  # seconds
_CALLER = "PJSIP/trunk-"


class Strays:
    """Since when each channel without a call has been seen."""

    def __init__(self, call_of: Callable[[ChannelId], CallId | None]) -> None:
        self._call_of = call_of
        self._since: dict[ChannelId, float] = {}

    def look(self, owned: Iterable[str], monotonic: float) -> list[ChannelId]:
        """The application's channels that nobody has looked after for `LEFT_FOR`; each is told once in that time."""
        alone = {ChannelId(one) for one in owned if self._call_of(ChannelId(one)) is None}
        self._since = {channel: self._since.get(channel, monotonic) for channel in alone}
        late = [channel for channel, since in self._since.items() if monotonic - since >= LEFT_FOR]
        for channel in late:
            del self._since[channel]
        return sorted(late)


async def look_after_strays(
    ari: Callable[[], AriClient | None], app: str, call_of: Callable[[ChannelId], CallId | None]
) -> None:  # fmt: skip
    """Have every channel of the application looked after, whatever was lost on the way; never ends."""
    strays = Strays(call_of)
    while True:
        await asyncio.sleep(EVERY)
        socket = ari()
        if socket is None:
            continue
        with suppress(AriSilent, AriUnreachable):
            owned = await socket.request("GET", f"applications/{app}")
            for channel in strays.look(owned.body["channel_ids"] if owned.ok else (), time.monotonic()):
                await help_stray(socket, channel)


async def help_stray(ari: AriClient, channel: ChannelId) -> None:
    """Send a caller through the dialplan; hang up what is none."""
    found = await ari.request("GET", f"channels/{channel}")
    if not found.ok or is_outside(found.body):
        return
    log.warning("channel of no call is looked after", channel=channel, name=found.body["name"])
    if found.body["name"].startswith(_CALLER):
        where = {"context": "again", "extension": "s", "priority": "1"}
        await ari.request("POST", f"channels/{channel}/continue", where)
    else:
        await ari.request("DELETE", f"channels/{channel}")
