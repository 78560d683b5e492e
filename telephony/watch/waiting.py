"""Switches that wait for the lead: each has a small file of its own, like the heartbeat of the one that leads.

Rules of this file: no Django, no PostgreSQL; the watchdog and `./run` read it.
"""

from collections.abc import Iterator
from pathlib import Path

from telephony.watch import heartbeat
from telephony.watch.heartbeat import Beat

WORDS = "waits for the lead, as a standby does"  #: what one that waits says of its readiness
FRESH = 3.0  # seconds; one whose file is older does not wait any more, or hangs


def path_of(var: Path, pid: int) -> Path:
    """Where the process `pid` says that it waits."""
    return var / "run" / f"waiting-{pid}.heartbeat"


def beats(var: Path) -> Iterator[tuple[Path, Beat]]:
    """The last beat of each that waits, or has waited and was killed."""
    for path in (var / "run").glob("waiting-*.heartbeat"):
        beat = heartbeat.read(path)
        if beat is not None:
            yield path, beat


def waits(var: Path, pid: int) -> bool:
    """Whether this process waits for the lead now, and is ready to take it."""
    age = heartbeat.age(heartbeat.read(path_of(var, pid)))
    return age is not None and age < FRESH


def tidy(var: Path) -> None:
    """Remove what killed ones have left."""
    for path, beat in beats(var):
        age = heartbeat.age(beat)
        if age is None or age > 10 * FRESH:
            path.unlink(missing_ok=True)
