"""Scopes: taken on for one transaction, put back whole, and nothing of them stays anywhere."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from agents.people.models import Skill
from seatline.ids import new_id
from tenants.accounts.models import Tenant
from tenants.accounts.scope import (
    Role,
    Scope,
    ScopeMissing,
    current_scope,
    finance_scope,
    operator_scope,
    telephony_scope,
    tenant_scope,
)


def in_force():
    """What PostgreSQL thinks: the role, and the tenant."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user, nullif(current_setting('app.tenant', true), '')")
        return cursor.fetchone()


def two_tenants():
    """Two tenants with a skill each, made by the tables' owner in the operator's scope."""
    with operator_scope():
        tenants = [Tenant.objects.create(code=f"t{new_id().hex[-12:]}", name=name) for name in ("Museum", "Harbour")]
        for tenant in tenants:
            Skill.objects.create(tenant=tenant, code="english", name=f"English of {tenant.name}")
    return tenants


@pytest.mark.parametrize(
    ("enter", "role"),
    [(operator_scope, Role.OPS), (finance_scope, Role.FIN), (telephony_scope, Role.TEL)],
)
@pytest.mark.django_db
def test_scope_takes_on_its_role_and_gives_it_back(enter, role):
    outside = in_force()
    with enter():
        assert in_force() == (role.value, None)
        assert current_scope() == Scope(role)
    assert in_force() == outside and current_scope() is None


@pytest.mark.django_db
def test_nested_scopes_put_back_the_one_around_them():
    one, other = uuid4(), uuid4()
    with operator_scope():
        with tenant_scope(one):
            with tenant_scope(other):
                assert in_force() == (Role.WEB.value, str(other))
            assert in_force() == (Role.WEB.value, str(one))
            assert current_scope() == Scope(Role.WEB, one)
        assert in_force() == (Role.OPS.value, None)


@pytest.mark.django_db
def test_error_in_a_scope_undoes_its_work_and_puts_the_outer_one_back():
    with operator_scope():
        Tenant.objects.create(code="kept", name="kept")
        with pytest.raises(ZeroDivisionError), operator_scope():
            Tenant.objects.create(code="undone", name="undone")
            raise ZeroDivisionError
        assert in_force() == (Role.OPS.value, None)
        assert list(Tenant.objects.filter(code__in=["kept", "undone"]).values_list("code", flat=True)) == ["kept"]


@pytest.mark.django_db
def test_refusal_by_postgresql_in_an_inner_scope_leaves_the_outer_one_usable():
    with operator_scope():
        with pytest.raises(DatabaseError, match="permission denied"), telephony_scope(), connection.cursor() as cursor:
            cursor.execute("select * from billing_document")
        assert in_force() == (Role.OPS.value, None)
        assert Tenant.objects.count() >= 0


@pytest.mark.django_db
def test_query_outside_any_scope_is_refused_by_the_manager_in_words():
    with pytest.raises(ScopeMissing, match="outside any scope"):
        Skill.objects.all()


@pytest.mark.django_db
def test_tenant_sees_its_own_rows_and_no_others_by_either_wall():
    museum, harbour = two_tenants()
    with tenant_scope(museum.id):
        assert [skill.tenant_id for skill in Skill.objects.all()] == [museum.id]
        with connection.cursor() as cursor:  # round the first wall
            cursor.execute("select tenant_id from agents_skill")
            assert cursor.fetchall() == [(museum.id,)]
            cursor.execute("select id from tenants_tenant")
            assert cursor.fetchall() == [(museum.id,)]
        assert not Skill.objects.filter(tenant_id=harbour.id).exists()


@pytest.mark.django_db
def test_tenant_that_does_not_exist_sees_nothing():
    two_tenants()
    with tenant_scope(uuid4()), connection.cursor() as cursor:
        for table in ("agents_skill", "tenants_tenant", "tenants_seatlease"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_web_role_without_a_tenant_sees_nothing():
    two_tenants()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('role', 'seatline_web', true)")
        cursor.execute("select count(*) from agents_skill")
        assert cursor.fetchone() == (0,)
        cursor.execute("select set_config('role', 'none', true)")


@pytest.mark.django_db
def test_operator_sees_the_rows_of_all_tenants():
    tenants = two_tenants()
    with operator_scope():
        assert {skill.tenant_id for skill in Skill.objects.all()} >= {tenant.id for tenant in tenants}


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_scope_stays_on_the_connection():
    """With real commits: what a pooled connection would hand to the next request."""
    outside = in_force()
    with tenant_scope(uuid4()):
        pass
    assert in_force() == outside
    with pytest.raises(ZeroDivisionError), tenant_scope(uuid4()):
        raise ZeroDivisionError
    assert in_force() == outside
    with pytest.raises(DatabaseError), tenant_scope(uuid4()), connection.cursor() as cursor:
        cursor.execute("select * from billing_contract")
    assert in_force() == outside
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_share_a_scope():
    seen: dict[str, object] = {}

    def other():
        seen["scope"] = current_scope()
        seen["database"] = in_force()
        with tenant_scope(UUID(int=2)):
            seen["inside"] = in_force()
        connection.close()

    with tenant_scope(UUID(int=1)):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert in_force() == (Role.WEB.value, str(UUID(int=1)))
    assert seen["scope"] is None
    assert seen["database"] != (Role.WEB.value, str(UUID(int=1)))
    assert seen["inside"] == (Role.WEB.value, str(UUID(int=2)))


@pytest.mark.django_db
def test_scope_of_a_tenant_cannot_be_left_by_a_filter_or_a_join():
    museum, harbour = two_tenants()
    with tenant_scope(museum.id):
        assert not Skill.objects.filter(tenant__code=harbour.code).exists()
        assert not Skill.objects.exclude(tenant_id=museum.id).exists()
        assert Skill.objects.filter(code="english").count() == 1


@pytest.mark.django_db
def test_tenants_people_cannot_write_a_row_of_another_tenant():
    museum, harbour = two_tenants()
    with pytest.raises(DatabaseError, match=r"permission denied|row-level security"), tenant_scope(museum.id):
        Skill.objects.create(tenant_id=harbour.id, code="dutch", name="Dutch")
