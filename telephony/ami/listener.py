"""The AMI connection of the switch, on panoramisk: events in, recordings out.

The live path does not hang on it: with AMI away calls go on, unrecorded, and an alarm is logged for each.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from panoramisk import Manager

from telephony.ami.translate import AmiEvent, PhoneReachable, translate
from telephony.core.values import ChannelId, Endpoint

log = structlog.get_logger(__name__)
ANSWER_WITHIN = 5.0  # seconds


class AmiListener:
    """Keeps one manager connection; panoramisk reconnects by itself."""

    def __init__(self, port: int, user: str, secret: str, heard: Callable[[AmiEvent], None]) -> None:
        self._heard = heard
        self.logged_in = asyncio.Event()
        self._manager = Manager(
            host="127.0.0.1",
            port=port,
            username=user,
            secret=secret,
            events="system,security",  # what `translate` understands; `call` would be dozens of events for each call
            ping_delay=5,
            ping_interval=5,
            reconnect_timeout=1,
            on_login=self._logged_in,
            on_disconnect=self._cut_off,
        )
        self._manager.register_event("*", self._event)

    def start(self) -> None:
        """Begin to connect; does not wait."""
        self._manager.connect(run_forever=False)

    def stop(self) -> None:
        """End the connection."""
        self._manager.close()

    def _logged_in(self, *_: object) -> None:
        self.logged_in.set()
        log.info("ami connected")

    def _cut_off(self, *_: object) -> None:
        self.logged_in.clear()
        log.error("ami is away: calls go on unrecorded")

    def _event(self, _manager: Manager, event: Any) -> None:
        heard = translate(event)
        if heard is not None:
            self._heard(heard)

    async def snapshot(self) -> list[PhoneReachable]:
        """Which phones are registered now; an endpoint without a contact is not in it."""
        messages = await self._action({"Action": "PJSIPShowContacts"})
        found = []
        for message in messages if isinstance(messages, list) else [messages]:
            name = str(message.get("Endpoint", "") or "")
            if message.get("Event") == "ContactList" and name:
                found.append(PhoneReachable(Endpoint(name), message.get("Status") != "Unreachable"))
        return found

    async def record(self, channel: ChannelId, raw: Path) -> bool:
        """Record both directions of a channel, caller left and agent right, into a `.raw` file; False if refused.

        Option D: one interleaved stereo file, which MixMonitor writes only as `.raw` (docs.asterisk.org, MixMonitor).
        """
        answer = await self._action({"Action": "MixMonitor", "Channel": channel, "File": str(raw), "Options": "D"})
        return bool(getattr(answer, "success", False))

    def mark(self, channel: ChannelId, variables: Mapping[str, str]) -> None:
        """Set variables of a channel, also while it plays something; does not wait. Left undone with AMI away."""
        if not self.logged_in.is_set():
            return
        for name, value in variables.items():
            self._manager.send_action({"Action": "Setvar", "Channel": channel, "Variable": name, "Value": value})

    async def _action(self, action: dict[str, str]) -> Any:
        return await asyncio.wait_for(asyncio.ensure_future(self._manager.send_action(action)), ANSWER_WITHIN)
