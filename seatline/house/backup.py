"""`./run backup` and `./run restore`: the house's own backups; see `seatline.backup`.

What works where: a backup of the whole house, to any instant, and its trial are of the embedded PostgreSQL, whose log
is archived by ourselves. A server that DATABASE_URL names belongs to somebody who backs it up; copies of single
tenants work with both.
"""

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg

from seatline import clock
from seatline.backup.filing import bring_files
from seatline.backup.keys import BACKUP_KEY, derived
from seatline.backup.making import Source, Target, archive_to, back_up
from seatline.backup.places import Manifest, newest
from seatline.backup.restoring import Drill, drill, restore
from seatline.backup.status import read_status, write_status
from seatline.backup.store import mirror, size_of
from seatline.backup.tenant import Copied, copy_tenant, restore_tenant
from seatline.env import ROOT
from seatline.errors import BadInput, Refused
from seatline.house import secrets, updown
from seatline.house.home import DATABASE, House
from seatline.house.postgres import Cluster, free_port

OFFSITE = "HOUSE_BACKUP_OFFSITE"


class DatabaseElsewhere(Refused):
    """DATABASE_URL names a server that is not ours: whoever runs it backs it up (pg_basebackup and its archive).
    Copies of single tenants work here (./run backup --tenant CODE)."""


class NothingOfItsOwn(Refused):
    """{folder} is not empty; a backup is brought back into a folder of its own."""


class NoInstant(BadInput):
    """“{text}” is no instant; write it as 2026-11-24T14:30+08:00."""


class NotAsOnceSaid(Refused):
    """{folder} is no folder that can be written to: {cause}"""


def folder_of(house: House) -> Path:
    """Where the backups of a house lie: beside what is backed up, and copied away from there."""
    return house.local / "backup"


def target_of(house: House) -> Target:
    """Folder, copy elsewhere and keys of a house."""
    offsite = house.values.get(OFFSITE)
    return Target(folder_of(house), Path(offsite) if offsite else None, house.values[BACKUP_KEY])


def choose_offsite(house: House, folder: Path) -> House:
    """The same house with a copy of its backups in `folder`, from now on."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotAsOnceSaid(folder=folder, cause=error.strerror) from error
    values = {**house.values, OFFSITE: str(folder.resolve())}
    secrets.save(house.local / "env", values)
    return replace(house, values=values)


def backup(house: House) -> Manifest:
    """Back the whole house up. The embedded server must run."""
    cluster, target = _embedded(house), target_of(house)
    begun = time.monotonic()
    target.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with psycopg.connect(cluster.url(DATABASE), autocommit=True) as root:
        archive_to(root, target, _key_file(cluster, target), sys.executable, ROOT)
    manifest = back_up(Source(cluster.url(DATABASE), house.var), target, clock.now)
    made = replace(
        read_status(target.folder),
        made_at=manifest.ended_at,
        stamp=manifest.stamp,
        seconds=round(time.monotonic() - begun, 1),
        size=size_of(target.folder),
        tables=len(manifest.tables),
        rows=sum(int(one.partition(" ")[0]) for one in manifest.tables.values()),
        files=len(manifest.files),
        offsite=str(target.offsite or ""),
        offsite_at=clock.now().isoformat() if target.offsite else "",
    )
    write_status(target.folder, made)
    return manifest


def try_restore(house: House) -> Drill:
    """Bring the newest backup back into a cluster of its own and compare every row; what came of it is kept."""
    target = target_of(house)
    with tempfile.TemporaryDirectory(prefix="seatline-drill-", dir=house.local) as scratch:
        Path(scratch).chmod(0o755)
        embedded = _embedded(house)
        cluster = Cluster(Path(scratch, "data"), free_port(), embedded.password)
        tried = drill(target, newest(target.folder, target.key("manifest")), cluster, DATABASE)
    kept = read_status(target.folder)
    kept = replace(kept, tried_at=clock.now().isoformat(), tried_seconds=tried.seconds, tried_well=tried.proven)
    write_status(target.folder, kept)
    return tried


def restore_into(house: House, folder: Path, at: datetime | None) -> Manifest:
    """Bring the house's data back into `folder` (postgres/data and var), as of `at` or of the newest backup."""
    if folder.exists() and any(folder.iterdir()):
        raise NothingOfItsOwn(folder=folder)
    target = target_of(house)
    manifest = newest(target.folder, target.key("manifest"), at)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    cluster = Cluster(folder / "postgres" / "data", free_port(), _embedded(house).password)
    try:
        restore(target, manifest, cluster, at)
    finally:
        cluster.stop()
    bring_files(manifest.files, target.folder, folder / "var", target.key("files"))
    return manifest


def restore_in_place(house: House, at: datetime | None) -> tuple[Manifest, Path]:
    """Put what was restored where the house's data is; what was there is moved aside, and where to is given back.

    Everything is stopped first, and stays so: `./run up` starts it, and `./run backup` begins to archive again.
    """
    cluster = _embedded(house)
    with tempfile.TemporaryDirectory(prefix="seatline-restore-", dir=house.local) as scratch:
        Path(scratch).chmod(0o755)
        restored = Path(scratch, "house")
        manifest = restore_into(house, restored, at)
        updown.down(house)
        aside = house.local / f"before-{clock.now():%Y%m%dT%H%M%SZ}"
        aside.mkdir(mode=0o700)
        if cluster.folder.exists():  # not so on a machine that takes the place of a lost one
            shutil.move(cluster.folder, aside / "data")
        cluster.folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(restored / "postgres" / "data", cluster.folder)
        for part in sorted((restored / "var").iterdir()) if (restored / "var").exists() else ():
            if (house.var / part.name).exists():
                shutil.copytree(house.var / part.name, aside / part.name, dirs_exist_ok=True)
            shutil.copytree(part, house.var / part.name, dirs_exist_ok=True)
    return manifest, aside


def backup_tenant(house: House, code: str) -> tuple[Path, Copied]:
    """A sealed copy of one tenant, and another one elsewhere."""
    target = target_of(house)
    made = copy_tenant(_root_url(house), house.var, code, target.folder, target.secret, clock.now())
    if target.offsite is not None:
        mirror(target.folder, target.offsite)
    return made


def bring_tenant(house: House, source: Path) -> Copied:
    """One tenant as it was when it was copied."""
    return restore_tenant(_root_url(house), house.var, source, target_of(house).secret)


def _root_url(house: House) -> str:
    """The house's database with a role that sees and may write every row."""
    if house.cluster is not None:
        return house.cluster.url(DATABASE)
    return psycopg.conninfo.make_conninfo(house.root_url, dbname=DATABASE)


def _embedded(house: House) -> Cluster:
    if house.cluster is None:
        raise DatabaseElsewhere
    return house.cluster


def _key_file(cluster: Cluster, target: Target) -> Path:
    """The key of the log alone, where the server can read it: beside its data, never in it."""
    path = cluster.folder.parent / "wal.key"
    path.touch(mode=0o600)
    path.write_text(derived(target.secret, "wal").hex())
    cluster.let_server_read(path)
    return path
