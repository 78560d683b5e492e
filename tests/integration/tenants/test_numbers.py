"""Who holds which number when: PostgreSQL keeps two holders apart, services say so in words."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.accounts.scope import ScopeMissing, operator_scope, telephony_scope, tenant_scope
from tenants.numbers import services
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tests.builders.tenants import NINE, a_number, a_tenant

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LOCAL = "+862196968101"
SHORT = "+861252"


@pytest.fixture
def museum():
    with operator_scope():
        return a_tenant("museum", name="City Museum", name_zh="城市博物馆")


@pytest.fixture
def harbour():
    with operator_scope():
        return a_tenant("harbour")


def test_a_number_goes_from_one_tenant_to_the_next_without_a_gap(museum, harbour):
    with operator_scope():
        a_number(LOCAL)
        services.assign_number(LOCAL, museum, NINE)
        services.release_number(LOCAL, NINE + HOUR)
        services.assign_number(LOCAL, harbour, NINE + HOUR)
    with telephony_scope():
        first, second = services.numbers_in_force(NINE)
        assert (first.tenant_id, first.ends_at) == (museum.id, NINE + HOUR)
        assert (second.tenant_id, second.starts_at, second.ends_at) == (harbour.id, NINE + HOUR, None)
        assert [row.tenant_id for row in services.numbers_in_force(NINE + HOUR)] == [harbour.id]


def test_two_tenants_never_hold_one_number_at_one_time(museum, harbour):
    with operator_scope():
        a_number(LOCAL)
        services.assign_number(LOCAL, museum, NINE, NINE + 2 * HOUR)
        with pytest.raises(services.NumberTaken, match="another tenant"):
            services.assign_number(LOCAL, harbour, NINE + HOUR)
        assert NumberAssignment.objects.count() == 1


def test_the_database_itself_refuses_a_second_holder(museum, harbour):
    with operator_scope():
        number = a_number(LOCAL)
        services.assign_number(LOCAL, museum, NINE)
        insert = "INSERT INTO tenants_numberassignment (id, number_id, tenant_id, starts_at) VALUES (%s, %s, %s, %s)"
        taken = pytest.raises(IntegrityError, match="number_has_one_tenant")
        with taken, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, [uuid4(), number.id, harbour.id, NINE + 100 * HOUR])


def test_a_form_that_would_overlap_says_so_before_saving(museum, harbour):
    with operator_scope():
        number = a_number(LOCAL)
        services.assign_number(LOCAL, museum, NINE)
        with pytest.raises(ValidationError, match="Another tenant holds this number"):
            NumberAssignment(number=number, tenant=harbour, starts_at=NINE + HOUR).full_clean()
        with pytest.raises(ValidationError, match="The end must come after the start"):
            NumberAssignment(number=number, tenant=harbour, starts_at=NINE, ends_at=NINE).full_clean()


def test_a_number_that_is_not_ours_cannot_be_assigned(museum):
    with operator_scope(), pytest.raises(services.NumberUnknown):
        services.assign_number("+862155555555", museum, NINE)


def test_a_number_must_be_canonical():
    with operator_scope(), pytest.raises(IntegrityError, match="number_is_canonical"), transaction.atomic():
        Number.objects.create(e164="1252", kind="short")


def test_nothing_in_force_cannot_be_released(museum):
    with operator_scope():
        a_number(LOCAL)
        services.assign_number(LOCAL, museum, NINE)
        with pytest.raises(services.NothingToEnd):
            services.release_number(LOCAL, NINE)


def test_merchants_share_a_short_code_each_with_a_code_of_its_own(museum, harbour):
    with operator_scope():
        a_number(SHORT, Number.Kind.SHORT)
        services.list_in_directory(SHORT, museum, "101", NINE)
        services.list_in_directory(SHORT, harbour, "202", NINE)
        with pytest.raises(services.CodeTaken):
            services.list_in_directory(SHORT, harbour, "101", NINE + HOUR)
        with pytest.raises(services.CodeLengthDiffers, match="3 digits"):
            services.list_in_directory(SHORT, harbour, "10", NINE)
        with pytest.raises(services.NumberIsShared):
            services.assign_number(SHORT, museum, NINE)
    with telephony_scope():
        (short,) = services.numbers_in_force(NINE)
    assert short.tenant_id is None
    assert [(one.code, one.tenant_id, one.name) for one in short.directory] == [
        ("101", museum.id, "City Museum"),
        ("202", harbour.id, "Harbour"),
    ]
    assert short.directory[0].name_zh == "城市博物馆"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("museum", ["101"]),  # a part of the name, however it is written
        ("城市", ["101"]),
        ("2", ["202"]),  # the beginning of a code
        ("harbour 20", ["202"]),  # name and code together
        ("", ["101", "202"]),
        ("circus", []),
    ],
)
def test_the_directorys_agent_looks_a_merchant_up(museum, harbour, words, codes):
    with operator_scope():
        a_number("+861252", "short")
        services.list_in_directory("+861252", museum, "101", NINE, name="City Museum", name_zh="城市博物馆")
        services.list_in_directory("+861252", harbour, "202", NINE, name="Harbour Insurance")
        services.list_in_directory("+861252", harbour, "203", NINE, NINE + timedelta(hours=1), name="Museum Shop")
        found = services.look_up_merchants("+861252", words, NINE + timedelta(hours=2))
    assert [one.code for one in found] == codes


def test_a_code_that_was_taken_back_can_be_given_to_another(museum, harbour):
    with operator_scope():
        a_number(SHORT, Number.Kind.SHORT)
        services.list_in_directory(SHORT, museum, "101", NINE)
        services.take_from_directory(SHORT, "101", NINE + HOUR)
        services.list_in_directory(SHORT, harbour, "101", NINE + HOUR)
        assert DirectoryListing.objects.count() == 2


def test_a_local_number_has_no_directory(museum):
    with operator_scope():
        a_number(LOCAL)
        with pytest.raises(services.NumberIsNotShared):
            services.list_in_directory(LOCAL, museum, "101", NINE)


def test_a_tenant_sees_its_own_numbers_alone(museum, harbour):
    with operator_scope():
        a_number(LOCAL)
        a_number("+862196968202")
        services.assign_number(LOCAL, museum, NINE)
        services.assign_number("+862196968202", harbour, NINE)
    with tenant_scope(museum.id):
        assert services.numbers_of(museum.id, NINE) == [LOCAL]
        assert services.numbers_of(harbour.id, NINE) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT tenant_id FROM tenants_numberassignment")
            assert cursor.fetchall() == [(museum.id,)]


def test_a_tenant_cannot_take_a_number(museum):
    with operator_scope():
        number = a_number(LOCAL)
    with tenant_scope(museum.id), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        NumberAssignment.objects.create(number=number, tenant=museum, starts_at=NINE)


def test_outside_any_scope_nothing_is_shown():
    with pytest.raises(ScopeMissing):
        NumberAssignment.objects.count()
