"""What PostgreSQL's catalogue says of the walls between tenants, and of who may come in."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from seatline.audit.findings import Finding, found

#: The roles of programs and of scopes; row level security must bind each of them.
PROGRAMS = ("seatline_app", "seatline_switch", "seatline_web", "seatline_ops", "seatline_fin", "seatline_tel")
OWNER = "seatline_owner"
_QUERIES: dict[str, str] = {
    "wall.missing": """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    "wall.open": """
        SELECT p.tablename || ' ' || p.policyname FROM pg_policies p
        WHERE 'seatline_web' = ANY(p.roles) AND coalesce(p.qual, '') NOT LIKE '%%app.tenant%%'
          -- Rows of nobody, such as the house's own prompts, may be read by all.
          AND NOT (p.cmd = 'SELECT' AND p.qual = '(tenant_id IS NULL)')""",
    "wall.view": """
        SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
          AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on)', false)""",
    "wall.matview": """
        SELECT c.relname FROM pg_class c, unnest(%(programs)s::text[]) AS role WHERE c.relkind = 'm'
          AND EXISTS (SELECT FROM pg_roles WHERE rolname = role) AND has_table_privilege(role, c.oid, 'SELECT')""",
    "role.strong": "SELECT rolname FROM pg_roles WHERE rolname = ANY(%(programs)s) AND (rolsuper OR rolbypassrls)",
    "role.owner": """
        SELECT pg_get_userbyid(relowner) || ' ' || relname FROM pg_class
        WHERE relkind IN ('r', 'p', 'v', 'm') AND pg_get_userbyid(relowner) = ANY(%(programs)s)""",
    "function.path": """
        SELECT p.proname FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
          AND NOT coalesce(p.proconfig::text LIKE '%%search_path=%%', false)""",
    "function.public": """
        SELECT p.proname FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
          AND has_function_privilege('public', p.oid, 'EXECUTE')""",
    "schema.public": "SELECT 'public' WHERE has_schema_privilege('public', 'public', 'CREATE')",
}


def examine_database() -> Iterator[Finding]:
    """What the tables' owner can see; to be called outside any scope."""
    for code, query in _QUERIES.items():
        for where in _column(query, programs=list(PROGRAMS)):
            yield found(code, where)


def examine_server(rows: list[tuple[Any, ...]], passwords: list[tuple[str, str | None]]) -> Iterator[Finding]:
    """What only a superuser can see: `rows` of pg_hba_file_rules (type, database, user, address, method), and the
    roles that log in with the beginning of their kept passwords."""
    for kind, database, user, address, method in rows:
        place = f"{kind} {database} {user} {address or ''}".strip()
        # A socket in a folder that only its owner can enter asks for the password of the file system.
        if method == "trust" and kind != "local":
            yield found("hba.trust", place)
        beyond = address not in (None, "", "127.0.0.1", "::1", "samehost") and kind in ("host", "hostnossl")
        if beyond and method != "reject":
            yield found("hba.plain", place)
    for name, kept in passwords:
        if kept is None or not kept.startswith("SCRAM-SHA-256"):
            yield found("role.password", name)


def _column(query: str, **values: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [str(row[0]) for row in cursor.fetchall()]
