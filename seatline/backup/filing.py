"""The files beside the database: recordings, messages, prompts, exports, and the switch's journal. Each is sealed once.

Rules of this file: what has not changed since the last backup is not copied again, so a day costs what the day brought.
A sealed file's name is a keyed hash of path, length and time: it tells nothing. Folders of keys are never entered.
"""

import hashlib
import hmac
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from seatline.backup.places import FILES
from seatline.backup.sealed import opened, pieces_of, seal

#: Folders of VAR that last; the others are made anew by `./run up`.
KEPT = ("recordings", "files", "exports", "sounds/prompts", "anchors")
JOURNAL = "journal"
_SECRET = frozenset({"keys"})


def keep_files(var: Path, folder: Path, key: bytes) -> dict[str, str]:
    """Seal what is new; every file's path below VAR with its sealed name."""
    found = {}
    for path in _files(var):
        name = path.relative_to(var).as_posix()
        told = path.stat()
        sealed = _name(key, f"{name}|{told.st_size}|{told.st_mtime_ns}")
        target = folder / FILES / sealed
        if not target.exists():
            with path.open("rb") as file:
                seal(pieces_of(file), target, key, f"file {name}")
        found[name] = sealed
    for path in sorted((var / JOURNAL).glob("*.sqlite3")):
        found |= _keep_journal(path, var, folder, key)
    return found


def bring_files(files: Mapping[str, str], folder: Path, var: Path, key: bytes) -> int:
    """Write the files of a backup below `var`; how many. Raises `BackupUnreadable` before a wrong byte is in place."""
    for name, sealed in files.items():
        target = var / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = target.with_name(f".{target.name}.part")
        with fresh.open("wb") as file:
            for piece in opened(folder / FILES / sealed, key, f"file {name}"):
                file.write(piece)
        fresh.replace(target)
    return len(files)


def _files(var: Path) -> Iterator[Path]:
    for part in KEPT:
        for path in sorted((var / part).rglob("*")):
            if path.is_file() and not path.is_symlink() and not _SECRET & set(path.relative_to(var).parts):
                yield path


def _keep_journal(path: Path, var: Path, folder: Path, key: bytes) -> dict[str, str]:
    """The journal is written to all the time: SQLite itself makes the copy (its backup API)."""
    name = path.relative_to(var).as_posix()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "journal.sqlite3")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)
        content = copy.read_bytes()
    sealed = _name(key, f"{name}|{hashlib.sha256(content).hexdigest()}")
    if not (folder / FILES / sealed).exists():
        seal([content], folder / FILES / sealed, key, f"file {name}")
    return {name: sealed}


def _name(key: bytes, text: str) -> str:
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{digest[:2]}/{digest}.sealed"
