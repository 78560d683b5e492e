"""The parts of a backup folder, and what is written down of each backup."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seatline.backup.sealed import BackupUnreadable, opened, seal
from seatline.errors import Unavailable

BASES, TENANTS, FILES = "bases", "tenants", "files"
BASE, MANIFEST = "base.sealed", "manifest.sealed"
_STAMP = "%Y%m%dT%H%M%SZ"


class NoBackup(Unavailable):
    """There is no backup in {folder} that ended before {at}. Make one with ./run backup."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup of the house is made of, and the hashes of its tables at the instant `proven_at`.

    `point` is the name of the restore point in the write-ahead log at which the tables were as hashed.
    """

    stamp: str
    begun_at: str
    proven_at: str
    ended_at: str
    point: str
    tables: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)  # path below VAR -> sealed file below FILES
    base_bytes: int = 0

    @property
    def ended(self) -> datetime:
        """When it was whole: the earliest instant that it can be restored to."""
        return datetime.fromisoformat(self.ended_at)


def stamp_of(at: datetime) -> str:
    """The name of a backup that began then."""
    return at.astimezone(UTC).strftime(_STAMP)


def base_place(stamp: str) -> str:
    """What a base is sealed as."""
    return f"base {stamp}"


def write_manifest(folder: Path, manifest: Manifest, key: bytes) -> None:
    """Last of all: a backup without one is none."""
    text = json.dumps(asdict(manifest), sort_keys=True).encode()
    seal([text], folder / BASES / manifest.stamp / MANIFEST, key, f"manifest {manifest.stamp}")


def read_manifest(folder: Path, stamp: str, key: bytes) -> Manifest:
    """One backup's. Raises `BackupUnreadable`."""
    text = b"".join(opened(folder / BASES / stamp / MANIFEST, key, f"manifest {stamp}"))
    values: dict[str, Any] = json.loads(text)
    return Manifest(**values)


def manifests(folder: Path, key: bytes) -> list[Manifest]:
    """Of all whole backups, the oldest first; what does not open with the key is left out."""
    found = []
    for path in sorted(folder.glob(f"{BASES}/*/{MANIFEST}")):
        try:
            found.append(read_manifest(folder, path.parent.name, key))
        except BackupUnreadable:
            continue
    return found


def newest(folder: Path, key: bytes, at: datetime | None = None) -> Manifest:
    """The newest backup that was whole by `at`. Raises `NoBackup`."""
    fitting = [one for one in manifests(folder, key) if at is None or one.ended <= at]
    if not fitting:
        raise NoBackup(folder=folder, at=at.isoformat(timespec="seconds") if at else "now")
    return fitting[-1]
