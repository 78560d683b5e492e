"""Row level security as one migration operation per table.

Each migration that makes a table ends with `wall(...)` for it: which role may do what, written where the table is
made. A table without a wall can be read by nobody. `tests/integration/test_catalogue.py` holds the rules over all.
"""

from typing import Any

from django.db.migrations.operations import RunSQL

from tenants.accounts.scope import Role

_RIGHTS = {"r": "SELECT", "c": "INSERT", "u": "UPDATE", "d": "DELETE"}
_ROLES = {"web": Role.WEB, "ops": Role.OPS, "fin": Role.FIN, "tel": Role.TEL, "app": "seatline_app"}


def wall(table: str, *, tenant_column: str | None = "tenant_id", **rights: str) -> RunSQL:
    """Grant `rights` on `table` and, if it has a tenant column, enable and force row level security on it.

    `rights` maps a role (web, ops, fin, tel, or app: the web's login outside any scope) to letters of "rcud": read,
    create, update, delete. Row level security shows `web` the rows of `app.tenant` alone; the operator's own roles see
    the rows of all tenants in the tables they are granted. `nullif`: a reset setting reads as '' and not as NULL.
    """
    statements: list[Any] = []
    if tenant_column:
        statements += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        ]
    for name, letters in rights.items():
        role = _ROLES[name]
        verbs = ", ".join(_RIGHTS[letter] for letter in letters)
        statements.append(f"GRANT {verbs} ON {table} TO {role}")
        if tenant_column:
            rows = (
                f"{tenant_column} = nullif(current_setting('app.tenant', true), '')::uuid" if name == "web" else "true"
            )
            statements.append(f"CREATE POLICY {name} ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})")
    undo: list[Any] = [f"REVOKE ALL ON {table} FROM {', '.join(_ROLES.values())}"]
    if tenant_column:
        undo += [f"DROP POLICY IF EXISTS {name} ON {table}" for name in rights]
        undo += [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
    return RunSQL(sql=statements, reverse_sql=undo)


def also(table: str, *, columns: tuple[str, ...] = (), opens: bool = False, **rights: str) -> RunSQL:
    """Give more `rights` on a table that has its wall, whose policies go on saying which rows.

    With `columns` the right to read or update is one on these columns alone. With `opens` the roles had no right on the
    table before, and get their policy too.
    """
    statements: list[Any] = []
    undo: list[Any] = []
    for name, letters in rights.items():
        if opens:
            rows = "tenant_id = nullif(current_setting('app.tenant', true), '')::uuid" if name == "web" else "true"
            statements.append(f"CREATE POLICY {name} ON {table} TO {_ROLES[name]} USING ({rows}) WITH CHECK ({rows})")
            undo.append(f"DROP POLICY {name} ON {table}")
        for letter in letters:
            part = f" ({', '.join(columns)})" if columns and letter in "ru" else ""
            statements.append(f"GRANT {_RIGHTS[letter]}{part} ON {table} TO {_ROLES[name]}")
            undo.append(f"REVOKE {_RIGHTS[letter]}{part} ON {table} FROM {_ROLES[name]}")
    return RunSQL(sql=statements, reverse_sql=undo)
