"""Receivables, runs, exports, fapiao and the ends of contracts by API: one does it, another approves, tenants read."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.exports import api_fapiao
from billing.exports.batches import make
from billing.exports.models import Fapiao
from billing.exports.sheets import Sheet, workbook
from billing.invoices.services import approve_and_issue, prepare, refresh_drafts
from billing.receivables.api_accounts import AgeingShown
from billing.receivables.dunning import remind
from billing.receivables.rules import BUCKETS
from billing.runs.work import prepare_run
from seatline.ids import new_id
from tenants.accounts.models import Tenant, User
from tenants.accounts.rights import Kind
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.trust.models import Operation
from tests.builders.api import Program, a_key
from tests.builders.billing import NOVEMBER_3, a_world
from tests.builders.tenants import a_tenant
from tests.integration.api.test_billing import browser

pytestmark = pytest.mark.django_db
JANUARY_30 = datetime(2027, 1, 30, 4, tzinfo=UTC)  # 58 days after the due date
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def world():
    """A museum, two people of finance, and a program that acts for the first."""
    contract, first, second = a_world("museum")
    return contract, first, second, Program(a_key(kind=Kind.FIN, person=first))


@pytest.fixture
def invoice(world):
    """October's invoice of the museum, due on 3 December."""
    contract, first, second, _ = world
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        return approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)


def at_browser(user, path, body):
    return browser(user).post(f"/api/v1/{path}", body, "application/json")


def upload(program, path, **fields):
    return program.client.post(f"/api/v1/{path}", fields, headers=program.headers)


def a_file(content, name="file.bin"):
    return SimpleUploadedFile(name, content)


def test_contract_is_noted_once_and_by_finance(world):
    contract, *_, program = world
    body = {
        "tenant_id": str(contract.tenant_id), "seller": "sl", "number": "C-2", "service_mode": "service_outsourcing",
        "starts_on": "2027-01-01", "billing_day": 15,
    }  # fmt: skip
    made = program.post("contracts", body)

    assert made.status_code == 201, made.content
    assert (made.json()["billing_day"], made.json()["ends_on"]) == (15, None)
    board = program.get("billing-runs/findings", {"seller": "sl", "closes_on": "2027-02-01"}).json()
    unpriced = [one for one in board if one["kind"] == "contract_without_price"]
    assert [(one["what"], one["contract_id"]) for one in unpriced] == [("C-2", made.json()["id"])]
    again = program.post("contracts", body)
    assert again.status_code == 400 and "number" in again.json()["detail"], again.content
    assert program.post("contracts", {**body, "number": "C-3", "time_zone": "Mars/Base"}).status_code == 400
    assert program.post("contracts", {**body, "number": "C-3", "starts_on": "9999-12-31"}).status_code == 400
    assert Program(a_key(kind=Kind.FIN)).post("contracts", {**body, "number": "C-3"}).status_code == 403


def test_end_of_a_contract_is_seen_before_it_is_done(world):
    contract, *_, program = world
    path = f"contracts/{contract.pk}"
    seen = program.get(f"{path}/ending", {"last_day": "2027-03-31"}).json()

    assert (seen["ends_at"], seen["farewell"], seen["leases"]) == ("2027-03-31T16:00:00Z", True, [])
    assert program.get(path).json()["ends_on"] is None
    done = program.post(f"{path}/end", {"last_day": "2027-03-31", "reason": "not renewed"})
    assert done.status_code == 200 and done.json() == seen, done.content
    assert program.get(path).json()["ends_on"] == "2027-04-01"
    later = program.post(f"{path}/end", {"last_day": "2027-05-31", "reason": "longer"})
    assert later.json()["code"] == "already_ended"


def test_signed_document_is_kept_as_it_came(world):
    contract, *_, program = world
    fields = {"contract_id": str(contract.pk), "name": '框架\n"合同".pdf'}
    made = upload(program, "contract-files", **fields, file=a_file(PDF))

    assert made.status_code == 201, made.content
    content = program.get(f"contract-files/{made.json()['id']}/content")
    assert content.content == PDF and content["X-Content-SHA256"] == made.json()["sha256"]
    (listed,) = program.get("contract-files", {"contract_id": str(contract.pk)}).json()["results"]
    assert listed == made.json()
    again = upload(program, "contract-files", **fields, file=a_file(PDF))
    assert again.json()["code"] == "file_kept_already"
    assert upload(program, "contract-files", **fields, file=a_file(b"MZ")).json()["code"] == "not_a_pdf"
    assert Program(a_key(contract.tenant)).get("contract-files").status_code == 403


