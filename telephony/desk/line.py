"""The line of browser phones: a WebSocket under /desk/line/ that carries SIP between a browser and Asterisk.

Asterisk's own WebSocket stays on loopback. Whoever comes here is an agent at his desk, on a page of ours; what is said
on the line is not looked at. So there is one origin and one certificate for page and phone, and a proxy before the web
has nothing to know of telephones. Sound goes past here, encrypted, from browser to Asterisk.
"""

from collections.abc import Mapping
from importlib import import_module
from urllib.parse import urlsplit

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from agents.desktop.entry import desk_agent
from seatline.env import environment
from telephony.ari.sip_line import AWAY, SIP, Message, NoLine, Receive, Send, carry

log = structlog.get_logger(__name__)
PATH = "/desk/line/"
NOT_YOURS = 4403


async def line(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one browser's line until either end closes it. ASGI."""
    await receive()  # websocket.connect
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    if SIP not in scope.get("subprotocols", ()) or not _same_origin(headers) or not await _is_agent(headers):
        await send({"type": "websocket.close", "code": NOT_YOURS})  # before it is accepted: answered with 403
        return
    try:
        await carry(asterisk(), receive, send)
    except NoLine as error:
        log.error("no line to asterisk", cause=str(error))
        await send({"type": "websocket.close", "code": AWAY})


def asterisk() -> str:
    """Asterisk's WebSocket, which is where ARI is."""
    return f"ws://{urlsplit(environment.text('SEATLINE_ARI_URL')).netloc}/ws"


def _same_origin(headers: Mapping[str, str]) -> bool:
    """A page of another site can open WebSockets with our cookie: it says so itself."""
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")


@sync_to_async
def _is_agent(headers: Mapping[str, str]) -> bool:
    close_old_connections()
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return desk_agent(request) is not None
