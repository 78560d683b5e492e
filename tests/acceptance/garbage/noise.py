"""A line between the switch and Asterisk that can say things which Asterisk never would, between its own words."""

import asyncio
import contextlib

_TEXT, _BINARY, _RESERVED = 0x1, 0x2, 0x5  # opcodes of RFC 6455, section 5.2


def frame(content: bytes, opcode: int = _TEXT) -> bytes:
    """A whole unmasked frame, as a server sends it; of less than 64 kB."""
    size = len(content)
    head = bytes([size]) if size < 126 else bytes([126]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + head + content


_STRANGE = (
    b"", b"this is no JSON", b"[1, 2, 3]", b"null", b"42", b'{"type": 5}', b'{"type": "NobodyKnowsThis"}',
    b'{"type": "StasisStart"}', b'{"type": "StasisStart", "args": [], "channel": {}}',
    b'{"type": "StasisStart", "args": ["inbound"], "channel": {"id": 7}}', b'{"type": "CallBroadcast"}',
    b'{"type": "CallBroadcast", "channel": {"id": null}, "timestamp": "yesterday"}',
    b'{"type": "ChannelDestroyed", "channel": null}', b'{"type": "StasisEnd", "channel": {"id": "nobody"}}',
    b'{"type": "ChannelDtmfReceived", "digit": {}, "channel": {}}', b'{"type": "RESTResponse"}',
    b'{"type": "StasisStart", "args": ["inbound", "1"], "channel": {"id": "y", "caller": [], "channelvars": [7]}}',
    b'{"type": "RESTResponse", "request_id": "1", "status_code": "teapot"}',
    b'{"type": "RESTResponse", "request_id": "99999999", "status_code": 200, "message_body": "{"}',
    b'{"type": "ChannelStateChange", "channel": {"id": "x", "state": "Up"}, "timestamp": 12}',
    b'{"type": "PlaybackFinished", "playback": {"id": "../../etc/passwd"}}', b"[" * 5000,
    b'{"type": "' + b"x" * 60000,
)  # fmt: skip
#: Frames that a program may misunderstand and must survive without losing its connection.
STRANGE = tuple(frame(content) for content in _STRANGE)
#: Frames after which a connection cannot go on; whoever hears one must connect anew.
BROKEN = {
    "no UTF-8": frame(b'{"type": "\xff\xfe"}'),
    "an unknown kind of frame": frame(b"?", _RESERVED),
    "half a message": frame(b'{"type": "StasisStart", "args": ["inbound"]}')[:20],
    "something binary": frame(bytes(range(256)), _BINARY),
}


class NoisyLine:
    """Forwards connections to ARI, frame by frame towards the switch, so that others fit in between."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._ends: list[asyncio.StreamWriter] = []
        self.port = 0
        self.opened = 0  #: WebSockets that were opened in all

    async def open(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Tear all of them."""
        if self._server is not None:
            self._server.close()
        for end in list(self._ends):
            end.transport.abort()

    async def say(self, noise: bytes) -> None:
        """Say this to the switch on each of its open WebSockets."""
        for end in list(self._ends):
            end.write(noise)

    async def tear(self) -> None:
        """Break all WebSockets off in the midst of whatever is said."""
        for end in list(self._ends):
            end.transport.abort()

    async def _connected(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await asyncio.gather(self._ask(near_reader, far), self._tell(far_reader, near))
        near.close()
        far.close()

    async def _ask(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while block := await source.read(65536):
            target.write(block)
            await target.drain()
        target.close()

    async def _tell(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        head = await source.readuntil(b"\r\n\r\n")
        target.write(head)
        if b" 101 " in head.split(b"\r\n")[0]:
            self.opened += 1
            self._ends.append(target)
            try:
                while True:
                    target.write(await _frame_of(source))
                    await target.drain()
            finally:
                self._ends.remove(target)
        while block := await source.read(65536):
            target.write(block)
            await target.drain()


async def _frame_of(source: asyncio.StreamReader) -> bytes:
    """One frame as it comes, with its head. A server's frames are not masked."""
    head = await source.readexactly(2)
    size, more = head[1] & 0x7F, b""
    if size >= 126:
        more = await source.readexactly(2 if size == 126 else 8)
        size = int.from_bytes(more, "big")
    return head + more + await source.readexactly(size)