def test_run_is_approved_by_another_person_who_has_seen_it(world):
    _, first, second, program = world
    program.post("billing-runs", {"seller": "sl", "closes_on": "2026-11-01"})
    run = program.get("billing-runs").json()["results"][0]
    path = f"billing-runs/{run['id']}"
    early = at_browser(second, f"{path}/approve", {"seen": "0" * 64})
    assert early.json()["code"] == "run_not_prepared"
    prepare_run(run["id"], NOVEMBER_3)

    board = program.get("billing-runs/findings", {"seller": "sl", "closes_on": "2026-11-01"})
    assert board.status_code == 200, board.content
    (item,) = program.get(f"{path}/contracts").json()
    assert (item["status"], item["error"]) == ("prepared", "")
    seen = program.get(f"{path}/documents").json()
    assert [one["contract_number"] for one in seen["documents"]] == ["C-museum"]
    yes = {"seen": seen["seen"]}
    assert program.post(f"{path}/approve", yes).json()["code"] == "person_needed"
    assert at_browser(first, f"{path}/approve", yes).json()["code"] == "second_person_needed"
    assert at_browser(second, f"{path}/approve", {"seen": "0" * 64}).json()["code"] == "changed_since_seen"
    approved = at_browser(second, f"{path}/approve", yes)
    assert approved.json()["status"] == "issuing", approved.content
    assert approved.json()["approved_by_id"] == str(second.pk)
    assert program.post(f"{path}/withdraw").json()["code"] == "run_not_prepared"


def test_contract_with_nothing_to_bill_is_tried_again(world):
    contract, *_, program = world
    run = program.post("billing-runs", {"seller": "sl", "closes_on": "2026-10-15"}).json()
    prepare_run(run["id"], NOVEMBER_3)
    path = f"billing-runs/{run['id']}"

    (item,) = program.get(f"{path}/contracts").json()
    assert item["status"] == "nothing" and item["contract_id"] == str(contract.pk)
    assert program.post(f"{path}/try-again").json()["status"] == "preparing"
    assert program.post(f"{path}/try-again").json()["code"] == "run_not_prepared"
    assert program.post(f"{path}/withdraw").json()["status"] == "withdrawn"


def test_dispute_is_opened_once_and_closed_once(world, invoice):
    contract, *_, program = world
    tenant = Program(a_key(contract.tenant))
    body = {"invoice_id": str(invoice.pk), "reason": "seats of July"}
    opened = program.post("disputes", body)

    assert opened.status_code == 201, opened.content
    assert program.post("disputes", body).json()["code"] == "already_disputed"
    assert tenant.get("open-items", {"disputed": "true"}).json()["results"][0]["id"] == str(invoice.pk)
    assert tenant.get("disputes", {"open": "true"}).json()["results"] == [opened.json()]
    assert tenant.post("disputes", body).status_code == 403
    path = f"disputes/{opened.json()['id']}/close"
    assert program.post(path).json()["closed_at"]
    assert program.post(path).json()["code"] == "not_disputed"
    assert tenant.get("disputes", {"open": "true"}).json()["results"] == []


def test_proposal_to_suspend_is_decided_by_a_person(world, invoice):
    contract, first, _, program = world
    tenant = Program(a_key(contract.tenant))
    days = [JANUARY_30.replace(day=day) for day in (27, 28, 29, 30)]
    with finance_scope():
        for at in days:  # a step a day at most
            remind(at)
    waiting = program.get("reminders", {"act": "suspension", "decision": ""}).json()["results"]

    assert [(one["invoice_id"], one["days_overdue"]) for one in waiting] == [(str(invoice.pk), 58)]
    path = f"reminders/{waiting[0]['id']}"
    assert len(tenant.get("reminders").json()["results"]) == 4
    assert tenant.post(f"{path}/decide", {"suspend": False}).status_code == 403
    assert program.post(f"{path}/decide", {"suspend": True}).json()["code"] == "person_needed"
    decided = at_browser(first, f"{path}/decide", {"suspend": True})
    assert decided.json()["decision"] == "suspended", decided.content
    assert at_browser(first, f"{path}/decide", {"suspend": False}).json()["code"] == "already_decided"
    with operator_scope():
        assert Tenant.objects.get(pk=contract.tenant_id).status == Tenant.Status.SUSPENDED


