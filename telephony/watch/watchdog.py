"""The watchdog's work beside restarting programs: look at the switch's heartbeat, rescue, and keep the fallback's book.

It is written so that no failure of what it watches can end it: whatever does not answer is asked again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

from seatline.clock import now
from telephony.ami.listener import AmiListener
from telephony.core.facts import CallArrived
from telephony.journal.disk import Journal
from telephony.switch.config import Settings
from telephony.watch import figures, heartbeat
from telephony.watch.asterisk import Ari
from telephony.watch.book import Book
from telephony.watch.rescue import SILENT_AFTER, Helped, Silence, stranded

log = structlog.get_logger(__name__)
EVERY = 0.5  # seconds between two looks at the heartbeat


class Watchdog:
    """One house's; `run` never ends."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._settings = settings
        self._clock = clock
        self._ari = Ari(settings.ari_url, settings.ari_user, settings.ari_password)
        self._beat = heartbeat.path_in(settings.var)
        self._silence = Silence(time.monotonic())
        self._helped = Helped()
        self._journal = Journal(settings.fallback_journal)
        self._pages = settings.fallback_journal.with_suffix(".json")
        self._book = Book(settings.canonical, _kept(self._pages))
        self._catch_up: asyncio.Task[None] | None = None
        self._ami = AmiListener(
            settings.ami_port, settings.ami_user, settings.ami_secret, lambda _event: None, "agent,user",
            heard_as_sent=self._heard, on_login=self._logged_in,
        )  # fmt: skip

    def no_ami(self) -> str:
        """Why the fallback's calls would go unnoticed; empty if they do not."""
        return "" if self._ami.logged_in.is_set() else "AMI is away: calls of the fallback are not put on record"

    async def run(self) -> None:
        """Watch until cancelled."""
        self._ami.start()
        try:
            while True:
                await self._look()
                await asyncio.sleep(EVERY)
        finally:
            self._ami.stop()
            self._journal.close()

    async def _look(self) -> None:
        beat = heartbeat.read(self._beat)
        here = beat is not None and beat.ready and self._settings.node in beat.nodes
        silent = self._silence.look(heartbeat.age(beat), here, time.monotonic())
        figures.SILENT.set(silent)
        if silent < SILENT_AFTER:
            return
        try:
            await self._rescue(silent)
        except OSError as error:
            log.warning("asterisk does not answer the watchdog", cause=str(error))

    async def _rescue(self, silent: float) -> None:
        application = await self._ari.get(f"applications/{self._settings.ari_app}")
        if application is None or not application["channel_ids"]:
            return
        channels, bridges = await self._ari.get("channels"), await self._ari.get("bridges")
        found = stranded(application["channel_ids"], channels, bridges)
        callers = self._helped.now(found.callers, time.monotonic())
        if callers:
            log.critical("switch is silent: callers are sent on", seconds=round(silent, 1), callers=len(callers))
            figures.SENT_ON.inc(len(callers))
        for channel in callers:
            where = {"context": "again", "extension": "s", "priority": "1"}
            await self._ari.post(f"channels/{channel}/continue", where)
        for channel in found.phones:
            await self._ari.delete(f"channels/{channel}")

    def _logged_in(self) -> None:
        self._catch_up = asyncio.get_running_loop().create_task(self._close_missed())

    async def _close_missed(self) -> None:
        """AMI was away: calls of the fallback may have ended meanwhile."""
        if not self._book.pages:
            return
        try:
            living = {channel["id"] for channel in await self._ari.get("channels")}
        except OSError as error:
            log.warning("asterisk does not answer the watchdog", cause=str(error))
            return
        self._write(self._book.close(living, self._clock()))

    def _heard(self, event: Mapping[str, str]) -> None:
        try:
            facts = self._book.hear(event, self._clock())
        except (KeyError, ValueError, TypeError) as error:
            log.error("event of the fallback not understood", event=event.get("Event"), cause=repr(error))
            return
        self._write(facts)
        if any(isinstance(one, CallArrived) for one in facts):
            self._record(event)

    def _record(self, event: Mapping[str, str]) -> None:
        """Record as the switch does: two sides, from when they talk. The next switch completes the file."""
        page = self._book.page(event.get("Uniqueid", ""))
        if page is not None and page.recorded:
            raw = self._settings.var / "recordings" / "spool" / f"{page.call}.raw"
            self._ami.record_later(event["Channel"], raw)

    def _write(self, facts: list[Any]) -> None:
        if not facts:
            return
        try:
            self._journal.append(facts, [])
            written = self._pages.with_suffix(".tmp")
            written.write_bytes(orjson.dumps([asdict(page) for page in self._book.pages]))
            written.replace(self._pages)
        except Exception as error:
            # A full disk must not end the watchdog; what it could not write CEL has.
            log.critical("fallback's journal refuses to write", lost=len(facts), cause=str(error))


def _kept(path: Path) -> list[dict[str, Any]]:
    try:
        return list(orjson.loads(path.read_bytes()))
    except (OSError, ValueError):
        return []
