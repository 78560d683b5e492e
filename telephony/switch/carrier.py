"""The switch's side of the shipper: starts it, deletes what it has shipped, starts it again if it ends."""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence

import structlog

from seatline.env import ROOT
from telephony.journal.disk import Journal

log = structlog.get_logger(__name__)
COMMAND = (sys.executable, str(ROOT / "manage.py"), "ship_journal")
AGAIN_AFTER = 1.0  # seconds
END_WITHIN = 10.0  # seconds


class Carrier:
    """One shipper for one journal."""

    def __init__(self, journal: Journal, command: Sequence[str] = COMMAND) -> None:
        self._journal = journal
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._ending = False
        self.backend: int | None = None  #: the shipper's connection to PostgreSQL, as notices name it

    async def run(self) -> None:
        """Keep a shipper running until `stop`."""
        while not self._ending:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            assert self._process.stdout is not None
            async for line in self._process.stdout:
                self._heard(line.decode())
            await self._process.wait()
            if not self._ending:
                log.error("shipper ended", code=self._process.returncode)
                await asyncio.sleep(AGAIN_AFTER)

    async def stop(self) -> None:
        """Let it finish what it is at; kill it if it takes too long, as with a PostgreSQL that hangs."""
        self._ending = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_WITHIN)
        except TimeoutError:
            process.kill()

    def _heard(self, line: str) -> None:
        match line.split():
            case ["backend", number]:
                self.backend = int(number)
            case ["shipped", position]:
                try:
                    self._journal.delete_shipped(int(position))
                except sqlite3.Error as error:  # a full disk; they are shipped again, and known then
                    log.error("journal cannot be emptied", cause=str(error))
            case _:
                log.error("shipper not understood", line=line)
