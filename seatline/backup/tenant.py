"""A copy of one tenant, sealed with a key of its own, and its way back beside the others, whom it does not touch.

What is copied: every row with the tenant's id as it stands in one snapshot, the tenant's own row, and its recordings.
What is shared, such as people's accounts and the room's seats, stays as it is. The log of operations is only added to:
it tells what was done, and a restore undoes none of it.
"""

import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, sql

from seatline.backup import rows
from seatline.backup.keys import derived
from seatline.backup.places import TENANTS, stamp_of
from seatline.backup.sealed import BackupUnreadable, opened, pieces_of, seal
from seatline.backup.unpacking import unpack
from seatline.errors import BadInput, Refused, Unavailable

_TENANT = "tenants_tenant"
#: Only added to, never taken away.
ADDED_TO = frozenset({"tenants_operation", "tenants_anchor"})
_HEAD, _ROWS, _SOUNDS = "tenant.json", "rows/", "recordings/"


class TenantUnknown(BadInput):
    """There is no tenant {code}."""


class OthersChanged(Unavailable):
    """The restore would have changed rows of others ({tables}); nothing was done."""


class RowsMissing(Refused):
    """What the tenant's rows point to is not there any more ({what}); nothing was done. Restore the house instead."""


class TablesDiffer(Refused):
    """The copy is of another version of Seatline ({tables}); nothing was done. Restore it with that version."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What went into a copy, or came back from it."""

    code: str
    tables: int
    rows: int
    files: int
    size: int = 0


def key_of(secret: str, tenant_id: UUID) -> bytes:
    """The key of one tenant's copies: it opens no other's."""
    return derived(secret, f"tenant {tenant_id}")


def copy_tenant(root_url: str, var: Path, code: str, folder: Path, secret: str, at: datetime) -> tuple[Path, Copied]:
    """Seal a copy of one tenant into `folder`. Raises `TenantUnknown`."""
    with psycopg.connect(root_url) as connection, tempfile.TemporaryDirectory() as scratch:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tenant_id = _id_of(connection, code)
        names = [_TENANT, *rows.tables_of_tenants(connection)]
        counts = {name: _copy_out(connection, name, tenant_id, Path(scratch)) for name in names}
        sounds = sorted(path for path in (var / "recordings" / code).rglob("*") if path.is_file())
        head = {
            "tenant_id": str(tenant_id), "code": code, "at": at.isoformat(),
            "columns": {name: _columns(connection, name) for name in names},
        }  # fmt: skip
        target = folder / TENANTS / f"{tenant_id}-{stamp_of(at)}.sealed"
        packed = Path(scratch, "packed.tar")
        with tarfile.open(packed, "w") as tar:
            _add(tar, _HEAD, json.dumps(head).encode())
            for name in names:
                tar.add(Path(scratch, name), f"{_ROWS}{name}")
            for path in sounds:
                tar.add(path, f"{_SOUNDS}{path.relative_to(var / 'recordings' / code).as_posix()}")
        with packed.open("rb") as file:
            size = seal(pieces_of(file), target, key_of(secret, tenant_id), f"tenant {tenant_id}")
    return target, Copied(code, len(names), sum(counts.values()), len(sounds), size)


def restore_tenant(root_url: str, var: Path, source: Path, secret: str) -> Copied:
    """Put one tenant back as it was when it was copied; all of it or nothing, and nobody else is touched.

    Raises `BackupUnreadable`, `TablesDiffer`, `RowsMissing`, `OthersChanged`.
    """
    tenant_id = _named_in(source)
    with tempfile.TemporaryDirectory() as scratch:
        _unpack(source, key_of(secret, tenant_id), tenant_id, Path(scratch))
        head = json.loads(Path(scratch, _HEAD).read_text())
        with psycopg.connect(root_url) as connection:
            # Nobody writes meanwhile, so that what is compared is comparable; readers go on.
            names = sql.SQL(", ").join(sql.Identifier(name) for name in rows.tables(connection))
            connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names))
            count = _replace_rows(connection, head, tenant_id, Path(scratch, "rows"))
        files = _bring_sounds(Path(scratch, "recordings"), var / "recordings" / head["code"])
    return Copied(head["code"], len(head["columns"]), count, files, source.stat().st_size)


