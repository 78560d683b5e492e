"""The editor of flows as somebody uses it who never saw JSON, in both languages."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from telephony.plans.models import Flow, FlowVersion
from tenants.accounts.scope import operator_scope
from tests.builders.telephony import a_queue
from tests.builders.tenants import a_number, a_tenant

SHOTS = os.environ.get("SEATLINE_SHOTS")  # a folder: what was seen is kept there


def shot(page: Page, name: str) -> None:
    """Keep what is seen, for who wants to look at it."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


@pytest.fixture
def hotline(people) -> Flow:
    """A museum with a queue, two numbers and a flow in which nothing is yet."""
    with operator_scope():
        tenant = a_tenant(name="City Museum", name_zh="城市博物馆")
        a_queue(tenant, "visitors", name_zh="观众服务")
        a_number("+862196968101")
        a_number("+862196968199")
        return Flow.objects.create(tenant=tenant, code="main", name="Hotline")


WORDS = {
    "en": {
        "add": "Add step", "save": "Save step", "publish": "Publish", "undo": "Undo last save",
        "try": "Try on a number",
        "remove": "Remove", "compare": "Compare", "goes on": "Goes on to", "queue": "Queue", "otherwise": "Otherwise",
        "counts": "Counts as", "ready": "can be published",
        "gone": "it leads to “visitors”, which the flow does not have",
        "tried": "the draft answers", "in force": "Version 1 is in force",
    },
    "zh-hans": {
        "add": "添加步骤", "save": "保存步骤", "publish": "发布", "undo": "撤销上次保存", "try": "用号码试用",
        "remove": "移除", "compare": "比较", "goes on": "接下来转到", "queue": "队列", "otherwise": "否则",
        "counts": "计为", "ready": "可以发布", "gone": "它通向“visitors”，而流程中没有这一步",
        "tried": "由草稿应答", "in force": "第 1 版已生效",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_museums_hotline_is_built_broken_mended_tried_and_published(hotline, enter, language):
    """Step by step with the mouse and the keyboard; the faulty step is marked with its sentence."""
    words = WORDS[language]
    page = enter("operator", language)
    page.goto(f"/admin/telephony/flow/{hotline.pk}/editor/")
    shot(page, f"{language}-empty")
    add(page, words, "play", "welcome")
    choose(page, "say.0.prompt", "welcome")
    choose(page, "next", "+menu")
    save(page, words)
    step(page, "menu")
    choose(page, "say.0.prompt", "choose-language")
    choose(page, "choices.1", "+play")
    choose(page, "choices.0", "+queue")
    choose(page, "otherwise", "+finish")
    save(page, words)
    step(page, "finish")
    choose(page, "outcome", "wrong_keys")
    save(page, words)
    step(page, "play")
    choose(page, "say.0.prompt", "goodbye")
    choose(page, "next", "menu")
    save(page, words)
    shot(page, f"{language}-faulty-queue")
    expect(card(page, "queue")).to_have_class("fe-card fe-kind-queue fe-faulty")
    step(page, "queue")
    choose(page, "queue", "visitors")
    choose(page, "otherwise.no_agent", "finish")
    save(page, words)
    page.locator("#rename").fill("visitors")
    page.locator("#rename").press("Enter")
    expect(page.get_by_test_id("state")).to_contain_text(words["ready"])
    shot(page, f"{language}-ready")

    # Broken: the way to the agents leads to nothing.
    press(page, page.get_by_role("link", name=words["remove"]))
    expect(page.get_by_test_id("ask")).to_contain_text("menu")
    shot(page, f"{language}-remove")
    press(page, page.get_by_role("button", name=words["remove"]))
    expect(card(page, "menu")).to_contain_text(words["gone"])
    expect(page.get_by_test_id("faults")).to_contain_text(words["gone"])
    shot(page, f"{language}-broken")

    # Mended by taking the last save back.
    press(page, page.get_by_role("button", name=words["undo"]))
    expect(page.get_by_test_id("state")).to_contain_text(words["ready"])
    expect(card(page, "visitors")).to_be_visible()

    press(page, page.get_by_role("link", name=words["try"]))
    shot(page, f"{language}-try")
    page.locator("#id_number").select_option("+862196968199")
    press(page, page.get_by_test_id("ask").get_by_role("button"))
    expect(page.get_by_text(words["tried"])).to_be_visible()

    press(page, page.get_by_role("link", name=words["compare"]))
    expect(page.get_by_test_id("differences")).to_contain_text("visitors")
    shot(page, f"{language}-compare")
    page.go_back()
    press(page, page.get_by_role("link", name=words["publish"], exact=True))
    shot(page, f"{language}-publish")
    press(page, page.get_by_test_id("ask").get_by_role("button"))
    expect(page.get_by_text(words["in force"])).to_be_visible()
    with operator_scope():
        definition = FlowVersion.objects.get(flow=hotline, state="published").definition
    assert definition["start"] == "welcome"
    assert definition["nodes"]["menu"] == {
        "kind": "menu", "say": ["choose-language"], "choices": {"1": "play", "0": "visitors"}, "otherwise": "finish",
    }  # fmt: skip
    assert definition["nodes"]["visitors"] == {
        "kind": "queue", "queue": "visitors", "otherwise": {"no_agent": "finish"},
    }  # fmt: skip


def press(page: Page, button: Locator) -> None:
    """Press something that leads to another page."""
    with page.expect_navigation():
        button.click()


def card(page: Page, name: str):
    """A step in the drawing."""
    return page.locator(f"[data-step='{name}']")


def step(page: Page, name: str) -> None:
    """Choose a step, by the keyboard."""
    card(page, name).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("step").locator("h2")).to_contain_text(name)


def add(page: Page, words: dict[str, str], kind: str, name: str) -> None:
    """Add a step."""
    page.locator("#add-kind").select_option(kind)
    page.locator("#add-name").fill(name)
    page.get_by_role("button", name=words["add"]).click()
    expect(page.get_by_test_id("step").locator("h2")).to_contain_text(name)


def choose(page: Page, path: str, value: str) -> None:
    """Fill in a part of the step."""
    page.locator(f"#step-form [name='{path}']").select_option(value)


def save(page: Page, words: dict[str, str]) -> None:
    """Save the step."""
    press(page, page.get_by_role("button", name=words["save"]))


def test_editor_works_without_a_script(hotline, enter, browser, web):
    """Steps are links, changes are forms: nothing but HTML is needed."""
    known = enter("operator").context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=known, base_url=web)
    page = context.new_page()
    page.goto(f"/admin/telephony/flow/{hotline.pk}/editor/")
    add(page, WORDS["en"], "play", "welcome")
    choose(page, "say.0.prompt", "welcome")
    choose(page, "next", "+finish")
    save(page, WORDS["en"])
    expect(card(page, "finish")).to_contain_text("“counts as” is missing")
    card(page, "finish").click()
    choose(page, "outcome", "informed")
    save(page, WORDS["en"])
    expect(page.get_by_test_id("state")).to_contain_text("can be published")
    shot(page, "no-script")
    page.get_by_role("link", name="Remove").click()
    page.locator("#id_lead_to").select_option("welcome")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_test_id("state")).to_contain_text("can be published")
    context.close()
    with operator_scope():
        assert FlowVersion.objects.get(flow=hotline).definition == {
            "start": "welcome", "nodes": {"welcome": {"kind": "play", "say": ["welcome"], "next": "welcome"}},
        }  # fmt: skip
