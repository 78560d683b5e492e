"""The pages of finance: period board, run, payments, ageing, exports, fapiao; and that nobody else opens them."""

import io
import re
from datetime import date

import openpyxl
import pytest

from billing.exports import batches
from billing.exports.fapiao import COLUMNS
from billing.exports.models import ExportJob, Fapiao
from billing.exports.sheets import Sheet, workbook
from billing.invoices.models import Document
from billing.receivables.models import Payment, Reminder
from billing.runs.models import BillingRun
from billing.runs.work import issue_run, prepare_run
from seatline import clock
from tenants.accounts.models import Tenant
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import NOVEMBER_24

BOARD = "/admin/billing/billingrun/board/?seller=sl&closes=2026-11-01"


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def issued(staff, house):
    """October of the museum, billed by a run on the pages: one starts it, another approves it."""
    one, other = staff("finance", "one"), staff("finance", "other")
    assert one.post(BOARD).status_code == 302
    with finance_scope():
        run = BillingRun.objects.get()
    prepare_run(run.pk, NOVEMBER_24)
    page = f"/admin/billing/billingrun/{run.pk}/change/"
    shown = one.get(page)
    assert shown.status_code == 200, text(shown)
    assert "C-museum" in text(shown)
    approve = f"/admin/billing/billingrun/{run.pk}/approve/"
    seen = re.search(r'name="seen" value="(\w+)"', other.get(approve).content.decode())[1]
    refused = one.post(approve, {"seen": seen})
    assert refused.status_code == 422
    assert "Another person than one must approve this." in text(refused)
    assert other.post(approve, {"seen": "0" * 64}).status_code == 422
    assert other.post(approve, {"seen": seen}).status_code == 302
    issue_run(run.pk, NOVEMBER_24)
    assert "1 of 1 documents issued" in text(other.get(page))
    with finance_scope():
        return Document.objects.get(status="issued")


def test_board_shows_what_is_due_and_what_to_look_at(staff, house):
    one = staff("finance", "one")
    shown = text(one.get(f"{BOARD}&refresh=1"))
    assert "To be billed until 2026-10-31" in shown
    assert "C-museum" in shown
    assert "To look at first" in shown


def test_invoice_is_paid_disputed_and_credited_in_part_on_its_page(staff, issued):
    one = staff("finance", "one")
    page = f"/admin/billing/document/{issued.pk}"
    assert "unpaid" in text(one.get(f"{page}/change/"))
    paid = one.post(
        f"{page}/pay/", {"amount": "100.00", "received_on": "2026-11-24", "bank_ref": "B1", "method": "transfer"}
    )
    assert paid.status_code == 302, text(paid)
    twice = one.post(
        f"{page}/pay/", {"amount": "100.00", "received_on": "2026-11-24", "bank_ref": "B1", "method": "transfer"}
    )
    assert twice.status_code == 422
    assert "already recorded" in text(twice)
    assert "paid in part" in text(one.get(f"{page}/change/"))
    assert one.post(f"{page}/dispute/", {"reason": "Wrong rate"}).status_code == 302
    assert "disputed" in text(one.get(f"{page}/change/"))
    assert one.post(f"{page}/settle/", {"ok": "1"}).status_code == 302
    too_much = one.post(f"{page}/credit/", {"typed": issued.number, "reason": "Outage", "line_1": "99999"})
    assert too_much.status_code == 422
    assert "can be credited by" in text(too_much)
    assert (
        one.post(f"{page}/credit/", {"typed": issued.number, "reason": "Outage", "line_1": "50.00"}).status_code == 302
    )
    with finance_scope():
        assert str(Document.objects.get(refers=issued).net) == "-50.00"
        assert Payment.objects.count() == 1
    assert one.post(f"{page}/write-off/", {"typed": issued.number}).status_code == 302
    assert re.search(r"paid\s", text(one.get(f"{page}/change/")))


def test_every_file_of_an_issued_invoice_opens(staff, issued):
    one = staff("finance", "one")
    starts = {
        "pdf-en": b"%PDF", "pdf-zh-hans": b"%PDF", "pdf-both": b"%PDF", "facturx": b"%PDF", "csv": b"\xef\xbb\xbf",
        "usage_csv": b"\xef\xbb\xbf", "xlsx": b"PK", "ubl": b"<?xml", "cii": b"<?xml",
    }  # fmt: skip
    for kind, start in starts.items():
        answer = one.get(f"/admin/billing/document/{issued.pk}/files/{kind}/")
        assert answer.content.startswith(start), kind
    for kind in ("pdf", "pdf-fr", "csv-en", "exe"):
        assert one.get(f"/admin/billing/document/{issued.pk}/files/{kind}/").status_code == 404, kind


