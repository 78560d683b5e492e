"""WebSockets to Asterisk for events and requests. Why not a library: docs/adr/0001-own-ari-client.md.

Requests travel as text frames on a socket and are carried out by Asterisk in the order in which they are sent
(https://docs.asterisk.org/Configuration/Interfaces/Asterisk-REST-Interface-ARI/ARI-REST-over-WebSocket/).
So a caller that needs order sends one after another and need not wait for the answers in between. But each socket is
one thread of Asterisk, which waits for the channel that a request is about: calls are spread over several (lanes), or
one busy channel holds up all.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import structlog
import websockets
from websockets.asyncio.client import ClientConnection, connect

from seatline.errors import Unavailable
from telephony.ari import figures

log = structlog.get_logger(__name__)

# Events that nobody here reads. Asterisk forgets the filter with the application: it is set at every connect.
UNREAD_EVENTS = (
    "ChannelVarset", "ChannelDialplan", "ChannelConnectedLine", "ChannelCallerId", "Dial", "ChannelEnteredBridge",
    "ChannelLeftBridge", "BridgeCreated", "BridgeDestroyed", "ChannelCreated", "PlaybackStarted", "PlaybackContinuing",
    "ChannelHangupRequest", "ChannelTalkingStarted", "ChannelTalkingFinished",
)  # fmt: skip
ANSWER_WITHIN = 5.0  # seconds; Asterisk answers in one millisecond or has hung


class AriUnreachable(Unavailable):
    """Asterisk's ARI at {url} does not answer: {cause}. Is Asterisk running? `./run status` tells."""


class AriSilent(Unavailable):
    """Asterisk did not answer {method} {uri} in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Asterisk's answer to one request."""

    status: int
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether Asterisk did it."""
        return 200 <= self.status < 300


Query = Mapping[str, str]


class _Lane:
    """One socket's way out. Asterisk carries its requests out one after another, each to its end."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._loop = asyncio.get_running_loop()
        self._frames: list[bytes] = []
        self._written = False  # whether a request of the event at hand has been written already

    def put(self, frame: bytes) -> None:
        """Send a frame: the first of an event goes out now, so that Asterisk is at it while we make the others."""
        self._frames.append(frame)
        if not self._written:
            self._written = True
            self._write()
            self._loop.call_soon(self._write_others)

    def _write(self) -> None:
        """Write what has gathered, in one piece. The socket's own `send` waits and locks anew for each frame."""
        frames, self._frames = self._frames, []
        with suppress(websockets.InvalidState):  # the socket is closing; `events` tells of it
            for frame in frames:
                self.socket.protocol.send_text(frame)
            self.socket.transport.write(b"".join(self.socket.protocol.data_to_send()))

    def _write_others(self) -> None:
        self._written = False
        if self._frames:
            self._write()


