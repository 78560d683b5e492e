"""Fed topics: a snapshot for whoever comes, then what differs, read once for all who listen.

A feed says how a tenant's snapshot is read, in parts of different cost, and on which news. This file keeps the last
snapshot of each tenant that anybody listens to, reads anew what news have made stale, never more often than the part
allows, and gives the difference on. A part is also read when it has not been for `REPAIRED_EVERY`: what nobody has told
of, such as midnight, is right again then.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import close_old_connections

from seatline import clock
from seatline.stream.wire import Rows, Sections, difference

log = structlog.get_logger(__name__)
REPAIRED_EVERY = 30.0  # seconds
TICK = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Part:
    """Some sections of a snapshot, which are read together, in a thread and outside any scope."""

    read: Callable[[UUID, datetime], Sections]
    every: float  #: seconds between two readings at least


@dataclass(frozen=True, slots=True)
class Feed:
    """A topic with snapshots."""

    topic: str
    hears: frozenset[str]  #: news of these topics make it stale
    parts: Sequence[Part]
    tenants: Callable[[], Sequence[UUID]]  #: whose snapshots make up that of all
    tick: Callable[[UUID, Sections, datetime], Mapping[str, Rows]] | None = None  #: what time alone changes; no I/O


_FEEDS: list[Feed] = []


def open_feed(feed: Feed) -> None:
    """Feed this topic; rooms call it in `AppConfig.ready`."""
    _FEEDS.append(feed)


def feeds() -> tuple[Feed, ...]:
    """All feeds."""
    return tuple(_FEEDS)


@dataclass(slots=True)
class _Kept:
    """What is known of one tenant."""

    sections: dict[str, Rows] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)  # numbers of parts
    read_at: dict[int, float] = field(default_factory=dict)  # monotonic
    whole: asyncio.Event = field(default_factory=asyncio.Event)  # every part has been read once


class Feeding:
    """One feed at work in an event loop; `give` gets each difference."""

    def __init__(self, feed: Feed, executor: Executor, give: Callable[[UUID, Sections], None]) -> None:
        self.feed = feed
        self._executor, self._give = executor, give
        self._kept: dict[UUID, _Kept] = {}
        self._wake = asyncio.Event()

    async def snapshot(self, tenant_id: UUID | None) -> Sections:
        """The snapshot of a tenant, or of all together, kept up to date from now on."""
        whose = [tenant_id] if tenant_id else await self._in_thread(self.feed.tenants)
        found = [await self._whole(one) for one in whose]
        merged: dict[str, dict[str, Any]] = {}
        for sections in found:
            for name, rows in sections.items():
                merged.setdefault(name, {}).update(rows)
        return merged

    def hear(self, tenant_id: UUID, topic: str) -> None:
        """News: what is kept of the tenant may be stale."""
        if topic in self.feed.hears and tenant_id in self._kept:
            self._kept[tenant_id].stale.update(range(len(self.feed.parts)))
            self._wake.set()

    def doubt(self) -> None:
        """News were lost: all that is kept may be stale."""
        for kept in self._kept.values():
            kept.stale.update(range(len(self.feed.parts)))
        self._wake.set()

    def meet(self, tenant_id: UUID) -> None:
        """Keep this tenant from now on; somebody listens to all of them."""
        if tenant_id not in self._kept:
            self._kept[tenant_id] = _Kept(stale=set(range(len(self.feed.parts))))
            self._wake.set()

    def forget(self, but: Collection[UUID]) -> None:
        """Keep these tenants alone: nobody listens to the others."""
        self._kept = {tenant_id: one for tenant_id, one in self._kept.items() if tenant_id in but}

    async def work(self) -> None:
        """Read what is stale, and tick; never ends."""
        ticked = time.monotonic()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._pause(ticked + TICK))
            self._wake.clear()
            ticks = time.monotonic() >= ticked + TICK
            if ticks:
                ticked = time.monotonic()
            for tenant_id, kept in list(self._kept.items()):
                try:
                    await self._refresh(tenant_id, kept)
                    if ticks:
                        self._tick(tenant_id, kept)
                except Exception:
                    # The database is away, or this tenant cannot be read: the others still can, and this one soon.
                    log.exception("snapshot cannot be read", topic=self.feed.topic, tenant_id=str(tenant_id))

    def _pause(self, until: float) -> float:
        """Seconds until there is something to do."""
        for kept in self._kept.values():
            for number in kept.stale:
                until = min(until, kept.read_at.get(number, 0.0) + self.feed.parts[number].every)
        return max(until - time.monotonic(), 0.005)

    async def _whole(self, tenant_id: UUID) -> Sections:
        self.meet(tenant_id)
        kept = self._kept[tenant_id]
        await kept.whole.wait()
        return kept.sections

    async def _refresh(self, tenant_id: UUID, kept: _Kept) -> None:
        after = dict(kept.sections)
        for number, part in enumerate(self.feed.parts):
            since = time.monotonic() - kept.read_at.get(number, float("-inf"))
            if since < part.every or (number not in kept.stale and since < REPAIRED_EVERY):
                continue
            kept.read_at[number] = time.monotonic()
            # Before the reading: news that come while it goes on may be of what it has passed already.
            kept.stale.discard(number)
            try:
                after |= await self._in_thread(part.read, tenant_id, clock.now())
            except BaseException:
                kept.stale.add(number)
                raise
        self._change(tenant_id, kept, after)
        if not kept.whole.is_set():
            self._tick(tenant_id, kept)
            kept.whole.set()

    def _tick(self, tenant_id: UUID, kept: _Kept) -> None:
        if self.feed.tick and kept.sections:
            self._change(tenant_id, kept, {**kept.sections, **self.feed.tick(tenant_id, kept.sections, clock.now())})

    def _change(self, tenant_id: UUID, kept: _Kept, after: dict[str, Rows]) -> None:
        changed = difference(kept.sections, after)
        kept.sections = after
        if changed and kept.whole.is_set():
            self._give(tenant_id, changed)

    async def _in_thread(self, work: Callable, *given: object):  # type: ignore[no-untyped-def]
        return await asyncio.get_running_loop().run_in_executor(self._executor, _with_live_connection, work, *given)


def _with_live_connection(work: Callable, *given: object):  # type: ignore[no-untyped-def]
    close_old_connections()
    return work(*given)
