"""Files of documents: PDF in both languages, CSV for spreadsheets, the same bytes whenever they are asked for."""

import csv
import io
import time
from datetime import timedelta

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from billing.exports import services, sheets
from billing.exports.jobs import make_document_files
from billing.exports.models import Artefact
from billing.exports.services import (
    DocumentUnknown,
    LanguageUnknown,
    all_files,
    csv_of,
    file_of,
    make_files,
    pdf_of,
    usage_csv_of,
)
from billing.exports.tables import DOCUMENT_COLUMNS, USAGE_COLUMNS
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from seatline.ids import new_id
from tenants.accounts.scope import finance_scope, tenant_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, a_closed_call, a_world, copy_usage, mediate_calls

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    contract, first, second = a_world()
    calls = [a_closed_call(contract.tenant_id, n) for n in range(1, 4)]
    mediate_calls([*calls, a_closed_call(contract.tenant_id, 4, outcome="abandoned")])
    with finance_scope():
        document = prepare(refresh_drafts(contract, NOVEMBER_3)[0], first, NOVEMBER_3)
        yield approve_and_issue(document, second, NOVEMBER_3)


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def rows_of(content):
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("language", "words", "not_there"),
    [
        ("en", ["Invoice", "SL-INV-2026-00001", "Museum Ltd", "3 calls − 2 included = 1 × 1.20 = 1.20"], "账单"),
        ("zh-hans", ["账单", "席线运营有限公司", "热线套餐", "玖仟壹佰叁拾伍元贰角柒分", "不是发票"], "Number rent"),
        ("both", ["Invoice 账单", "Hotline bundle", "热线套餐", "9,135.27"], "DRAFT"),
    ],
)
def test_pdf_says_what_the_document_says(issued, language, words, not_there):
    file = pdf_of(issued, language, NOVEMBER_3)
    assert file.name == f"SL-INV-2026-00001_{language}.pdf"
    text = text_of(file.content)
    for word in words:
        assert word in text
    assert not_there not in text


def test_pdf_carries_its_fonts(issued):
    """Chinese must be readable on a machine without Chinese fonts."""
    reader = PdfReader(io.BytesIO(pdf_of(issued, "zh-hans", NOVEMBER_3).content))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert any(name.startswith("/FontFile") for name in descriptor)


def test_files_asked_for_again_are_the_same_bytes(issued):
    make_files(issued.pk, NOVEMBER_3)
    assert Artefact.objects.count() == 9
    for artefact in Artefact.objects.all():
        assert len(artefact.sha256) == 64
    first = pdf_of(issued, "both", NOVEMBER_3)
    # Years later, with other words on the screen and a new version of everything.
    assert pdf_of(issued, "both", NOVEMBER_3 + timedelta(days=3650)) == first
    make_files(issued.pk, NOVEMBER_24)
    assert Artefact.objects.count() == 9


def test_every_file_is_made_again_byte_by_byte(issued):
    """Not from what was kept: from the rows, as if nothing had been."""
    for kind, language in all_files():
        kept = file_of(issued, kind, NOVEMBER_3, language)
        assert services._MAKERS[kind].make(issued, language) == kept.content, kind


def test_workbook_has_lines_taxes_and_usage(issued):
    book = openpyxl.load_workbook(io.BytesIO(file_of(issued, Artefact.Kind.XLSX, NOVEMBER_3).content))
    assert book.sheetnames == ["lines", "taxes", "usage"]
    lines = list(book["lines"].values)
    assert lines[0] == DOCUMENT_COLUMNS
    assert [(row[13], row[21]) for row in lines[1:]] == [(1, 8000), (2, 1.2), (3, 600)]
    usage = list(book["usage"].values)
    assert len(usage) == 5
    # A telephone number is text, not a sum and not a rounded number.
    assert usage[1][12] == "+862196968101"


