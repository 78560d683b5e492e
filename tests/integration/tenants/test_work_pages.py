"""A tenant's own pages of customers, cases, knowledge and scripts: who comes in, what they do, in both languages."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.cases.models import Case, CaseType
from tenants.customers.merging import merge
from tenants.customers.models import Customer, CustomerForm, CustomerImport
from tenants.forms.models import Script
from tenants.forms.services import keep_answers, version_in_use
from tenants.knowledge.models import Article
from tests.builders.tenants import NINE, a_tenant
from tests.builders.work import a_case, a_case_type, a_customer, a_script, an_article, the_fields

pytestmark = pytest.mark.django_db


def somebody(tenant, role, name):
    with operator_scope():
        user = User.objects.create(username=name)
        if tenant:
            Membership.objects.create(tenant=tenant, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lotus():
    with operator_scope():
        return a_tenant("lotus", name="Blue Lotus", name_zh="蓝莲")


@pytest.fixture
def supervisor(lotus):
    return somebody(lotus, "supervisor", "susan")


@pytest.fixture
def rows(lotus):
    """One of each, and the addresses of all pages."""
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        wang = a_customer(lotus, "王小明", level="gold")
        merge(wang, a_customer(lotus, "王晓明", "13900139000"), NINE, "susan")
        type_ = a_case_type(lotus)
        case = a_case(type_, customer=wang, subject="包裹丢失", topic="delivery")
        article = an_article(lotus, "门票价格", "成人票六十元。")
        script = a_script(lotus)
        keep_answers(version_in_use(script), {"content": "no", "why": "=HYPERLINK"}, NINE, "1001", complete=True)
        kept = CustomerImport.objects.create(
            tenant=lotus, file_name="kunden.csv", content=b"x", made_at=NINE, made_by="susan", counts={"faulty": 1},
            report=[{"line": 2, "faults": [{"field": "number", "text": "is no telephone number", "values": {}}]}],
        )  # fmt: skip
    return [
        "customers/", "customers/?q=小明", "customers/new/", "customers/fields/", "customers/imports/",
        f"customers/imports/{kept.pk}/", f"customers/{wang.pk}/?merge=王", "cases/", "cases/?which=all&type=complaint",
        "cases/new/", "cases/topics/", "cases/types/", "cases/types/new/", f"cases/types/{type_.pk}/",
        f"cases/{case.pk}/", "knowledge/", "knowledge/?q=门票", "knowledge/new/", f"knowledge/{article.pk}/",
        "forms/", "forms/new/", f"forms/{script.pk}/",
    ]  # fmt: skip


def test_owner_and_supervisor_come_in_and_nobody_else(lotus, rows, supervisor):
    with operator_scope():
        museum = a_tenant("museum")
    owner = somebody(lotus, "owner", "olga")
    others = {
        "finance": somebody(lotus, "finance", "fritz"),
        "the neighbour": somebody(museum, "owner", "nina"),
        "the operator's staff": somebody(None, "", "root"),
    }
    for page in [*rows, "customers/export/"]:
        assert owner.get(f"/t/lotus/{page}").status_code == 200, page
        assert {who: client.get(f"/t/lotus/{page}").status_code for who, client in others.items()} == dict.fromkeys(
            others, 404
        ), page
        assert "login" in Client().get(f"/t/lotus/{page}").url
    # The own door does not open the neighbour's rows.
    for page in rows:
        if re.search(r"[0-9a-f]{8}-", page):
            assert others["the neighbour"].get(f"/t/museum/{page}").status_code == 404, page


def test_pages_in_chinese_have_no_english_and_the_other_way_round(lotus, rows, supervisor):
    """What is left of a Chinese page without names, codes and our own name has no Latin word."""
    supervisor.cookies["django_language"] = "zh-hans"
    found = {}
    for page in rows:
        text = supervisor.get(f"/t/lotus/{page}").content.decode()
        text = re.sub(r"<(textarea|script|style|title)\b.*?</\1>", "", text, flags=re.S)
        told = [re.sub(r"<[^>]*>", " ", text), *re.findall(r'(?:placeholder|aria-label|title)="([^"]*)"', text)]
        words = set(re.findall(r"[A-Za-z]{3,}", " ".join(told)))
        words -= {"Seatline", "English", "susan", "anna", "kunden", "csv", "CSV", "UTF", "XLSX", "HTML", "complaint",
                  "welcome", "customer", "agent", "tenant", "nbsp", "quot"}  # fmt: skip
        if words:
            found[page] = words
    assert found == {}
    supervisor.cookies["django_language"] = "en"
    for page in ("customers/new/", "cases/new/", "knowledge/new/", "forms/new/", "cases/types/new/"):
        content = supervisor.get(f"/t/lotus/{page}").content.decode()
        text = re.sub(r"<textarea.*?</textarea>|简体中文", "", content, flags=re.S)
        assert re.findall(r"[\u4e00-\u9fff]+", text) == [], page


def test_supervisor_defines_fields_and_is_told_what_is_wrong_with_them(lotus, supervisor):
    row = {"code": ["level", "why"], "kind": ["choice", "text"], "label": ["Level", "Why"], "label_zh": ["级别", ""],
           "options": ["gold = Gold | 金卡\nplain", ""], "when": ["", "level = silver"], "required": ["1"]}  # fmt: skip
    page = supervisor.post("/t/lotus/customers/fields/", row)
    assert page.status_code == 422 and "silver" in page.content.decode()
    row["when"] = ["", "level = gold, plain"]
    assert supervisor.post("/t/lotus/customers/fields/", row).status_code == 302
    with tenant_scope(lotus.pk):
        definition = CustomerForm.objects.get().definition
    assert definition[0]["options"] == [
        {"code": "gold", "label": "Gold", "label_zh": "金卡"}, {"code": "plain", "label": "plain", "label_zh": ""},
    ]  # fmt: skip
    assert definition[1]["when"] == {"field": "level", "among": ["gold", "plain"]}
    assert definition[1]["required"] is True


def test_customer_is_made_changed_and_the_second_of_two_editors_is_told(lotus, supervisor):
    made = supervisor.post("/t/lotus/customers/new/", {"name": "Ann", "numbers": "13800138000\n"})
    again = {"name": "Ann Smith", "numbers": "13800138000", "seen": "1"}
    assert supervisor.post(made.url, again).status_code == 302
    late = supervisor.post(made.url, {**again, "name": "Bob"})
    assert late.status_code == 422
    assert 'value="Bob"' in late.content.decode() and "Somebody has changed this customer" in late.content.decode()
    with tenant_scope(lotus.pk):
        assert Customer.objects.get().name == "Ann Smith"


def test_customers_are_merged_and_parted_with_two_buttons(lotus, supervisor):
    with tenant_scope(lotus.pk):
        one, two = a_customer(lotus, "A", "13800000001"), a_customer(lotus, "B", "13800000002")
    supervisor.post(f"/t/lotus/customers/{one.pk}/merge/", {"other": str(two.pk)})
    page = supervisor.get(f"/t/lotus/customers/{two.pk}/", follow=True)
    assert page.redirect_chain[0][0].endswith(f"{one.pk}/")
    (undo,) = re.findall(r'action="([^"]*/undo/)"', page.content.decode())
    supervisor.post(undo)
    assert supervisor.get(f"/t/lotus/customers/{two.pk}/").status_code == 200
    assert supervisor.post(undo).status_code == 409


def test_file_is_looked_at_then_taken(lotus, supervisor):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        a_customer(lotus, "Old Name", "13800138000")
    bad = SimpleUploadedFile("a.csv", "姓名,电话,级别\n王,13800138000,金卡\n李,12,x\n".encode("gb18030"))
    page = supervisor.post("/t/lotus/customers/imports/", {"file": bad}, follow=True).content.decode()
    assert "is no telephone number" in page and "Import now" not in page
    good = SimpleUploadedFile("b.csv", "姓名,电话,级别\n王,13800138000,金卡\n李,13900139000,\n".encode("gb18030"))
    looked = supervisor.post("/t/lotus/customers/imports/", {"file": good})
    with tenant_scope(lotus.pk):
        assert Customer.objects.get().name == "Old Name"
    assert supervisor.post(looked.url, {"take": "1"}).status_code == 302
    assert supervisor.post(looked.url, {"take": "1"}).status_code == 422
    with tenant_scope(lotus.pk):
        assert sorted(Customer.objects.values_list("name", "answers__level")) == [("李", None), ("王", "gold")]
    assert supervisor.post("/t/lotus/customers/imports/").status_code == 422


def test_export_is_safe_for_spreadsheets_and_an_import_takes_it_back(lotus, supervisor):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        a_customer(lotus, "=cmd|' /C calc'!A0", "13800138000", level="gold")
    content = supervisor.get("/t/lotus/customers/export/").content
    assert b"'=cmd" in content and b",=cmd" not in content
    page = supervisor.post("/t/lotus/customers/imports/", {"file": SimpleUploadedFile("c.csv", content)}, follow=True)
    with tenant_scope(lotus.pk):
        assert CustomerImport.objects.get().counts == {"new": 0, "changed": 0, "same": 1, "faulty": 0}
    assert page.status_code == 200


def test_case_goes_its_way_by_buttons(lotus, supervisor):
    with tenant_scope(lotus.pk):
        a_case_type(lotus)
    case = supervisor.post("/t/lotus/cases/new/", {"type": "complaint", "subject": "Lost"}).url
    assert supervisor.post(case, {"act": "submit", "seen": "1", "f_what": ""}).status_code == 422
    assert (
        supervisor.post(case, {"act": "draft", "seen": "1", "f_what": "The par", "subject": "Lost"}).status_code == 302
    )
    late = somebody(lotus, "owner", "olga").post(case, {"act": "draft", "seen": "1", "f_what": "Mine"})
    assert late.status_code == 422 and "Mine" in late.content.decode() and "susan has changed" in late.content.decode()
    supervisor.post(case, {"act": "submit", "seen": "2", "f_what": "The parcel"})
    supervisor.post(case, {"act": "move", "state": "at_work"})
    supervisor.post(case, {"act": "note", "text": "Called back"})
    supervisor.post(case, {"act": "due", "due_at": "2026-11-25T09:00"})
    page = supervisor.get(case).content.decode()
    assert "New → At work" in page and "Called back" in page and "What happened: The parcel" in page
    with tenant_scope(lotus.pk):
        row = Case.objects.get()
    assert (row.state, row.due_at) == ("at_work", NINE + timedelta(days=1))  # nine o'clock of the tenant
    assert supervisor.post(case, {"act": "move", "state": "nowhere"}).status_code == 422
    assert supervisor.post(case, {"act": "unheard of"}).status_code == 404


def test_type_of_cases_is_made_on_its_page(lotus, supervisor):
    given = {"own_code": "order", "name": "Order", "states": "new = New\ndone = Done | 完成", "closing": "done",
             "moves": "", "topics": "book = Book", "due_hours": "24", "active": "on"}  # fmt: skip
    page = supervisor.post("/t/lotus/cases/types/new/", given)
    assert page.status_code == 422 and "is never reached" in page.content.decode()
    assert supervisor.post("/t/lotus/cases/types/new/", {**given, "moves": "new > done"}).status_code == 302
    assert supervisor.post("/t/lotus/cases/types/new/", {**given, "moves": "new > done"}).status_code == 422
    with tenant_scope(lotus.pk):
        assert CaseType.objects.get().definition["states"][1]["label_zh"] == "完成"


def test_article_is_written_published_and_withdrawn(lotus, supervisor):
    article = supervisor.post("/t/lotus/knowledge/new/", {"title": "Hours", "body": "Nine", "act": "draft"}).url
    assert "Nothing is found" in supervisor.get("/t/lotus/knowledge/?q=hours").content.decode()
    supervisor.post(article, {"title": "Hours", "body": "Ten", "no": "1", "act": "publish"})
    assert "Ten" in supervisor.get("/t/lotus/knowledge/?q=hour").content.decode()
    assert supervisor.post(article, {"title": "Hours", "body": "x", "no": "1", "act": "publish"}).status_code == 422
    supervisor.post(article, {"act": "withdraw"})
    with tenant_scope(lotus.pk):
        assert Article.objects.get().shown is None


def test_script_is_published_and_its_answers_are_exported(lotus, supervisor):
    steps = {"own_code": "csat", "name": "Survey", "code": ["ok", "why"], "kind": ["choice", "text"],
             "label": ["Content?", "Why?"], "label_zh": ["", ""], "options": ["yes\nno", ""],
             "when": ["", "ok = no"], "act": "publish"}  # fmt: skip
    script = supervisor.post("/t/lotus/forms/new/", steps).url
    with tenant_scope(lotus.pk):
        row = Script.objects.get()
        keep_answers(version_in_use(row), {"ok": "no", "why": "=1+1"}, NINE, "1001", complete=True)
    content = supervisor.get(f"{script}answers/").content.decode("utf-8-sig")
    assert content.splitlines()[0].endswith("Content?,Why?")
    assert content.splitlines()[1].endswith("no,'=1+1")
