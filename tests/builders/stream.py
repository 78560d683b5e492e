"""A browser's side of the stream of news."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from django.test import AsyncClient

PATIENCE = 10.0  # seconds; nothing here takes one


@dataclass(frozen=True)
class Heard:
    """One event."""

    name: str
    id: str
    data: Any


def read_events(text: str) -> Iterator[Heard]:
    """The events of whole frames, as a browser reads them."""
    for block in filter(None, text.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "data" in fields:
            yield Heard(fields.get("event", "message"), fields.get("id", ""), json.loads(fields["data"]))


class Ear:
    """Takes events one by one; `alive` is left out."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces, self._events = pieces, iter(())

    async def next(self) -> Heard:
        """The next event. Raises StopAsyncIteration when the stream has ended."""
        while True:
            for one in self._events:
                if one.name != "alive":
                    return one
            piece = await asyncio.wait_for(anext(self._pieces), PATIENCE)
            self._events = read_events(piece.decode())

    async def ended(self) -> bool:
        """Whether the stream ends, whatever else comes before."""
        try:
            while True:
                await self.next()
        except StopAsyncIteration:
            return True


@asynccontextmanager
async def listening(client: AsyncClient, *topics: str, **query: str) -> AsyncIterator[Ear]:
    """A stream that is open."""
    response = await client.get("/stream/", {"topic": list(topics), **query})
    assert response.status_code == 200, response.status_code
    pieces = aiter(response.streaming_content)
    try:
        yield Ear(pieces)
    finally:
        await pieces.aclose()
