"""What the shell needs of others: the journal, the recorder, and who asks tenants' systems."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.engine import AgentState
from telephony.core.facts import Fact
from telephony.core.values import CallId, ChannelId


class Writes(Protocol):
    """The journal, as far as the shell needs it."""

    def append(self, facts: list[Fact], states: list[AgentState]) -> None:
        """Write all or nothing; raises OSError or sqlite3.Error when the disk refuses."""


class Records(Protocol):
    """The recorder, as far as the shell needs it."""

    def start(self, call: CallId, channel: ChannelId, name: str) -> None:
        """Begin to record; does not wait."""

    def mask(self, call: CallId, channel: ChannelId, *, on: bool) -> None:
        """Go on in silence, or with sound again; MaskingFailed comes if that fails. Does not wait."""

    def keep(self, call: CallId, name: str) -> None:
        """Complete the file; RecordingKept or RecordingMissing comes to the shell later. Does not wait."""

    def keep_message(self, call: CallId, name: str) -> None:
        """Complete a message's file; MessageKept or MessageMissing comes later. Does not wait."""


class Asks(Protocol):
    """Who asks tenants' systems, as far as the shell needs it."""

    def begin(self, command: cmd.LookUp | cmd.CheckPin) -> None:
        """Ask; LookedUp comes to the shell later. Does not wait."""


class Nobody:
    """Stands where nobody asks: every question fails at once."""

    def __init__(self, happen: Callable[[ev.Event], None], clock: Callable[[], datetime]) -> None:
        self._happen = happen
        self._clock = clock

    def begin(self, command: cmd.LookUp | cmd.CheckPin) -> None:
        """Fail, when the event at hand is done."""
        event = ev.LookedUp(call=command.call, at=self._clock(), count=command.count, result="failed")
        asyncio.get_running_loop().call_soon(self._happen, event)
