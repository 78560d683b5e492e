"""A tenant's supervisor sets up fields, a type of cases, an article and a script, and works through a case.

In the browser, with the rights that the web has in production; at the end the same pages in Chinese, and every page is
asked whether everybody can use it.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope, tenant_scope
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD
from tests.builders.tenants import a_tenant
from tests.builders.work import a_case_type, a_customer, the_fields


@pytest.fixture
def lotus(people):
    with operator_scope():
        tenant = a_tenant("lotus", name="Blue Lotus", name_zh="蓝莲")
        user = User.objects.create_user("susan", password=PASSWORD)
        Membership.objects.create(tenant=tenant, user=user, role="supervisor")
    return tenant


@pytest.fixture
def page(lotus, browser, web):
    trouble: list[str] = []
    with browser.new_context(base_url=web, viewport={"width": 1366, "height": 768}) as context:
        opened = context.new_page()
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("request", lambda request: None if request.url.startswith(web) else trouble.append(request.url))
        opened.goto("/t/")
        opened.fill("#id_username", "susan")
        opened.fill("#id_password", PASSWORD)
        opened.press("#id_password", "Enter")
        opened.wait_for_url("**/t/lotus/cases/")
        yield opened
    assert not trouble


def look(page: Page, name: str) -> None:
    """No fault that is serious; a picture if SEATLINE_PICTURES names a folder."""
    assert faults(page) == [], name
    if folder := os.environ.get("SEATLINE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_supervisor_sets_up_and_works(lotus, page):
    page.get_by_role("link", name="New type of cases").click()
    page.fill("#own_code", "repair")
    page.fill("#own_name", "Repair")
    page.locator("[name=code]").first.fill("what")
    page.locator("[name=kind]").first.select_option("choice")
    page.locator("[name=label]").first.fill("What is it?")
    page.locator("[name=options]").first.fill("broken = Broken | 坏了\nlate = Late")
    page.locator("[name=code]").nth(1).fill("part")
    page.locator("[name=label]").nth(1).fill("Which part?")
    page.locator("[name=when]").nth(1).fill("what = gone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("faults")).to_contain_text("an answer that “what” does not have: gone")
    page.locator("[name=when]").nth(1).fill("what = broken")
    look(page, "case-type")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.get_by_role("link", name="Customers").click()
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("name").fill("王小明")
    page.get_by_label("telephone numbers").fill("138 0013 8000")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="New case").click()
    page.get_by_label("subject").fill("Kettle")
    page.get_by_role("button", name="Open the case").click()

    # The branch opens with the answer that it hangs on.
    expect(page.get_by_label("Which part?")).to_be_hidden()
    page.get_by_label("What is it?").select_option("broken")
    page.get_by_label("Which part?").fill("Lid")
    look(page, "case")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.get_by_test_id("story")).to_contain_text("Which part?: Lid")
    page.get_by_role("button", name="→ Done").click()
    expect(page.get_by_test_id("state")).to_have_text("Done")

    page.get_by_role("link", name="Knowledge").click()
    page.get_by_role("link", name="New article").click()
    page.get_by_label("title").fill("退货流程")
    page.get_by_label("text").fill("收到商品七天内可以退货。")
    page.get_by_role("button", name="Save and show to agents").click()
    page.get_by_role("link", name="Knowledge").first.click()
    page.get_by_role("searchbox").fill("怎么退货")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_test_id("articles")).to_contain_text("七天内")

    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("知识库")
    look(page, "knowledge-zh")


def test_supervisor_brings_customers_in_and_merges_two(lotus, page, tmp_path):
    with tenant_scope(lotus.pk):
        the_fields(lotus)
        a_case_type(lotus)
        a_customer(lotus, "Wang X. M.", "13900139000", city="Hangzhou")
    file = tmp_path / "customers.csv"
    file.write_bytes("姓名,电话,级别\n王小明,13800138000,金卡\n李雷,call me,普通\n".encode("gb18030"))
    page.goto("/t/lotus/customers/imports/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_test_id("report")).to_contain_text("is no telephone number")
    expect(page.get_by_role("button", name="Import now")).to_have_count(0)
    look(page, "import")
    page.get_by_role("button", name="Drop the file").click()
    file.write_bytes("姓名,电话,级别\n王小明,13800138000,金卡\n".encode("gb18030"))
    page.goto("/t/lotus/customers/imports/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("Done.")).to_be_visible()

    page.get_by_role("link", name="Customers").first.click()
    page.get_by_role("searchbox").fill("0138")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="王小明").click()
    page.get_by_role("searchbox").fill("hangz")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("button", name="Merge into this one").click()
    expect(page.get_by_label("City")).to_have_value("Hangzhou")
    page.get_by_role("button", name="简体中文").click()
    look(page, "customer-zh")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("城市")).to_have_value("")
