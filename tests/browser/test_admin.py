"""What the operator's people do in the admin, with the keyboard and the mouse."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from billing.invoices.models import Document
from seatline import clock
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.seats.models import SeatLease


def test_wrong_password_stays_outside(people, browser, web):
    page = browser.new_context(base_url=web).new_page()
    page.goto("/admin/")
    page.fill("#id_username", "operator")
    page.fill("#id_password", "guessed-by-a-stranger")
    page.press("#id_password", "Enter")

    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    page.context.close()


def test_dashboard_speaks_both_languages(museum, enter):
    page = enter("operator")
    expect(page.get_by_test_id("room")).to_contain_text("The room: 10 seats")
    expect(page.get_by_test_id("room")).to_contain_text("City Museum")

    page.get_by_test_id("languages").get_by_text("中文").click()

    expect(page.get_by_test_id("room")).to_contain_text("房间：10 个席位")
    expect(page.get_by_test_id("room")).to_contain_text("城市博物馆")
    expect(page.get_by_role("link", name="席位租约")).to_be_visible()


def fill_lease(page: Page, seats: int) -> None:
    """The form for a new lease, from tomorrow on."""
    tomorrow = clock.now() + timedelta(days=1)
    page.goto("/admin/tenants/seatlease/add/")
    page.get_by_label("Tenant").select_option(label="City Museum")
    page.locator("#id_seats").fill(str(seats))
    page.fill("#id_starts_at_0", f"{tomorrow:%Y-%m-%d}")
    page.fill("#id_starts_at_1", "09:00")
    page.get_by_role("button", name="Save", exact=True).click()


def test_lease_that_the_room_cannot_hold_is_refused_in_a_plain_sentence(museum, enter):
    page = enter("operator")
    fill_lease(page, 6)

    expect(page.get_by_text("Only 5 seats of the room are free from")).to_be_visible()
    expect(page.locator("#id_seats")).to_have_value("6")
    fill_lease(page, 5)
    page.wait_for_url("**/admin/tenants/seatlease/")
    with operator_scope():
        assert sorted(SeatLease.objects.values_list("seats", flat=True)) == [5, 5]


def test_invoice_is_prepared_by_one_and_approved_by_another(museum, enter):
    with finance_scope():
        draft = Document.objects.order_by("starts_on").first()
    address = f"/admin/billing/document/{draft.pk}/change/"

    one = enter("finance")
    one.goto(address)
    one.get_by_role("link", name="Prepare").click()
    one.get_by_role("button", name="Prepare").click()
    expect(one.get_by_text("Another person of finance now approves")).to_be_visible()
    one.get_by_role("link", name="Approve and issue").click()
    one.get_by_role("button", name="Approve and issue").click()
    expect(one.get_by_text("Another person than finance must approve this.")).to_be_visible()

    other = enter("finance2", "zh-hans")
    other.goto(address)
    other.get_by_role("link", name="批准并开具").click()
    other.get_by_role("button", name="批准并开具").click()
    expect(other.get_by_text("已开具，编号")).to_be_visible()

    with finance_scope():
        issued = Document.objects.get(pk=draft.pk)
    assert issued.number
    one.goto(address)
    expect(one.get_by_role("link", name="Prepare")).to_have_count(0)
    expect(one.get_by_role("link", name="Credit")).to_be_visible()


def test_pin_is_seen_once(museum, enter):
    page = enter("operator")
    page.goto("/admin/agents/agent/")
    page.get_by_role("link", name="1001").click()
    page.get_by_role("link", name="Set PIN").click()
    page.get_by_role("button", name="Set PIN").click()

    expect(page.get_by_test_id("secret").get_by_text(re.compile(r"^\d{6}$"))).to_be_visible()


def test_live_calls_refresh_by_themselves(museum, enter):
    page = enter("operator")
    page.goto("/admin/live/")
    with page.expect_response("**/admin/live/rows/", timeout=6000) as answer:
        pass

    assert answer.value.status == 200
    expect(page.get_by_test_id("live-page")).to_contain_text("No call goes on")
