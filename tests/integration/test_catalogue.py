"""What PostgreSQL's own catalogue says of the walls between tenants, for every table there is."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from tenants.accounts.scope import Role

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("tenants", "agents", "telephony", "billing")
HOLDERS = tuple(Role)  # roles that hold rights
LOGINS = ("seatline_app", "seatline_switch")

# Unique across tenants on purpose. A tenant's people can write none of these tables, so nobody can probe with them.
UNIQUE_ACROSS_TENANTS = {
    "agents_agent_number_key": "keyed at any phone of the room, so it names one agent of the platform",
    "phone_has_one_agent": "phones are the operator's: one sits in the room, whoever it serves now",
    "telephony_webphone_endpoint_key": "a name at Asterisk, made of the agent's number, which is one of the platform",
    "fact_is_kept_once": "a call's first facts have no tenant yet, and must be met again whatever tenant they carry",
    "call_position_is_unique": "one sequence that mediation reads on from, over all tenants",
    "usage_once_per_source": "the same call on two tenants' bills must collide",
    "number_once_per_series": "a series of document numbers is the issuing company's, over all its tenants",
}

pytestmark = pytest.mark.django_db


def rows(query, *parameters):
    """All rows of a query by the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def our_tables():
    """Names of the tables of our models."""
    return sorted({model._meta.db_table for floor in FLOORS for model in apps.get_app_config(floor).get_models()})


def tenants_tables():
    """Tables with a column that says whose a row is."""
    return [name for (name,) in rows(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not a.attisdropped order by 1"
    )]  # fmt: skip


def test_every_table_with_a_tenant_has_row_security_forced():
    open_tables = rows(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
        " and not (c.relrowsecurity and c.relforcerowsecurity)"
    )
    assert open_tables == []
    assert rows("select relrowsecurity and relforcerowsecurity from pg_class where relname = 'tenants_tenant'") == [
        (True,)
    ]


def test_every_model_with_a_tenant_is_among_them():
    """A model whose tenant column had another name would slip through everything here."""
    for floor in FLOORS:
        for model in apps.get_app_config(floor).get_models():
            names = {
                field.column
                for field in model._meta.fields
                if field.related_model and field.related_model.__name__ == "Tenant"
            }
            assert names <= {"tenant_id"}, model


@pytest.mark.parametrize("role", [*HOLDERS, *LOGINS])
def test_right_on_a_tenants_table_goes_with_a_policy_and_a_policy_with_a_right(role):
    granted = {
        name for (name,) in rows(
            # Rights on some columns alone count too; a right to delete is never one on columns.
            "select table_name from information_schema.role_table_grants where grantee = %s and table_schema = 'public'"
            " union select table_name from information_schema.role_column_grants"
            " where grantee = %s and table_schema = 'public'", role, role,
        )
    }  # fmt: skip
    ruled = {name for (name,) in rows("select tablename from pg_policies where %s = any(roles)", role)}
    walled = {*tenants_tables(), "tenants_tenant"}
    assert granted & walled == ruled, "a right without a policy shows nothing, a policy without a right is a trap"


def test_no_policy_is_for_everybody():
    assert (
        rows("select tablename, policyname from pg_policies where 'public' = any(roles) and schemaname = 'public'")
        == []
    )


def test_web_sees_and_writes_the_rows_of_its_tenant_alone():
    """The policy of each table, word for word: who can read one can read all."""
    wrong = []
    policies = rows("select tablename, cmd, qual, with_check from pg_policies where %s = any(roles)", Role.WEB)
    for table, verb, using, check in policies:
        column = "id" if table == "tenants_tenant" else "tenant_id"
        its_own = f"({column} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"
        everybodys = (verb, using, check) == ("SELECT", "(tenant_id IS NULL)", None)
        if not everybodys and (using, check) != (its_own, its_own):
            wrong.append((table, verb, using, check))
    assert wrong == []


def has_right(role, table, verb):
    """Whether a role has a right on a table, its own or an inherited one."""
    return rows("select has_table_privilege(%s, %s, %s)", role, table, verb)[0][0]


def unique_keys_without_tenant():
    """Index and table of every unique key, but the primary ones, of a tenants' table that leaves the tenant out."""
    return dict(rows(
        "select i.indexrelid::regclass::text, c.relname from pg_index i join pg_class c on c.oid = i.indrelid"
        " join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'"
        " where i.indisunique and not i.indisprimary and c.relnamespace = 'public'::regnamespace"
        " and not (t.attnum = any(i.indkey::int2[]))"
    ))  # fmt: skip


def test_unique_keys_begin_with_the_tenant_or_say_why_not():
    assert set(unique_keys_without_tenant()) == set(UNIQUE_ACROSS_TENANTS), "one too few, or no more"


def test_tenants_people_cannot_probe_a_key_that_spans_tenants():
    for table in unique_keys_without_tenant().values():
        assert not has_right(Role.WEB, table, "INSERT") and not has_right(Role.WEB, table, "UPDATE"), table


