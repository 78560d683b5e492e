"""SIP over WebSocket to Asterisk, on behalf of a browser: what comes from the one side goes to the other, unread."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from seatline.errors import Unavailable

SIP = "sip"  # the WebSocket's subprotocol
LARGEST = 64 * 1024  # bytes of one SIP message
AWAY = 1013  # the code of closing that means: try again later

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class NoLine(Unavailable):
    """Asterisk takes no browser's phone: {cause}."""


async def carry(url: str, receive: Receive, send: Send) -> None:
    """Accept the browser's WebSocket (ASGI) and carry until either end closes. Raises NoLine, nothing accepted yet."""
    try:
        far = await connect(
            url, subprotocols=[Subprotocol(SIP)], ping_interval=None, max_size=LARGEST, open_timeout=3,
            compression=None,
        )  # fmt: skip
    except (OSError, InvalidHandshake, TimeoutError) as error:
        raise NoLine(cause=type(error).__name__) from error
    try:
        await send({"type": "websocket.accept", "subprotocol": SIP})
        await _both_ways(receive, send, far)
    finally:
        await far.close()


async def _both_ways(receive: Receive, send: Send, far: ClientConnection) -> None:
    inwards = asyncio.create_task(_to_browser(far, send))
    try:
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes") or ""
            if len(said) > LARGEST:
                break
            with suppress(ConnectionClosed):
                await far.send(said)
    finally:
        inwards.cancel()
        with suppress(asyncio.CancelledError):
            await inwards


async def _to_browser(far: ClientConnection, send: Send) -> None:
    with suppress(ConnectionClosed):
        async for said in far:
            await send({"type": "websocket.send", "text" if isinstance(said, str) else "bytes": said})
    with suppress(RuntimeError):  # the browser has gone meanwhile
        await send({"type": "websocket.close", "code": AWAY})