def test_money_of_an_account_is_recorded_and_its_age_and_statement_shown(staff, issued):
    one = staff("finance", "one")
    form = {
        "tenant": str(issued.tenant_id), "entity": str(issued.entity_id), "amount": "99999.00", "currency": "cny",
        "received_on": "2026-11-24", "bank_ref": "B7", "method": "transfer",
    }  # fmt: skip
    answer = one.post("/admin/billing/payment/record/", form)
    assert answer.status_code == 302, text(answer)
    with finance_scope():
        payment = Payment.objects.get()
    page = f"/admin/billing/payment/{payment.pk}"
    assert one.get(f"{page}/change/").status_code == 200
    ageing = one.get("/admin/billing/payment/ageing/")
    assert "City Museum" in text(ageing)
    statement = re.search(r'href="(/admin/billing/payment/statement/[^"]+)"', ageing.content.decode())[1]
    assert issued.number in text(one.get(statement))
    assert one.get(statement.replace("/CNY/", "/USD/")).status_code == 404
    assert one.get(f"{statement}pdf-zh-hans/").content.startswith(b"%PDF")
    assert issued.number in one.get(f"{statement}csv/").content.decode("utf-8-sig")
    assert one.get(f"{statement}exe/").status_code == 404
    assert one.post(f"{page}/refund/", {"amount": "10.00", "on": "2026-11-24"}).status_code == 302
    assert one.get("/admin/billing/payment/").status_code == 200


def test_proposal_to_suspend_is_decided_by_a_person(staff, issued):
    one = staff("finance", "one")
    with finance_scope():
        proposal = Reminder.objects.create(
            tenant=issued.tenant, document=issued, step=4, act="suspension", made_on=date(2027, 2, 1),
            made_at=clock.now(), open_amount=issued.gross, currency="CNY", days_overdue=45,
        )  # fmt: skip
    assert one.post(f"/admin/billing/reminder/{proposal.pk}/decide/", {"suspend": ""}).status_code == 422
    assert one.post(f"/admin/billing/reminder/{proposal.pk}/decide/", {"suspend": "yes"}).status_code == 302
    with operator_scope():
        assert Tenant.objects.get(pk=issued.tenant_id).status == "suspended"
    assert one.get("/admin/billing/reminder/").status_code == 200


def test_export_is_asked_for_made_and_downloaded(staff, issued, settings, tmp_path):
    settings.VAR = tmp_path
    one = staff("finance", "one")
    form = {"kind": "journal", "entity": str(issued.entity_id), "starts_on": "2026-11-01", "last_day": "2026-11-30"}
    assert one.post("/admin/billing/exportjob/new/", form).status_code == 302
    with finance_scope():
        job = ExportJob.objects.get()
    assert one.get(f"/admin/billing/exportjob/{job.pk}/file/").status_code == 409
    batches.make(job.pk, NOVEMBER_24)
    answer = one.get(f"/admin/billing/exportjob/{job.pk}/file/")
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfposted_on")
    assert "sl_journal_20261101-20261130.csv" in text(one.get("/admin/billing/exportjob/"))


def test_answer_of_the_tax_platform_is_read_and_its_file_kept(staff, issued, settings, tmp_path):
    settings.VAR = tmp_path
    one = staff("finance", "one")
    form = {"kind": "fapiao", "entity": str(issued.entity_id), "starts_on": "2026-11-01", "last_day": "2026-11-30"}
    one.post("/admin/billing/exportjob/new/", form)
    with finance_scope():
        job = ExportJob.objects.get()
    batches.make(job.pk, NOVEMBER_24)
    answer = one.get(f"/admin/billing/exportjob/{job.pk}/file/")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert rows[0] == COLUMNS
    back = io.BytesIO(
        workbook([Sheet("x", ["发票流水号", "数电票号码"], [[rows[1][0], "26312000000000000001"]])], NOVEMBER_24)
    )
    back.name = "answer.xlsx"
    assert one.post("/admin/billing/fapiao/answer/", {"file": back}).status_code == 302
    with finance_scope():
        fapiao = Fapiao.objects.get(number="26312000000000000001")
    file = io.BytesIO(b"%PDF-1.7 <script>")
    file.name = "x.html"
    assert one.post(f"/admin/billing/fapiao/{fapiao.pk}/keep/", {"file": file}).status_code == 302
    given = one.get(f"/admin/billing/fapiao/{fapiao.pk}/file/")
    # Whatever it is called, it is downloaded and never shown as a page.
    assert given["Content-Disposition"] == 'attachment; filename="26312000000000000001.bin"'
    broken = io.BytesIO(b"no workbook")
    broken.name = "x.xlsx"
    assert one.post("/admin/billing/fapiao/answer/", {"file": broken}).status_code == 422


def test_pages_of_money_are_closed_to_other_groups(staff, issued):
    for group in ("operations", "supervision", "technicians", "security"):
        other = staff(group, f"a-{group}")
        for address in (
            BOARD, "/admin/billing/payment/ageing/", "/admin/billing/payment/", "/admin/billing/exportjob/",
            f"/admin/billing/document/{issued.pk}/files/csv/", "/admin/billing/fapiao/",
            f"/admin/billing/payment/statement/{issued.tenant_id}/{issued.entity_id}/CNY/",
        ):  # fmt: skip
            answer = other.get(address)
            assert answer.status_code == 403, address
            assert issued.number not in answer.content.decode()
