"""A tenant's owner looks for a recording, hears it, shares it, and deletes it; with the rights of production."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from seatline import clock
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD
from tests.builders.agents import an_agent
from tests.builders.sounds import a_recording
from tests.builders.tenants import a_tenant


@pytest.fixture
def recorded(people, web, settings, tmp_path_factory):
    """The lotus, with a recording in which a payment was taken, in the folder of the web."""
    settings.VAR = tmp_path_factory.getbasetemp() / "web0"
    with operator_scope():
        tenant = a_tenant("lotus", name="Blue Lotus", name_zh="蓝莲")
        user = User.objects.create_user("olive", password=PASSWORD)
        Membership.objects.create(tenant=tenant, user=user, role="owner")
        agent = an_agent(tenant, "5401")
    return a_recording(tenant, clock.now(), agent_id=agent.pk, pauses=[[0.2, 0.6]])


@pytest.fixture
def page(recorded, browser, web):
    trouble: list[str] = []
    with browser.new_context(base_url=web, viewport={"width": 1366, "height": 768}) as context:
        opened = context.new_page()
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("request", lambda request: None if request.url.startswith(web) else trouble.append(request.url))
        opened.goto("/t/login/?next=/t/lotus/recordings/")
        opened.fill("#id_username", "olive")
        opened.fill("#id_password", PASSWORD)
        opened.press("#id_password", "Enter")
        opened.wait_for_url("**/t/lotus/recordings/")
        yield opened
    assert not trouble


def look(page, name):
    """No fault that is serious; a picture if SEATLINE_PICTURES names a folder."""
    assert faults(page) == [], name
    if folder := os.environ.get("SEATLINE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_owner_finds_hears_shares_and_deletes(page, recorded, browser, web):
    page.fill("[name=agent]", "5401")
    page.get_by_role("button", name="Search").click()
    look(page, "recordings")
    page.get_by_test_id("recordings").get_by_role("link").click()
    expect(page.locator("[data-live]")).to_be_visible()
    look(page, "recording")
    page.locator(".wave svg").click(position={"x": 600, "y": 60})
    page.wait_for_function("document.querySelector('audio').currentTime > 0.3")
    assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(1.0, abs=0.05)
    page.fill("[name=to_whom]", "Court 5")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_test_id("link").input_value()
    with browser.new_context(java_script_enabled=False) as context:
        nobody = context.new_page()
        nobody.goto(link)
        expect(nobody.locator("audio")).to_be_visible()
        expect(nobody.locator("polygon")).to_have_count(2)
        assert recorded.call.caller not in nobody.content()
        if folder := os.environ.get("SEATLINE_PICTURES"):
            nobody.screenshot(path=Path(folder) / "shared.png")
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="录音")).to_be_visible()
    look(page, "recording-zh")
    page.fill("[name=name]", str(recorded.call_id)[:8])
    page.get_by_role("button", name="销毁").click()
    expect(page.get_by_role("status")).to_have_text("录音已销毁。")
    look(page, "recordings-zh")
