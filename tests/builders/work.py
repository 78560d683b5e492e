"""What a tenant's people keep of their customers, with good defaults. Call these inside the tenant's scope."""

from typing import Any

from tenants.accounts.models import Tenant
from tenants.cases.models import Case, CaseType
from tenants.cases.services import open_case, set_case_type
from tenants.customers.models import Customer
from tenants.customers.services import add_customer, set_form_of_customers
from tenants.forms.models import Script
from tenants.forms.services import draft_script, publish_script
from tenants.knowledge.models import Article
from tenants.knowledge.services import show_article, write_article
from tests.builders.tenants import NINE

FIELDS: list[dict[str, Any]] = [
    {"code": "level", "kind": "choice", "label": "Level", "label_zh": "级别",
     "options": [{"code": "plain", "label": "Plain", "label_zh": "普通"},
                 {"code": "gold", "label": "Gold", "label_zh": "金卡"}]},
    {"code": "city", "kind": "text", "label": "City", "label_zh": "城市"},
    {"code": "born_on", "kind": "date", "label": "Born on", "label_zh": "出生日期"},
]  # fmt: skip
COMPLAINT: dict[str, Any] = {
    "fields": [{"code": "what", "kind": "text", "label": "What happened", "label_zh": "情况", "required": True}],
    "states": [
        {"code": "new", "label": "New", "label_zh": "新建"},
        {"code": "at_work", "label": "At work", "label_zh": "处理中"},
        {"code": "done", "label": "Done", "label_zh": "已办结", "closes": True},
    ],
    "moves": [
        {"from": "new", "to": "at_work"}, {"from": "at_work", "to": "done"}, {"from": "done", "to": "at_work"},
    ],
    "topics": [
        {"code": "delivery", "label": "Delivery", "label_zh": "配送"},
        {"code": "price", "label": "Price", "label_zh": "价格"},
    ],
    "due_hours": 48,
}  # fmt: skip
STEPS: list[dict[str, Any]] = [
    {"code": "hello", "kind": "say", "label": "Good day, this is {tenant}.", "label_zh": "您好，这里是{tenant}。"},
    {"code": "content", "kind": "choice", "label": "Are you content?", "label_zh": "您满意吗？", "required": True,
     "options": [{"code": "yes", "label": "Yes", "label_zh": "满意"},
                 {"code": "no", "label": "No", "label_zh": "不满意"}]},
    {"code": "why", "kind": "text", "label": "Why not?", "label_zh": "为什么？", "required": True,
     "when": {"field": "content", "among": ["no"]}},
]  # fmt: skip


def the_fields(tenant: Tenant) -> None:
    """The tenant's own fields: level, city, born_on."""
    set_form_of_customers(tenant, FIELDS, NINE)


def a_customer(tenant: Tenant, name: str = "Wang Xiaoming", *numbers: str, **answers: str) -> Customer:
    """A customer, by default with one mobile number."""
    return add_customer(tenant, name, numbers or ("13800138000",), answers, NINE)


def a_case_type(tenant: Tenant, code: str = "complaint", **changes: Any) -> CaseType:
    """Complaints: new, at work, done; due after two days."""
    return set_case_type(tenant, code, {**COMPLAINT, **changes}, NINE, name="Complaint", name_zh="投诉")


def a_case(type_: CaseType, **fields: Any) -> Case:
    """A case that has just been opened."""
    return open_case(type_, fields.pop("at", NINE), fields.pop("who", "anna"), **fields)


def an_article(tenant: Tenant, title: str = "Opening hours", body: str = "Nine to five.", **fields: Any) -> Article:
    """An article that agents find."""
    row = write_article(tenant, title, body, NINE, "anna", **fields)
    return show_article(row, row.newest, NINE)


def a_script(tenant: Tenant, code: str = "welcome", name: str = "Welcome") -> Script:
    """A published script with a branch."""
    row = draft_script(tenant, code, STEPS, NINE, name=name, name_zh="回访")
    publish_script(row, NINE, "anna")
    row.refresh_from_db()
    return row
