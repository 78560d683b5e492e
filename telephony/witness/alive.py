"""Which channels Asterisk has, asked again and again, on the machine's own disk: when each was last seen.

A thread of its own, so that a PostgreSQL that hangs does not stop it: after a crash of Asterisk this is all that is
known of the ends of its calls.
"""

import base64
import json
import threading
import urllib.request
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog

from seatline.clock import Clock

log = structlog.get_logger(__name__)
EVERY = 5.0  # seconds; the end of a call that a crash cuts is estimated to within this
ANSWER_WITHIN = 2.0  # seconds


class Asterisk:
    """Asterisk's ARI over HTTP, for a program that has no WebSocket of its own. Raises OSError."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy

    def get(self, path: str) -> Any:
        """The answer to a question."""
        return self._ask("GET", path)

    def post(self, path: str, query: dict[str, str]) -> Any:
        """Have something done."""
        return self._ask("POST", f"{path}?{urlencode(query)}")

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self._url}/{path}", method=method, headers=self._headers)  # noqa: S310 - our own
        with self._opener.open(request, timeout=ANSWER_WITHIN) as answer:
            return json.loads(answer.read() or b"null")


@dataclass(frozen=True, slots=True)
class Look:
    """What one question to Asterisk told."""

    at: datetime
    channels: frozenset[str]
    boot: str  #: when Asterisk started, in its words


class Alive:
    """When each channel was last seen; kept in a file, so that it outlives this process."""

    def __init__(self, path: Path, asterisk: Asterisk, clock: Clock) -> None:
        self._path = path
        self._asterisk = asterisk
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, datetime] = _load(path)
        self.newest: Look | None = None  #: the last look that Asterisk answered
        self.answers = False  #: whether Asterisk answered the last time

    def look(self) -> None:
        """Ask once, and write down what was seen."""
        at = self._clock()
        try:
            boot = str(self._asterisk.get("asterisk/info?only=status")["status"]["startup_time"])
            found = frozenset(str(one["id"]) for one in self._asterisk.get("channels"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            if self.answers or self.newest is None:
                log.error("asterisk does not tell its channels", cause=str(error))
            self.answers = False
            return
        self.answers = True
        with self._lock:
            self._seen.update(dict.fromkeys(found, at))
            self.newest = Look(at, found, boot)
            seen = dict(self._seen)
        try:
            _save(self._path, seen)
        except OSError as error:  # a full disk; what is in memory still serves, unless we die too
            log.error("list of live channels cannot be written", cause=str(error))

    def last_seen(self, channel: str) -> datetime | None:
        """When Asterisk last had the channel; None if it was never seen."""
        with self._lock:
            return self._seen.get(channel)

    def forget(self, still_open: Collection[str]) -> None:
        """Of channels that have ended, and are not there, nothing need be remembered."""
        with self._lock:
            there = self.newest.channels if self.newest else frozenset()
            self._seen = {name: at for name, at in self._seen.items() if name in there or name in still_open}

    def watch(self, wait: Callable[[float], bool]) -> None:
        """Look until `wait`, which waits so many seconds, says that it is over."""
        while True:
            self.look()
            if wait(EVERY):
                return


def _load(path: Path) -> dict[str, datetime]:
    try:
        return {name: datetime.fromisoformat(at) for name, at in json.loads(path.read_text()).items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


def _save(path: Path, seen: dict[str, datetime]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps({name: at.isoformat() for name, at in seen.items()}))
    fresh.replace(path)
