"""What is done about messages: told by mail, heard, assigned, settled. In the caller's scope, but for the mail's."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from django.core.mail import EmailMessage
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import override

from telephony.recordings.opening import SoundGone, open_kept
from telephony.voicemail.models import Voicemail
from tenants.accounts.scope import operator_scope

log = structlog.get_logger(__name__)
LARGEST = 8 * 1024 * 1024  # bytes that go with a mail; a longer message is heard in the admin


def mail_due(at: datetime, limit: int = 20) -> int:
    """Tell of messages that nobody has been told of yet; how many mails went out. In its own scope."""
    sent = 0
    with operator_scope():
        due = Voicemail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("tenant")
        for message in due.filter(mailed_at=None).exclude(mail="").order_by("left_at")[:limit]:
            try:
                _mail(message)
            except OSError as error:  # the mail server is away: smtplib's errors are OSError
                log.warning("mail waits", message=str(message.id), cause=str(error))
                break
            message.mailed_at = at
            message.save(update_fields=["mailed_at"])
            sent += 1
    return sent


def mark_heard(message: Voicemail, at: datetime) -> None:
    """Somebody has heard it; the first time counts."""
    if message.state == Voicemail.State.NEW:
        message.state, message.heard_at = Voicemail.State.HEARD, at
        message.save(update_fields=["state", "heard_at"])


def assign(message: Voicemail, agent_id: UUID | None) -> None:
    """An agent is to call back; None: nobody yet."""
    message.assigned_to = agent_id
    message.save(update_fields=["assigned_to"])


def unassign_all(agent_id: UUID, at: datetime) -> int:
    """Nobody is to call back yet for the messages that this agent has not settled; how many."""
    open_ones = Voicemail.objects.filter(assigned_to=agent_id).exclude(state=Voicemail.State.SETTLED)
    return open_ones.update(assigned_to=None)


def settle(message: Voicemail, at: datetime | None = None, by: UUID | None = None) -> None:
    """There is nothing left to do about it."""
    message.state, message.settled_at, message.settled_by = Voicemail.State.SETTLED, at, by
    message.save(update_fields=["state", "settled_at", "settled_by"])


def reopen(message: Voicemail) -> None:
    """It was settled by mistake: something is left to do. One that nobody has heard is new again."""
    message.state = Voicemail.State.HEARD if message.heard_at else Voicemail.State.NEW
    message.settled_at = message.settled_by = None
    message.save(update_fields=["state", "settled_at", "settled_by"])


def counted() -> dict[Voicemail.State, int]:
    """How many messages are in each state."""
    counts = dict(Voicemail.objects.order_by().values_list("state").annotate(count=Count("id")))
    return {state: counts.get(state.value, 0) for state in Voicemail.State}


def _mail(message: Voicemail) -> None:
    with override(message.tenant.language if message.tenant else "en"):
        text = _("%(caller)s left a message of %(seconds)d seconds.") % {
            "caller": message.caller, "seconds": round(message.seconds),
        }  # fmt: skip
        mail = EmailMessage(_("A message from %(caller)s") % {"caller": message.caller}, text, to=[message.mail])
    with suppress(SoundGone):
        sound = open_kept(message.path)
        if sound.size <= LARGEST:
            with sound.open() as source:
                mail.attach(f"{message.left_at:%Y-%m-%d-%H%M}.wav", source.read(), "audio/wav")
    mail.send()
