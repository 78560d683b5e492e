"""The switch's heartbeat: a small file that says that it lives, whether it can take calls, and what ails it.

Its age is measured by the machine's monotonic clock, which no one can set: a clock that is stepped by an hour makes
nobody look dead. After a restart of the machine an old file is from the future, and counts as none.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

NAME = "switch.heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What the switch says of itself, about twice a second."""

    monotonic: float  #: seconds, as `time.monotonic` of every process of the machine counts them
    at: str  #: the same instant by the clock on the wall, ISO 8601
    pid: int
    ready: bool  #: it is at Asterisk and takes calls
    nodes: tuple[str, ...] = ()  #: the Asterisks that it has a connection to
    calls: int = 0
    waiting: int = 0  #: callers in queues
    lag: float = 0.0  #: seconds from an event in Asterisk to its handling here, the worst since the beat before
    alarms: Mapping[str, str] = field(default_factory=dict)  #: what ails it, by a name that stays the same


def path_in(var: Path) -> Path:
    """Where the heartbeat of this house lies."""
    return var / "run" / NAME


def write(path: Path, beat: Beat) -> None:
    """Replace the file whole: a reader sees one beat or the other. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".tmp")
    written.write_bytes(orjson.dumps(asdict(beat)))
    written.replace(path)


def read(path: Path) -> Beat | None:
    """The last beat; None if there is none or it cannot be read."""
    try:
        told = orjson.loads(path.read_bytes())
        return Beat(**{**told, "nodes": tuple(told["nodes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def age(beat: Beat | None, monotonic: float | None = None) -> float | None:
    """Seconds since the beat; None if there is none, or it is from before the machine's restart."""
    now = time.monotonic() if monotonic is None else monotonic
    return None if beat is None or beat.monotonic > now else now - beat.monotonic
