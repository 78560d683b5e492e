"""The desk's parts for who calls: card, cases, knowledge, scripts; and that another tenant's are not there."""

import re
from datetime import timedelta

import pytest

from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.cases.models import Case
from tenants.cases.services import save_draft
from tenants.customers.models import Customer
from tenants.forms.models import ScriptAnswers
from tests.builders.agents import PIN, an_agent
from tests.builders.tenants import NINE, a_tenant
from tests.builders.work import a_case, a_case_type, a_customer, a_script, an_article, the_fields

pytestmark = pytest.mark.django_db(transaction=True)
CALL = "01a1b5a0-0000-7000-8000-000000000001"
CALLER = "+8613800138000"


@pytest.fixture
def lotus():
    with operator_scope():
        tenant = a_tenant("lotus", name="Blue Lotus", name_zh="蓝莲")
        an_agent(tenant, "1001", name="Li Wei", language="zh")
    with tenant_scope(tenant.pk):
        the_fields(tenant)
    return tenant


@pytest.fixture
def desk(lotus, client):
    client.post("/desk/login/", {"number": "1001", "pin": PIN})
    client.cookies["django_language"] = "en"
    client.defaults["HTTP_DESK_FRAGMENT"] = "1"
    return client


def part(desk, path, tenant, **query):
    answer = desk.get(f"/desk/work/{path}", {"tenant": str(tenant.pk), **query})
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_stranger_is_made_a_customer_under_the_number_that_calls(lotus, desk):
    assert "Not known yet" in part(desk, "customer/", lotus, number=CALLER)
    form = part(desk, "customer/edit/", lotus, number=CALLER)
    assert CALLER in form and 'name="f_city"' in form
    given = {"tenant": str(lotus.pk), "number": CALLER, "name": "Wang", "numbers": CALLER, "f_born_on": "never"}
    refused = desk.post("/desk/work/customer/edit/", given).content.decode()
    assert "is no date" in refused and 'value="Wang"' in refused
    card = desk.post("/desk/work/customer/edit/", {**given, "f_born_on": "1990-01-31"}).content.decode()
    assert "Wang" in card and "1990-01-31" in card
    assert "Wang" in part(desk, "customer/", lotus, number=CALLER)


def test_agent_chooses_among_those_who_share_a_number(lotus, desk):
    with tenant_scope(lotus.pk):
        a_customer(lotus, "Father")
        mother = a_customer(lotus, "Mother")
    page = part(desk, "customer/", lotus, number=CALLER)
    assert "Who of them is it?" in page and "Father" in page
    assert "Father" not in part(desk, "customer/", lotus, number=CALLER, customer=str(mother.pk))


def test_case_is_opened_typed_into_and_moved_on(lotus, desk):
    with tenant_scope(lotus.pk):
        wang, type_ = a_customer(lotus), a_case_type(lotus)
    assert "Complaint" in part(desk, "contact/", lotus, number=CALLER)
    about = {"tenant": str(lotus.pk), "number": CALLER, "call": CALL}
    page = desk.post("/desk/work/case/new/", {**about, "type": str(type_.pk)}).content.decode()
    saves = re.search(r'data-desk-save="([^"]*)"', page)[1]
    assert "Kept at" in desk.post(saves, {"f_what": "Parcel lo"}).content.decode()
    assert "Kept at" in desk.post(saves, {"f_what": "Parcel lost"}).content.decode()
    with tenant_scope(lotus.pk):
        case = Case.objects.get()
    assert (case.customer_id, str(case.call_id), case.draft) == (wang.pk, CALL, {"what": "Parcel lost"})
    address = f"/desk/work/case/{case.pk}/"
    done = desk.post(address, {**about, "act": "submit", "seen": "1", "f_what": "Parcel lost", "topic": "delivery"})
    assert "Saved." in done.content.decode()
    desk.post(address, {**about, "act": "move", "state": "at_work"})
    desk.post(address, {**about, "act": "take"})
    with tenant_scope(lotus.pk):
        case.refresh_from_db()
    assert (case.state, case.answers, case.assignee) == ("at_work", {"what": "Parcel lost"}, "1001 Li Wei")


