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

    def __init__(
        self, port: int, user: str, secret: str, heard: Callable[[AmiEvent], None],
        events: str = "system,security,agent",
        heard_as_sent: Callable[[Mapping[str, str]], None] | None = None,
        on_login: Callable[[], None] = lambda: None,
        host: str = "127.0.0.1",
    ) -> None:  # fmt: skip
        """`events` are AMI's classes: what `translate` understands; `call` would be dozens for each call.

        With `heard_as_sent` every event goes there, in Asterisk's own words.
        """
        self._heard = heard
        self._heard_as_sent = heard_as_sent
        self._on_login = on_login
        self.logged_in = asyncio.Event()
        self.connects = 0  #: how often it has logged in: what was known of Asterisk before may not hold after
        self._manager = Manager(
            host=host,
            port=port,
            username=user,
            secret=secret,
            events=events,
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
        self.connects += 1
        self.logged_in.set()
        self._on_login()
        log.info("ami connected")

    def _cut_off(self, *_: object) -> None:
        self.logged_in.clear()
        log.error("ami is away: calls go on unrecorded")

    def _event(self, _manager: Manager, event: Any) -> None:
        if self._heard_as_sent is not None:
            self._heard_as_sent(event)
            return
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

    async def mask(self, channel: ChannelId, *, on: bool) -> bool:
        """Let what is recorded of a channel go on in silence, or with sound again; False if refused.

        Its times go on, where a pause would cut it short (docs.asterisk.org, MixMonitorMute).
        """
        state = {"Direction": "both", "State": "1" if on else "0"}
        return await self.do({"Action": "MixMonitorMute", "Channel": channel, **state})

    def record_later(self, channel: str, raw: Path) -> None:
        """The same from when the channel is in a bridge (option b); does not wait. Left undone with AMI away."""
        if self.logged_in.is_set():
            action = {"Action": "MixMonitor", "Channel": channel, "File": str(raw), "Options": "Db"}
            self._manager.send_action(action)

    def mark(self, channel: ChannelId, variables: Mapping[str, str]) -> None:
        """Set variables of a channel, also while it plays something; does not wait. Left undone with AMI away."""
        if not self.logged_in.is_set():
            return
        for name, value in variables.items():
            self._manager.send_action({"Action": "Setvar", "Channel": channel, "Variable": name, "Value": value})

    async def do(self, action: Mapping[str, str]) -> bool:
        """One action; False if Asterisk refuses. Raises TimeoutError when it does not answer."""
        # Said outright, since panoramisk takes "Added interface to queue" for the head of a list that never comes.
        answer = await self._action(dict(action), as_list=False)
        return bool(getattr(answer, "success", False))

    async def list(self, action: Mapping[str, str]) -> list[Mapping[str, str]]:
        """An action whose answer is a list of events; the first is the answer itself."""
        messages = await self._action(dict(action), as_list=True)
        return messages if isinstance(messages, list) else [messages]

    async def _action(self, action: dict[str, str], as_list: bool | None = None) -> Any:
        sent = asyncio.ensure_future(self._manager.send_action(action, as_list=as_list))
        return await asyncio.wait_for(sent, ANSWER_WITHIN)
