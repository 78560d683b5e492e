"""Money by API: what a tenant sees, what finance does, and what needs a second person at a browser."""

from datetime import timedelta

import pytest
from django.test import Client

from billing.invoices.services import refresh_drafts
from seatline import clock
from tenants.accounts.rights import Kind
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.api import Program, a_key
from tests.builders.billing import BUNDLE, RENT, a_world, a_writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """October's draft of a museum, and two people of finance with a program that acts for the first."""
    contract, first, second = a_world("museum", (BUNDLE, RENT))
    with finance_scope():
        draft = refresh_drafts(contract, clock.now())[0]
    return contract, draft, first, second, Program(a_key(kind=Kind.FIN, person=first))


def browser(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_invoice_is_prepared_by_a_program_and_approved_by_another_person(world, settings, tmp_path):
    contract, draft, first, second, program = world
    path = f"invoices/{draft.pk}"
    tenant = Program(a_key(contract.tenant))
    so_far = tenant.get("invoices/so-far").json()
    assert so_far and so_far[0]["currency"] == "CNY" and isinstance(so_far[0]["gross"], str)

    prepared = program.post(f"{path}/prepare")
    assert prepared.status_code == 200, prepared.content
    assert prepared.json()["status"] == "prepared"
    assert program.post(f"{path}/approve").json()["code"] == "person_needed"
    mine = browser(first).post(f"/api/v1/{path}/approve", {}, "application/json")
    assert mine.json()["code"] == "second_person_needed"
    issued = browser(second).post(f"/api/v1/{path}/approve", {}, "application/json").json()
    assert issued["status"] == "issued" and issued["number"]

    whole = tenant.get(path).json()
    assert whole["number"] == issued["number"] and whole["lines"][0]["words"]
    file = tenant.get(f"{path}/files/csv")
    assert file.status_code == 200 and issued["number"] in file.content.decode("utf-8-sig")
    assert tenant.get(f"{path}/files/csv").content == file.content
    assert tenant.get(f"{path}/files/pdf-en").content[:4] == b"%PDF"
    assert tenant.get(f"{path}/files/nothing").status_code == 404
    assert tenant.get(f"{path}/files/usage-csv").json()["code"] == "not_made_yet"
    usage = program.get(f"{path}/files/usage-csv")
    assert usage.status_code == 200 and tenant.get(f"{path}/files/usage-csv").content == usage.content
    assert tenant.get(f"{path}/files/ubl").content.startswith(b"<?xml")

    (item,) = tenant.get("open-items").json()["results"]
    assert (item["number"], item["open"]) == (issued["number"], issued["gross"])
    body = {
        "tenant_id": str(contract.tenant_id), "seller": "sl", "amount": issued["gross"], "currency": "CNY",
        "received_on": "2026-11-30", "bank_ref": "A-1",
    }  # fmt: skip
    paid = program.post("payments", body, **{"Idempotency-Key": "line 1"})
    assert paid.status_code == 201, paid.content
    assert program.post("payments", body, **{"Idempotency-Key": "line 1"}).json() == paid.json()
    assert program.post("payments", body).json()["code"] == "received_twice"
    assert tenant.get("open-items").json()["results"] == []
    assert tenant.get("payments").json()["results"][0]["allocations"][0]["invoice_id"] == str(draft.pk)
    returned = program.post(f"payments/{paid.json()['id']}/take-back", {"on": "2026-12-01"})
    assert returned.status_code == 201, returned.content
    assert tenant.get("open-items").json()["results"][0]["open"] == issued["gross"]

    note = program.post(f"{path}/credit", {"reason": "wrong address"})
    assert note.status_code == 201 and note.json()["refers_id"] == str(draft.pk), note.content
    assert program.post(f"invoices/{note.json()['id']}/withdraw").status_code == 204


def test_tenant_reads_and_writes_no_money(world):
    contract, draft, *_ = world
    tenant = Program(a_key(contract.tenant))

    assert tenant.post(f"invoices/{draft.pk}/prepare").status_code == 403
    assert tenant.get("contracts").status_code == 403
    assert tenant.post("payments", {}).status_code == 403


def test_key_that_acts_for_nobody_writes_no_money(world):
    _, draft, *_ = world
    reader = Program(a_key(kind=Kind.FIN))

    assert reader.get(f"invoices/{draft.pk}").status_code == 200
    assert reader.post(f"invoices/{draft.pk}/prepare").status_code == 403


def test_person_who_leaves_finance_takes_the_programs_rights_along(world):
    _, draft, first, _, program = world
    with operator_scope():
        first.groups.clear()

    assert program.post(f"invoices/{draft.pk}/prepare").json()["code"] == "finance_only"


def test_prices_are_written_by_one_and_approved_by_another(world):
    contract, _, _, second, program = world
    starts_on = (clock.now() + timedelta(days=40)).date().replace(day=1)
    price = {
        "code": "rent", "kind": "recurring", "params": {"price": "250.00"}, "invoice_text": "Rent",
        "invoice_text_zh": "租费", "tax_code": "telecom",
    }  # fmt: skip
    body = {"starts_on": str(starts_on), "prices": [price], "note": "new rent"}
    bad = program.post(f"contracts/{contract.pk}/versions", {**body, "prices": [{**price, "params": {"price": "x"}}]})
    assert bad.status_code == 400

    seen = program.post(f"contracts/{contract.pk}/preview", {"prices": [price]})
    assert seen.status_code == 200, seen.content
    assert (seen.json()["currency"], seen.json()["net_then"]) == ("CNY", "250.00")
    written = program.post(f"contracts/{contract.pk}/versions", body)
    assert written.status_code == 201, written.content
    path = f"contract-versions/{written.json()['id']}"
    assert program.post(f"{path}/approve").json()["code"] == "person_needed"
    approved = browser(second).post(f"/api/v1/{path}/approve", {}, "application/json")
    assert approved.status_code == 200 and approved.json()["approved_by_id"] == str(second.pk)
    versions = program.get(f"contracts/{contract.pk}").json()["versions"]
    assert [version["prices"][0]["code"] for version in versions][-1] == "rent"


def test_run_is_started_by_a_program_and_watched(world):
    *_, second, program = world
    body = {"seller": "sl", "closes_on": "2026-11-01"}
    run = program.post("billing-runs", body)
    assert run.status_code == 201, run.content
    assert program.post("billing-runs", body).json()["id"] == run.json()["id"]
    assert program.post("billing-runs", {**body, "closes_on": "2026-12-01"}).json()["code"] == "run_under_way"
    progress = program.get(f"billing-runs/{run.json()['id']}/progress").json()
    assert (progress["contracts"], progress["worked"]) == (1, 0)
    assert browser(second).get("/api/v1/billing-runs").json()["results"][0]["status"] == "preparing"


def test_staff_with_a_session_ask_with_the_rights_of_their_group(world):
    _, draft, first, *_ = world
    me = browser(first).get("/api/v1/me").json()
    assert (me["kind"], me["person_id"]) == ("fin", str(first.pk)) and "billing:write" in me["rights"]
    assert browser(first).get("/api/v1/calls").status_code == 403
    assert browser(a_writer("writer")).get(f"/api/v1/invoices/{draft.pk}").status_code == 200
