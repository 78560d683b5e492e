"""Accounts, keys and PINs: who could still come in, and who could be guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password

from agents.people.models import AgentPin
from seatline.audit.findings import Finding, found
from seatline.audit.strength import FIRST_PINS, first_guesses
from tenants.accounts.models import User
from tenants.keys.models import ApiKey
from tenants.trust.models import Anchor, Operation

UNUSED = timedelta(days=90)
SIGNED_WITHIN = timedelta(hours=2)
GUESSES = 4  # of the first PINs for each agent: each guess takes as long as a login


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A web session: whose it is."""

    user_id: str


def examine_people(at: datetime, sessions: Iterable[LoggedIn], guess: bool = True) -> Iterator[Finding]:
    """Staff, keys and agents; in the operator's scope. `guess` tries the first passwords and PINs, which takes time."""
    users = {str(user.pk): user for user in User.objects.all()}
    for user in users.values():
        if user.is_superuser:
            yield found("staff.superuser", user.username)
        if not user.is_active:
            continue
        if user.is_staff and (user.last_login or user.date_joined) < at - UNUSED:
            yield found("staff.unused", user.username)
        if (
            guess
            and user.is_staff
            and any(check_password(word, user.password) for word in first_guesses(user.username))
        ):
            yield found("staff.password", user.username)
    for session in sessions:
        holder = users.get(session.user_id)
        if holder is not None and not holder.is_active:
            yield found("leaver.session", holder.username)
    yield from _keys(at)
    if guess:
        for row in AgentPin.objects.filter(agent__active=True).select_related("agent"):
            number = row.agent.number
            if any(check_password(pin, row.hashed) for pin in (*FIRST_PINS[:GUESSES], number, number[::-1])):
                yield found("agent.pin", number)


def _keys(at: datetime) -> Iterator[Finding]:
    for key in ApiKey.objects.filter(revoked_at=None).select_related("person", "made_by"):
        if key.expires_at is not None and key.expires_at <= at:
            continue
        if any(person is not None and not person.is_active for person in (key.person, key.made_by)):
            yield found("leaver.key", key.name)
        if key.expires_at is None:
            yield found("key.endless", key.name)
        if (key.last_used_at or key.made_at) < at - UNUSED:
            yield found("key.unused", key.name)


def examine_logs(at: datetime) -> Iterator[Finding]:
    """Each operation log's newest entry older than two hours must be under an anchor; in the operator's scope."""
    signed = dict(Anchor.objects.order_by("tenant_id", "-seq").distinct("tenant_id").values_list("tenant_id", "seq"))
    grown = Operation.objects.filter(at__lt=at - SIGNED_WITHIN).order_by("tenant_id", "-seq").distinct("tenant_id")
    for tenant_id, seq, code in grown.values_list("tenant_id", "seq", "tenant__code"):
        if signed.get(tenant_id, 0) < seq:
            yield found("log.anchor", code or "operator")
