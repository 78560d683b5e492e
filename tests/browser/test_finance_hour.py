"""A finance clerk's hour: the period's run, a payment, what is overdue, a credit; and what is refused on the way.

The worker's part is done here in between; everything else is done with the mouse.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.invoices.models import Document
from billing.runs.models import BillingRun
from billing.runs.work import issue_run, prepare_run
from seatline import clock
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.browser.conftest import PASSWORD
from tests.builders.tenants import a_tenant


def the_run() -> BillingRun:
    with finance_scope():
        return BillingRun.objects.get()


def test_clerk_bills_a_month_with_a_colleague_and_follows_the_money(museum, enter):
    closes = timezone.localdate().replace(day=1)
    one = enter("finance")
    one.goto(f"/admin/billing/billingrun/board/?closes={closes}")
    expect(one.get_by_test_id("findings")).to_be_visible()
    expect(one.get_by_test_id("due")).to_contain_text("C-museum")
    one.get_by_role("button", name="Start the run").click()
    expect(one.get_by_test_id("run")).to_contain_text("being prepared")
    prepare_run(the_run().pk, clock.now())
    # The page follows by itself.
    expect(one.get_by_test_id("run")).to_contain_text("waits for approval", timeout=8000)

    one.reload()
    one.get_by_role("link", name="Approve and issue all").click()
    one.get_by_role("button", name="Approve and issue all").click()
    expect(one.get_by_text("Another person than finance must approve this.")).to_be_visible()

    other = enter("finance2")
    other.goto(f"/admin/billing/billingrun/{the_run().pk}/approve/")
    other.get_by_role("button", name="Approve and issue all").click()
    expect(other.get_by_test_id("run")).to_contain_text("being issued")
    issue_run(the_run().pk, clock.now())
    expect(other.get_by_test_id("run")).to_contain_text("done", timeout=8000)

    with finance_scope():
        invoice = Document.objects.get(status="issued")
    assert invoice.number
    one.goto(f"/admin/billing/document/{invoice.pk}/change/")
    pdf = one.get_by_role("link", name="PDF English").get_attribute("href")
    assert one.request.get(pdf).body().startswith(b"%PDF")

    one.get_by_role("link", name="Record a payment").click()
    one.get_by_label("Amount").fill("100.00")
    one.get_by_label("Bank's reference").fill("4711")
    one.get_by_role("button", name="Record a payment").click()
    expect(one.get_by_text("paid in part")).to_be_visible()

    one.goto("/admin/billing/payment/ageing/")
    expect(one.get_by_test_id("ageing")).to_contain_text(f"{invoice.gross - 100:,.2f}")
    one.get_by_role("link", name="statement").click()
    expect(one.get_by_test_id("statement")).to_contain_text("4711")

    one.goto(f"/admin/billing/document/{invoice.pk}/credit/")
    one.get_by_label("Reason").fill("Outage")
    one.locator("#id_line_1").fill("50")
    one.locator("#id_typed").fill(invoice.number)
    one.get_by_role("button", name="Prepare the credit note").click()
    expect(one.get_by_text("-50.00 CNY").first).to_be_visible()
    one.get_by_role("link", name="Approve and issue").click()
    one.get_by_role("button", name="Approve and issue").click()
    expect(one.get_by_text("Another person than finance must approve this.")).to_be_visible()


@pytest.fixture
def neighbour(museum) -> User:
    """Somebody of another tenant."""
    with operator_scope():
        user = User.objects.create_user("anna", password=PASSWORD)
        Membership.objects.create(tenant=a_tenant("lotus", name="Blue Lotus"), user=user, role="owner")
        owner = User.objects.create_user("owner", password=PASSWORD)
        Membership.objects.create(tenant=museum, user=owner, role="owner")
    return user


def test_tenant_sees_its_own_bill_in_both_languages_and_not_the_neighbour_s(museum, neighbour, browser, web):
    with browser.new_context(base_url=web) as context:
        page = context.new_page()
        page.goto("/t/museum/")
        page.fill("#id_username", "owner")
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        expect(page.get_by_test_id("bill").first).to_contain_text("Hotline bundle")
        page.get_by_role("button", name="简体中文").click()
        expect(page.get_by_test_id("bill").first).to_contain_text("热线套餐")
        expect(page.get_by_test_id("no-invoices")).to_be_visible()

    with browser.new_context(base_url=web) as context:
        page = context.new_page()
        page.goto("/t/lotus/")
        page.fill("#id_username", "anna")
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        expect(page.get_by_test_id("no-bill")).to_be_visible()
        with finance_scope():
            draft = Document.objects.first()
        for address in ("/t/museum/", f"/t/museum/bills/{draft.pk}/", f"/t/lotus/bills/{draft.pk}/"):
            assert page.request.get(address).status == 404, address
        # A tenant's people have no door to the operator's house.
        assert re.search(r"/admin/login/", page.request.get("/admin/billing/document/").url)
