"""Brings a backup back: into a cluster of its own, to any instant since the backup, and proves that the rows are those.

Rules of this file: the house that runs is never touched here; whoever wants to put a restored cluster in its place does
so afterwards. A restored cluster archives nothing, or it would write into the archive that it came from.
"""

import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import Path

import psycopg

from seatline.backup import archive, rows
from seatline.backup.making import Target
from seatline.backup.places import BASE, BASES, Manifest, base_place
from seatline.backup.sealed import BackupUnreadable, opened
from seatline.backup.unpacking import unpack
from seatline.errors import Unavailable
from seatline.house.postgres import LET_GO, Cluster

_OURS = ("restore_command", "recovery_target", "archive_command")
RECOVERED_WITHIN = 600.0  # seconds


class NotRecovered(Unavailable):
    """The backup cannot be brought to {wanted}: {cause}"""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a trial restore came to."""

    stamp: str
    seconds: float
    tables: int
    rows: int
    differing: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether every row came back."""
        return not self.differing


def restore(
    target: Target, manifest: Manifest, cluster: Cluster, at: datetime | None = None, *, durable: bool = True
) -> None:
    """Unpack a backup into the empty folder of `cluster`, start it, and let it take up the log until `at`.

    Without `at` it stops at the backup's own restore point. Raises `BackupUnreadable`, `NotRecovered`.
    """
    cluster.folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    sealed = target.folder / BASES / manifest.stamp / BASE
    stream = _Stream(opened(sealed, target.key("base"), base_place(manifest.stamp)))
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            unpack(tar, cluster.folder)
    except tarfile.TarError as error:
        raise BackupUnreadable(name=sealed.name) from error
    segments = cluster.folder.parent / f".{cluster.folder.name}.wal"
    _unseal_log(target, segments)
    wanted = f"recovery_target_time = '{at.isoformat()}'" if at else f"recovery_target_name = '{manifest.point}'"
    settings = (
        f"restore_command = 'cp \"{segments}/%f\" \"%p\"'\n{wanted}\nrecovery_target_action = 'promote'\n"
        f"archive_command = '{LET_GO}'\n"
    )
    # A house that was restored once still has the target of then in this file; two targets are one too many.
    auto = cluster.folder / "postgresql.auto.conf"
    kept = [line for line in auto.read_text().splitlines(keepends=True) if not line.startswith(_OURS)]
    auto.write_text("".join(kept) + settings)
    (cluster.folder / "recovery.signal").touch(mode=0o600)
    cluster.folder.chmod(0o700)
    cluster.give_away()
    try:
        cluster.start(archiving=False, durable=durable)
        _wait_until_promoted(cluster, wanted)
    finally:
        shutil.rmtree(segments, ignore_errors=True)


def drill(target: Target, manifest: Manifest, cluster: Cluster, database: str) -> Drill:
    """Restore into a cluster that is thrown away afterwards, and compare every table with what was hashed then."""
    begun = time.monotonic()
    try:
        restore(target, manifest, cluster, durable=False)
        with psycopg.connect(cluster.url(database)) as connection:
            found = rows.hashes(connection)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
    differing = rows.differing(manifest.tables, found)
    count = sum(int(one.partition(" ")[0]) for one in found.values())
    return Drill(manifest.stamp, round(time.monotonic() - begun, 1), len(found), count, tuple(differing))


def _unseal_log(target: Target, folder: Path) -> None:
    """Every segment that is archived, readable by the server; the ones that are not asked for cost a little time."""
    folder.mkdir(mode=0o755)
    for path in sorted((target.folder / archive.WAL).glob("*.sealed")):
        segment = path.name.removesuffix(".sealed")
        with (folder / segment).open("wb") as file:
            for piece in opened(path, target.key("wal"), archive.place_of(segment)):
                file.write(piece)


def _wait_until_promoted(cluster: Cluster, wanted: str) -> None:
    """The server answers while it takes up the log; it writes once it is there."""
    deadline = time.monotonic() + RECOVERED_WITHIN
    while time.monotonic() < deadline:
        if cluster.pid() is None:
            raise NotRecovered(wanted=wanted, cause=_last_words(cluster))
        try:
            with psycopg.connect(cluster.url("postgres"), connect_timeout=3) as connection:
                row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
                if row is not None and not row[0]:
                    return
        except psycopg.OperationalError:
            pass
        time.sleep(0.2)
    raise NotRecovered(wanted=wanted, cause="it took too long")


def _last_words(cluster: Cluster) -> str:
    lines = cluster.log.read_text(errors="replace").splitlines() if cluster.log.exists() else []
    return next((line for line in reversed(lines) if "FATAL" in line), "it ended")


class _Stream(RawIOBase):
    """What was sealed, as a file for `tarfile`, which reads it once from the beginning to the end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, b""

    def readable(self) -> bool:
        """It is only read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes; fewer at the end only."""
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        size = len(self._held) if size < 0 else size
        found, self._held = self._held[:size], self._held[size:]
        return found
