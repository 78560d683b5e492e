"""The line of browser phones: a WebSocket under /desk/line/ that carries SIP between a browser and Asterisk.

Asterisk's own WebSocket stays on loopback. Whoever comes here is an agent at his desk, on a page of ours; what is said
on the line is not looked at. So there is one origin and one certificate for page and phone, and a proxy before the web
has nothing to know of telephones. Sound goes past here, encrypted, from browser to Asterisk.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from agents.desktop.entry import desk_agent
from seatline.env import environment

log = structlog.get_logger(__name__)
PATH = "/desk/line/"
SIP = Subprotocol("sip")
LARGEST = 64 * 1024  # bytes of one SIP message
AWAY, NOT_YOURS = 1013, 4403  # codes of closing: try again later; and ours

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def line(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one browser's line until either end closes it. ASGI."""
    await receive()  # websocket.connect
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    if SIP not in scope.get("subprotocols", ()) or not _same_origin(headers) or not await _is_agent(headers):
        await send({"type": "websocket.close", "code": NOT_YOURS})  # before it is accepted: answered with 403
        return
    try:
        async with connect(
            asterisk(), subprotocols=[SIP], ping_interval=None, max_size=LARGEST, open_timeout=3, compression=None
        ) as far:
            await send({"type": "websocket.accept", "subprotocol": SIP})
            await _carry(receive, send, far)
    except (OSError, InvalidHandshake, TimeoutError) as error:
        log.error("no line to asterisk", cause=repr(error))
        with suppress(RuntimeError):  # the browser has gone meanwhile
            await send({"type": "websocket.close", "code": AWAY})


def asterisk() -> str:
    """Asterisk's WebSocket, which is where ARI is."""
    return f"ws://{urlsplit(environment.text('SEATLINE_ARI_URL')).netloc}/ws"


async def _carry(receive: Receive, send: Send, far: ClientConnection) -> None:
    async def outwards() -> None:
        with suppress(ConnectionClosed):
            async for said in far:
                kind = "text" if isinstance(said, str) else "bytes"
                await send({"type": "websocket.send", kind: said})
        with suppress(RuntimeError):
            await send({"type": "websocket.close", "code": AWAY})

    task = asyncio.create_task(outwards())
    try:
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes") or ""
            if len(said) > LARGEST:
                break
            with suppress(ConnectionClosed):
                await far.send(said)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _same_origin(headers: MutableMapping[str, str]) -> bool:
    """A page of another site can open WebSockets with our cookie: it says so itself."""
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")


@sync_to_async
def _is_agent(headers: MutableMapping[str, str]) -> bool:
    close_old_connections()
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return desk_agent(request) is not None