def test_views_ask_with_the_rights_of_who_asks():
    assert rows(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and"
        " (relkind = 'm' or relkind = 'v' and not coalesce(reloptions::text ~ 'security_invoker=(true|on)', false))"
    ) == []  # fmt: skip


def test_no_role_of_ours_is_above_the_walls():
    assert rows(
        "select rolname from pg_roles where rolname like 'seatline\\_%%' and rolname <> 'seatline_root'"
        " and (rolsuper or rolbypassrls or rolreplication or rolcreaterole)"
    ) == []  # fmt: skip
    assert (
        rows("select rolname from pg_roles where rolname = any(%s) and (rolcanlogin or rolinherit)", list(HOLDERS))
        == []
    )
    assert rows("select rolname from pg_roles where rolname = any(%s) and rolinherit", list(LOGINS)) == []


def test_roles_that_serve_own_nothing():
    owned = rows(
        "select pg_get_userbyid(relowner), relname from pg_class where pg_get_userbyid(relowner) = any(%s)"
        " union all select pg_get_userbyid(proowner), proname from pg_proc where pg_get_userbyid(proowner) = any(%s)"
        " union all select pg_get_userbyid(datdba), datname from pg_database where pg_get_userbyid(datdba) = any(%s)",
        *([[*HOLDERS, *LOGINS]] * 3),
    )
    assert owned == []


@pytest.mark.parametrize("login", LOGINS)
def test_login_outside_any_scope_reads_no_tenants_table_but_who_belongs_where(login):
    needed = {"tenants_tenant", "tenants_membership"} if login == "seatline_app" else set()
    read = {
        table for (table,) in rows(
            "select distinct table_name from information_schema.role_table_grants where grantee = %s", login
        )
    }  # fmt: skip
    assert read & {*tenants_tables(), "tenants_tenant"} <= needed


def test_login_may_become_only_what_its_process_needs():
    members = set(rows(
        "select m.rolname, r.rolname from pg_auth_members a join pg_roles m on m.oid = a.member"
        " join pg_roles r on r.oid = a.roleid where m.rolname = any(%s)", list(LOGINS),
    ))  # fmt: skip
    assert members == {
        ("seatline_app", "seatline_web"), ("seatline_app", "seatline_ops"), ("seatline_app", "seatline_fin"),
        ("seatline_app", "seatline_tel"),
        ("seatline_switch", "seatline_tel"),
    }  # fmt: skip


def test_telephony_has_no_right_on_any_table_of_money():
    assert [name for name in our_tables() if name.startswith("billing_") and any(
        has_right(Role.TEL, name, verb) for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")
    )] == []  # fmt: skip


def test_tenants_people_cannot_read_pins_or_phones_secrets_or_write_the_record():
    for table in (
        "telephony_ledgerentry",
        "telephony_call",
        "telephony_leg",
        "billing_usagerecord",
        "billing_document",
    ):
        for verb in ("INSERT", "UPDATE", "DELETE"):
            assert not has_right(Role.WEB, table, verb), (table, verb)


def test_nobody_may_empty_a_table_or_hang_triggers_on_it():
    assert rows(
        "select grantee, table_name, privilege_type from information_schema.role_table_grants"
        " where grantee like 'seatline\\_%%' and grantee <> 'seatline_owner' and grantee <> 'seatline_root'"
        " and privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')"
    ) == []  # fmt: skip


@pytest.mark.parametrize("floor", FLOORS)
def test_every_table_can_be_read_by_somebody(floor):
    for table in our_tables():
        if table.startswith(f"{floor}_"):
            assert any(has_right(role, table, "SELECT") for role in (*HOLDERS, *LOGINS)), f"{table} has no wall"


def test_public_may_do_nothing():
    assert rows("select table_name from information_schema.role_table_grants where grantee = 'PUBLIC'"
                " and table_schema = 'public'") == []  # fmt: skip
    assert rows("select has_schema_privilege(%s, 'public', 'CREATE')", "seatline_app") == [(False,)]


def test_functions_that_run_as_their_owner_have_a_fixed_search_path():
    assert rows(
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        " and proname not like 'procrastinate%%' and not coalesce(proconfig::text ~ 'search_path', false)"
    ) == []  # fmt: skip


def test_every_migration_that_makes_a_tenants_table_walls_it():
    """The same rule seen from the source, for whoever wonders where a right comes from."""
    walled = set()
    for floor in FLOORS:
        for path in (ROOT / floor / "migrations").glob("0*.py"):
            walled |= set(re.findall(r"""wall\(\s*["'](\w+)["']""", path.read_text()))
            walled |= set(re.findall(r"""["']((?:tenants|agents|telephony|billing)_\w+)["']""", path.read_text()))
    assert set(tenants_tables()) <= walled
