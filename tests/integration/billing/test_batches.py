"""Exports over many documents: the period's archive, the journal, open items, and the way to the fapiao and back."""

import csv
import hashlib
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from billing.contracts.models import BillingEntity, TaxRule
from billing.contracts.services import FinanceOnly
from billing.exports import batches
from billing.exports.archive import MANIFEST
from billing.exports.batches import DaysReversed, NotReady, ask_for, cancel, path_of
from billing.exports.fapiao import COLUMNS, AnswerUnreadable, FapiaoUnknown, keep_file, read_answer, request_batch
from billing.exports.jobs import take_up_exports
from billing.exports.journal import postings
from billing.exports.journal_rules import out_of_balance
from billing.exports.models import ExportJob, Fapiao, LedgerAccount
from billing.exports.sheets import Sheet, SheetUnreadable, workbook
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from billing.receivables.services import record_payment, write_off
from seatline.ids import new_id
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, PER_CALL, a_closed_call, a_world, mediate_calls

pytestmark = pytest.mark.django_db
FROM, UNTIL = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def issued(settings, tmp_path):
    """An invoice of the museum and one of the lotus; the folder of exports is the test's own."""
    settings.VAR = tmp_path
    worlds = [a_world("museum"), a_world("lotus", [PER_CALL])]
    mediate_calls([a_closed_call(world[0].tenant_id, n) for n, world in enumerate(worlds * 3, start=1)])
    documents = []
    for contract, first, second in worlds:
        with finance_scope():
            draft = refresh_drafts(contract, NOVEMBER_3)[0]
            documents.append(approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3))
    return documents


def made(kind, entity, user):
    with finance_scope():
        job = ask_for(kind, entity, FROM, UNTIL, user, NOVEMBER_24)
    batches.make(job.pk, NOVEMBER_24)
    job.refresh_from_db()
    return job


def test_archive_of_a_period_holds_every_file_with_sums_and_hashes(issued):
    job = made(ExportJob.Kind.PERIOD, issued[0].entity, issued[0].prepared_by)
    assert (job.status, job.done, job.total) == ("done", 2, 2)
    assert job.file_name == "sl_period_20261101-20261130.zip"
    content = path_of(job).read_bytes()
    assert hashlib.sha256(content).hexdigest() == job.sha256
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(MANIFEST).decode("utf-8-sig"))))
        assert {row["file"] for row in rows} | {MANIFEST} == set(archive.namelist())
        for row in rows:
            assert hashlib.sha256(archive.read(row["file"])).hexdigest() == row["sha256"], row["file"]
        grosses = {row["document_number"]: Decimal(row["gross"]) for row in rows if row["gross"]}
        assert grosses == {one.number: one.gross for one in issued}
        assert "museum/SL-INV-2026-00001_ubl.xml" in archive.namelist()
    again = made(ExportJob.Kind.PERIOD, issued[0].entity, issued[0].prepared_by)
    assert again.sha256 == job.sha256, "made again it is the same file"


def test_export_that_is_given_up_leaves_no_file(issued):
    user = issued[0].prepared_by
    with finance_scope():
        job = ask_for(ExportJob.Kind.PERIOD, issued[0].entity, FROM, UNTIL, user, NOVEMBER_24)
        with pytest.raises(NotReady):
            path_of(job)
        with pytest.raises(DaysReversed):
            ask_for(ExportJob.Kind.PERIOD, issued[0].entity, UNTIL, FROM, user, NOVEMBER_24)
        assert cancel(job, user).status == "cancelled"
    batches.make(job.pk, NOVEMBER_24)
    job.refresh_from_db()
    with pytest.raises(NotReady):
        path_of(job)


