"""Mails that did not go out, and how it stands with the backups, on their pages."""

from datetime import timedelta

import pytest

from billing.contracts.models import TenantBilling
from billing.mails.models import Mail
from billing.mails.services import write
from billing.mails.wording import Told
from seatline import clock
from seatline.backup.status import Status, write_status
from tenants.accounts.scope import finance_scope

pytestmark = pytest.mark.django_db


def page(client, path="/admin/"):
    return client.get(path).content.decode()


def test_mail_without_address_is_sent_again_once_there_is_one(staff, house):
    with finance_scope():
        mail = write(house.tenant.pk, Mail.Kind.REMINDER, "reminder 1", Told("Please pay", "10.00 CNY"), clock.now())
    one = staff("finance")
    assert "not deliverable" in page(one, "/admin/billing/mail/")
    again = f"/admin/billing/mail/{mail.pk}/again/"
    assert "has no e-mail for invoices" in one.post(again).content.decode()
    with finance_scope():
        TenantBilling.objects.update(email="accounts@museum.example")
    assert one.post(again).status_code == 302
    with finance_scope():
        mail.refresh_from_db()
    assert (mail.state, mail.address) == (Mail.State.WAITING, "accounts@museum.example")
    assert one.post(again).status_code != 302, "it is on its way already"
    assert staff("operations").get("/admin/billing/mail/").status_code == 403


def test_first_page_says_how_old_the_backup_is_and_whether_it_was_tried(staff, settings, tmp_path):
    settings.VAR = tmp_path / "var"
    folder = tmp_path / "backup"
    folder.mkdir()
    one, at = staff("security"), clock.now()
    assert "None was made yet:" in page(one)
    made = (at - timedelta(hours=3)).isoformat()
    write_status(folder, Status(made_at=made, rows=12, files=3))
    told = page(one)
    assert "3.0 hours old, 12 rows, 3 files" in told
    assert "Lies on this machine alone:" in told and "Never tried:" in told and "to look at" in told
    write_status(
        folder, Status(made_at=made, offsite="/far", offsite_at=made, tried_at=made, tried_well=True)
    )  # fmt: skip
    assert f"Tried on {made[:10]}: every row came back." in page(one)
    assert 'data-testid="backup"' not in page(staff("finance"))
