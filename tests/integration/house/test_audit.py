"""Faults sown in PostgreSQL's catalogue and among people, found by the audit; what migrations make has none."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from agents.people.models import AgentPin
from seatline.audit.database import examine_database
from seatline.audit.people import LoggedIn, examine_logs, examine_people
from tenants.accounts.models import User
from tenants.accounts.rights import Kind, Right
from tenants.accounts.scope import operator_scope
from tenants.keys.services import make_key
from tenants.trust.services import anchor_all, log_operation
from tests.builders.agents import an_agent
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db


def codes(findings) -> set[str]:
    return {one.kind.code for one in findings}


def test_database_as_migrated_has_no_fault():
    assert list(examine_database()) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("CREATE TABLE sown (tenant_id uuid)", "wall.missing"),
        ("ALTER TABLE tenants_number DISABLE ROW LEVEL SECURITY; CREATE TABLE sown (tenant_id uuid)", "wall.missing"),
        ("CREATE POLICY sown ON tenants_membership TO seatline_web USING (true)", "wall.open"),
        ("CREATE VIEW sown AS SELECT 1", "wall.view"),
        ("CREATE MATERIALIZED VIEW sown AS SELECT 1; GRANT SELECT ON sown TO seatline_web", "wall.matview"),
        ("CREATE FUNCTION sown() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'SELECT 1'",
         "function.public"),
        ("CREATE FUNCTION sown() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
         "REVOKE ALL ON FUNCTION sown() FROM PUBLIC", "function.path"),
    ],
)  # fmt: skip
def test_fault_sown_in_the_catalogue_is_found(fault, code):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(fault)
    assert code in codes(examine_database())


def staff(name: str, password: str = "", **fields) -> User:
    user = User(username=name, is_staff=True, last_login=timezone.now(), **fields)
    user.set_password(password or "a long sentence of four words")
    user.save()
    return user


def test_accounts_and_keys_that_open_too_much_are_found():
    now = timezone.now()
    with operator_scope():
        tenant = a_tenant()
        assert codes(examine_people(now, [])) == set()
        staff("lin", "lin123")
        staff("root", is_superuser=True)
        old = staff("old")
        User.objects.filter(pk=old.pk).update(last_login=now - timedelta(days=120))
        gone = staff("gone", is_active=False)
        make_key(tenant, Kind.TENANT, "shop", [Right.CALLS_READ], at=now - timedelta(days=100), made_by=gone)
        found = list(examine_people(now, [LoggedIn(str(gone.pk))]))
    assert codes(found) == {
        "staff.password", "staff.superuser", "staff.unused", "leaver.session", "leaver.key", "key.endless", "key.unused"
    }  # fmt: skip


def test_pin_that_one_would_try_first_is_found():
    with operator_scope():
        agent = an_agent(a_tenant(), "1001")
        assert codes(examine_people(timezone.now(), [])) == set()
        from django.contrib.auth.hashers import make_password

        AgentPin.objects.filter(agent=agent).update(hashed=make_password("1001"))
        assert codes(examine_people(timezone.now(), [])) == {"agent.pin"}
        assert codes(examine_people(timezone.now(), [], guess=False)) == set()


def test_log_that_was_not_signed_is_found(tmp_path):
    later = timezone.now() + timedelta(hours=3)
    with operator_scope():
        log_operation(a_tenant().pk, "lease.granted", "a-lease")
        assert codes(examine_logs(later)) == {"log.anchor"}
        anchor_all(later, tmp_path)
        assert codes(examine_logs(later)) == set()


def test_command_ranks_and_says_what_is_new(settings, tmp_path):
    settings.VAR = tmp_path / "var"
    settings.ALLOWED_HOSTS = ["localhost"]
    said = StringIO()
    with operator_scope():
        a_tenant()
    with suppress(CommandError):  # what this very machine has is not the test's; the next run must tell the difference
        call_command("security_audit", "--json", "--quick", stdout=said)
    before = orjson.loads(said.getvalue())
    staff("root", is_superuser=True)
    said = StringIO()
    with pytest.raises(CommandError, match="critical or high"):
        call_command("security_audit", "--json", "--quick", stdout=said)
    told = orjson.loads(said.getvalue())
    assert told["new"] == ["staff.superuser root"]
    assert told["score"] < before["score"]
    ranks = ["critical", "high", "medium", "low"]
    assert [ranks.index(one["severity"]) for one in told["findings"]] == sorted(
        ranks.index(one["severity"]) for one in told["findings"]
    )
