"""The fallback's own record on its way: facts that the watchdog wrote, and the sound of those calls."""

import asyncio
from pathlib import Path
from uuid import UUID

from seatline.clock import now
from telephony.core.facts import CallEnded
from telephony.journal.disk import Journal, Unshipped, WrittenFact, look
from telephony.journal.ship import carry
from telephony.switch.desk import Desk
from telephony.switch.leftover import complete_recordings

EVERY = 1.0  # seconds; on a quiet day there is never anything


class FallbackRecord:
    """Ships the watchdog's journal `path`; what it finds out of recordings goes into the switch's own."""

    def __init__(self, desk: Desk, path: Path, journal: Journal, recordings: Path) -> None:
        self._desk = desk
        self._path = path
        self._journal = journal
        self._recordings = recordings

    async def run(self) -> None:
        """Look for ever."""
        while True:
            ended = await self.ship()
            if ended:
                spool = self._recordings / "spool"
                kept = await self._desk.try_to(
                    lambda: complete_recordings(spool, self._recordings, now(), ended)  # noqa: B023  awaited here
                )
                self._journal.append(kept or [], [])
            await asyncio.sleep(EVERY)

    async def ship(self) -> set[UUID]:
        """Ship what is there; the calls that have ended. With PostgreSQL away it waits in its file."""
        if not self._path.exists() or not look(self._path)[0]:
            return set()
        return await self._desk.try_to(self._ship) or set()

    def _ship(self) -> set[UUID]:
        journal, ended = Unshipped(self._path), set()
        try:
            while entries := carry(journal):
                journal.delete_shipped(entries[-1].position)
                facts = (entry.written for entry in entries if isinstance(entry.written, WrittenFact))
                ended |= {fact.call for fact in facts if fact.kind == CallEnded.__name__}
        finally:
            journal.close()
        return ended