def test_export_cancelled_in_the_middle_stops_at_the_next_document(issued, monkeypatch):
    user = issued[0].prepared_by
    with finance_scope():
        job = ask_for(ExportJob.Kind.PERIOD, issued[0].entity, FROM, UNTIL, user, NOVEMBER_24)
    real = batches.file_of

    def cancels(document, *rest):
        cancel(job, user)
        return real(document, *rest)

    monkeypatch.setattr(batches, "file_of", cancels)
    batches.make(job.pk, NOVEMBER_24)
    job.refresh_from_db()
    assert (job.status, job.done) == ("cancelled", 1)
    assert not list(batches._folder().iterdir())


def test_export_whose_worker_was_killed_is_taken_up_and_made_whole(issued, monkeypatch):
    user = issued[0].prepared_by
    with finance_scope():
        job = ask_for(ExportJob.Kind.PERIOD, issued[0].entity, FROM, UNTIL, user, NOVEMBER_24)

    class Killed(BaseException):
        """The worker dies."""

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(batches, "documents_csv", dies)
        batches.make(job.pk, NOVEMBER_24)
    job.refresh_from_db()
    assert job.status == "running"
    with pytest.raises(NotReady):
        path_of(job)
    take_up_exports(timestamp=0)
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 2)
    assert hashlib.sha256(path_of(job).read_bytes()).hexdigest() == job.sha256


def test_export_that_fails_says_so(issued, monkeypatch):
    monkeypatch.setattr(batches, "journal_csv", lambda *_: 1 / 0)
    job = made(ExportJob.Kind.JOURNAL, issued[0].entity, issued[0].prepared_by)
    assert (job.status, job.error_details) == ("failed", {"where": "ZeroDivisionError"})


def test_only_finance_asks_for_exports(issued):
    with operator_scope():
        stranger = User.objects.create_user("ops", is_staff=True)
    with finance_scope(), pytest.raises(FinanceOnly):
        ask_for(ExportJob.Kind.PERIOD, issued[0].entity, FROM, UNTIL, stranger, NOVEMBER_24)


def test_journal_balances_and_knows_the_seller_s_accounts(issued):
    first, second = issued[0].prepared_by, issued[0].approved_by
    entity = issued[0].entity
    with finance_scope():
        LedgerAccount.objects.create(entity=entity, purpose="revenue", tax_code="telecom", account="600102")
        record_payment(
            issued[0].tenant, entity, Decimal("9000.00"), "CNY", date(2026, 11, 20), user=first, at=NOVEMBER_24,
            bank_ref="B1",
        )  # fmt: skip
        write_off(issued[0], first, NOVEMBER_24, on=date(2026, 11, 24), note="small")
        approve_and_issue(credit(issued[1], first, "Goodwill", NOVEMBER_24), second, NOVEMBER_24)
        found = list(postings(entity, FROM, UNTIL))
        assert out_of_balance(found) == {}
        by_account = {}
        for one in found:
            by_account[one.account] = by_account.get(one.account, 0) + one.debit - one.credit
        assert {account: str(amount) for account, amount in by_account.items()} == {
            "1122": "0.00",
            "1002": "9000.00",
            "6701": "135.27",
            "6001": "-8001.20",  # the lotus' invoice and its credit note are nothing
            "600102": "-600.00",
            "22210106": "-534.07",
        }
        assert all(one.debit >= 0 and one.credit >= 0 for one in found)
    job = made(ExportJob.Kind.JOURNAL, entity, first)
    rows = list(csv.DictReader(io.StringIO(path_of(job).read_text("utf-8-sig"))))
    assert len(rows) == len(found)


def test_open_items_say_how_old_they_are(issued):
    job = made(ExportJob.Kind.OPEN_ITEMS, issued[0].entity, issued[0].prepared_by)
    rows = list(csv.DictReader(io.StringIO(path_of(job).read_text("utf-8-sig"))))
    assert [(row["tenant"], row["bucket"], row["open"]) for row in rows] == [
        ("lotus", "not_due", str(issued[1].gross)),
        ("museum", "not_due", str(issued[0].gross)),
    ]


