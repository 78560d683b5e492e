"""The switch's side of the shipper."""

import asyncio
import sys

from telephony.switch.carrier import Carrier

SAYS = "print('backend 4711'); print('shipped 7', flush=True); import sys; sys.stdin.read(); print('shipped 9')"


class Shelf:
    """A journal that only remembers what it was told to forget."""

    def __init__(self):
        self.deleted: list[int] = []
        self.news = asyncio.Event()

    def delete_shipped(self, up_to):
        self.deleted.append(up_to)
        self.news.set()

    async def hears(self):
        await asyncio.wait_for(self.news.wait(), 10)
        self.news.clear()


async def test_what_was_shipped_is_deleted_and_the_shipper_ends_with_the_switch():
    shelf = Shelf()
    carrier = Carrier(shelf, (sys.executable, "-c", SAYS))
    running = asyncio.create_task(carrier.run())
    await shelf.hears()
    assert (carrier.backend, shelf.deleted) == (4711, [7])
    await carrier.stop()
    await running
    assert shelf.deleted == [7, 9]


async def test_a_shipper_that_ends_is_started_again(monkeypatch):
    monkeypatch.setattr("telephony.switch.carrier.AGAIN_AFTER", 0.01)
    shelf = Shelf()
    carrier = Carrier(shelf, (sys.executable, "-c", "print('shipped 1')"))
    running = asyncio.create_task(carrier.run())
    await shelf.hears()
    await shelf.hears()
    await carrier.stop()
    await running
