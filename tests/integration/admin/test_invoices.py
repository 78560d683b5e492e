"""From draft to credit note on the pages of finance: one prepares, another approves."""

import re

import pytest

from billing.contracts.models import Contract, ContractVersion
from billing.invoices.models import Document
from billing.invoices.services import refresh_drafts
from tenants.accounts.scope import finance_scope
from tests.builders.billing import NOVEMBER_24


@pytest.fixture
def draft(house) -> Document:
    with finance_scope():
        return refresh_drafts(Contract.objects.get(), NOVEMBER_24)[0]


def reread(document: Document) -> Document:
    with finance_scope():
        return Document.objects.get(pk=document.pk)


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_prepares_another_approves_and_a_credit_note_takes_it_back(staff, draft):
    one, other = staff("finance", "one"), staff("finance", "other")
    page = f"/admin/billing/document/{draft.pk}"

    assert one.post(f"{page}/prepare/", {"ok": "1"}).status_code == 302
    refused = one.post(f"{page}/approve/", {"ok": "1"})
    assert refused.status_code == 422
    assert "Another person than one must approve this." in text(refused)
    assert reread(draft).number is None

    assert other.post(f"{page}/approve/", {"ok": "1"}).status_code == 302
    issued = reread(draft)
    assert issued.status == Document.Status.ISSUED
    assert issued.number

    assert one.post(f"{page}/credit/", {"typed": "wrong", "reason": "Too high"}).status_code == 422
    assert one.post(f"{page}/credit/", {"typed": issued.number, "reason": "Too high"}).status_code == 302
    with finance_scope():
        note = Document.objects.get(refers=draft.pk)
    assert note.gross == -issued.gross
    assert other.post(f"/admin/billing/document/{note.pk}/approve/", {"ok": "1"}).status_code == 302


def test_period_that_runs_is_refused_but_can_be_billed_early(staff, house):
    with finance_scope():
        october, november = refresh_drafts(Contract.objects.get(), NOVEMBER_24)
    one = staff("finance", "one")
    assert one.post(f"/admin/billing/document/{october.pk}/prepare/", {"ok": "1"}).status_code == 302
    other = staff("finance", "other")
    assert other.post(f"/admin/billing/document/{october.pk}/approve/", {"ok": "1"}).status_code == 302
    answer = one.post(f"/admin/billing/document/{november.pk}/prepare/", {"ok": "1"})

    if answer.status_code == 422:  # the clock of the machine lies within the period
        assert "Wait for its end, or make an interim invoice" in text(answer)
        assert one.post(f"/admin/billing/document/{november.pk}/prepare/", {"interim": "on"}).status_code == 302


def test_files_and_sources_open(staff, draft):
    one = staff("finance")
    with finance_scope():
        lines = list(draft.lines.all())

    assert one.get(f"/admin/billing/document/{draft.pk}/files/csv/").content.startswith(b"\xef\xbb\xbf")
    assert one.get(f"/admin/billing/document/{draft.pk}/files/pdf-en/").content.startswith(b"%PDF")
    assert one.get(f"/admin/billing/document/{draft.pk}/files/exe/").status_code == 404
    for line in lines:
        assert one.get(f"/admin/billing/document/{draft.pk}/lines/{line.pk}/").status_code == 200


def test_prices_are_written_by_one_and_approved_by_another(staff, house):
    one, other = staff("finance", "one"), staff("finance", "other")
    with finance_scope():
        contract = Contract.objects.get()
    form = {
        "contract": str(contract.pk), "starts_on": "2027-01-01", "note": "New year",
        "components-TOTAL_FORMS": 1, "components-INITIAL_FORMS": 0,
        "components-0-code": "calls", "components-0-kind": "metered", "components-0-tax_code": "service",
        "components-0-invoice_text": "Calls", "components-0-invoice_text_zh": "电话",
        "components-0-params-metered-price": "1.50",
    }  # fmt: skip
    unread = one.post("/admin/billing/contractversion/add/", {**form, "components-0-params-metered-price": "one"})
    assert "cannot be read" in text(unread)
    written = one.post("/admin/billing/contractversion/add/", form)
    assert written.status_code == 302, text(written)
    with finance_scope():
        version = ContractVersion.objects.get(starts_on="2027-01-01")
        assert version.components.get().code == "calls"

    approve = f"/admin/billing/contractversion/{version.pk}/approve/"
    assert one.post(approve, {"ok": "1"}).status_code == 422
    assert other.post(approve, {"ok": "1"}).status_code == 302
