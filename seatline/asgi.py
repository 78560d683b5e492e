"""The ASGI application that uvicorn serves: admin, desk, portal and API; and the line of browser phones."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from seatline import health
from seatline.env import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatline.settings")
_pages = get_asgi_application()

from telephony.desk import line  # noqa: E402 - needs Django, which is there only now


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Pages are Django's; of WebSockets there is one."""
    if scope["type"] != "websocket":
        await _pages(scope, receive, send)
    elif scope["path"] == line.PATH:
        await line.line(scope, receive, send)
    else:
        await send({"type": "websocket.close"})


health.serve(environment.number("SEATLINE_METRICS_PORT"))
