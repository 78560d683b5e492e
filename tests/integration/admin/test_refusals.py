"""What a service refuses stands on the page in words, and nothing is written."""

import re

from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import operator_scope
from tenants.numbers.models import NumberAssignment
from tenants.seats.models import SeatLease


def lease_form(tenant: Tenant, seats: int, **fields: str) -> dict[str, object]:
    """What the form for a new lease sends."""
    return {
        "tenant": str(tenant.pk), "seats": seats, "named": "", "starts_at_0": "2026-11-25", "starts_at_1": "09:00:00",
        "ends_at_0": "", "ends_at_1": "", "weekdays": "", "from_time": "", "to_time": "", **fields,
    }  # fmt: skip


def text(answer) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_sixth_seat_of_five_is_refused_with_a_sentence(staff, house):
    answer = staff("operations").post("/admin/tenants/seatlease/add/", lease_form(house.tenant, 6))

    assert answer.status_code == 200
    assert "Only 5 seats of the room are free from 2026-11-25 09:00" in text(answer)
    assert 'value="6"' in answer.content.decode()
    with operator_scope():
        assert SeatLease.objects.count() == 1


def test_lease_is_granted_with_weekly_hours(staff, house):
    answer = staff("operations").post(
        "/admin/tenants/seatlease/add/",
        lease_form(house.tenant, 3, weekdays="12345", from_time="20:00", to_time="08:00"),
    )

    assert answer.status_code == 302, text(answer)
    with operator_scope():
        lease = SeatLease.objects.get(seats=3)
        assert [str(window) for window in lease.windows.all()] == ["12345 20:00-08:00"]


def test_lease_is_granted_with_several_windows_in_a_season(staff, house):
    ops = staff("operations")
    hours = {"weekdays": "12345", "from_time": "20:00", "to_time": "08:00", "more_hours": "6 10:00-16:00\n7 9:00-12:00"}
    wrong = ops.post("/admin/tenants/seatlease/add/", lease_form(house.tenant, 3, more_hours="Saturday all day"))
    assert "is no window; write 67 10:00-16:00" in text(wrong)
    half = ops.post("/admin/tenants/seatlease/add/", lease_form(house.tenant, 3, season_from="06-01"))
    assert "A season has a first and a last day" in text(half)
    answer = ops.post(
        "/admin/tenants/seatlease/add/", lease_form(house.tenant, 3, season_from="06-01", season_to="08-31", **hours)
    )
    assert answer.status_code == 302, text(answer)
    with operator_scope():
        lease = SeatLease.objects.get(seats=3)
        assert len(lease.windows.all()) == 3
        assert (lease.season_from, lease.season_to) == ("06-01", "08-31")
    assert "Free by the hour of the week" in text(ops.get("/admin/tenants/seatlease/"))


def test_lease_ends_only_when_the_tenants_code_is_typed(staff, house):
    ops, url = staff("operations"), f"/admin/tenants/seatlease/{house.lease_id}/end/"
    moment = {"ends_at_0": "2026-12-01", "ends_at_1": "00:00:00"}

    assert ops.post(url, {**moment, "typed": "harbour"}).status_code == 422
    with operator_scope():
        assert SeatLease.objects.get().ends_at is None
    assert ops.post(url, {**moment, "typed": "museum"}).status_code == 302
    with operator_scope():
        assert SeatLease.objects.get().ends_at is not None


def test_number_that_somebody_holds_is_refused(staff, house):
    ops, url = staff("operations"), f"/admin/tenants/number/{house.number_id}/assign/"
    form = {"tenant": str(house.tenant.pk), "starts_at_0": "2026-11-25", "starts_at_1": "09:00:00"}

    assert ops.post(url, form).status_code == 302
    again = ops.post(url, form)

    assert again.status_code == 422
    assert "is held by another tenant, or by this one already" in text(again)
    with operator_scope():
        assert NumberAssignment.objects.count() == 1


def test_pin_is_shown_once_and_easy_ones_are_refused(staff, house):
    ops, url = staff("operations"), f"/admin/agents/agent/{house.agent_id}/pin/"

    refused = ops.post(url, {"pin": "1234"})
    shown = ops.post(url, {"pin": ""})

    assert refused.status_code == 422
    assert "A PIN has 4 to 8 digits" in text(refused)
    assert re.search(r"<code>\d{6}</code>", shown.content.decode())
    assert "no-store" in shown["Cache-Control"]
    page = ops.get(f"/admin/agents/agent/{house.agent_id}/change/").content.decode()
    assert not re.search(r"<code>\d{6}</code>", page)


def test_new_user_gets_a_password_that_is_shown_once(staff, house):
    client = staff("security")
    answer = client.post(
        "/admin/tenants/user/add/",
        {
            "username": "mei", "language": "zh-hans", "is_active": "on", "is_staff": "on",
            "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
        },
    )  # fmt: skip
    user = User.objects.get(username="mei")
    passwords = re.findall(r"<code>([^<]+)</code>", answer.content.decode())

    assert answer.status_code == 200
    assert user.check_password(passwords[-1])


def test_faulty_draft_names_the_node(staff, house):
    ops, url = staff("operations"), f"/admin/telephony/flow/{house.flow_id}"
    faulty = '{"start": "menu", "nodes": {"menu": {"kind": "queue", "queue": "nowhere"}}}'

    seen = re.search(r'name="seen" value="(\w+)"', ops.get(f"{url}/draft/").content.decode())[1]
    saved = ops.post(f"{url}/draft/", {"definition": faulty, "seen": seen}, follow=True)
    published = ops.post(f"{url}/publish/", {"ok": "1"})
    broken = ops.post(f"{url}/draft/", {"definition": "{"})

    assert "the tenant has no queue “nowhere”" in text(saved)
    assert published.status_code == 422
    assert "cannot be published" in text(published)
    assert "This is not JSON: look at line 1" in text(broken)


def test_suspended_tenant_is_named_by_hand(staff, house):
    ops, url = staff("operations"), f"/admin/tenants/tenant/{house.tenant.pk}"

    assert ops.post(f"{url}/suspend/", {"typed": ""}).status_code == 422
    assert ops.post(f"{url}/suspend/", {"typed": "museum"}).status_code == 302
    with operator_scope():
        assert Tenant.objects.get().status == Tenant.Status.SUSPENDED
    assert ops.post(f"{url}/resume/", {"ok": "1"}).status_code == 302


def test_agent_who_went_home_is_logged_out(staff, house):
    from agents.presence.models import AgentSession

    answer = staff("operations").post(f"/admin/agents/agentsession/{house.session_id}/log-out/", {"ok": "1"})

    assert answer.status_code == 302
    with operator_scope():
        assert AgentSession.objects.get().logged_out_because == "supervisor"
