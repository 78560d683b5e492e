"""The address of streams: `/stream/?topic=ADDRESS&topic=…&after=EVENT`.

Rules of this file: the database is asked in the beginning alone, and its connection given back before the first frame:
a thousand streams hold none.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Mapping
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from seatline.stream.addresses import Address, NoSuchAddress, Pass, read_address
from seatline.stream.doors import Door, doors
from seatline.stream.hub import Hub
from seatline.stream.wire import event

ADDRESSES_AT_MOST = 50
_HUBS: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


@require_GET
async def stream(request: HttpRequest) -> HttpResponseBase:
    """The news of some topics, until the browser goes or may not listen any more.

    Topics that are not open to whoever asks are left out and named in an event `denied`; 403 if none is.
    """
    try:
        asked = {read_address(text) for text in request.GET.getlist("topic")[:ADDRESSES_AT_MOST]}
    except NoSuchAddress as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    visitors, passes = await sync_to_async(_enter)(request)
    allowed = {address for address in asked if any(one.opens(address) for one in passes)}
    if not allowed:
        return HttpResponse(status=403)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return StreamingHttpResponse(
        _frames(allowed, asked - allowed, visitors, after[:60]),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def the_hub() -> Hub:
    """The hub of the running event loop, which begins to work when it is first asked for."""
    loop = asyncio.get_running_loop()
    if loop not in _HUBS:
        _HUBS[loop] = Hub(_dsn())
    return _HUBS[loop]


async def _frames(
    allowed: Collection[Address], denied: Collection[Address], visitors: Mapping[Door, Hashable], after: str
) -> AsyncIterator[bytes]:
    # All of it in here: a generator that nobody has begun to read would never come to its `finally`.
    hub = the_hub()
    if denied:
        yield event("denied", sorted(str(address) for address in denied))
    listener = await hub.join(allowed, visitors, after)
    try:
        async for piece in listener.frames():
            yield piece
    finally:
        hub.leave(listener)


def _enter(request: HttpRequest) -> tuple[dict[Door, Hashable], Collection[Pass]]:
    visitors: dict[Door, Hashable] = {}
    passes: list[Pass] = []
    for door in doors():
        if (entered := door.enter(request)) is not None:
            visitors[door] = entered[0]
            passes += entered[1]
    connections.close_all()
    return visitors, passes


def _dsn() -> str:
    settings = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname=settings["NAME"], connect_timeout=3, application_name="seatline web: news",
    )  # fmt: skip
