"""The fallback's own record on its way: facts that the watchdog wrote, and the sound of those calls."""

import asyncio
from collections.abc import Sequence
from functools import partial
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
    """Ships the watchdogs' journals, one of each node; what it finds out of recordings goes into the switch's own."""

    def __init__(self, desk: Desk, paths: Sequence[Path], journal: Journal, recordings: Path) -> None:
        self._desk = desk
        self._paths = paths
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
        ended: set[UUID] = set()
        for path in self._paths:
            if path.exists() and look(path)[0]:
                ended |= await self._desk.try_to(partial(self._ship, path)) or set()
        return ended

    def _ship(self, path: Path) -> set[UUID]:
        journal, ended = Unshipped(path), set()
        try:
            while entries := carry(journal):
                journal.delete_shipped(entries[-1].position)
                facts = (entry.written for entry in entries if isinstance(entry.written, WrittenFact))
                ended |= {fact.call for fact in facts if fact.kind == CallEnded.__name__}
        finally:
            journal.close()
        return ended