def _replace_rows(connection: Connection[Any], head: dict[str, Any], tenant_id: UUID, folder: Path) -> int:
    columns: dict[str, list[str]] = head["columns"]
    now = {name: _columns(connection, name) for name in [_TENANT, *rows.tables_of_tenants(connection)]}
    if now != columns:
        wrong = sorted(name for name in {*now, *columns} if now.get(name) != columns.get(name))
        raise TablesDiffer(tables=", ".join(wrong))
    before = rows.hashes_without(connection, tenant_id)
    # Triggers that keep what is issued from being changed, and foreign keys, are asked again below, as a whole.
    connection.execute("SET LOCAL session_replication_role = replica")
    count = 0
    for name, written in columns.items():
        if name not in ADDED_TO:
            column = sql.Identifier("id" if name == _TENANT else "tenant_id")
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE {} = {}").format(sql.Identifier(name), column, sql.Literal(tenant_id))
            )
        count += _copy_in(connection, name, written, folder / name)
    connection.execute("SET LOCAL session_replication_role = origin")
    if missing := _dangling(connection, tenant_id):
        raise RowsMissing(what=", ".join(missing))
    if changed := rows.differing(before, rows.hashes_without(connection, tenant_id)):
        raise OthersChanged(tables=", ".join(changed))
    return count


def _id_of(connection: Connection[Any], code: str) -> UUID:
    row = connection.execute("SELECT id FROM tenants_tenant WHERE code = %s", [code]).fetchone()
    if row is None:
        raise TenantUnknown(code=code)
    return UUID(str(row[0]))


def _columns(connection: Connection[Any], name: str) -> list[str]:
    """Those that are written; what PostgreSQL computes itself is not copied."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position", [name]
    ).fetchall()  # fmt: skip
    return [column for (column,) in found]


def _copy_out(connection: Connection[Any], name: str, tenant_id: UUID, scratch: Path) -> int:
    chosen = sql.SQL(", ").join(sql.Identifier(column) for column in _columns(connection, name))
    column = sql.Identifier("id" if name == _TENANT else "tenant_id")
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {} = {}) TO STDOUT").format(
        chosen, sql.Identifier(name), column, sql.Literal(tenant_id)
    )
    with (scratch / name).open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in copy:
                file.write(piece)
        return cursor.rowcount


def _copy_in(connection: Connection[Any], name: str, columns: list[str], source: Path) -> int:
    chosen = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    into: sql.Composable = sql.Identifier(name)
    if name in ADDED_TO:
        into = sql.Identifier("added_to")
        connection.execute(
            sql.SQL("CREATE TEMP TABLE {} (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP").format(
                into, sql.Identifier(name)
            )
        )
    with source.open("rb") as file, connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, chosen)) as copy:
            for piece in pieces_of(file):
                copy.write(piece)
        count = cursor.rowcount
    if name in ADDED_TO:
        added = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING")
        connection.execute(added.format(sql.Identifier(name), chosen, chosen, into))
        connection.execute(sql.SQL("DROP TABLE {}").format(into))
    return count


_FOREIGN_KEYS = (
    "SELECT c.conname, f.relname, a.attname, t.relname, b.attname FROM pg_constraint c"
    " JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid"
    " JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = c.conkey[1]"
    " JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = c.confkey[1]"
    " WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND array_length(c.conkey, 1) = 1"
)


def _dangling(connection: Connection[Any], tenant_id: UUID) -> list[str]:
    """Foreign keys to or from the tenant's rows that point to nothing."""
    owned = {_TENANT, *rows.tables_of_tenants(connection)}
    found = []
    for _, table, column, other, key in connection.execute(_FOREIGN_KEYS).fetchall():
        if table not in owned and other not in owned:
            continue
        row = connection.execute(
            sql.SQL("SELECT 1 FROM {} f LEFT JOIN {} t ON t.{} = f.{} WHERE f.{} IS NOT NULL AND t.{} IS NULL LIMIT 1")
            .format(*(sql.Identifier(name) for name in (table, other, key, column, column, key)))
        ).fetchone()  # fmt: skip
        if row is not None:
            found.append(f"{table}.{column}")
    return found


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _named_in(source: Path) -> UUID:
    try:
        return UUID(source.name[:36])
    except ValueError as error:
        raise BackupUnreadable(name=source.name) from error


def _unpack(source: Path, key: bytes, tenant_id: UUID, scratch: Path) -> None:
    packed = scratch / "packed.tar"
    with packed.open("wb") as file:
        for piece in opened(source, key, f"tenant {tenant_id}"):
            file.write(piece)
    with tarfile.open(packed) as tar:
        unpack(tar, scratch)
    packed.unlink()


def _bring_sounds(folder: Path, target: Path) -> int:
    files = _files_of(folder)
    count = 0
    for path in files:
        to = target / path.relative_to(folder)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(path, to)
        count += 1
    return count


def _files_of(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
