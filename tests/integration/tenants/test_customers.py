"""A tenant's customers: found by number and by words, merged and parted again, on the card before the answer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.translation import override

from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tenants.customers.cards import card_for, card_of, marks_come_from
from tenants.customers.history import Asked, Contact, contacts_of, register
from tenants.customers.merging import MergedFurther, MergedWithItself, MergeUndoneAlready, merge, undo_merge
from tenants.customers.models import Customer
from tenants.customers.services import (
    CustomerChangedMeanwhile,
    CustomerIsMerged,
    CustomerWithoutAnything,
    add_customer,
    change_customer,
    find_customers,
    set_form_of_customers,
)
from tenants.forms.rules import AnswersFaulty
from tests.builders.tenants import NINE, a_tenant
from tests.builders.work import FIELDS, a_case, a_case_type, a_customer, the_fields

pytestmark = pytest.mark.django_db
LATER = NINE + timedelta(hours=1)


@pytest.fixture
def lotus():
    with operator_scope():
        return a_tenant("lotus")


@pytest.fixture
def museum(db):
    with operator_scope():
        return a_tenant("museum")


def test_customer_is_found_by_any_number_and_by_words(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        wang = a_customer(lotus, "王小明", "138 0013 8000", "021-62345678", city="Hangzhou")
        a_customer(lotus, "Ann Smith", "+4930123456")
        for asked in ("王小", "小明", "王小明", "3800", "62345678", "13800138000", "hangzhou", "hang"):
            assert find_customers(asked) == [wang], asked
        assert find_customers("smiths")[0].name == "Ann Smith"
        assert find_customers("大明") == []
        assert find_customers("'; drop table") == find_customers("") == []


def test_customer_whom_the_name_names_comes_before_one_whose_field_does(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        a_customer(lotus, "Ann Smith", "13800000001", city="Paris")
        a_customer(lotus, "Paris Jones", "13800000002")
        assert [one.name for one in find_customers("paris")] == ["Paris Jones", "Ann Smith"]


def test_changes_are_under_a_version_and_answers_of_former_fields_stay(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        wang = a_customer(lotus, city="Hangzhou", level="gold")
        changed = change_customer(wang, LATER, numbers=["13900000000"], seen=1)
        assert changed.version == 2
        assert [one.e164 for one in changed.numbers.all()] == ["+8613900000000"]
        with pytest.raises(CustomerChangedMeanwhile):
            change_customer(wang, LATER, name="Other", seen=1)
        set_form_of_customers(lotus, FIELDS[:1], LATER)
        assert change_customer(wang, LATER, answers={"level": "plain"}).answers == {
            "level": "plain",
            "city": "Hangzhou",
        }
        with pytest.raises(AnswersFaulty):
            change_customer(wang, LATER, answers={"city": "Suzhou"})
        with pytest.raises(CustomerWithoutAnything):
            add_customer(lotus, " ", [], {}, NINE)


def test_merge_loses_nothing_and_is_undone_as_it_was(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        kept = a_customer(lotus, "Wang Xiaoming", "13800000001", level="gold")
        other = a_customer(lotus, "Wang X. M.", "13800000002", "62345678", city="Hangzhou", level="plain")
        before = snapshot()
        done = merge(kept, other, LATER, "anna")

        kept.refresh_from_db()
        assert kept.answers == {"level": "gold", "city": "Hangzhou"}
        assert card_for(lotus.pk, "13800000002").customer.id == kept.pk
        assert card_for(lotus.pk, "13800000001").customer.numbers == (
            "+8613800000001", "+8613800000002", "+862162345678",
        )  # fmt: skip
        assert find_customers("X. M.") == [kept]
        with pytest.raises(CustomerIsMerged):
            change_customer(other, LATER, name="x")

        undo_merge(done, LATER, "bob")
        assert snapshot() == before
        assert card_for(lotus.pk, "13800000002").customer.id == other.pk
        with pytest.raises(MergeUndoneAlready):
            undo_merge(done, LATER, "bob")


def snapshot():
    return sorted(Customer.objects.values_list("id", "name", "answers__level", "answers__city", "part_of_id", "search"))


def test_merge_of_a_merged_one_is_undone_from_the_outside_in(lotus):
    with tenant_scope(lotus.pk):
        one, two, three = (a_customer(lotus, name, f"1380000000{no}") for no, name in enumerate("ABC"))
        before = snapshot()
        inner, outer = merge(two, three, LATER, "anna"), merge(one, two, LATER, "anna")
        assert card_for(lotus.pk, "13800000002").customer.id == one.pk
        with pytest.raises(MergedFurther):
            undo_merge(inner, LATER, "anna")
        undo_merge(outer, LATER, "anna")
        assert card_for(lotus.pk, "13800000002").customer.id == two.pk
        undo_merge(inner, LATER, "anna")
        assert snapshot() == before
        with pytest.raises(MergedWithItself):
            merge(one, one, LATER, "anna")


def test_what_was_changed_after_a_merge_stays_when_it_is_undone(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        kept, other = a_customer(lotus, "A", "13800000001"), a_customer(lotus, "B", "13800000002", city="Hangzhou")
        done = merge(kept, other, LATER, "anna")
        change_customer(kept, LATER, answers={"city": "Suzhou"})
        undo_merge(done, LATER, "anna")
        kept.refresh_from_db()
        assert kept.answers == {"city": "Suzhou"}


def test_card_of_a_number_that_several_share_lets_the_agent_choose(lotus):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        father, mother = (a_customer(lotus, name, "62345678", level="gold") for name in ("Father", "Mother"))
    card = card_for(lotus.pk, "021 62345678")
    assert [one.id for one in card.matches] == [father.pk, mother.pk]
    assert card.customer is None
    with override("zh-hans"):
        chosen = card_of(lotus.pk, mother.pk)
    assert [(said.label, said.value) for said in chosen.customer.said] == [("级别", "金卡")]


def test_card_of_a_stranger_has_the_number_filled_in_and_nobody_s_secrets(lotus, museum):
    with tenant_scope(museum.pk):
        theirs = a_customer(museum, "Neighbour's", "13800138000")
    assert card_for(lotus.pk, "138 0013 8000") == card_for(lotus.pk, "+8613800138000")
    assert card_for(lotus.pk, "13800138000").number == "+8613800138000"
    assert card_for(lotus.pk, "13800138000").matches == ()
    assert card_for(lotus.pk, "anonymous").number == "anonymous"
    assert card_for(lotus.pk, "").matches == ()
    assert card_of(lotus.pk, theirs.pk) is None


def test_card_tells_open_cases_last_contacts_and_whom_not_to_call(lotus):
    with tenant_scope(lotus.pk):
        wang = a_customer(lotus)
        type_ = a_case_type(lotus)
        case = a_case(type_, customer=wang, subject="Parcel lost")
    call = Contact(uuid4(), "call", LATER, "+8613800138000", outcome="answered")
    register("test", lambda asked: [call] if "+8613800138000" in asked.numbers else [])
    marks_come_from(lambda tenant, number: number == "+8613800138000")
    try:
        card = card_for(lotus.pk, "13800138000")
    finally:
        register("test", lambda asked: [])
        marks_come_from(lambda tenant, number: False)
    assert [(one.no, one.subject, one.state) for one in card.open_cases] == [(case.no, "Parcel lost", "New")]
    assert [one.channel for one in card.contacts] == ["call", "case"]
    assert card.do_not_call


def test_history_is_cut_at_the_newest_and_goes_on_before_an_instant(lotus):
    with tenant_scope(lotus.pk):
        wang, type_ = a_customer(lotus), a_case_type(lotus)
        for hour in range(5):
            a_case(type_, customer=wang, at=NINE + timedelta(hours=hour))
        newest = contacts_of(Asked((), [wang.pk], 2))
        assert [one.at for one in newest] == [NINE + timedelta(hours=4), NINE + timedelta(hours=3)]
        assert contacts_of(Asked((), [wang.pk], 9, newest[-1].at))[0].at == NINE + timedelta(hours=2)


@pytest.mark.parametrize("scope", [operator_scope, telephony_scope])
def test_operator_s_staff_and_the_switch_have_no_right_on_customers(lotus, scope):
    with tenant_scope(lotus.pk):
        a_customer(lotus)
    with scope(), connection.cursor() as cursor:
        for table in ("tenants_customer", "tenants_customernumber", "tenants_case", "tenants_caseevent"):
            cursor.execute("select has_table_privilege(current_user, %s, 'select')", [table])
            assert cursor.fetchone() == (False,)
        cursor.execute("select has_function_privilege(current_user, 'customers_found(tsquery, int)', 'execute')")
        assert cursor.fetchone() == (False,)


def test_finder_keeps_to_the_tenant_of_the_scope(lotus, museum):
    for tenant in (lotus, museum):
        with tenant_scope(tenant.pk):
            a_customer(tenant, "Same Name")
    with tenant_scope(lotus.pk), connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_found('''same'':*'::tsquery, 10)")
        assert cursor.fetchone() == (1,)
        cursor.execute("select set_config('app.tenant', '', true)")
        cursor.execute("select count(*) from customers_found('''same'':*'::tsquery, 10)")
        assert cursor.fetchone() == (0,)
