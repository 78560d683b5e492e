"""The witness as a process: Asterisk's channel events go on record, also while no switch runs.

It must see that Asterisk writes at all: at the start, and whenever Asterisk comes again, it has the dialplan write an
event and looks for it in the file. Until then telephony is not ready: calls would be answered without a witness.
"""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from seatline.clock import Clock
from telephony.core.values import CallId
from telephony.journal.projector import alone, project, tell
from telephony.witness import figures
from telephony.witness.alive import Alive, Asterisk
from telephony.witness.files import CURRENT, chunks, forget, put_aside
from telephony.witness.rules import SELF_TEST, Kind, Seen
from telephony.witness.services import OpenChannel, bookmark, cut, keep, offsets, open_channels, understood
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)
EVERY = 0.25  # seconds between two looks into the file
AGAIN_AFTER = 1.0  # seconds, while PostgreSQL is away
BATCH = 1000  # lines in one transaction
PROVED_WITHIN = 2.0  # seconds from the dialplan's event to its line
PROVE_AGAIN = 15.0  # seconds
SURE_AFTER = timedelta(seconds=10)  # a channel that is gone so long without a line will not get one any more
OLDEST = timedelta(hours=6)  # no channel lives longer: TIMEOUT(absolute) in extensions.conf is four hours
TELLS = frozenset({Kind.CHAN_END, Kind.CUT, Kind.USER_DEFINED})  # kinds after which a call's rows are made anew


class Witness:
    """Reads on, files what it reads, and closes what Asterisk lost."""

    def __init__(
        self, folder: Path, alive: Alive, clock: Clock, ours: Callable[[str], bool] = lambda _linked: True
    ) -> None:
        self._ours = ours
        self._folder = folder
        self._alive = alive
        self._clock = clock
        self._offsets: dict[str, int] = {}
        self._open: dict[str, OpenChannel] = {}
        self._swept: datetime | None = None
        self._loaded = False

    def step(self) -> int:
        """Take down what is new and close what is lost; how many events. Raises Django's DatabaseError while
        PostgreSQL is away: nothing is lost then, the next step does the work."""
        if not self._loaded:
            with telephony_scope():
                self._offsets, self._open = offsets(), open_channels(self._clock() - OLDEST, self._ours)
            self._loaded = True
        count = 0
        for chunk in chunks(self._folder, self._offsets, BATCH):
            told = understood(chunk.lines)
            figures.REFUSED.inc(len(chunk.lines) - len(told))
            with telephony_scope():
                self._file(told)
                bookmark(chunk.place, self._clock())
            self._offsets[chunk.place.file] = chunk.place.offset
            count += len(told)
        if count == 0:
            self._sweep()
        figures.OPEN.set(len(self._open))
        return count

    def _file(self, told: list[tuple[str, Seen]]) -> None:
        """Events and the calls that they change, in one transaction of the caller's."""
        known: dict[str, CallId] = {channel: one.call for channel, one in self._open.items()}
        found = keep(told, known)
        calls = list(dict.fromkeys(call for call, event in found if event.kind in TELLS))
        if calls:
            alone()
            tell(project(calls).calls)
        at = self._clock()
        for call, event in found:
            self._follow(call, event)
            figures.LAG.observe(max((at - event.at).total_seconds(), 0.0))
        figures.EVENTS.inc(len(found))

    def _follow(self, call: CallId, event: Seen) -> None:
        match event.kind:
            case Kind.CHAN_START:
                self._open[event.channel] = OpenChannel(call, event.at, event.at)
            case Kind.CHAN_END | Kind.CUT:
                self._open.pop(event.channel, None)
            case _ if event.channel in self._open:
                before = self._open[event.channel]
                self._open[event.channel] = OpenChannel(before.call, before.started_at, event.at)

    def _sweep(self) -> None:
        """Close channels that Asterisk has no more and whose end it never wrote, once for each look at it."""
        look = self._alive.newest
        if look is None or look.at == self._swept or not self._alive.answers:
            return
        lost = []
        for channel, opened in self._open.items():
            seen = max(self._alive.last_seen(channel) or opened.last_at, opened.last_at)
            if channel not in look.channels and look.at - seen >= SURE_AFTER:
                lost.append(cut(channel, opened, seen))
        if lost:
            log.error("channels ended without a word of asterisk", count=len(lost))
            with telephony_scope():
                self._file(lost)
            figures.CUT.inc(len(lost))
        self._swept = look.at
        self._alive.forget(self._open.keys())

    def tidy(self) -> None:
        """Put a long file aside, and delete those that are on record."""
        try:
            put_aside(self._folder)
            forget(self._folder, self._offsets)
        except OSError as error:
            log.error("files of channel events cannot be put aside", cause=str(error))


class Proof:
    """Whether Asterisk writes: tried by an event of the dialplan that must come to the file."""

    def __init__(self, folder: Path, asterisk: Asterisk) -> None:
        self._file = folder / CURRENT
        self._asterisk = asterisk
        self.holds = False

    def try_it(self, wait: Callable[[float], object] = time.sleep) -> bool:
        """Have `[witness]` write an event, and look for its line."""
        word = secrets.token_hex(8)
        begun_at = self._size()
        try:
            self._asterisk.post(
                "channels", {"endpoint": f"Local/check{word}@witness/n", "context": "witness", "extension": "done"}
            )
        except (OSError, ValueError) as error:
            log.error("witness cannot be tried", cause=str(error))
            return self._say(False)
        for _ in range(int(PROVED_WITHIN / 0.05)):
            if self._wrote(word, begun_at):
                return self._say(True)
            wait(0.05)
        log.critical("asterisk writes no channel events: telephony is not ready", file=str(self._file))
        return self._say(False)

    def _say(self, holds: bool) -> bool:
        self.holds = holds
        figures.PROVED.set(holds)
        return holds

    def _size(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def _wrote(self, word: str, begun_at: int) -> bool:
        if not self._file.exists():
            return False
        with self._file.open("rb") as file:
            file.seek(begun_at if begun_at <= self._size() else 0)
            return any(SELF_TEST.encode() in line and word.encode() in line for line in file)


def run(witness: Witness, alive: Alive, proof: Proof, stop: threading.Event) -> None:
    """Be the witness until `stop`."""
    watch = threading.Thread(target=alive.watch, args=(stop.wait,), name="alive", daemon=True)
    watch.start()
    boot, tried_at, tidied_at = "", -PROVE_AGAIN, time.monotonic()
    while not stop.is_set():
        pause = EVERY
        try:
            witness.step()
        except (DatabaseError, InterfaceError) as error:
            log.error("database is away", errand="witness", cause=str(error).split("\n", maxsplit=1)[0])
            close_old_connections()
            pause = AGAIN_AFTER
        look = alive.newest if alive.answers else None
        figures.ASTERISK.set(look is not None)
        figures.CHANNELS.set(len(look.channels) if look else 0)
        if look and look.boot != boot:
            boot, proof.holds, tried_at = look.boot, False, -PROVE_AGAIN
        if look and not proof.holds and time.monotonic() - tried_at >= PROVE_AGAIN:
            tried_at = time.monotonic()
            proof.try_it()
        if time.monotonic() - tidied_at > 60:
            witness.tidy()
            tidied_at = time.monotonic()
        stop.wait(pause)
