"""A look-up as a flow would make it, for somebody who wants to see the answer."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from seatline.errors import SeatlineError
from telephony.lookups.http import ask
from telephony.lookups.models import System
from telephony.lookups.services import to_ask

SHOWN = 4000  # characters of an answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after how long; an error instead of a status where nothing did."""

    milliseconds: int
    status: int | None
    body: str
    error: SeatlineError | None = None


def try_system(row: System, path: str, body: Mapping[str, str] | None, deadline: float) -> Answer:
    """Ask the system as a call would, with its secret and a deadline in seconds. Raises SecretUnreadable."""
    system = to_ask(row)
    begun = time.monotonic()
    try:
        reply = asyncio.run(ask(system, path, deadline=deadline, body=body))
    except SeatlineError as error:
        return Answer(_since(begun), None, "", error)
    text = _readable(reply.body)
    if system.secret:
        # A system that gives back what it was sent must not show the secret on a page.
        text = text.replace(system.secret, "***")
    return Answer(_since(begun), reply.status, text[:SHOWN])


def _since(begun: float) -> int:
    return round(1000 * (time.monotonic() - begun))


def _readable(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body.decode(errors="replace")
