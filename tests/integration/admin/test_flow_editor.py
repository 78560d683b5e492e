"""The editor of flows, post by post: what is refused, what two people do to each other, what a page shows."""

import json
import re
from html import unescape

import pytest
from django.conf import settings

from telephony.editor.edits import mark
from telephony.editor.services import working
from telephony.editor.shapes import kinds
from telephony.editor.words import KINDS, PARTS
from telephony.plans.models import Flow, FlowTrial, FlowVersion
from tenants.accounts.scope import operator_scope
from tests.builders.telephony import a_definition, a_published_flow, a_queue
from tests.builders.tenants import a_tenant
from tests.integration.admin.test_chinese import ENGLISH, KEPT, shown
from tests.unit.telephony.plans.test_definition import EVERY_KIND

#: What authors of flows write themselves: names of steps, prompts, variables.
NAMES = re.compile(
    r"[a-z]+([-_][a-z]+)*|Service|Welcome\.|Thank you for your call\. Goodbye\.|Asia/Shanghai|[\w.]+@[\w.]+"
)


@pytest.fixture
def editor(house):
    return f"/admin/telephony/flow/{house.flow_id}/editor/"


def text(answer) -> str:
    """The page without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def draft(house):
    """What people work at."""
    with operator_scope():
        return working(Flow.objects.get(pk=house.flow_id))


def form_of(house, name, **parts):
    """What the form of a step sends, with the mark of the step as it is now."""
    node = draft(house)["nodes"][name]
    return {"kind": node["kind"], "seen": mark(node), **parts}


def test_everything_in_the_schema_has_a_word_for_people():
    keys = {key for group in kinds().values() for key in _keys(group)}
    assert not set(kinds()) - set(KINDS)
    assert not {key for key in keys if key not in PARTS and len(key) > 1 and not key.startswith(("no_", "queue_"))}


def _keys(shape):
    for part in getattr(shape, "parts", ()):
        yield part.key
        yield from _keys(part.shape)
    if hasattr(shape, "row"):
        yield from _keys(shape.row)


def test_flow_with_every_kind_of_step_is_drawn_and_each_step_has_its_form(staff, house, editor):
    ops = staff("operations")
    ops.post(f"/admin/telephony/flow/{house.flow_id}/draft/", {
        "definition": json.dumps(EVERY_KIND), "seen": mark(draft(house)),
    })  # fmt: skip
    assert draft(house) == EVERY_KIND

    page = text(ops.get(editor))
    assert "System: the tenant has no system “shop”" not in page, "faults stand beside their step"
    assert "the tenant has no system “shop”" in page
    for name in EVERY_KIND["nodes"]:
        answer = ops.get(f"{editor}?step={name}")
        assert answer.status_code == 200
        assert 'id="step-form"' in answer.content.decode()
        assert "This form cannot show" not in text(answer), name


def test_step_is_saved_and_what_is_wrong_stands_beside_it(staff, house, editor):
    ops = staff("operations")
    sent = form_of(
        house, "menu", **{"say.0.prompt": "welcome", "choices.0": "agent", "choices.7": "gone", "tries": "12"}
    )
    page = text(ops.post(f"{editor}step/menu/", sent, follow=True))
    node = draft(house)["nodes"]["menu"]
    assert node == {"kind": "menu", "say": ["welcome"], "choices": {"0": "agent", "7": "gone"}, "tries": 12}
    assert "“otherwise” is missing" in page
    assert "should be a whole number from 1 to 9" in page
    with operator_scope():
        assert FlowVersion.objects.get(flow=house.flow_id, state="published").definition == a_definition()


def test_second_to_save_the_same_step_is_told_and_keeps_what_was_typed(staff, house, editor):
    one, other = staff("operations"), staff("operations", "second")
    first, second = form_of(house, "menu", tries="2"), form_of(house, "menu", **{"tries": "5", "choices.3": "told"})
    told = form_of(house, "told", outcome="closed")
    assert one.post(f"{editor}step/menu/", first).status_code == 302

    refused = other.post(f"{editor}step/menu/", second)

    assert refused.status_code == 422
    assert "Somebody has changed “menu” since you opened it" in text(refused)
    assert re.search(r'name="tries"[^>]*value="5"', refused.content.decode())
    assert draft(house)["nodes"]["menu"]["tries"] == 2
    # At another step there is no quarrel.
    assert other.post(f"{editor}step/told/", told).status_code == 302
    assert draft(house)["nodes"]["told"]["outcome"] == "closed"


def test_second_to_save_the_whole_as_json_is_told(staff, house):
    ops, url = staff("operations"), f"/admin/telephony/flow/{house.flow_id}/draft/"
    seen = mark(draft(house))
    one, other = {**a_definition(), "start": "told"}, {**a_definition(), "start": "wrong"}
    assert ops.post(url, {"definition": json.dumps(one), "seen": seen}).status_code == 302
    refused = ops.post(url, {"definition": json.dumps(other), "seen": seen})
    assert refused.status_code == 422
    assert "Somebody has changed" in text(refused)
    assert draft(house)["start"] == "told"


def test_step_is_added_copied_renamed_made_the_first_and_removed_and_all_is_undone(staff, house, editor):
    ops = staff("operations")
    ops.post(f"{editor}add/", {"kind": "voicemail", "name": "message"})
    ops.post(f"{editor}step/message/copy/")
    ops.post(f"{editor}step/message-2/rename/", {"name": "mailbox"})
    ops.post(f"{editor}step/mailbox/first/")
    assert draft(house)["start"] == "mailbox"
    assert {"message", "mailbox"} < set(draft(house)["nodes"])
    asked = text(ops.get(f"{editor}step/agent/remove/"))
    assert "“menu” leads to it by: 0" in asked
    ops.post(f"{editor}step/agent/remove/", {"lead_to": "message"})
    assert draft(house)["nodes"]["menu"]["choices"]["0"] == "message"
    for _ in range(5):
        ops.post(f"{editor}undo/")
    assert draft(house) == a_definition()
    assert "there is no save to undo" in text(ops.post(f"{editor}undo/", follow=True))


@pytest.mark.parametrize(
    ("address", "sent", "sentence"),
    [
        ("add/", {"kind": "menu", "name": "two words"}, "A step is named in letters, digits, - and _"),
        ("add/", {"kind": "menu", "name": "agent"}, "There is a step “agent” already."),
        ("add/", {"kind": "fax"}, "There is no kind of step “fax”."),
        ("step/agent/rename/", {"name": "menu"}, "There is a step “menu” already."),
        ("step/nobody/", {"kind": "menu", "seen": "0"}, "The flow has no step “nobody” any more"),
        ("step/agent/", {"kind": "fax", "seen": "0"}, "There is no kind of step “fax”."),
    ],
)
def test_what_cannot_be_done_is_said(staff, house, editor, address, sent, sentence):
    answer = staff("operations").post(f"{editor}{address}", sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert draft(house) == a_definition()


def test_new_step_is_made_where_a_way_leads_to_it(staff, house, editor):
    ops = staff("operations")
    sent = form_of(
        house, "menu", **{"choices.0": "agent", "choices.2": "told", "choices.9": "+speak", "otherwise": "wrong"}
    )
    ops.post(f"{editor}step/menu/", sent)
    nodes = draft(house)["nodes"]
    assert nodes["menu"]["choices"]["9"] == "speak"
    assert nodes["speak"] == {"kind": "speak"}


def test_draft_is_compared_tried_and_ended(staff, house, editor):
    ops = staff("operations")
    ops.post(f"{editor}step/told/", form_of(house, "told", outcome="closed"))
    compared = text(ops.get(f"{editor}compare/"))
    assert "counts as informed by the flow outside opening hours" in compared
    with operator_scope():
        number = "+862196968101"
    answer = ops.post(f"{editor}try/", {"number": number, "minutes": "5", "caller": "021 6123 4567"})
    assert answer.status_code == 302, text(answer)
    with operator_scope():
        trial = FlowTrial.objects.get()
        assert (trial.caller, trial.definition["nodes"]["told"]["outcome"]) == ("2161234567", "closed")
    page = text(ops.get(f"{editor}try/"))
    assert "by calls from …2161234567" in page
    ops.post(f"{editor}try/{trial.pk}/end/")
    with operator_scope():
        assert not FlowTrial.objects.exists()
    publish = text(ops.get(f"/admin/telephony/flow/{house.flow_id}/publish/"))
    assert "told: changed (counts as, says)" in publish


def test_earlier_version_is_taken_up_and_nothing_is_published_by_it(staff, house, editor):
    ops = staff("operations")
    ops.post(f"{editor}step/told/", form_of(house, "told", outcome="closed"))
    ops.post(f"{editor}take-up/1/")
    assert draft(house) == a_definition()
    ops.post(f"{editor}undo/")
    assert draft(house)["nodes"]["told"]["outcome"] == "closed"


def test_editor_is_not_for_those_who_may_not_change_flows(staff, house, editor):
    for group in ("supervision", "technicians", "finance"):
        assert staff(group).get(editor).status_code == 403
        assert staff(group).post(f"{editor}add/", {"kind": "menu"}).status_code == 403
    assert draft(house) == a_definition()


def test_flow_offers_what_is_its_tenants_alone(staff, house, editor):
    with operator_scope():
        other = a_tenant("harbour")
        a_queue(other, "claims")
        a_published_flow(other, "claims", {"start": "a", "nodes": {"a": {"kind": "queue", "queue": "claims"}}})
    page = staff("operations").get(f"{editor}?step=agent").content.decode()
    assert 'value="service"' in page
    assert "claims" not in page


def test_no_english_is_left_on_the_editors_pages(staff, house, editor):
    """Every kind of step, what is wrong with it, and the pages around."""
    someone = staff("operations")
    seen = mark(draft(house))
    someone.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    sent = {"definition": json.dumps(EVERY_KIND), "seen": seen}
    someone.post(f"/admin/telephony/flow/{house.flow_id}/draft/", sent)
    pages = [f"?step={name}" for name in EVERY_KIND["nodes"]] + ["compare/", "try/", "step/menu/remove/"]
    left = {}
    for path in pages:
        body = someone.get(f"{editor}{path}").content.decode().split('<div id="page"', 1)[1]
        found = {one for one in shown(f"<div {body}") if ENGLISH.search(KEPT.sub("", NAMES.sub("", one)))}
        if found:
            left[path] = found
    assert not left
    assert "该租户没有系统“shop”" in text(someone.get(f"{editor}?step=look"))
