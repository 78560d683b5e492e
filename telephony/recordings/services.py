"""What is done with recordings, each in the tenant's log: heard, taken away, shared by a link.

Rules of this file: in the scope of whoever asks; a link's own scope is its tenant's, which its signature tells.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from seatline.errors import BadInput, NotFound
from telephony.recordings.models import Recording, RecordingShare
from tenants.accounts.scope import tenant_scope
from tenants.trust.actor import Actor, acting, current_actor
from tenants.trust.services import log_look, log_operation

LONGEST = timedelta(days=30)  # of a link
_SALT = "telephony.recordings.share"


class ShareTooLong(BadInput):
    """A link is valid for an hour to 30 days."""


class LinkUnknown(NotFound):
    """This link leads nowhere: it has expired, was taken back, or was never given."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link opens."""

    share: RecordingShare
    recording: Recording


def note_heard(row: Recording) -> None:
    """Somebody plays it; once for all the pieces that a player fetches."""
    log_look(row.tenant_id, "recording.heard", str(row.pk))


def note_taken(row: Recording) -> None:
    """Somebody takes a copy away."""
    log_operation(row.tenant_id, "recording.downloaded", str(row.pk), call=str(row.call_id))


def share(row: Recording, to_whom: str, length: timedelta, at: datetime) -> RecordingShare:
    """Make a link that whoever has it may hear this recording with, and take it nowhere. Raises ShareTooLong."""
    if not timedelta(hours=1) <= length <= LONGEST or row.tenant_id is None:
        raise ShareTooLong
    made = RecordingShare.objects.create(
        tenant_id=row.tenant_id, recording_id=row.pk, to_whom=to_whom[:120], made_at=at, expires_at=at + length,
        made_by=str(current_actor())[:150],
    )  # fmt: skip
    log_operation(
        row.tenant_id, "recording.shared", str(row.pk), share=str(made.pk), hours=length // timedelta(hours=1)
    )
    return made


def revoke(made: RecordingShare, at: datetime) -> None:
    """The link leads nowhere from now on."""
    if made.revoked_at is None:
        made.revoked_at = at
        made.save(update_fields=["revoked_at"])
        log_operation(made.tenant_id, "recording.share_revoked", str(made.recording_id), share=str(made.pk))


def token_of(made: RecordingShare) -> str:
    """What the link's address ends with: signed, so that neither tenant nor link can be guessed."""
    return signing.dumps([made.tenant_id.hex, made.pk.hex], salt=_SALT)


def opened(token: str, at: datetime, address: str) -> Shared:
    """What this token opens now, with its use in the tenant's log. In the tenant's own scope. Raises LinkUnknown."""
    try:
        tenant, key = signing.loads(token, salt=_SALT)
        tenant_id, share_id = UUID(tenant), UUID(key)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkUnknown from error
    with acting(Actor("link", share_id.hex, address)), tenant_scope(tenant_id):
        made = RecordingShare.objects.filter(pk=share_id, revoked_at=None, expires_at__gt=at).first()
        row = Recording.objects.filter(pk=made.recording_id).select_related("call").first() if made else None
        if made is None or row is None:
            raise LinkUnknown
        log_look(tenant_id, "recording.heard_by_link", str(row.pk))
        return Shared(made, row)
