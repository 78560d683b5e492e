"""Recordings of calls: begun over AMI, completed in a thread when the call is over."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from telephony.core import events as ev
from telephony.core.listening import MaskingFailed
from telephony.core.values import CallId, ChannelId
from telephony.recordings.files import keep, keep_message

log = structlog.get_logger(__name__)
SETTLE_WITHIN = 5.0  # seconds that MixMonitor may take to write its last block
SHORTEST = 1.0  # seconds of a message; a shorter one is a caller who had nothing to say
SETTLED_AFTER = 0.3  # seconds without growth that show the file to be complete


class Manages(Protocol):
    """AMI, as far as the recorder needs it."""

    async def record(self, channel: ChannelId, raw: Path) -> bool:
        """Record both directions of a channel into a file; False if refused."""

    async def mask(self, channel: ChannelId, *, on: bool) -> bool:
        """Record it in silence, or with sound again; False if refused."""


class Recorder:
    """Starts MixMonitor on a channel and makes a WAV of what it wrote."""

    def __init__(
        self, ami: Manages, spool: Path, target: Callable[[CallId], Path], clock: Callable[[], datetime],
        happen: Callable[[ev.Event], None],
    ) -> None:  # fmt: skip
        self._ami = ami
        self._spool = spool
        self._target = target
        self._clock = clock
        self._happen = happen
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused: dict[str, str] = {}

    def raw(self, name: str) -> Path:
        """The file that MixMonitor writes."""
        return self._spool / f"{name}.raw"

    def start(self, call: CallId, channel: ChannelId, name: str) -> None:
        """Begin to record both directions of a channel; does not wait."""
        self._run(self._start(call, channel, name))

    def mask(self, call: CallId, channel: ChannelId, *, on: bool) -> None:
        """Go on in silence, or with sound again; does not wait. MaskingFailed comes if Asterisk goes on with sound."""
        self._run(self._mask(call, channel, on))

    def keep(self, call: CallId, name: str) -> None:
        """Complete the file of a call that is over; does not wait."""
        self._run(self._keep(call, name))

    def keep_message(self, call: CallId, name: str) -> None:
        """Complete the file of a message, which Asterisk wrote into the same folder; does not wait."""
        self._run(self._keep_message(call, name))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, call: CallId, channel: ChannelId, name: str) -> None:
        try:
            if not await self._ami.record(channel, self.raw(name)):
                self._refused[name] = "Asterisk refused MixMonitor"
        except Exception as error:
            self._refused[name] = f"AMI is away: {error!r}"
        if name in self._refused:
            log.error("call is not recorded", call_id=str(call), cause=self._refused[name])

    async def _mask(self, call: CallId, channel: ChannelId, on: bool) -> None:
        try:
            done = await self._ami.mask(channel, on=on)
        except Exception as error:
            log.error("ami is away", call_id=str(call), cause=repr(error))
            done = False
        if not done:
            log.critical("recording does not obey", call_id=str(call), silent=on)
            if on:
                self._happen(MaskingFailed(call=call, at=self._clock()))

    async def _keep(self, call: CallId, name: str) -> None:
        raw = self.raw(name)
        why = self._refused.pop(name, "")
        event: ev.Event
        try:
            await self._settle(raw)
            kept = await asyncio.to_thread(keep, raw, self._target(call))
            event = ev.RecordingKept(
                call=call, at=self._clock(), name=name, seconds=kept.seconds, peak_db=kept.peak_db, size=kept.size
            )
        except OSError as error:
            log.error("recording is lost", call_id=str(call), cause=why or str(error))
            event = ev.RecordingMissing(call=call, at=self._clock(), name=name, why=why or str(error))
        self._happen(event)

    async def _keep_message(self, call: CallId, name: str) -> None:
        wav = self._spool / f"{name}.wav"
        target = self._target(call).with_suffix(".message.wav")
        event: ev.Event
        try:
            await self._settle(wav)
            kept = await asyncio.to_thread(keep_message, wav, target)
            if kept.seconds < SHORTEST:
                target.unlink()
                raise OSError("nothing was said")
            event = ev.MessageKept(
                call=call, at=self._clock(), name=name, seconds=kept.seconds, peak_db=kept.peak_db, size=kept.size
            )
        except OSError as error:
            log.warning("there is no message", call_id=str(call), cause=str(error))
            event = ev.MessageMissing(call=call, at=self._clock(), name=name, why=str(error))
        self._happen(event)

    async def _settle(self, raw: Path) -> None:
        """Wait until the file has stopped growing: MixMonitor tells nobody when it has closed it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLE_WITHIN
        size = -1
        while loop.time() < end:
            now = raw.stat().st_size if raw.exists() else 0  # noqa: ASYNC240  a local file's size does not wait
            if now == size:
                return
            size = now
            await asyncio.sleep(SETTLED_AFTER)
