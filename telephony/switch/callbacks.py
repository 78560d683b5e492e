"""Customers who are to be called back: the switch follows PostgreSQL's list of them while it can call."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from telephony.callbacks.services import open_promises
from telephony.core.callbacks import Promise
from telephony.core.engine import Engine, Work

EVERY = 5.0  # seconds between two looks at the clock: pauses and hours end without a notice


class Does(Protocol):
    """The desk, as far as this needs it."""

    async def try_to(self, errand: Callable[[], list[Promise]]) -> list[Promise] | None:
        """Run the errand; None while PostgreSQL is away."""


class Callbacks:
    """Gives the engine the open promises. `able` says whether calls can be made: without Asterisk, phones that are
    rung for nobody would count as missed."""

    def __init__(
        self, desk: Does, engine: Engine, act: Callable[[Work], None], able: Callable[[], bool],
        clock: Callable[[], datetime], every: float = EVERY,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._engine = engine
        self._act = act
        self._able = able
        self._clock = clock
        self._every = every

    async def follow(self) -> None:
        """Do as the list says now; what PostgreSQL does not tell stays as it is."""
        promises = await self._desk.try_to(open_promises)
        if promises is not None:
            self.obey(promises if self._able() else ())

    async def watch(self) -> None:
        """The same again and again; never ends."""
        while True:
            await asyncio.sleep(self._every)
            await self.follow()

    def obey(self, promises: Sequence[Promise]) -> None:
        """These, and no others; none: whoever has not been called yet is not called now."""
        self._act(self._engine.call_back(promises, self._clock()))
