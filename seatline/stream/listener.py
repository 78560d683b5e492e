"""One browser's end of the stream: frames wait here until the browser has taken those before."""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Mapping

from seatline.stream.addresses import Address, Pass
from seatline.stream.doors import Door

#: A browser that is so far behind is let go: it comes again, and reads anew.
WAITING_AT_MOST = 256


class Listener:
    """A stream that is open. Lives in the event loop alone."""

    def __init__(self, addresses: Collection[Address], visitors: Mapping[Door, Hashable]) -> None:
        self.addresses = frozenset(addresses)
        self.visitors = dict(visitors)  #: by which doors it came in, and as whom
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_AT_MOST)
        self._ended = False

    def hear(self, frame: bytes) -> None:
        """Send this when it is this frame's turn."""
        if self._ended:
            return
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Close the stream; what waits is dropped."""
        self._ended = True
        while not self._frames.empty():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    async def frames(self) -> AsyncIterator[bytes]:
        """What to send, until the end; all that waits goes in one piece."""
        while (frame := await self._frames.get()) is not None:
            piece = [frame]
            while not self._frames.empty():
                more = self._frames.get_nowait()
                if more is None:
                    return
                piece.append(more)
            yield b"".join(piece)

    def may_stay(self, passes: Collection[Pass]) -> bool:
        """Whether these passes open all that it listens to."""
        return all(any(one.opens(address) for one in passes) for address in self.addresses)