def requested(entity, user, batch=None):
    batch = request_batch(entity, user, NOVEMBER_24, batch or new_id())
    rows = list(openpyxl.load_workbook(io.BytesIO(batch.content)).active.values)
    assert rows[0] == COLUMNS
    return batch, [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def an_answer(*rows):
    return workbook([Sheet("结果", ["发票流水号", "数电票号码", "开票日期", "失败原因"], rows)], NOVEMBER_24)


def test_batch_asks_for_a_fapiao_of_every_document_once(issued):
    entity, user = issued[0].entity, issued[0].prepared_by
    with finance_scope():
        TaxRule.objects.filter(code="service").update(cn_item_code="3040802050000000000", cn_item_name="现代服务")
        batch, rows = requested(entity, user, key := new_id())
        assert [one.number for one in batch.documents] == [one.number for one in issued]
        first = rows[0]
        assert first["项目名称"] == "*现代服务*热线套餐"
        assert (first["税率"], first["金额"], first["税额"], first["购买方名称"]) == (0.06, 8000, 480, "Museum有限公司")
        total = sum(Decimal(str(row["金额"])) + Decimal(str(row["税额"])) for row in rows)
        assert total == sum(one.gross for one in issued)
        assert requested(entity, user)[1] == [], "nothing is asked for twice"
        assert requested(entity, user, key)[1] == rows, "but the same batch can be made again"


def test_answer_brings_numbers_and_what_was_refused_is_asked_again(issued):
    entity, user = issued[0].entity, issued[0].prepared_by
    with finance_scope():
        _, rows = requested(entity, user)
        flows = list(dict.fromkeys(row["发票流水号"] for row in rows))
        answer = an_answer([flows[0], "26312000000000000001", "2026-11-24", ""], [flows[1], "", "", "税号有误"])
        for _ in range(2):
            done = read_answer(answer, user, NOVEMBER_24)
            assert (done.issued, done.refused) == (1, 1)
        blue = Fapiao.objects.get(number="26312000000000000001")
        assert (blue.document, blue.status, blue.issued_on) == (issued[0], "issued", date(2026, 11, 24))
        assert Fapiao.objects.get(document=issued[1]).answer == "税号有误"
        assert [one.number for one in requested(entity, user)[0].documents] == [issued[1].number]
        keep_file(blue, "26312000000000000001.pdf", b"%PDF-1.7", user)
        blue.refresh_from_db()
        assert blue.file_sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()


def test_credit_note_asks_for_a_red_one_that_names_the_blue(issued):
    entity, user = issued[0].entity, issued[0].prepared_by
    with finance_scope():
        note = approve_and_issue(credit(issued[0], user, "Goodwill", NOVEMBER_24), issued[0].approved_by, NOVEMBER_24)
        batch, rows = requested(entity, user)
        assert [(one.number, type(why).__name__) for one, why in batch.left_out] == [(note.number, "BlueFapiaoMissing")]
        read_answer(an_answer([rows[0]["发票流水号"], "26312000000000000001", "", ""]), user, NOVEMBER_24)
        batch, rows = requested(entity, user)
        assert [one.number for one in batch.documents] == [note.number]
        assert {row["对应蓝字发票号码"] for row in rows} == {"26312000000000000001"}
        assert all(row["金额"] < 0 for row in rows)


def test_answer_that_cannot_be_read_changes_nothing(issued):
    entity, user = issued[0].entity, issued[0].prepared_by
    with finance_scope():
        _, rows = requested(entity, user)
        flow = rows[0]["发票流水号"]
        for answer, error in (
            (b"no workbook", SheetUnreadable),
            (workbook([Sheet("x", ["流水号"], [[flow]])], NOVEMBER_24), AnswerUnreadable),
            (an_answer([flow, "26312000000000000001", "", ""], ["STRANGE", "1" * 20, "", ""]), FapiaoUnknown),
        ):
            with pytest.raises(error):
                read_answer(answer, user, NOVEMBER_24)
        assert set(Fapiao.objects.values_list("status", flat=True)) == {"requested"}
        assert BillingEntity.objects.count() == 1
