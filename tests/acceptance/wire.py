"""The line between the rig's programs and PostgreSQL: a forwarder on loopback that a story can cut and mend."""

import asyncio
import contextlib


class Wire:
    """Forwards connections to one address. All of it runs on one event loop."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self.port = 0

    async def mend(self) -> None:
        """Let connections through, at the first time on a free port, later on the same; also after `freeze`."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Tear every connection and refuse new ones, as a server that has died."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in list(self._ends):
            end.transport.abort()

    async def freeze(self) -> None:
        """Take everything in and let nothing out, as a server that hangs."""
        self._flows.clear()

    async def _connected(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection(*self._target)
        except OSError:
            near.close()
            return
        self._ends |= {near, far}
        try:
            await asyncio.gather(self._pump(near_reader, far), self._pump(far_reader, near))
        finally:
            self._ends -= {near, far}

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while block := await source.read(65536):
                await self._flows.wait()
                target.write(block)
                await target.drain()
        target.close()
