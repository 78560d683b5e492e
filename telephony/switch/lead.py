"""Who of several switches decides: the one that holds a lock in PostgreSQL. Why so: docs/adr/0037-one-leads.md.

Rules of this file: the lock lives on a connection of its own, on which the leader speaks twice a second; PostgreSQL
ends it when the leader has been silent for `SILENT`, so a leader that hangs loses the lock without its doing. A leader
that loses the connection while PostgreSQL is away goes on: nobody else can have the lock then.
"""

import asyncio
import zlib
from contextlib import suppress
from enum import Enum

import psycopg
import structlog
from django.db import connection

log = structlog.get_logger(__name__)
ASK_EVERY = 0.5  # seconds between two words of the leader, and between two tries of one that waits
SILENT = 2.0  # seconds: PostgreSQL ends the connection of a leader that has not spoken for so long
ANSWER_WITHIN = 2.0  # seconds
GIVEN_UP_AFTER = 5.0  # seconds for which PostgreSQL answers and another has the lock: the lead is lost
FAMILY = 0x5EA7  # of our locks; the other half of the key is the application


class Try(Enum):
    """What PostgreSQL said of the lock."""

    OURS = "ours"
    ANOTHERS = "another's"
    AWAY = "away"  #: it said nothing


class Lead:
    """One process's claim to the lead for the ARI application `app`."""

    def __init__(self, app: str) -> None:
        self._key = (FAMILY, zlib.crc32(app.encode()) - 0x8000_0000)  # two signed integers
        self._connection: psycopg.AsyncConnection[tuple[bool]] | None = None

    async def take(self) -> Try:
        """Take the lock, or find that it is still ours; whose it is now. Waits at most a few seconds."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._ask()
        except (psycopg.Error, TimeoutError, OSError) as error:
            log.debug("lead cannot be asked for", cause=repr(error))
            await self.release()
            return Try.AWAY

    async def _ask(self) -> Try:
        if self._connection is not None:
            await self._connection.execute("SELECT true")  # the lock lasts as long as the connection
            return Try.OURS
        fresh = await psycopg.AsyncConnection.connect(_dsn(), autocommit=True)
        try:
            await fresh.execute(f"SET idle_session_timeout = {int(SILENT * 1000)}")
            answer = await (await fresh.execute("SELECT pg_try_advisory_lock(%s, %s)", self._key)).fetchone()
            if answer is not None and answer[0]:
                self._connection, fresh = fresh, None  # type: ignore[assignment]
                return Try.OURS
            return Try.ANOTHERS
        finally:
            if fresh is not None:
                await fresh.close()

    async def keep(self) -> None:
        """Keep the lead; ends when it is lost, which is never because PostgreSQL is away."""
        loop = asyncio.get_running_loop()
        refused_since: float | None = None
        while True:
            await asyncio.sleep(ASK_EVERY)
            found = await self.take()
            if found is not Try.ANOTHERS:
                # Away says nothing, ours says all; only an unbroken run of refusals is a loss.
                refused_since = None
                continue
            refused_since = refused_since or loop.time()
            if loop.time() - refused_since > GIVEN_UP_AFTER:
                log.critical("lead is lost: another switch has it")
                return

    async def release(self) -> None:
        """Let another have it; at once, where PostgreSQL is there."""
        held, self._connection = self._connection, None
        if held is not None:
            with suppress(psycopg.Error, OSError):
                await held.close()


def _dsn() -> str:
    settings = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname=settings["NAME"], connect_timeout=2, application_name="seatline lead",
    )  # fmt: skip
