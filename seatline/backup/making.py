"""Makes a backup of the house: the cluster while it runs, proof of its rows, and the files; then the copy elsewhere.

Rules of this file: nobody is stopped. Writers wait for the moment in which a restore point is set and a snapshot is
taken beside it, so that the rows that are hashed are exactly those at that point of the write-ahead log. The manifest
is written last.
"""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from seatline.backup import archive, rows
from seatline.backup.filing import keep_files
from seatline.backup.keys import derived
from seatline.backup.places import BASE, BASES, Manifest, base_place, stamp_of, write_manifest
from seatline.backup.sealed import pieces_of, seal
from seatline.backup.store import mirror
from seatline.errors import Unavailable
from seatline.house.postgres import binaries

ARCHIVED_WITHIN = 60.0  # seconds in which the last segment must be safe
_TRIES = 20  # to find a moment in which nobody writes


class BaseFailed(Unavailable):
    """PostgreSQL's copy could not be made: {cause}"""


class NotArchived(Unavailable):
    """The write-ahead log is not archived: {segment} is missing after {seconds} s. Look into PostgreSQL's log."""


class NeverQuiet(Unavailable):
    """In {tries} tries there was no moment in which no transaction wrote. Try again when there is less to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: a cluster by its superuser's address, and the folder of its files."""

    root_url: str  # of the cluster's superuser, with the database of the house
    var: Path


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: the folder, its copy elsewhere, and the secret from which the keys are derived."""

    folder: Path
    offsite: Path | None
    secret: str

    def key(self, what: str) -> bytes:
        """The key of one kind of thing."""
        return derived(self.secret, what)


def archive_to(root: Connection[Any], target: Target, key_file: Path, python: str, project: Path) -> bool:
    """Have the cluster seal each segment of its log from now on; whether anything had to be changed.

    Needs `archive_mode` on, with which our cluster starts. `key_file` must be readable by who runs the server.
    """
    words = (python, "-m", "seatline.backup.archive", str(key_file), str(target.folder), str(target.offsite or "-"))
    command = f'PYTHONPATH="{project}" PYTHONDONTWRITEBYTECODE=1 ' + " ".join(f'"{word}"' for word in words)
    command += ' "%p" "%f"'
    # As it stands in the files: what was asked for a moment ago may not have reached this session.
    row = root.execute(
        "SELECT setting FROM pg_file_settings WHERE name = 'archive_command' ORDER BY seqno DESC LIMIT 1"
    ).fetchone()
    if row is not None and row[0] == command:
        return False
    for name, value in (("archive_command", command), ("archive_timeout", "60s")):
        root.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    root.execute("SELECT pg_reload_conf()")
    return True


def back_up(source: Source, target: Target, now: Callable[[], datetime]) -> Manifest:
    """Make a whole backup. Raises `BaseFailed`, `NotArchived`, `NeverQuiet`; then there is no new backup."""
    begun = now()
    stamp = stamp_of(begun)
    folder = target.folder / BASES / stamp
    try:
        size = seal(_base(source.root_url), folder / BASE, target.key("base"), base_place(stamp))
        files = keep_files(source.var, target.folder, target.key("files"))
        with psycopg.connect(source.root_url, autocommit=True) as root:
            point = f"seatline {stamp}"
            with _at_a_quiet_moment(source.root_url, root, point) as snapshot:
                proven = now()
                tables = rows.hashes(snapshot)
            _wait_for_archive(root, target.folder)
        manifest = Manifest(
            stamp, begun.isoformat(), proven.isoformat(), now().isoformat(), point, tables, files, size,
        )  # fmt: skip
        write_manifest(target.folder, manifest, target.key("manifest"))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if target.offsite is not None:
        mirror(target.folder, target.offsite)
    return manifest


def _base(root_url: str) -> Iterator[bytes]:
    """The cluster as one tar, as `pg_basebackup` gives it; its log comes from the archive."""
    command = [
        str(binaries() / "pg_basebackup"), "-d", root_url, "-D", "-", "-F", "tar", "-X", "none", "--checkpoint=fast",
        "--no-password",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, stdin=subprocess.DEVNULL, cwd="/")
        assert process.stdout is not None
        try:
            yield from pieces_of(process.stdout)
        finally:
            process.stdout.close()
            code = process.wait()
        if code != 0:
            told.seek(0)
            raise BaseFailed(cause=" ".join(told.read().decode(errors="replace").split())[-500:])


@contextlib.contextmanager
def _at_a_quiet_moment(url: str, root: Connection[Any], point: str) -> Iterator[Connection[Any]]:
    """A connection that sees the tables as they are at the restore point `point`, however long it looks.

    Each table is locked against writers until the snapshot is taken and the point is set: a lock in SHARE mode is
    granted once those who had written have committed, and they let go of it only when others see what they wrote.
    """
    with psycopg.connect(url) as snapshot:
        snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for _ in range(_TRIES):
            try:
                with root.transaction():
                    root.execute("SET LOCAL lock_timeout = '300ms'")
                    names = sql.SQL(", ").join(sql.Identifier(name) for name in rows.tables(root))
                    if names.as_string(root):
                        root.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(names))
                    snapshot.execute("SELECT 1")  # the snapshot is taken by the first statement
                    root.execute("SELECT pg_create_restore_point(%s)", [point])
                break
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                snapshot.rollback()
                snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                time.sleep(0.2)
        else:
            raise NeverQuiet(tries=_TRIES)
        yield snapshot


def _wait_for_archive(root: Connection[Any], folder: Path) -> None:
    """Until the segment with the restore point is sealed."""
    row = root.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    target = folder / archive.WAL / archive.sealed_name(row[0])
    deadline = time.monotonic() + ARCHIVED_WITHIN
    while not target.exists():
        if time.monotonic() > deadline:
            raise NotArchived(segment=row[0], seconds=int(ARCHIVED_WITHIN))
        time.sleep(0.1)