class AriClient:
    """An open connection. Made by `open_ari`; ends when the iterator of `events` ends."""

    def __init__(self, socket: ClientConnection, others: Sequence[ClientConnection] = ()) -> None:
        self._socket = socket
        self._main = _Lane(socket)
        self._lanes = [_Lane(other) for other in others] or [self._main]
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._sent: dict[str, float] = {}  # when, by the loop's clock
        self._loop = asyncio.get_running_loop()
        self._ended = ""  # why it ended, once it has

    def send(
        self, method: str, uri: str, query: Query | None = None, body: Mapping[str, Any] | None = None,
        lane: Hashable = None,
    ) -> "asyncio.Future[Answer]":  # fmt: skip
        """Send one request now; the answer comes into the future. `uri` is a path below /ari without a leading slash.

        Requests of one `lane`, such as a call's, are carried out in the order of sending; other lanes need not wait
        for them. The future fails with AriUnreachable when the connection ends, and at once when it has ended.
        """
        number = str(next(self._numbers))
        frame: dict[str, Any] = {
            "type": "RESTRequest", "transaction_id": number, "request_id": number, "method": method, "uri": uri,
        }  # fmt: skip
        if query:
            frame["query_strings"] = [{"name": name, "value": value} for name, value in query.items()]
        if body is not None:
            frame["content_type"] = "application/json"
            frame["message_body"] = orjson.dumps(body).decode()
        future: asyncio.Future[Answer] = self._loop.create_future()
        if self._ended:
            _fail(future, self._ended)
            return future
        self._waiting[number] = future
        self._sent[number] = self._loop.time()
        way = self._main if lane is None else self._lanes[hash(lane) % len(self._lanes)]
        way.put(orjson.dumps(frame))
        return future

    async def request(
        self, method: str, uri: str, query: Query | None = None, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send one request and wait for the answer; raises AriSilent after `ANSWER_WITHIN`."""
        try:
            return await asyncio.wait_for(self.send(method, uri, query, body), ANSWER_WITHIN)
        except TimeoutError:
            raise AriSilent(method=method, uri=uri) from None

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Each event as Asterisk sends it; ends when the socket ends. The reader must not wait between two events."""
        with suppress(websockets.ConnectionClosed):  # torn as by a killed Asterisk: an end like any other
            async for text in self._socket:
                message = _read(text)
                if message.get("type") == "RESTResponse":
                    self._answered(message)
                elif message:
                    yield message

    def _answered(self, message: dict[str, Any]) -> None:
        number = str(message.get("request_id", ""))
        future = self._waiting.pop(number, None)
        asked = self._sent.pop(number, self._loop.time())
        try:
            text = message.get("message_body")
            answer = Answer(int(message["status_code"]), orjson.loads(text) if text else None)
        except (KeyError, TypeError, ValueError) as error:
            figures.not_understood()
            log.error("answer not understood", answer=str(message)[:80], cause=repr(error))
            if future is not None and not future.done():
                _fail(future, "its answer cannot be read")
            return
        figures.answered(self._loop.time() - asked, answer.status)
        if future is not None and not future.done():
            future.set_result(answer)

    async def _listen(self, lane: ClientConnection) -> None:
        """Take in a lane's answers. With one lane gone all is over: its requests have no answer any more."""
        with suppress(websockets.ConnectionClosed):
            async for text in lane:
                message = _read(text)
                if message.get("type") == "RESTResponse":
                    self._answered(message)
        await self._socket.close()

    def _fail_all(self, cause: str) -> None:
        self._ended = cause
        for future in self._waiting.values():
            if not future.done():
                _fail(future, cause)
        self._waiting.clear()
        self._sent.clear()


def _fail(future: "asyncio.Future[Answer]", cause: str) -> None:
    future.set_exception(AriUnreachable(url="its socket", cause=cause))
    future.exception()  # nobody need have waited for it


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        figures.not_understood()
        log.error("frame not understood", frame=str(text[:80]))
        return {}
    return message


@asynccontextmanager
async def open_ari(url: str, app: str, user: str, password: str, lanes: int = 0) -> AsyncIterator[AriClient]:
    """Open the socket and become the Stasis application `app`; an older socket of that name is replaced.

    `lanes` more sockets carry the requests that name a lane. Each is an application of its own, since Asterisk lets in
    no other, that owns nothing and is told nothing. `url` is as http://127.0.0.1:8088/ari. Raises AriUnreachable.
    """
    async with AsyncExitStack() as stack:
        try:
            sockets = [
                await stack.enter_async_context(_connect(url, name, user, password))
                for name in (app, *(f"{app}-lane-{number}" for number in range(lanes)))
            ]
        except (OSError, TimeoutError, websockets.InvalidHandshake) as error:
            raise AriUnreachable(url=url, cause=error) from error
        client = AriClient(sockets[0], sockets[1:])
        listeners = [asyncio.create_task(client._listen(lane)) for lane in sockets[1:]]
        try:
            body = {"disallowed": [{"type": kind} for kind in UNREAD_EVENTS]}
            client.send("PUT", f"applications/{app}/eventFilter", body=body)
            yield client
        finally:
            for listener in listeners:
                listener.cancel()
            client._fail_all("the socket was closed")


def _connect(url: str, app: str, user: str, password: str) -> connect:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    query = urlencode({"app": app, "subscribeAll": "false", "api_key": f"{user}:{password}"})
    return connect(
        f"{scheme}://{parts.netloc}{parts.path}/events?{query}",
        compression=None, max_size=None, max_queue=None, ping_interval=5, ping_timeout=5, open_timeout=5, proxy=None,
    )  # fmt: skip
