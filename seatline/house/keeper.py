"""Starts programs again that died, each after a pause that grows while it keeps dying.

Rules of this file: only what was started and has ended by itself is started again; `./run down` and `./run restart`
take the pid file away first, under the program's lock.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from seatline.house.processes import Process

log = structlog.get_logger(__name__)
STEADY_AFTER = 60.0  # seconds: one that ran so long begins anew with a short pause
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the first, second, ... start in a row


def describe(programs: Iterable[Process], path: Path) -> None:
    """Write down which programs are to be kept alive, for a watchdog; the file holds their secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".tmp")
    written.touch(mode=0o600)
    written.write_text(json.dumps([asdict(program) for program in programs], default=str))
    written.replace(path)


def described(path: Path) -> list[Process]:
    """The programs of that file; none if it is not there."""
    try:
        texts = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return [
        Process(
            name=one["name"], command=tuple(one["command"]), folder=Path(one["folder"]),
            log_folder=Path(one["log_folder"]), environment=one["environment"], directory=Path(one["directory"]),
        )
        for one in texts
    ]  # fmt: skip


@dataclass(slots=True)
class _Falls:
    """How often a program died in a row, and when it was started last."""

    count: int = 0
    started_at: float = 0.0
    wait_until: float | None = None  #: it is dead, and is started then


class Keeper:
    """Looks when told to. `programs` is asked at each look, so that it may change."""

    def __init__(self, programs: Callable[[], Iterable[Process]]) -> None:
        self._programs = programs
        self._falls: dict[str, _Falls] = {}

    def look(self, monotonic: float) -> list[str]:
        """Start what died and has waited its pause; the names of what was started."""
        return [program.name for program in self._programs() if self._revived(program, monotonic)]

    def _revived(self, program: Process, now: float) -> bool:
        if not program.died():
            return False
        falls = self._falls.setdefault(program.name, _Falls())
        if falls.wait_until is None:
            falls.count = 1 if now - falls.started_at > STEADY_AFTER else falls.count + 1
            pause = PAUSES[min(falls.count, len(PAUSES)) - 1]
            falls.wait_until = now + pause
            log.critical("a program died", program=program.name, last_words=program.last_words(), again_in=pause)
        if now < falls.wait_until:
            return False
        pid = program.revive()
        falls.started_at, falls.wait_until = now, None
        if pid is not None:
            log.warning("a program was started again", program=program.name, pid=pid, times=falls.count)
        return pid is not None
