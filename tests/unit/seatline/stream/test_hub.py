"""Those who come and go while a snapshot is read."""

import asyncio
import threading
from uuid import UUID

import pytest

from seatline.stream import feeds
from seatline.stream.addresses import Address
from seatline.stream.feeds import Feed, Part
from seatline.stream.hub import Hub
from seatline.stream.wire import News
from tests.builders.stream import read_events

BOARD = Address(UUID(int=1), "board")


@pytest.fixture
def deaf(monkeypatch):
    """A hub needs no PostgreSQL to begin here."""

    async def listen(hub):
        hub._listens.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Hub, "_listen", listen)
    monkeypatch.setattr(feeds, "_with_live_connection", lambda work, *given: work(*given))


def test_who_leaves_takes_no_snapshot_away_from_who_still_waits_for_it(deaf):
    """One gave up while both waited for the first reading; what the other saw then never changed any more."""
    goes_on, waiting = threading.Event(), [1]

    def read(tenant_id, at):
        goes_on.wait(5)
        return {"queues": {"q": {"waiting": waiting[0]}}}

    async def story():
        hub = Hub("", [Feed("board", frozenset({"floor"}), [Part(read, 0.01)], lambda: [])])
        try:
            leaves, stays = (asyncio.create_task(hub.join({BOARD}, {})) for _ in range(2))
            await asyncio.sleep(0.05)
            leaves.cancel()
            await asyncio.sleep(0.02)
            goes_on.set()
            async with asyncio.timeout(2):
                listener = await stays
                assert await kinds(listener) == ["snapshot"]
                waiting[0] = 2
                hub.tell(News(BOARD.tenant_id, "floor", "calls", ()))
                assert await kinds(listener) == ["delta"]
        finally:
            goes_on.set()
            for task in hub._tasks:
                task.cancel()

    asyncio.run(story())


async def kinds(listener):
    """Of the events that come next in one piece."""
    piece = await anext(aiter(listener.frames()))
    return [one.data["kind"] for one in read_events(piece.decode()) if one.name == "message"]
