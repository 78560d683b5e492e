"""Reads the files that Asterisk's cel_custom writes, from where one was; knows no database.

cel_custom opens, appends one line and closes for each event, so a file can be put aside by renaming it: the next event
makes a new one. A file is known by its first line, not by its name or its number on the disk: both are used again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

CURRENT = "events.jsonl"  # asterisk_etc/cel_custom.conf
ASIDE_AT = 32_000_000  # bytes: the current file is put aside then
KEPT = 2  # files put aside and read to the end that stay, for a person to look into
_LONGEST = 65_536  # bytes of a line; CEL writes a few hundred


@dataclass(frozen=True, slots=True)
class Place:
    """A file, by the hash of its first line, and how many bytes of it are safe in PostgreSQL."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one file, and the place behind them."""

    path: Path
    lines: Sequence[bytes]
    place: Place


def chunks(folder: Path, offsets: Mapping[str, int], limit: int) -> Iterator[Chunk]:
    """What is new in each file, oldest file first, at most `limit` lines of each; nothing if nobody wrote."""
    for path in in_order(folder):
        chunk = _read(path, offsets, limit)
        if chunk is not None:
            yield chunk


def in_order(folder: Path) -> list[Path]:
    """The files that were put aside, oldest first, and the one that is being written."""
    return [*sorted(folder.glob(f"{CURRENT}.*")), *([folder / CURRENT] if (folder / CURRENT).exists() else [])]


def _read(path: Path, offsets: Mapping[str, int], limit: int) -> Chunk | None:
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST)
            if not first.endswith(b"\n"):
                return None  # empty, or its first line is being written
            name = sha256(first).hexdigest()
            size = file.seek(0, 2)
            offset = offsets.get(name, 0)
            # Cut short by somebody: all of it again; the lines are known then and change nothing.
            file.seek(offset if offset <= size else 0)
            lines: list[bytes] = []
            offset = file.tell()
            while len(lines) < limit:
                line = file.readline(_LONGEST)
                if not line.endswith(b"\n") and len(line) < _LONGEST:
                    break  # the end, or a line that is being written
                offset += len(line)
                lines.append(line)
    except FileNotFoundError:
        return None
    return Chunk(path, lines, Place(name, offset)) if lines else None


def put_aside(folder: Path, at: int = ASIDE_AT) -> None:
    """Rename the current file when it has grown to `at` bytes; of those read long ago keep the newest `KEPT`."""
    current = folder / CURRENT
    if not current.exists() or current.stat().st_size < at:
        return
    names = [int(path.suffix[1:]) for path in folder.glob(f"{CURRENT}.*") if path.suffix[1:].isdigit()]
    current.rename(folder / f"{CURRENT}.{max(names, default=0) + 1:08}")


def forget(folder: Path, offsets: Mapping[str, int]) -> list[Path]:
    """Delete files put aside of which every line is safe, but for the newest `KEPT`; those that went."""
    gone = []
    for path in sorted(folder.glob(f"{CURRENT}.*"))[:-KEPT]:
        with path.open("rb") as file:
            name = sha256(file.readline(_LONGEST)).hexdigest()
        if offsets.get(name, 0) >= path.stat().st_size:
            path.unlink()
            gone.append(path)
    return gone
