"""Fed topics: what is read when, and what is given on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from seatline.stream import feeds
from seatline.stream.feeds import Feed, Feeding, Part

MUSEUM, HARBOUR = UUID(int=1), UUID(int=2)


class Tables:
    """What there is to read, and how often it was read."""

    def __init__(self):
        self.waiting = {MUSEUM: 1, HARBOUR: 5}
        self.reads = 0
        self.fails = False

    def read(self, tenant_id, at):
        self.reads += 1
        if self.fails:
            raise OSError("the database is away")
        return {"queues": {str(tenant_id): {"waiting": self.waiting[tenant_id]}}}


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.setattr(feeds, "_with_live_connection", lambda work, *given: work(*given))
    return Tables()


def play(tables, story, every=0.02, tick=None):
    given = []

    async def whole():
        with ThreadPoolExecutor(1) as pool:
            feed = Feed("board", frozenset({"floor"}), [Part(tables.read, every)], lambda: [MUSEUM, HARBOUR], tick)
            feeding = Feeding(feed, pool, lambda tenant_id, changed: given.append((tenant_id, changed)))
            work = asyncio.create_task(feeding.work())
            try:
                await story(feeding)
            finally:
                work.cancel()

    asyncio.run(whole())
    return given


async def until(true):
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - there is nothing that would set an event
            await asyncio.sleep(0.002)


def test_snapshot_is_read_once_for_all_who_come_and_then_follows_the_news(tables):
    given = []

    async def story(feeding):
        feeding._give = lambda tenant_id, changed: given.append((tenant_id, changed))
        first, second = await asyncio.gather(feeding.snapshot(MUSEUM), feeding.snapshot(MUSEUM))
        assert first == second == {"queues": {str(MUSEUM): {"waiting": 1}}}
        assert tables.reads == 1
        tables.waiting[MUSEUM] = 2
        feeding.hear(MUSEUM, "cases")  # not what this feed lives on
        feeding.hear(HARBOUR, "floor")  # nobody looks at them
        await asyncio.sleep(0.03)
        assert tables.reads == 1
        feeding.hear(MUSEUM, "floor")
        await until(lambda: given)
        assert given == [(MUSEUM, {"queues": {str(MUSEUM): {"waiting": 2}}})]

    play(tables, story)


def test_many_news_are_read_together_and_the_last_is_never_lost(tables):
    async def story(feeding):
        await feeding.snapshot(MUSEUM)
        for n in range(50):
            tables.waiting[MUSEUM] = n
            feeding.hear(MUSEUM, "floor")
            await asyncio.sleep(0.001)
        await until(lambda: feeding._kept[MUSEUM].sections["queues"][str(MUSEUM)]["waiting"] == 49)
        assert tables.reads <= 8  # of fifty, at least 20 ms apart

    given = play(tables, story)
    assert given[-1][1]["queues"][str(MUSEUM)] == {"waiting": 49}


def test_a_database_that_is_away_for_a_while_costs_nothing_but_time(tables):
    async def story(feeding):
        await feeding.snapshot(MUSEUM)
        tables.fails, tables.waiting[MUSEUM] = True, 7
        feeding.hear(MUSEUM, "floor")
        await until(lambda: tables.reads >= 3)
        tables.fails = False
        await until(lambda: feeding._kept[MUSEUM].sections["queues"][str(MUSEUM)]["waiting"] == 7)

    assert play(tables, story)[-1] == (MUSEUM, {"queues": {str(MUSEUM): {"waiting": 7}}})


def test_all_together_is_everybody_s_snapshot_and_who_is_forgotten_is_read_no_more(tables):
    async def story(feeding):
        assert set((await feeding.snapshot(None))["queues"]) == {str(MUSEUM), str(HARBOUR)}
        feeding.forget({HARBOUR})
        reads = tables.reads
        feeding.hear(MUSEUM, "floor")
        await asyncio.sleep(0.03)
        assert tables.reads == reads

    play(tables, story)


def test_what_time_alone_changes_is_in_the_first_snapshot_and_comes_with_ticks(tables, monkeypatch):
    monkeypatch.setattr(feeds, "TICK", 0.02)
    ticks = []

    def tick(tenant_id, sections, at):
        ticks.append(at)
        return {"alarms": {"q": {"level": len(ticks)}}}

    async def story(feeding):
        assert (await feeding.snapshot(MUSEUM))["alarms"] == {"q": {"level": 1}}
        await until(lambda: len(ticks) > 2)

    given = play(tables, story, tick=tick)
    assert given[0] == (MUSEUM, {"alarms": {"q": {"level": 2}}})
    assert tables.reads == 1
