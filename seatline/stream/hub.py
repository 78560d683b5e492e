"""The one place of a web process where news arrive and are given to all streams.

One connection listens to PostgreSQL; everything else is memory of this event loop. Events carry a number of this hub's
generation; the last ones are kept, so that a stream that broke for a moment goes on where it was. Whoever comes with an
older place, or with one of another process, is told to read anew: news are hints, and the tables are the truth.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Coroutine, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from secrets import token_hex
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db import close_old_connections, connections
from prometheus_client import Gauge

from seatline import clock
from seatline.stream.addresses import Address
from seatline.stream.doors import Door, doors
from seatline.stream.feeds import Feed, Feeding, feeds
from seatline.stream.listener import Listener
from seatline.stream.publish import CHANNEL
from seatline.stream.wire import DELTA, RESET, SNAPSHOT, News, Sections, event, frame, read_notice, read_place

STREAMS = Gauge("seatline_web_streams", "Streams of news that are open.")
log = structlog.get_logger(__name__)
KEPT = 2000  # events
ALIVE_EVERY = 5.0  # seconds: a browser that has heard nothing for ten knows that what it shows is old
LOOK_EVERY = 5.0  # seconds: how long who has left still hears
AGAIN_AFTER = 1.0  # seconds
HEARS_WITHIN = 3.0  # seconds


class Hub:
    """News and streams of one event loop. All methods are called within it."""

    def __init__(self, dsn: str, fed: Iterable[Feed] | None = None) -> None:
        self._dsn = dsn
        self._reads = ThreadPoolExecutor(1, "stream-reads")
        self._looks = ThreadPoolExecutor(1, "stream-looks")
        self._generation, self._number = token_hex(4), 0
        self._kept: deque[tuple[int, Address, bytes]] = deque(maxlen=KEPT)
        self._at: dict[Address, set[Listener]] = defaultdict(set)
        self._listeners: set[Listener] = set()
        self._feedings = {
            feed.topic: Feeding(feed, self._reads, self._gives(feed.topic))
            for feed in (feeds() if fed is None else fed)
        }
        work: list[Coroutine[Any, Any, None]] = [self._listen(), self._beat(), self._look()]
        work += [feeding.work() for feeding in self._feedings.values()]
        self._listens = asyncio.Event()
        # In a context of their own: the request that happens to be the first is not what they work for.
        self._tasks = [asyncio.create_task(one, context=Context()) for one in work]

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._listeners)

    async def join(
        self, addresses: Collection[Address], visitors: Mapping[Door, Hashable], after: str = ""
    ) -> Listener:
        """A new stream, that goes on after the event with this id where it can. To be given back to `leave`."""
        with suppress(TimeoutError):  # the database is away: whoever comes is told so by silence, and then to read anew
            await asyncio.wait_for(self._listens.wait(), HEARS_WITHIN)
        listener = Listener(addresses, visitors)
        self._listeners.add(listener)
        STREAMS.inc()
        listener.hear(b"retry: 1000\n\n" + event("alive", clock.now().isoformat()))
        plain = {one for one in addresses if one.topic not in self._feedings}
        for address in plain:
            self._at[address].add(listener)
        self._go_on(listener, plain, read_place(after))
        try:
            for address in listener.addresses - plain:
                sections = await self._feedings[address.topic].snapshot(address.tenant_id)
                # No pause between the snapshot and the place among those who get what differs from it.
                listener.hear(frame(self._here(), address, SNAPSHOT, data=sections, at=clock.now().isoformat()))
                self._at[address].add(listener)
        except BaseException:
            self.leave(listener)
            raise
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream is over."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            STREAMS.dec()
        for address in listener.addresses:
            self._at[address].discard(listener)
            if not self._at[address]:
                del self._at[address]
        for topic, feeding in self._feedings.items():
            # Also those who wait for their first snapshot, and have no place among the others yet.
            wanted = {one.tenant_id for each in self._listeners for one in each.addresses if one.topic == topic}
            if None not in wanted:
                feeding.forget({tenant_id for tenant_id in wanted if tenant_id})

    def tell(self, news: News) -> None:
        """Give news to all who listen, and to the feeds that live on them."""
        self._number += 1
        for address in {Address(news.tenant_id, news.topic), Address(None, news.topic)}:
            self._send(address, frame(self._here(), address, news.kind, news.ids))
        for topic, feeding in self._feedings.items():
            if news.tenant_id is None:
                continue
            if Address(None, topic) in self._at and news.topic in feeding.feed.hears:
                feeding.meet(news.tenant_id)
            feeding.hear(news.tenant_id, news.topic)

    async def close(self) -> None:
        """End all streams and all work."""
        for listener in list(self._listeners):
            listener.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pool in (self._reads, self._looks):
            pool.submit(connections.close_all)
            pool.shutdown()

    def _here(self) -> str:
        return f"{self._generation}-{self._number}"

    def _send(self, address: Address, told: bytes) -> None:
        self._kept.append((self._number, address, told))
        for listener in self._at.get(address, ()):
            listener.hear(told)

    def _go_on(self, listener: Listener, plain: set[Address], place: tuple[str, int] | None) -> None:
        forgotten = self._kept[0][0] - 1 if len(self._kept) == KEPT else 0  # the last number that may be gone
        if place and place[0] == self._generation and forgotten <= place[1] <= self._number:
            for number, address, told in self._kept:
                if number > place[1] and address in plain:
                    listener.hear(told)
            return
        for address in plain:
            listener.hear(frame(self._here(), address, RESET))

    def _gives(self, topic: str) -> Callable[[UUID, Sections], None]:
        def give(tenant_id: UUID, changed: Sections) -> None:
            self._number += 1
            at = clock.now().isoformat()
            for address in (Address(tenant_id, topic), Address(None, topic)):
                if address in self._at:
                    told = frame(self._here(), address, DELTA, data=changed, at=at)
                    for listener in self._at[address]:
                        listener.hear(told)

        return give

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as database:
                    await database.execute(f"LISTEN {CHANNEL}")
                    self._begin_anew()
                    async for notice in database.notifies():
                        if (news := read_notice(notice.payload)) is not None:
                            self.tell(news)
            except psycopg.Error as error:
                self._listens.clear()
                log.warning("no news from the database", cause=str(error).split("\n", maxsplit=1)[0])
            await asyncio.sleep(AGAIN_AFTER)

    def _begin_anew(self) -> None:
        """What was told while we did not listen is lost: nobody goes on from before, and everything is stale."""
        self._generation, self._number = token_hex(4), 0
        self._kept.clear()
        for address, listeners in self._at.items():
            if address.topic not in self._feedings:
                for listener in listeners:
                    listener.hear(frame(self._here(), address, RESET))
        for feeding in self._feedings.values():
            feeding.doubt()
        self._listens.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY)
            beat = event("alive", clock.now().isoformat())
            for listener in list(self._listeners):
                listener.hear(beat)

    async def _look(self) -> None:
        """End the streams of those to whom their addresses are open no longer."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            listeners = list(self._listeners)
            try:
                loop = asyncio.get_running_loop()
                allowed = await loop.run_in_executor(self._looks, _allowed, listeners)
            except Exception:
                log.exception("streams cannot be looked at")  # nobody is let go because the database is away
                continue
            for listener in listeners:
                if listener not in allowed:
                    listener.end()


def _allowed(listeners: Collection[Listener]) -> set[Listener]:
    """Those who may stay. Runs in a thread of its own."""
    close_old_connections()
    open_now: dict[Listener, list[Any]] = {listener: [] for listener in listeners}
    for door in doors():
        visitors = {listener.visitors[door] for listener in listeners if door in listener.visitors}
        if not visitors:
            continue
        passes = door.still(visitors)
        for listener in listeners:
            if door in listener.visitors:
                open_now[listener] += passes.get(listener.visitors[door], ())
    return {listener for listener, passes in open_now.items() if listener.may_stay(passes)}