def test_sheet_that_is_too_long_for_excel_goes_on_on_another(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    made = sheets.workbook([sheets.Sheet("usage", ["n"], ([n] for n in range(5)))], NOVEMBER_3)
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert [[cell for (cell,) in page.values] for page in book] == [["n", 0, 1], ["n", 2, 3], ["n", 4]]


def test_usage_of_a_hundred_thousand_calls_is_exported_within_five_seconds():
    contract, *_ = a_world()
    mediate_calls([a_closed_call(contract.tenant_id)])
    copy_usage(contract.tenant_id, 100_000)
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        # Our own time, not what others do on the machine meanwhile.
        started = time.process_time()
        content = usage_csv_of(draft, NOVEMBER_3).content
        taken = time.process_time() - started
        assert content.count(b"\r\n") == 100_001
        assert taken < 5, f"{taken:.2f} s"


def test_files_are_never_changed(issued):
    csv_of(issued, NOVEMBER_3)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Artefact.objects.update(content=b"")


def test_issue_puts_down_the_job_that_makes_the_files(issued):
    from procrastinate.contrib.django.models import ProcrastinateJob

    job = ProcrastinateJob.objects.get(task_name="billing.make_files", args__document_id=str(issued.pk))
    make_document_files(**job.args)
    assert Artefact.objects.filter(document=issued).count() == 9


def test_draft_is_printed_as_such_and_not_kept():
    contract, *_ = a_world()
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        file = pdf_of(draft, "en", NOVEMBER_3)
        assert "DRAFT" in text_of(file.content)
        assert file.name == "DRAFT-C-museum-2026-10-01_en.pdf"
        assert not Artefact.objects.exists()
        with pytest.raises(DocumentUnknown):
            make_files(draft.pk, NOVEMBER_3)


def test_credit_note_names_the_invoice_and_the_reason(issued):
    note = credit(issued, issued.prepared_by, "Wrong contract", NOVEMBER_24)
    text = text_of(pdf_of(approve_and_issue(note, issued.approved_by, NOVEMBER_24), "en", NOVEMBER_24).content)
    assert "Credit note" in text
    assert "SL-INV-2026-00001" in text
    assert "Wrong contract" in text
    assert "-9,135.27" in text


def test_csv_has_one_row_per_line_with_stable_columns(issued):
    rows = rows_of(csv_of(issued, NOVEMBER_3).content)
    assert tuple(rows[0]) == DOCUMENT_COLUMNS
    assert [(row["line"], row["text"], row["net"], row["tax_rate_percent"]) for row in rows] == [
        ("1", "Hotline bundle", "8000.00", "6.000"),
        ("2", "Hotline bundle: usage", "1.20", "6.000"),
        ("3", "Number rent", "600.00", "9.000"),
    ]
    assert rows[0]["period_last_day"] == "2026-10-31"


def test_usage_csv_lists_every_call_of_the_period_billed_or_not(issued):
    rows = rows_of(usage_csv_of(issued, NOVEMBER_3).content)
    assert tuple(rows[0]) == USAGE_COLUMNS
    assert [(row["line"], row["outcome"], row["reason_not_billed"]) for row in rows] == [
        ("2", "answered", ""),
        ("2", "answered", ""),
        ("2", "answered", ""),
        ("", "abandoned", "abandoned"),
    ]
    assert rows[0]["occurred_at"] == "2026-10-15T12:00:00+08:00"
    # A number is text, not a sum.
    assert rows[0]["dialled"] == "'+862196968101"


def test_language_that_nobody_prints_is_refused(issued):
    with pytest.raises(LanguageUnknown, match="not in fr"):
        pdf_of(issued, "fr", NOVEMBER_3)


def test_tenant_reads_its_own_files_only(issued):
    other, *_ = a_world("lotus")
    with finance_scope():
        csv_of(issued, NOVEMBER_3)
    with tenant_scope(issued.tenant_id):
        assert Artefact.objects.count() == 1
    with tenant_scope(other.tenant_id):
        assert Artefact.objects.count() == 0


def test_same_file_twice_collides_in_the_database(issued):
    csv_of(issued, NOVEMBER_3)
    kept = Artefact.objects.get()
    kept.pk = new_id()
    with pytest.raises(IntegrityError, match="one_file_per_kind_and_language"), transaction.atomic():
        kept.save(force_insert=True)
