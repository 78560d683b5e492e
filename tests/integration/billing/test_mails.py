"""Mails of reminders and alerts on the wire of a mail server: in the tenant's language, once, whatever goes wrong."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail as django_mail

from billing.contracts.models import TenantBilling
from billing.invoices.services import approve_and_issue, prepare, refresh_drafts
from billing.mails.models import Mail
from billing.mails.services import LOST_AFTER, NoAddress, NotToBeSentAgain, send_again, send_due
from billing.portal.alerts import check_alerts, set_alert
from billing.receivables.dunning import remind
from billing.receivables.models import Reminder
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, a_closed_call, a_world, a_writer, mediate_calls
from tests.builders.post import Post
from tests.integration.billing.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

DECEMBER_8 = datetime(2026, 12, 8, 4, tzinfo=UTC)  # five days after the due date
MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(settings):
    """A mail server, to which this process sends."""
    server = Post()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.DEFAULT_FROM_EMAIL = "finance@seatline.example"
    yield server
    server.stop()


def an_overdue_invoice(language="en", email="accounts@museum.example"):
    """October's invoice over 9,135.27, due on 3 December; its buyer reads this language."""
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        TenantBilling.objects.update(language=language, email=email)
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        return approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)


def remind_on(at):
    with finance_scope():
        return remind(at)


def the_mail():
    with finance_scope():
        return Mail.objects.get()


def read(server, place=0):
    return message_from_bytes(server.mails[place].removesuffix(b"\r\n.\r\n"), policy=default)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Reminder: invoice {}", "was due on 2026-12-03, 5 days ago. Overdue in all: 9,135.27 CNY."),
        ("zh-hans", "催款通知：账单 {}", "已于 2026-12-03 到期，逾期 5 天。逾期金额合计：9,135.27 CNY。"),
    ],
)
def test_reminder_goes_out_in_the_tenants_language(post, language, subject, words):
    invoice = an_overdue_invoice(language)
    remind_on(DECEMBER_8)
    assert send_due(DECEMBER_8) == 1
    (mail,) = [read(post)]
    text = mail.get_content()
    assert (mail["Subject"], mail["To"], mail["From"]) == (
        subject.format(invoice.number), "accounts@museum.example", "finance@seatline.example",
    )  # fmt: skip
    assert words in text
    assert "Bank of the Bund 6222 0000 0001" in text
    assert the_mail().state == Mail.State.SENT


def test_told_twice_or_by_four_workers_it_is_one_mail(post):
    an_overdue_invoice()
    remind_on(DECEMBER_8)
    remind_on(DECEMBER_8 + MINUTE)
    assert sum(at_once(*[lambda: send_due(DECEMBER_8)] * 4)) == 1
    assert send_due(DECEMBER_8 + timedelta(hours=1)) == 0
    assert len(post.mails) == 1


def test_reminder_that_is_rolled_back_leaves_no_mail(monkeypatch):
    an_overdue_invoice()
    monkeypatch.setattr("billing.mails.services._address_of", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remind_on(DECEMBER_8)
    with finance_scope():
        assert not Reminder.objects.exists()
        assert not Mail.objects.exists()


def test_server_that_is_away_or_busy_is_asked_again_later(post, settings):
    an_overdue_invoice()
    remind_on(DECEMBER_8)
    settings.EMAIL_PORT = 1  # nobody listens there
    assert send_due(DECEMBER_8) == 0
    assert send_due(DECEMBER_8 + MINUTE / 2) == 0, "not before its time"
    settings.EMAIL_PORT = post.port
    post.faults.append("451")
    assert send_due(DECEMBER_8 + MINUTE) == 0
    waiting = the_mail()
    assert (waiting.state, waiting.tries, post.mails) == (Mail.State.WAITING, 2, [])
    assert send_due(DECEMBER_8 + 4 * MINUTE) == 1
    assert read(post)["Message-ID"] == f"<{waiting.pk}@mail.seatline>"


def test_cut_wire_after_the_text_is_for_a_person_to_decide(post):
    invoice = an_overdue_invoice()
    remind_on(DECEMBER_8)
    post.faults.append("cut")
    assert send_due(DECEMBER_8) == 0
    assert the_mail().state == Mail.State.UNCLEAR
    assert send_due(DECEMBER_8 + timedelta(days=1)) == 0, "never by itself: it may have arrived"
    with finance_scope():
        send_again(the_mail(), invoice.prepared_by, DECEMBER_8 + timedelta(days=1))
    assert send_due(DECEMBER_8 + timedelta(days=1)) == 1
    assert len({read(post, 0)["Message-ID"], read(post, 1)["Message-ID"]}) == 1
    with finance_scope(), pytest.raises(NotToBeSentAgain):
        send_again(the_mail(), invoice.prepared_by, DECEMBER_8)


def test_sender_that_dies_leaves_a_mail_that_nobody_sends_twice(post, monkeypatch):
    an_overdue_invoice()
    remind_on(DECEMBER_8)

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("billing.mails.services._note", dies)
        with pytest.raises(KeyboardInterrupt):
            send_due(DECEMBER_8)
    assert (len(post.mails), the_mail().state) == (1, Mail.State.SENDING)
    assert send_due(DECEMBER_8 + LOST_AFTER) == 0
    assert (len(post.mails), the_mail().state) == (1, Mail.State.UNCLEAR)


def test_address_that_is_refused_or_missing_is_seen_by_finance(post):
    invoice = an_overdue_invoice(email="")
    remind_on(DECEMBER_8)
    assert send_due(DECEMBER_8) == 0
    with finance_scope():
        assert Mail.objects.get().state == Mail.State.REFUSED
        with pytest.raises(NoAddress):
            send_again(Mail.objects.get(), invoice.prepared_by, DECEMBER_8)
        TenantBilling.objects.update(email="gone@museum.example")
        send_again(Mail.objects.get(), invoice.prepared_by, DECEMBER_8)
    post.faults.append("550")
    assert send_due(DECEMBER_8) == 0
    assert the_mail().state == Mail.State.REFUSED
    assert "550" in the_mail().answer


def test_alert_is_mailed_to_whoever_set_it_once_in_a_period(post):
    contract, *_ = a_world()
    with operator_scope():
        owner = a_writer("owner")
        owner.email = "owner@museum.example"
        owner.save(update_fields=["email"])
    with finance_scope():
        TenantBilling.objects.update(language="zh-hans", email="accounts@museum.example")
        refresh_drafts(contract, NOVEMBER_24)
    with tenant_scope(contract.tenant_id):
        set_alert(contract.tenant, "CNY", Decimal(5000), owner, NOVEMBER_24)
    for at in (NOVEMBER_24, NOVEMBER_24 + MINUTE):
        with finance_scope():
            check_alerts(at)
        send_due(at)
    assert len(post.mails) == 1
    mail = read(post)
    assert (mail["To"], mail["Subject"]) == ("owner@museum.example", "本期费用已达 5,000.00 CNY")
    assert "5,000.00 CNY" in mail.get_content()
    assert not django_mail.outbox, "nothing went by another way"