def test_accounts_say_what_is_owed_how_old_it_is_and_why(world, invoice):
    contract, *_, program = world
    tenant = Program(a_key(contract.tenant))
    account = {"tenant_id": str(contract.tenant_id), "seller_id": str(invoice.entity_id), "currency": "CNY"}
    gross = str(invoice.gross)
    program.post(
        "payments",
        {"tenant_id": account["tenant_id"], "seller": "sl", "amount": "100.00", "currency": "CNY",
         "received_on": "2026-11-20", "bank_ref": "B-1"},
    )  # fmt: skip
    left = str(invoice.gross - 100)

    assert tenant.get("accounts").json() == [{**account, "balance": left}]
    (aged,) = program.get("accounts/ageing", {"on": "2027-01-15", "tenant": "museum"}).json()
    assert aged == {**account, "not_due": "0.00", "to_30": "0.00", "to_60": left, "to_90": "0.00", "over_90": "0.00"}
    days = {"from_day": "2026-11-01", "to_day": "2026-12-01"}
    (told,) = tenant.get("accounts/statements", days).json()
    assert (told["account"], told["opening"], told["closing"]) == (account, "0.00", left)
    assert [(one["kind"], one["text"], one["amount"], one["balance"]) for one in told["entries"]] == [
        ("invoice", invoice.number, gross, gross), ("payment", "B-1", "-100.00", left),
    ]  # fmt: skip
    kinds = {**days, "file": "csv"}
    file = tenant.get("accounts/statement-files", kinds)
    assert f"{invoice.number},{gross},{gross}" in file.content.decode("utf-8-sig")
    assert tenant.get("accounts/statement-files", {**days, "file": "pdf-both"}).content.startswith(b"%PDF")
    assert program.get("accounts/statement-files", {**kinds, "currency": "EUR"}).status_code == 404
    assert program.get("accounts", {"tenant": "nobody"}).json() == []
    assert program.get("accounts", {"currency": "EUR"}).json() == []
    assert {name for name, _ in BUCKETS} <= set(AgeingShown().fields)


def test_neighbour_sees_nothing_of_an_account_and_what_belongs_to_it(world, invoice):
    contract, first, *_, program = world
    with finance_scope():
        fapiao = Fapiao.objects.create(
            tenant_id=contract.tenant_id, entity=invoice.entity, document=invoice, colour="blue", status="requested",
            flow_number="SL1", file_name="x.ofd", file=b"OFD", asked_by=first, asked_at=NOVEMBER_3,
        )  # fmt: skip
        (reminder,) = remind(JANUARY_30)
    dispute = program.post("disputes", {"invoice_id": str(invoice.pk), "reason": "seats"}).json()
    paths = (f"disputes/{dispute['id']}", f"reminders/{reminder.pk}", f"fapiao/{fapiao.pk}", f"fapiao/{fapiao.pk}/file")
    with operator_scope():
        other = a_tenant("harbour")
    harbour = Program(a_key(other))
    days = {"from_day": "2026-11-01", "to_day": "2026-12-01"}

    for path, query in {"accounts": {}, "accounts/ageing": {"on": "2027-01-15"}, "accounts/statements": days}.items():
        assert harbour.get(path, {**query, "tenant": "museum"}).json() == []
        assert harbour.get(path, {**query, "seller_id": str(invoice.entity_id)}).json() == []
    assert harbour.get("accounts/statement-files", {**days, "file": "csv", "tenant": "museum"}).status_code == 404
    own = Program(a_key(contract.tenant))
    assert [own.get(path).status_code for path in paths] == [200] * 4
    assert [harbour.get(path).status_code for path in paths] == [404] * 4
    for name in ("disputes", "reminders", "fapiao", "open-items"):
        assert own.get(name).json()["results"] and harbour.get(name).json()["results"] == []


def test_what_is_open_is_written_off_and_what_is_too_much_is_freed(world, invoice):
    contract, _, second, program = world
    path = f"open-items/{invoice.pk}"
    assert Program(a_key(contract.tenant)).post(f"{path}/write-off", {}).status_code == 403
    assert Decimal(program.post(f"{path}/release").json()["amount"]) == 0
    given_up = program.post(f"{path}/write-off", {"on": "2027-02-01", "note": "insolvent"})

    assert given_up.status_code == 201, given_up.content
    assert (given_up.json()["kind"], given_up.json()["amount"]) == ("write_off", str(invoice.gross))
    assert program.get("open-items").json()["results"] == []
    assert program.post(f"{path}/write-off", {"on": "2027-02-01", "note": "twice"}).status_code == 404
    note = program.post(f"invoices/{invoice.pk}/credit", {"reason": "goodwill"}).json()
    issued = at_browser(second, f"invoices/{note['id']}/approve", {})
    assert issued.status_code == 200, issued.content
    assert program.post(f"{path}/release").json()["amount"] == str(invoice.gross)


def test_payment_is_spread_over_the_oldest_invoices(world, invoice):
    contract, *_, program = world
    body = {
        "tenant_id": str(contract.tenant_id), "seller": "sl", "amount": "100.00", "currency": "CNY",
        "received_on": "2026-11-20", "invoice_ids": [],
    }  # fmt: skip
    payment = program.post("payments", body).json()

    assert payment["allocations"] == []
    spread = program.post(f"payments/{payment['id']}/allocate-oldest").json()
    assert spread["allocations"] == [{"invoice_id": str(invoice.pk), "amount": "100.00"}]


