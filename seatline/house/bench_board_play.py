"""What `bench board` plays: browsers that hold streams, a switch that writes, and a clock that knows both."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from seatline.clock import now
from seatline.house import bench_board_world as world
from seatline.ids import new_id
from seatline.stream.publish import CHANNEL
from telephony.core.acd.agents import State
from telephony.journal.disk import Journal

STATES_OF_A_CALLER = 2  # every so many changes of state a caller joins a queue
SHIPS_WITHIN = 30.0  # seconds from its start
ARRIVES_WITHIN = 5.0  # seconds after the last change


def quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values, in milliseconds as they are; 0 if there are none."""
    return round(values[min(int(len(values) * share), len(values) - 1)], 2) if values else 0.0


class Audience:
    """Browsers with streams of their own."""

    def __init__(self, port: int, screens: Sequence[tuple[world.Kiosk, int]]) -> None:
        self._port, self._screens = port, screens
        self.size = sum(count for _, count in screens)
        self.delays: list[float] = []  # ms, of each delivery
        self.opened: list[float] = []  # ms until the snapshot was there
        self.sent: dict[str, float] = {}  # the instant of a change -> when it was written
        self._parsed: dict[bytes, list[str]] = {}  # the same bytes go to many

    async def come(self) -> list[asyncio.Task[None]]:
        """Open all streams; when it returns, each has its snapshot."""
        tasks, ready = [], []
        for kiosk, count in self._screens:
            for _ in range(count):
                there = asyncio.Event()
                ready.append(there)
                tasks.append(asyncio.create_task(self._browse(kiosk, there)))
            await asyncio.sleep(0.05)
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.wait() for one in ready))
        return tasks

    def watchers(self, tenant_id: object) -> int:
        """How many show this tenant."""
        return sum(count for kiosk, count in self._screens if kiosk.topic in (f"{tenant_id}/board", "all/board"))

    async def _browse(self, kiosk: world.Kiosk, there: asyncio.Event) -> None:
        begin = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        query = urlencode({"topic": kiosk.topic, "kiosk": kiosk.token})
        writer.write(f"GET /stream/?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode(errors="replace"))
        try:
            while size := int(await reader.readuntil(b"\r\n"), 16):
                piece = (await reader.readexactly(size + 2))[:-2]
                arrived = time.monotonic()
                if not there.is_set():
                    if b'"snapshot"' in piece:
                        self.opened.append((arrived - begin) * 1000)
                        there.set()
                    continue
                for instant in self._changes(piece):
                    if instant in self.sent:
                        self.delays.append((arrived - self.sent[instant]) * 1000)
        finally:
            writer.close()

    def _changes(self, piece: bytes) -> list[str]:
        """The instants at which agents came into their states, as these bytes tell."""
        if piece not in self._parsed:
            found = []
            for line in piece.split(b"\n"):
                if line.startswith(b'data: {"topic"'):
                    rows = json.loads(line[6:]).get("data", {}).get("agents", {})
                    found += [row["since"] for row in rows.values() if row]
            self._parsed[piece] = found
        return self._parsed[piece]


class Play:
    """The floor's minute."""

    def __init__(self, floor: world.Floor, journal: Path, audience: Audience, dsn: str) -> None:
        self._floor, self._path, self._audience, self._dsn = floor, journal, audience, dsn
        self.sent = audience.sent
        self.notices: list[float] = []  # ms until PostgreSQL's notice was with one listener
        self.expected = 0
        self._last: dict[str, float] = {}  # by agent: when the change was written

    async def run(self, seconds: float, a_second: float) -> None:
        """Let the audience in, play, and wait until all has arrived."""
        journal = Journal(self._path)
        bare = asyncio.create_task(self._hear())
        browsers = await self._audience.come()
        try:
            await self._until_it_ships(journal)
            await self._change(journal, seconds, a_second)
            with suppress(TimeoutError):
                async with asyncio.timeout(ARRIVES_WITHIN):
                    while len(self._audience.delays) < self.expected:  # noqa: ASYNC110 - many may be the last
                        await asyncio.sleep(0.05)
        finally:
            for task in (bare, *browsers):
                task.cancel()
            ended = await asyncio.gather(bare, *browsers, return_exceptions=True)
            journal.close()
        for one in ended:
            if isinstance(one, Exception):
                raise one

    async def _until_it_ships(self, journal: Journal) -> None:
        """The shipper takes seconds to begin; what it is told until then is not what is measured."""
        session, at = self._floor.sessions[-1], now()
        self._last[str(session.agent_id)] = time.monotonic()
        journal.append([], [world.state_of(session, State.RINGING, at, new_id())])
        async with asyncio.timeout(SHIPS_WITHIN):
            while not self.notices:  # noqa: ASYNC110 - the listener has no event for it
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        self.notices.clear()

    async def _change(self, journal: Journal, seconds: float, a_second: float) -> None:
        states, callers = world.states(self._floor), world.callers(self._floor)
        begin, number = time.monotonic(), 0
        while (due := number / a_second) < seconds:
            await asyncio.sleep(max(begin + due - time.monotonic(), 0))
            session, state = next(states)
            at = now()
            facts = next(callers) if number % STATES_OF_A_CALLER == 0 else []
            self.expected += self._audience.watchers(session.tenant_id)
            self.sent[at.isoformat()] = self._last[str(session.agent_id)] = time.monotonic()
            journal.append(facts, [world.state_of(session, state, at, new_id())])
            number += 1

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as database:
            await database.execute(f"LISTEN {CHANNEL}")
            async for notice in database.notifies():
                _tenant, topic, kind, ids = json.loads(notice.payload)
                if topic == "floor" and kind == "presence":
                    arrived = time.monotonic()
                    self.notices += [(arrived - self._last.pop(one)) * 1000 for one in ids if one in self._last]
