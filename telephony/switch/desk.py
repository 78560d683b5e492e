"""The switch's errands to PostgreSQL, each in one thread of its own so that no call ever waits for it.

Every errand may fail while PostgreSQL is away: the switch then goes on with what it knew before.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Desk:
    """One thread with one database connection; errands are done in the order in which they are asked."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self.away = ""  #: why the last errand failed; empty when the database is there

    async def do(self, errand: Callable[[], T]) -> T:
        """Run `errand` in the thread; database errors come back to the caller."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._with_fresh_connection, errand)

    async def try_to(self, errand: Callable[[], T]) -> T | None:
        """The same, but a database that is away is logged and gives None."""
        try:
            done = await self.do(errand)
            self.away = ""
            return done
        except (DatabaseError, InterfaceError) as error:
            self.away = str(error).split("\n")[0]
            log.error("database is away", errand=getattr(errand, "__name__", "errand"), cause=self.away)
            return None

    def close(self) -> None:
        """Finish the errand at hand, take no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _with_fresh_connection(errand: Callable[[], T]) -> T:
        close_old_connections()
        return errand()
