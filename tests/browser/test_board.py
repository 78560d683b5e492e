"""A supervisor's hour before the wallboard, and a screen on the wall: calm, alarmed, cut off, and calm again.

Real streams: what the switch would tell is written into a journal, shipped, and seen in Chromium.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from agents.people.models import PauseReason
from seatline.clock import now
from telephony.board.kiosks import make_kiosk, revoke_kiosk
from telephony.board.models import QueueAlarm
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD
from tests.builders.board import Floor, a_floor, a_waiting_call, calls_of_the_day, gives_up, talking, told
from tests.builders.tenants import a_tenant

SECOND = 1000  # ms


@pytest.fixture
def floor(people) -> Floor:
    """The museum at work: six calls answered today, one agent talking, alarms set."""
    at = now()
    floor = a_floor(at)
    with operator_scope():
        PauseReason.objects.create(code="1", name="Lunch", name_zh="午餐")
        owner = User.objects.create_user("owner", password=PASSWORD)
        Membership.objects.create(tenant=floor.tenant, user=owner, role="supervisor")
        for figure, attention, action in (("waiting", 1, 2), ("longest", 30, 60)):
            QueueAlarm.objects.create(
                tenant=floor.tenant, queue=floor.queue, figure=figure, attention=attention, action=action
            )
    told(calls_of_the_day(floor, at), talking(floor.sessions[1], at - timedelta(seconds=75), 50))
    return floor


@pytest.fixture
def sit_down(browser, web):
    """Opens the board as somebody, in a browser of its own; nothing may come from elsewhere or break."""
    contexts, trouble = [], []

    def open_as(name: str | None, path: str = "/board/", language: str = "en", **more) -> Page:
        context = browser.new_context(base_url=web, **{"viewport": {"width": 1366, "height": 768}, **more})
        context.add_cookies([{"name": "django_language", "value": language, "url": web}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(web) else trouble.append(request.url))
        page.goto(path)
        if name:
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.press("#id_password", "Enter")
        expect(page.get_by_test_id("board")).to_have_attribute("data-line", "open")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not trouble


def row(page: Page, number: str):
    return page.get_by_test_id("agents").locator("tr", has_text=number)


def level(page: Page, value: str) -> None:
    expect(page.get_by_test_id("board")).to_have_attribute("data-level", value, timeout=5 * SECOND)


def test_supervisor_sees_calm_turn_into_alarm_and_back_and_pauses_an_agent(floor, sit_down):
    page = sit_down("owner")
    expect(page.get_by_test_id("tile-service")).to_contain_text("100 %")
    expect(page.get_by_test_id("tile-service")).to_contain_text("6 of 6")
    expect(row(page, "1002")).to_contain_text("talking")
    level(page, "0")
    assert faults(page) == []
    # No English of ours is left on the page in Chinese, and the other way round.
    other = sit_down("owner", language="zh-hans")
    expect(row(other, "1002")).to_contain_text("通话")
    assert faults(other) == []

    # Two callers wait: red after two looks, with words and a sign, in both browsers.
    told([one for no in (1, 2) for one in a_waiting_call(floor, no, now() - timedelta(seconds=10))])
    expect(page.get_by_test_id("tile-waiting")).to_contain_text("2", timeout=SECOND)
    level(page, "2")
    level(other, "2")
    expect(page.get_by_test_id("alarms")).to_contain_text("act now")
    expect(page.get_by_test_id("tile-waiting")).to_have_attribute("data-level", "2")
    assert faults(page) == []

    # By keyboard: find the agent, open what can be done, pause.
    page.keyboard.press("/")
    page.keyboard.type("1003")
    expect(row(page, "1001")).to_have_count(0)
    row(page, "1003").get_by_role("button").press("Enter")
    expect(page.get_by_test_id("act")).to_be_visible()
    assert faults(page) == []
    expect(page.get_by_test_id("act-listen")).to_have_count(0)  # nobody talks there
    page.get_by_label("Reason of the pause").select_option("1")
    page.get_by_test_id("act-pause").press("Enter")
    expect(row(page, "1003")).to_contain_text("paused", timeout=2 * SECOND)
    expect(row(page, "1003")).to_contain_text("Lunch")
    expect(page.get_by_test_id("said")).to_contain_text("Done: Pause, 1003")

    # They give up after a while: calm again, and counted as lost.
    told([*gives_up(floor, 1, now()), *gives_up(floor, 2, now())])
    level(page, "0")
    page.fill("#filter", "")
    expect(page.get_by_test_id("tile-abandoned")).not_to_contain_text("0 of 6", timeout=8 * SECOND)


def test_screen_on_the_wall_marks_old_data_when_the_line_is_cut_and_goes_dark_when_it_is_switched_off(floor, sit_down):
    with operator_scope():
        made = make_kiosk(floor.tenant, "3rd floor", now())
    page = sit_down(None, f"/board/{made.token}/", color_scheme="dark")
    expect(page.get_by_test_id("tile-service")).to_contain_text("100 %")
    expect(page.get_by_role("button", name="1001")).to_have_count(0)
    assert faults(page) == []
    with operator_scope():
        revoke_kiosk(made.row, now())
    expect(page.get_by_test_id("stale")).to_be_visible(timeout=13 * SECOND)
    assert page.request.get(f"/board/{made.token}/").status == 404


def test_operator_sees_all_tenants_and_the_room_and_a_telephone_shows_the_board_too(floor, people, sit_down):
    with operator_scope():
        a_tenant("harbour", name="Harbour Insurance", name_zh="海港保险")
    page = sit_down("operator")
    expect(page.get_by_test_id("room").locator("li")).to_have_count(12)
    expect(page.get_by_test_id("room").locator('[data-state="talking"]')).to_have_count(1)
    expect(row(page, "1001")).to_contain_text("City Museum")
    assert faults(page) == []
    phone = sit_down("operator", viewport={"width": 390, "height": 844})
    expect(phone.get_by_test_id("tile-waiting")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_supervisor_sets_an_alarm_and_makes_a_screen(floor, sit_down):
    page = sit_down("owner")
    page.get_by_role("link", name="Alarms and screens").click()
    form = page.get_by_test_id("alarm-service")
    form.get_by_label("attention").fill("60")
    form.get_by_label("action").fill("80")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Attention comes before action")
    form = page.get_by_test_id("alarm-service")
    form.get_by_label("attention").fill("80")
    form.get_by_label("action").fill("60")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("Where it hangs").fill("Hall")
    page.get_by_role("button", name="Make a screen").click()
    address = page.get_by_test_id("address").inner_text()
    assert faults(page) == []
    page.goto(address)
    expect(page.get_by_test_id("board")).to_have_attribute("data-line", "open")
    assert Path(address).name
