"""A hash for each table, by which two databases, or one before and after, are compared.

Rules of this file: a table's hash does not depend on the order of its rows and needs no memory, so a table of any size
can be hashed: it is the count of its rows and the sums of both halves of each row's MD5. It proves that nothing was
lost or mixed up on the way, not that nobody forged it; what is sealed cannot be forged.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection, sql

Hashes = Mapping[str, str]

_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname"
)
_OF_TENANTS = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname"
)
_HASH = (
    "SELECT count(*) || ' ' || coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0)"
    " || ' ' || coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0)"
    " FROM (SELECT md5(t::text) AS h FROM {table} t {where}) AS rows"
)


def tables(connection: Connection[Any]) -> list[str]:
    """All tables of the house."""
    return [name for (name,) in connection.execute(_TABLES).fetchall()]


def tables_of_tenants(connection: Connection[Any]) -> list[str]:
    """Tables whose rows are tenants', by name; the table of tenants itself is not among them."""
    return [name for (name,) in connection.execute(_OF_TENANTS).fetchall()]


def hashes(connection: Connection[Any]) -> dict[str, str]:
    """Of every table. The role must see all rows."""
    return {name: _hash(connection, name, sql.SQL("")) for name in tables(connection)}


def hashes_without(connection: Connection[Any], tenant_id: object) -> dict[str, str]:
    """Of every table, without the rows of one tenant."""
    mine = sql.SQL("WHERE {} IS DISTINCT FROM {}")
    owned = set(tables_of_tenants(connection))
    found = {}
    for name in tables(connection):
        column = "tenant_id" if name in owned else "id" if name == "tenants_tenant" else ""
        where = mine.format(sql.Identifier(column), sql.Literal(tenant_id)) if column else sql.SQL("")
        found[name] = _hash(connection, name, where)
    return found


def differing(one: Hashes, other: Hashes) -> list[str]:
    """The tables that are not alike, with how many rows each side has."""
    names = sorted({*one, *other})
    wrong = [name for name in names if one.get(name) != other.get(name)]
    return [f"{name}: {_count(one, name)} / {_count(other, name)}" for name in wrong]


def _count(found: Hashes, name: str) -> str:
    return found[name].partition(" ")[0] if name in found else "no table"


def _hash(connection: Connection[Any], name: str, where: sql.Composable) -> str:
    row = connection.execute(sql.SQL(_HASH).format(table=sql.Identifier(name), where=where)).fetchone()
    assert row is not None, "an aggregate always has a row"
    return str(row[0])
