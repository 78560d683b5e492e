"""ARI over plain HTTP, which works with no switch and no WebSocket: one request, one answer, two seconds."""

import asyncio
import base64
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

ANSWER_WITHIN = 2.0  # seconds; `GET applications` may hang for ever in a deadlock (asterisk#2170)


@dataclass(frozen=True, slots=True)
class Ari:
    """Where ARI is, and who asks."""

    url: str
    user: str
    password: str = field(repr=False)

    async def get(self, path: str) -> Any:
        """What is there; None if it is not. Raises OSError where Asterisk does not answer in time."""
        return await asyncio.to_thread(self._request, "GET", path, {})

    async def post(self, path: str, query: Mapping[str, str]) -> None:
        """Do something; a channel that is gone meanwhile is no error. Raises OSError."""
        await asyncio.to_thread(self._request, "POST", path, query)

    async def delete(self, path: str) -> None:
        """End something; one that is gone meanwhile is no error. Raises OSError."""
        await asyncio.to_thread(self._request, "DELETE", path, {})

    def _request(self, method: str, path: str, query: Mapping[str, str]) -> Any:
        address = f"{self.url}/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(address, method=method)  # noqa: S310 - loopback, from our settings
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=ANSWER_WITHIN) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            if error.code in (404, 409, 422):
                return None
            raise
        return orjson.loads(body) if body else None
