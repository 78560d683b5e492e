"""Who comes in, and what each group may open and do."""

import pytest
from django.contrib import admin
from django.urls import reverse

from seatline import clock
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.seats.models import SeatLease

NONE = "00000000-0000-0000-0000-000000000000"
LISTS = sorted(
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
)


@pytest.mark.parametrize("path", ["/admin/", "/admin/live/", "/admin/tenants/tenant/", "/admin/billing/document/"])
def test_who_is_not_logged_in_comes_to_the_login(client, db, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


def test_tenants_owner_does_not_come_in(portal_user):
    answer = portal_user.get("/admin/")

    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


@pytest.mark.parametrize("group", ["operations", "supervision", "technicians", "security", "finance"])
def test_every_list_opens_or_says_that_it_is_for_another_group(staff, house, group):
    """PostgreSQL's rights and the groups' agree: what a group may open never ends in an error."""
    someone = staff(group)
    answers = {path: someone.get(path).status_code for path in ["/admin/", "/admin/cards/", *LISTS]}

    assert set(answers.values()) <= {200, 403}, {path: code for path, code in answers.items() if code not in {200, 403}}
    assert answers["/admin/"] == 200


@pytest.mark.parametrize("group", ["operations", "supervision", "technicians", "security", "finance"])
def test_every_first_row_opens_or_says_that_it_is_for_another_group(staff, house, group):
    someone = staff(group)
    opened = 0
    for model, page in admin.site._registry.items():
        with finance_scope() if model._meta.app_label == "billing" else operator_scope():
            row = model._default_manager.first() if page.has_module_permission else None
        if row is None:
            continue
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        answer = someone.get(path)
        assert answer.status_code in {200, 403}, (path, answer.status_code)
        opened += answer.status_code == 200
    assert opened


def test_operations_cannot_approve_invoices(staff, house):
    with finance_scope():
        from billing.contracts.models import Contract
        from billing.invoices.services import refresh_drafts

        draft = refresh_drafts(Contract.objects.get(), clock.now())[0]

    assert staff("operations").post(f"/admin/billing/document/{draft.pk}/prepare/").status_code == 403
    assert staff("operations").post(f"/admin/billing/document/{draft.pk}/approve/").status_code == 403


def test_finance_cannot_grant_leases(staff, house):
    with operator_scope():
        before = SeatLease.objects.count()

    assert staff("finance").get("/admin/tenants/seatlease/add/").status_code == 403
    assert staff("finance").post(f"/admin/tenants/seatlease/{house.lease_id}/end/").status_code == 403
    with operator_scope():
        assert SeatLease.objects.count() == before


def test_nobody_changes_what_happened(staff, house):
    for path in ("telephony/ledgerentry", "telephony/call", "billing/usagerecord", "agents/presenceinterval"):
        assert staff("operations").get(f"/admin/{path}/add/").status_code in {403, 404}, path


def test_what_is_not_there_is_not_found(staff, house):
    ops = staff("operations")

    assert ops.get(f"/admin/telephony/recording/{NONE}/sound/").status_code == 404
    assert ops.get(f"/admin/tenants/seatlease/{NONE}/end/").status_code == 404
    assert staff("finance").get(f"/admin/billing/document/{NONE}/files/pdf-en/").status_code == 404


def test_nobody_gives_rights_to_oneself(staff, house):
    from tenants.accounts.models import User

    client = staff("security")
    me = User.objects.get(username="security")
    client.post(f"/admin/tenants/user/{me.pk}/change/", {"username": "security", "language": "en", "groups": []})
    me.refresh_from_db()

    assert list(me.groups.values_list("name", flat=True)) == ["security"]
    assert me.is_staff