def test_who_types_after_somebody_else_is_told_and_keeps_what_was_typed(lotus, desk):
    with tenant_scope(lotus.pk):
        case = a_case(a_case_type(lotus))
    page = part(desk, f"case/{case.pk}/", lotus)
    with tenant_scope(lotus.pk):
        save_draft(case, {"what": "Anna's"}, NINE, "anna", seen=1)
    saves = re.search(r'data-desk-save="([^"]*)"', page)[1]
    told = desk.post(saves, {"f_what": "Mine"})
    assert told.status_code == 409 and "anna has changed this case" in told.content.decode()
    late = desk.post(f"/desk/work/case/{case.pk}/", {"tenant": str(lotus.pk), "act": "submit", "seen": "1",
                                                     "f_what": "Mine"}).content.decode()  # fmt: skip
    assert "anna has changed this case" in late and "Mine" in late
    with tenant_scope(lotus.pk):
        assert Case.objects.get().draft == {"what": "Anna's"}


def test_knowledge_is_found_and_read(lotus, desk):
    with tenant_scope(lotus.pk):
        article = an_article(lotus, "退货流程", "收到商品七天内可以退货。")
    assert "退货流程" in part(desk, "knowledge/", lotus, q="怎么退货")
    assert "七天内" in part(desk, "knowledge/", lotus, article=str(article.pk))
    assert "Nothing is found." in part(desk, "knowledge/", lotus, q="天气")


def test_script_is_gone_through_with_names_filled_in(lotus, desk):
    with tenant_scope(lotus.pk):
        wang, script = a_customer(lotus), a_script(lotus)
    path = f"script/{script.pk}/"
    assert "this is Blue Lotus." in part(desk, path, lotus, number=CALLER)
    about = {"tenant": str(lotus.pk), "number": CALLER, "call": CALL, "act": "done"}
    assert "must be filled in" in desk.post(f"/desk/work/{path}", {**about, "f_content": "no"}).content.decode()
    kept = desk.post(f"/desk/work/{path}", {**about, "f_content": "yes", "f_why": "left over"}).content.decode()
    assert "The answers are kept." in kept
    with tenant_scope(lotus.pk):
        row = ScriptAnswers.objects.get()
    assert (row.answers, row.customer_id, row.taken_by) == ({"content": "yes"}, wang.pk, "1001 Li Wei")


def test_another_tenant_s_are_not_there(lotus, desk):
    with operator_scope():
        museum = a_tenant("museum")
    with tenant_scope(museum.pk):
        theirs = a_customer(museum, "Neighbour's")
        case, script = a_case(a_case_type(museum)), a_script(museum)
        article = an_article(museum, "Secret", "x")
    for path in ("customer/", "contact/", "knowledge/", "customer/edit/", f"case/{case.pk}/", f"script/{script.pk}/"):
        for tenant in (museum, lotus):
            query = {"tenant": str(tenant.pk), "customer": str(theirs.pk), "article": str(article.pk)}
            answer = desk.get(f"/desk/work/{path}", query)
            assert "Neighbour" not in answer.content.decode() and "Secret" not in answer.content.decode()
            if tenant == museum or ("/" in path.rstrip("/") and "edit" not in path):
                assert answer.status_code == 404, (path, tenant)
    assert desk.post(f"/desk/work/draft/{museum.pk}/{case.pk}/1/", {"f_what": "x"}).status_code == 404
    assert desk.post(f"/desk/work/draft/{lotus.pk}/{case.pk}/1/", {"f_what": "x"}).status_code == 404
    with tenant_scope(museum.pk):
        assert Customer.objects.count() == 1 and Case.objects.get().draft is None


def test_card_shows_open_cases_and_what_is_overdue(lotus, desk):
    with tenant_scope(lotus.pk):
        a_case(a_case_type(lotus), customer=a_customer(lotus), at=NINE - timedelta(days=3))
    page = part(desk, "customer/", lotus, number="138 0013 8000")
    assert "overdue" in page and "Case 1" in page
