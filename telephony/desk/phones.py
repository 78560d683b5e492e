"""Phones of browsers: an account at Asterisk for one shift, with a password that only this browser has ever seen.

Rules of this file: an account lives while its agent is logged in on it, or for `NEW_FOR` after it was made, in which
the browser registers and the shift begins. `accounts` is the switch's, which pushes what it gives back and nothing
else: so an account is gone from Asterisk as soon as presence tells of the shift's end, whoever ended it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from agents.presence.sessions import sessions_in_force
from telephony.desk.models import WebPhone
from telephony.plans.services import PhoneAccount, digest
from tenants.accounts.scope import telephony_scope

PREFIX = "web-"
NEW_FOR = timedelta(minutes=2)
CHANNEL = "seatline_phones"  # the notice that accounts have changed


@dataclass(frozen=True, slots=True)
class Minted:
    """What a browser needs to register; shown once."""

    endpoint: str
    password: str


def endpoint_of(agent_number: str) -> str:
    """The account's name."""
    return f"{PREFIX}{agent_number}"


def is_of_browser(endpoint: str) -> bool:
    """Whether the account is a browser's."""
    return endpoint.startswith(PREFIX)


def mint(person_id: UUID, tenant_id: UUID, number: str, at: datetime) -> Minted:
    """A new password for the agent's browser phone; one that another browser had opens nothing any more."""
    minted = Minted(endpoint_of(number), secrets.token_urlsafe(24))
    with telephony_scope():
        WebPhone.objects.update_or_create(
            agent_id=person_id,
            defaults={
                "tenant_id": tenant_id, "endpoint": minted.endpoint, "minted_at": at,
                "password_digest": digest(minted.endpoint, minted.password),
            },
        )  # fmt: skip
        _tell()
    return minted


def accounts(at: datetime) -> list[PhoneAccount]:
    """The accounts that may register now; whatever else there is, is deleted. Enters its own scope."""
    with telephony_scope(), transaction.atomic():
        at_work = {one.endpoint for one in sessions_in_force() if is_of_browser(one.endpoint)}
        WebPhone.objects.filter(minted_at__lt=at - NEW_FOR).exclude(endpoint__in=at_work).delete()
        rows = WebPhone.objects.order_by("endpoint").values_list("endpoint", "password_digest")
        return [PhoneAccount(endpoint, secret, "", browser=True) for endpoint, secret in rows]


def retire(agent_id: UUID) -> None:
    """The shift is over: the account is gone at once."""
    with telephony_scope():
        WebPhone.objects.filter(agent_id=agent_id).delete()
        _tell()


def _tell() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
