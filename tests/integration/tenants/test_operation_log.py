"""The operation log on PostgreSQL: who may write what, what nobody can change, and what a change leaves to be seen."""

from datetime import timedelta
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.accounts.services import resume_tenant, suspend_tenant
from tenants.trust.actor import Actor, acting
from tenants.trust.models import Anchor, Operation
from tenants.trust.services import anchor_all, log_look, log_operation, verify_all
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    """Anchors that are laid out by these tests are not the house's."""
    settings.VAR = tmp_path / "var"


@pytest.fixture
def two():
    """Two tenants, with three entries each."""
    with operator_scope():
        tenants = a_tenant(), a_tenant("harbour")
        for tenant in tenants:
            for no in range(3):
                log_operation(tenant.pk, "lease.granted", f"lease-{no}", seats=no)
    return tenants


def verified(*folders) -> dict[str, tuple[int, list[str]]]:
    with operator_scope():
        return {
            verdict.chain: (verdict.entries, [f"{fault.kind} {fault.seq}" for fault in verdict.faults])
            for verdict in verify_all(folders)
        }


def as_superuser(*statements: str) -> None:
    """What somebody with all rights on the database does: also the triggers do not stop them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("tenants_operation", "tenants_anchor"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, DISABLE ROW LEVEL SECURITY")
        for statement in statements:
            cursor.execute(statement)


def test_act_of_a_service_stands_in_the_log_with_who_did_it(two):
    museum, _ = two
    with acting(Actor("person", "lin", "10.0.0.7")), operator_scope():
        suspend_tenant(museum)
        resume_tenant(museum)
    with tenant_scope(museum.pk):
        entries = list(Operation.objects.order_by("seq"))
    assert [(entry.act, entry.actor) for entry in entries[-2:]] == [
        ("tenant.suspended", "lin"),
        ("tenant.resumed", "lin"),
    ]
    assert orjson.loads(entries[-1].content)["address"] == "10.0.0.7"
    assert {name for name, _ in verified().items()} >= {"museum", "harbour"}
    assert all(faults == [] for _, faults in verified().values())


def test_act_that_is_undone_leaves_no_entry(two):
    museum, _ = two
    with pytest.raises(RuntimeError), operator_scope():
        suspend_tenant(museum)
        raise RuntimeError
    assert verified()["museum"] == (3, [])


def test_tenant_reads_its_own_log_alone_and_writes_to_no_other(two):
    museum, harbour = two
    with tenant_scope(museum.pk):
        assert set(Operation._base_manager.values_list("tenant_id", flat=True)) == {museum.pk}
        log_operation(museum.pk, "export.made", "calls")
        with pytest.raises(ProgrammingError), transaction.atomic():
            log_operation(harbour.pk, "export.made", "calls")
        with pytest.raises(ProgrammingError), transaction.atomic():
            log_operation(None, "export.made", "calls")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE tenants_operation SET act = 'x'", "DELETE FROM tenants_operation", "TRUNCATE tenants_operation",
     "INSERT INTO tenants_operation (id) VALUES (gen_random_uuid())"],
)  # fmt: skip
def test_no_role_changes_an_entry_or_writes_one_by_hand(two, statement):
    for scope in (operator_scope(), tenant_scope(two[0].pk)):
        with scope, pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    if not statement.startswith("INSERT"):
        # Neither does the tables' owner, by mistake.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_log_is_proven_against_anchors_that_were_sent_away(two, tmp_path):
    with operator_scope():
        written = anchor_all(NINE, tmp_path)
        assert anchor_all(NINE + timedelta(hours=1), tmp_path) == [], "nothing has grown"
    assert {path.parent.name for path in written} >= {"museum", "harbour"}
    museum = two[0].pk
    as_superuser(
        f"DELETE FROM tenants_operation WHERE tenant_id = '{museum}' AND seq >= 2", "DELETE FROM tenants_anchor"
    )
    with operator_scope():
        log_operation(museum, "lease.granted", "another", seats=1)
    assert verified()["museum"][1] == [], "without anchors a cut and refilled tail is not seen"
    entries, faults = verified(tmp_path)["museum"]
    assert entries == 2
    assert faults == [f"cut {max(int(path.stem) for path in tmp_path.glob('museum/*'))}"]


def test_edit_by_somebody_with_all_rights_is_found_by_the_command(two):
    as_superuser(
        f"UPDATE tenants_operation SET content = replace(content, 'lease-1', 'lease-9') WHERE tenant_id = '{two[0].pk}'"
    )
    said = StringIO()
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_log", stdout=said)
    assert "museum: changed" in said.getvalue()
    assert "edited at number" in said.getvalue()
    assert "harbour: whole" in said.getvalue()


def test_forged_anchor_is_refused(two, tmp_path):
    with operator_scope():
        path = anchor_all(NINE, tmp_path)[0]
    body = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({**body, "seq": body["seq"] - 1}))
    with pytest.raises(CommandError, match="was not signed by the key that it names"):
        call_command("verify_log", anchors=[tmp_path], stdout=StringIO())


def test_anchor_is_kept_too_and_never_changed(two):
    with operator_scope():
        anchor_all(NINE)
        assert Anchor.objects.count() >= 2
        with pytest.raises(ProgrammingError), transaction.atomic():
            Anchor.objects.update(seq=1)


def test_pieces_that_a_player_fetches_are_one_look(two):
    museum, _ = two
    with operator_scope():
        for _piece in range(3):
            log_look(museum.pk, "recording.heard", "a-recording")
        with acting(Actor("person", "other")):
            log_look(museum.pk, "recording.heard", "a-recording")
        assert Operation.objects.filter(act="recording.heard").count() == 2
