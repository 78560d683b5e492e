"""Messages of callers: heard, assigned, settled, opened again, counted."""

import re
import wave
from html import unescape

import pytest

from telephony.journal.models import Call
from telephony.voicemail.models import Voicemail
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.calls import a_call_id
from tests.builders.tenants import NINE
from tests.integration.admin.conftest import CALL


def text(answer) -> str:
    """The page without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def message(house, settings, tmp_path) -> Voicemail:
    """A message of two seconds that nobody has heard."""
    settings.VAR = tmp_path
    path = tmp_path / "recordings" / "museum" / "message.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x10\x20" * 16000)
    with telephony_scope():
        return Voicemail.objects.create(
            id=a_call_id(901), tenant=house.tenant, call=Call.objects.get(pk=CALL), name="message",
            caller="02161234567", queue_code="service", path="museum/message.wav", seconds=2, peak_db=-6, size=32044,
            left_at=NINE,
        )  # fmt: skip


def state(message):
    """What has been done about it."""
    with operator_scope():
        row = Voicemail.objects.get(pk=message.pk)
        return row.state, row.assigned_to, row.settled_at is not None


def test_message_is_counted_and_new_until_somebody_hears_it(staff, message):
    ops, page = staff("supervision"), "/admin/telephony/voicemail/"
    listed = ops.get(page)
    assert "1 new 0 heard 0 settled" in text(listed)
    assert f"/admin/telephony/voicemail/{message.pk}/sound/" in listed.content.decode()
    piece = ops.get(f"{page}{message.pk}/sound/", headers={"Range": "bytes=0-99"})
    assert (piece.status_code, len(piece.content), piece["Content-Range"]) == (206, 100, "bytes 0-99/32044")
    assert state(message) == ("heard", None, False)
    assert "0 new 1 heard 0 settled" in text(ops.get(page))


def test_message_is_assigned_settled_and_opened_again(staff, house, message):
    ops, page = staff("supervision"), f"/admin/telephony/voicemail/{message.pk}"
    ops.post(f"{page}/assign/", {"agent": house.agent_id})
    assert "1001 Lin Yue" in text(ops.get(f"{page}/change/"))
    assert ops.post(f"{page}/settle/", {"ok": "1"}).status_code == 302
    assert state(message)[::2] == ("settled", True)
    shown = text(ops.get(f"{page}/change/"))
    assert "Open again" in shown
    assert "· supervision" in shown
    ops.post(f"{page}/reopen/", {"ok": "1"})
    assert state(message)[::2] == ("new", False), "nobody has heard it yet"
    ops.post(f"{page}/assign/", {"agent": ""})
    assert state(message)[1] is None


def test_several_are_settled_and_opened_at_once(staff, message):
    ops, page = staff("operations"), "/admin/telephony/voicemail/"
    chosen = {"_selected_action": str(message.pk)}
    ops.post(page, {"action": "settle_chosen", **chosen})
    assert state(message)[0] == "settled"
    ops.post(page, {"action": "reopen_chosen", **chosen})
    assert state(message)[0] == "new"


def test_message_is_settled_by_nobody_else(staff, message):
    page = f"/admin/telephony/voicemail/{message.pk}"
    for group in ("technicians", "finance"):
        assert staff(group).post(f"{page}/settle/", {"ok": "1"}).status_code == 403
    staff("technicians").post("/admin/telephony/voicemail/", {
        "action": "settle_chosen", "_selected_action": str(message.pk),
    })  # fmt: skip
    assert state(message)[0] == "new"


def test_report_of_the_call_lists_messages_and_orders(message, house):
    from telephony.journal.services import call_report
    from telephony.lookups.models import Order

    with telephony_scope():
        Call.objects.filter(pk=CALL).update(sip_call_id="one@caller")
        Order.objects.create(
            id=a_call_id(902), tenant=house.tenant, call_id=CALL, key="k-1", system="shop", path="/orders",
            content={"article": "12"}, confirmed_at=NINE,
        )  # fmt: skip
    with operator_scope():
        report = call_report("one@caller")
    assert [(one["state"], one["seconds"], one["queue"]) for one in report["messages"]] == [("new", 2.0, "service")]
    assert [(one["key"], one["content"], one["state"]) for one in report["orders"]] == [
        ("k-1", {"article": "12"}, "pending"),
    ]  # fmt: skip
