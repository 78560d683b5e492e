"""A tenant's own pages: its bill so far, its alert, its invoices; and that the neighbour sees none of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from billing.exports.services import make_files
from billing.invoices.models import Document
from billing.invoices.services import approve_and_issue, prepare, refresh_drafts
from billing.portal.alerts import check_alerts
from billing.portal.models import BillAlert
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, PER_CALL, a_closed_call, a_world, mediate_calls
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """The museum with an issued October and a running November, and the lotus, its neighbour."""
    contract, first, second = a_world("museum")
    neighbour, *_ = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        invoice = approve_and_issue(
            prepare(refresh_drafts(contract, NOVEMBER_3)[0], first, NOVEMBER_3), second, NOVEMBER_3
        )
        refresh_drafts(contract, NOVEMBER_24)
        refresh_drafts(neighbour, NOVEMBER_24)
    return contract.tenant, neighbour.tenant, invoice


def person(tenant: Tenant, role: str = "owner", name: str = "owner") -> Client:
    with operator_scope():
        user, _ = User.objects.get_or_create(username=name)
        Membership.objects.create(tenant=tenant, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_bill_so_far_and_invoices_are_shown(world):
    tenant, _, invoice = world
    page = person(tenant).get("/t/museum/").content.decode()
    with tenant_scope(tenant.pk):
        draft = Document.objects.exclude(status="issued").get()
    assert f"{draft.gross:,.2f} CNY" in page
    assert invoice.number in page
    assert "Hotline bundle" in page
    assert "9,135.27" in page


def test_page_speaks_chinese(world):
    client = person(world[0])
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/t/museum/").content.decode()
    assert "热线套餐" in page
    assert "Hotline bundle" not in page


def test_neighbour_s_pages_are_not_there(world):
    tenant, neighbour, invoice = world
    theirs = person(neighbour)
    with tenant_scope(tenant.pk):
        draft = Document.objects.exclude(status="issued").get()
    for address in (
        "/t/museum/", f"/t/museum/bills/{draft.pk}/", f"/t/museum/invoices/{invoice.pk}/csv/",
        # The own entrance, the neighbour's document.
        f"/t/lotus/invoices/{invoice.pk}/csv/", f"/t/lotus/bills/{draft.pk}/",
        f"/t/lotus/invoices/{invoice.pk}/fapiao/",
        "/t/nobody/",
    ):  # fmt: skip
        assert theirs.get(address).status_code == 404, address
    assert invoice.number not in theirs.get("/t/lotus/").content.decode()
    assert theirs.post("/t/museum/", {"currency": "CNY", "amount": "1"}).status_code == 404
    with finance_scope():
        assert not BillAlert.objects.exists()


def test_who_is_nobody_yet_is_asked_to_log_in_and_who_works_the_floor_has_no_bill(world):
    tenant, *_ = world
    answer = Client().get("/t/museum/")
    assert (answer.status_code, answer["Location"]) == (302, "/t/login/?next=/t/museum/")
    supervisor = person(tenant, role="supervisor", name="supervisor")
    assert supervisor.get("/t/museum/").status_code == 404
    assert supervisor.get("/t/")["Location"] == "/t/museum/cases/", "to the tenant's work, not to its money"


def test_tenant_logs_in_with_a_password(world):
    with operator_scope():
        user = User.objects.create_user("anna", password="a-long-enough-password")
        Membership.objects.create(tenant=world[0], user=user, role="finance")
    client = Client()
    refused = client.post("/t/login/", {"username": "anna", "password": "wrong", "next": ""})
    assert refused.status_code == 200
    answer = client.post(
        "/t/login/", {"username": "anna", "password": "a-long-enough-password", "next": ""}, follow=True
    )
    assert answer.redirect_chain == [("/t/", 302), ("/t/museum/", 302)]
    away = client.post(
        "/t/login/", {"username": "anna", "password": "a-long-enough-password", "next": "https://elsewhere.example/"}
    )
    assert away["Location"] == "/t/"


def test_files_of_an_issued_invoice_are_the_ones_that_are_kept(world):
    tenant, _, invoice = world
    client = person(tenant)
    page = f"/t/museum/invoices/{invoice.pk}"
    before = {kind: client.get(f"{page}/{kind}/").content for kind in ("pdf-en", "ubl", "csv")}
    assert before["pdf-en"].startswith(b"%PDF")
    # What opens to many rows is handed out once it is made.
    assert client.get(f"{page}/usage_csv/").status_code == 503
    with finance_scope():
        make_files(invoice.pk, NOVEMBER_24)
    for kind, content in before.items():
        assert client.get(f"{page}/{kind}/").content == content, kind
    assert client.get(f"{page}/usage_csv/").content.count(b"\r\n") == 4
    for kind in ("exe", "pdf", "pdf-fr", "csv-en"):
        assert client.get(f"{page}/{kind}/").status_code == 404
    with tenant_scope(tenant.pk):
        draft = Document.objects.exclude(status="issued").get()
    assert client.get(f"/t/museum/invoices/{draft.pk}/csv/").status_code == 404, "a draft is no invoice"


def test_usage_by_day_tells_what_is_not_billed_too(world):
    tenant, *_ = world
    with tenant_scope(tenant.pk):
        draft = Document.objects.exclude(status="issued").get()
    client = person(tenant)
    assert "Nothing is used yet" in client.get(f"/t/museum/bills/{draft.pk}/").content.decode()
    at = datetime(2026, 11, 20, 4, tzinfo=UTC)
    mediate_calls([
        a_closed_call(tenant, 21, started_at=at),
        a_closed_call(tenant, 22, started_at=at, outcome="abandoned"),
    ])  # fmt: skip
    page = client.get(f"/t/museum/bills/{draft.pk}/").content.decode()
    assert "2026-11-20" in page
    assert "caller hung up while waiting" in page


def test_alert_is_set_raised_once_in_a_period_and_again_when_changed(world):
    tenant, *_ = world
    client = person(tenant)
    for wrong in ("-1", "0", "1.001", "much", "NaN", "1e400"):
        assert client.post("/t/museum/", {"currency": "CNY", "amount": wrong}).status_code == 422, wrong
    assert client.post("/t/museum/", {"currency": "CNY", "amount": "9,000.00"}).status_code == 302
    with finance_scope():
        assert [one.amount for one in check_alerts(NOVEMBER_24)] == [Decimal("9000.00")]
        assert check_alerts(NOVEMBER_24 + timedelta(minutes=1)) == []
    assert 'data-testid="alert"' in client.get("/t/museum/").content.decode()
    client.post("/t/museum/", {"currency": "CNY", "amount": "99000"})
    with finance_scope():
        assert check_alerts(NOVEMBER_24) == []
    assert 'data-testid="alert"' not in client.get("/t/museum/").content.decode()
    client.post("/t/museum/", {"currency": "CNY", "amount": ""})
    with finance_scope():
        assert not BillAlert.objects.exists()


def test_tenant_without_contract_is_told_so():
    with operator_scope():
        tenant = a_tenant("empty")
    page = person(tenant).get("/t/empty/").content.decode()
    assert 'data-testid="no-bill"' in page
    assert 'data-testid="no-invoices"' in page
