"""One request to a tenant's system, with a deadline over all of it; own client so that it can be trusted with secrets.

It goes to the system's own address and nowhere else: names are resolved once and every address is looked at before
one is connected to, redirects are not followed, an answer may have 64 kB. Nothing of a request is ever logged.
"""

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from seatline.errors import Refused, Unavailable
from telephony.core.plan import System
from telephony.lookups.rules import may_be_asked

LARGEST = 64 * 1024
PIECE = 8192


class AddressRefused(Refused):
    """The system {code} is at an address that is not asked: {address}. Mark it as inside if it is meant."""


class SystemAway(Unavailable):
    """The system {code} does not answer: {cause}."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the system answered."""

    status: int
    body: bytes


async def ask(
    system: System, path: str, *, deadline: float, body: Mapping[str, str] | None = None, key: str = ""
) -> Reply:
    """GET, or POST a JSON body. `key` is sent as Idempotency-Key. Raises AddressRefused, SystemAway.

    `deadline` is in seconds and holds for everything from the name's resolution to the last byte.
    """
    try:
        async with asyncio.timeout(deadline):
            return await _exchange(system, path, body, key)
    except TimeoutError:
        raise SystemAway(code=system.code, cause=f"no answer within {deadline:g} s") from None
    except (OSError, h11.ProtocolError) as error:
        raise SystemAway(code=system.code, cause=type(error).__name__) from None


async def _exchange(system: System, path: str, body: Mapping[str, str] | None, key: str) -> Reply:
    url = urlsplit(system.base_url)
    secure = url.scheme == "https"
    host, port = url.hostname or "", url.port or (443 if secure else 80)
    address = await _address(system, host, port)
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host if secure else None)
    try:
        for part in _request(system, url.netloc.rpartition("@")[2], url.path.rstrip("/") + path, body, key):
            writer.write(part)
        await writer.drain()
        return await _reply(reader)
    finally:
        writer.close()


async def _address(system: System, host: str, port: int) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    addresses = [str(each[4][0]) for each in found]
    for address in addresses:
        if not may_be_asked(ipaddress.ip_address(address.partition("%")[0]), inside=system.inside):
            raise AddressRefused(code=system.code, address=address)
    return addresses[0]


def _request(system: System, host: str, target: str, body: Mapping[str, str] | None, key: str) -> list[bytes]:
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    headers = [("Host", host), ("Accept", "application/json"), ("Connection", "close"), ("User-Agent", "Seatline")]
    if body is not None:
        headers += [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    if system.header:
        headers.append((system.header, system.secret))
    if key:
        headers.append(("Idempotency-Key", key))
    wire = h11.Connection(h11.CLIENT)
    method = "GET" if body is None else "POST"
    parts = [wire.send(h11.Request(method=method, target=target, headers=headers))]
    if content:
        parts.append(wire.send(h11.Data(data=content)))
    parts.append(wire.send(h11.EndOfMessage()))
    return [part for part in parts if part]


async def _reply(reader: asyncio.StreamReader) -> Reply:
    wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST)
    wire.send(h11.Request(method="GET", target="/", headers=[("Host", "-")]))
    wire.send(h11.EndOfMessage())
    status, body = 0, b""
    while True:
        event = wire.next_event()
        match event:
            case h11.NEED_DATA:
                wire.receive_data(await reader.read(PIECE))
            case h11.Response():
                status = event.status_code
            case h11.Data():
                body += event.data
                if len(body) > LARGEST:
                    raise OSError("the answer is too long")
            case h11.EndOfMessage():
                return Reply(status, body)
            case h11.ConnectionClosed() | h11.PAUSED:
                raise OSError("the answer is cut off")
