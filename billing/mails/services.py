"""Writes mails into the outbox and sends what waits there.

Rules of this file: a mail is written in the transaction of what it tells of, so neither is there without the other.
Sending is three steps of which each is committed: claim, send, note. Who dies in between leaves a mail that is being
sent; nobody can know whether it went out, so it becomes one for a person to decide. Finance scope throughout.
"""

import smtplib
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from billing.contracts.models import TenantBilling
from billing.contracts.services import must_be_finance
from billing.mails.models import Mail
from billing.mails.rules import Verdict, after_failure
from billing.mails.wording import Told
from seatline.errors import Refused
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope

log = structlog.get_logger(__name__)

#: Whoever sends needs seconds (`EMAIL_TIMEOUT` a step): after this it is dead.
LOST_AFTER = timedelta(minutes=10)
_ID_HOST = "mail.seatline"  # the right part of Message-ID: a name of ours, no host that resolves


class NotToBeSentAgain(Refused):
    """Only a mail that was not deliverable, or of which nobody knows whether it arrived, is sent again."""


class NoAddress(Refused):
    """{tenant} has no e-mail for invoices; enter it on the buyer's page."""


def write(tenant_id: UUID, kind: Mail.Kind, once: str, told: Told, at: datetime, *, address: str = "") -> Mail:
    """Put a mail into the outbox, to `address` or to the tenant's for invoices; told again, the one that is there.

    Without any address it stands there as not deliverable, for finance to see.
    """
    address = address or _address_of(tenant_id)
    mail, _ = Mail.objects.get_or_create(
        tenant_id=tenant_id, once=once,
        defaults={
            "kind": kind, "address": address, "subject": told.subject, "text": told.text, "written_at": at,
            "due_at": at, "state": Mail.State.WAITING if address else Mail.State.REFUSED,
        },
    )  # fmt: skip
    return mail


def send_due(at: datetime, limit: int = 50) -> int:
    """Send what is due, each mail in its own steps; how many went out. Enters the finance scope itself."""
    with finance_scope():
        _give_up_lost(at)
    sent = 0
    for _ in range(limit):
        with finance_scope():
            mail = _claimed(at)
        if mail is None:
            break
        verdict = _sent(mail, at)
        with finance_scope():
            _note(mail, verdict, at)
        sent += verdict.state == Mail.State.SENT
        if verdict.state == Mail.State.WAITING:
            log.warning("mail waits", mail=str(mail.pk), cause=verdict.answer)
    return sent


@transaction.atomic
def send_again(mail: Mail, user: User, at: datetime) -> Mail:
    """A person wants it sent again, to the tenant's address as it is now. Raises `NotToBeSentAgain`, `NoAddress`."""
    must_be_finance(user)
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    if mail.state not in {Mail.State.UNCLEAR, Mail.State.REFUSED}:
        raise NotToBeSentAgain
    mail.address = _address_of(mail.tenant_id) or mail.address
    if not mail.address:
        raise NoAddress(tenant=mail.tenant)
    mail.state, mail.due_at, mail.tries, mail.settled_at = Mail.State.WAITING, at, 0, None
    mail.save(update_fields=["address", "state", "due_at", "tries", "settled_at"])
    return mail


def _address_of(tenant_id: UUID) -> str:
    return TenantBilling.objects.filter(tenant_id=tenant_id).values_list("email", flat=True).first() or ""


def _give_up_lost(at: datetime) -> None:
    lost = Mail.objects.filter(state=Mail.State.SENDING, due_at__lte=at - LOST_AFTER)
    lost.update(state=Mail.State.UNCLEAR, settled_at=at)


def _claimed(at: datetime) -> Mail | None:
    """The next mail, marked as being sent: nobody else takes it any more."""
    waiting = Mail.objects.select_for_update(skip_locked=True).filter(state=Mail.State.WAITING, due_at__lte=at)
    mail = waiting.order_by("due_at", "id").first()
    if mail is not None:
        mail.state, mail.due_at, mail.tries = Mail.State.SENDING, at, mail.tries + 1
        mail.save(update_fields=["state", "due_at", "tries"])
    return mail


def _sent(mail: Mail, at: datetime) -> Verdict:
    """One try. A message keeps its id over all tries, so that a mailbox, too, can see that it is the same."""
    server = get_connection()
    connected = False
    try:
        server.open()
        connected = True
        headers = {"Message-ID": f"<{mail.pk}@{_ID_HOST}>", "Auto-Submitted": "auto-generated"}
        EmailMessage(mail.subject, mail.text, to=[mail.address], headers=headers, connection=server).send()
    except (OSError, smtplib.SMTPException) as error:
        return after_failure(error, connected=connected, tries=mail.tries, at=at)
    finally:
        server.close()
    return Verdict(Mail.State.SENT)


def _note(mail: Mail, verdict: Verdict, at: datetime) -> None:
    mail.state, mail.answer = verdict.state, verdict.answer
    mail.due_at = verdict.due_at or mail.due_at
    mail.settled_at = None if verdict.state == Mail.State.WAITING else at
    mail.save(update_fields=["state", "answer", "due_at", "settled_at"])