def test_export_is_asked_for_made_and_downloaded(world, invoice, settings, tmp_path):
    settings.VAR = tmp_path
    contract, *_, program = world
    body = {"kind": "open_items", "seller": "sl", "starts_on": "2026-11-01", "ends_on": "2026-12-01"}
    asked = program.post("exports", body, **{"Idempotency-Key": "november"})

    assert asked.status_code == 201, asked.content
    assert program.post("exports", body, **{"Idempotency-Key": "november"}).json() == asked.json()
    path = f"exports/{asked.json()['id']}"
    assert program.get(f"{path}/file").json()["code"] == "not_ready"
    make(asked.json()["id"], NOVEMBER_3)
    job = program.get(path).json()
    assert (job["status"], job["file_name"]) == ("done", "sl_open_items_20261101-20261130.csv")
    file = program.get(f"{path}/file")
    content = b"".join(file.streaming_content)
    assert invoice.number.encode() in content and file["X-Content-SHA256"] == job["sha256"]
    assert program.post(f"{path}/cancel").json()["status"] == "done"
    other = program.post("exports", {**body, "kind": "journal"}).json()
    assert program.post(f"exports/{other['id']}/cancel").json()["status"] == "cancelled"
    assert program.post("exports", {**body, "ends_on": "2026-11-01"}).json()["code"] == "days_reversed"
    assert Program(a_key(contract.tenant)).get("exports").status_code == 403
    again = Program(a_key(kind=Kind.FIN)).get(f"{path}/file")
    assert b"".join(again.streaming_content) == content
    with operator_scope():
        taken = Operation.objects.filter(tenant=None, act="export.taken")
        assert [orjson.loads(one.content)["details"] for one in taken] == [
            {"file": job["file_name"], "sha256": job["sha256"]}
        ] * 2, "who takes an export away stands in the operation log, by API as on the page"


def test_fapiao_is_answered_and_its_file_kept_for_the_tenant(world, invoice, monkeypatch):
    contract, first, _, program = world
    tenant = Program(a_key(contract.tenant))
    with finance_scope():
        row = Fapiao.objects.create(
            tenant_id=contract.tenant_id, entity=invoice.entity, document=invoice, colour="blue", status="requested",
            flow_number="SL1", batch=new_id(), asked_by=first, asked_at=NOVEMBER_3,
        )  # fmt: skip
    path, number = f"fapiao/{row.pk}", "25312000000012345678"
    answer = workbook(
        [Sheet("结果", ("发票流水号", "发票号码", "开票日期"), [("SL1", number, "2026-11-05")])], NOVEMBER_3
    )

    told = upload(program, "fapiao/answer", file=a_file(answer, "answer.xlsx"))
    assert told.json() == {"issued": 1, "refused": 0}, told.content
    assert upload(program, "fapiao/answer", file=a_file(b"no sheet")).json()["code"] == "sheet_unreadable"
    assert upload(tenant, "fapiao/answer", file=a_file(answer)).status_code == 403
    assert tenant.get(f"{path}/file").status_code == 404
    kept = upload(program, f"{path}/file", name="fapiao.ofd", file=a_file(b"OFD"))
    assert kept.json()["has_file"] is True, kept.content
    assert tenant.get(f"{path}/file").content == b"OFD"
    monkeypatch.setattr(api_fapiao, "LARGEST", 3)
    assert upload(program, f"{path}/file", name="x.ofd", file=a_file(b"OFD!")).status_code == 413
    (listed,) = tenant.get("fapiao", {"status": "issued"}).json()["results"]
    assert (listed["number"], listed["issued_on"], listed["invoice_id"]) == (number, "2026-11-05", str(invoice.pk))


def test_tenant_sets_the_amount_at_which_it_is_warned(museum):
    with operator_scope():
        owner = User.objects.create_user("owner")
        museum.tenant.memberships.create(user=owner, role="owner")
    program = Program(a_key(museum.tenant, person=owner))
    body = {"currency": "CNY", "amount": "5000.00"}
    kept = program.post("bill-alerts", body)

    assert kept.status_code == 200, kept.content
    assert (kept.json()["amount"], kept.json()["set_by_id"]) == ("5000.00", str(owner.pk))
    assert program.get("bill-alerts").json()["results"] == [kept.json()]
    assert program.post("bill-alerts", {**body, "amount": "0.00"}).json()["code"] == "alert_unreadable"
    assert museum.program.post("bill-alerts", body).json()["code"] == "person_needed"
    assert Program(a_key(kind=Kind.FIN)).post("bill-alerts", body).status_code == 403
    assert program.post("bill-alerts", {**body, "amount": None}).status_code == 204
    assert program.get("bill-alerts").json()["results"] == []
