"""Accounts, keys and PINs: who could still come in, and who could be guessed."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password

from agents.people.models import AgentPin
from seatline.audit.findings import Finding, found
from seatline.audit.strength import first_guesses, first_pins
from tenants.accounts.models import User
from tenants.keys.models import ApiKey
from tenants.trust.models import Anchor, Operation

UNUSED = timedelta(days=90)
SIGNED_WITHIN = timedelta(hours=2)


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
    for session in sessions:
        holder = users.get(session.user_id)
        if holder is not None and not holder.is_active:
            yield found("leaver.session", holder.username)
    yield from _keys(at)
    if guess:
        yield from _guessed([user for user in users.values() if user.is_active and user.is_staff])


@dataclass(frozen=True, slots=True)
class _Door:
    """Something that a word opens, and the words to try."""

    code: str
    where: str
    hashed: str
    guesses: tuple[str, ...]


def _guessed(staff: Iterable[User]) -> Iterator[Finding]:
    doors = [_Door("staff.password", user.username, user.password, first_guesses(user.username)) for user in staff]
    for row in AgentPin.objects.filter(agent__active=True).select_related("agent"):
        doors.append(_Door("agent.pin", row.agent.number, row.hashed, first_pins(row.agent.number)))
    with ThreadPoolExecutor() as hands:  # hashing lets go of the interpreter: all cores work
        for door, opened in zip(doors, hands.map(_opens, doors), strict=True):
            if opened:
                yield found(door.code, door.where)


def _opens(door: _Door) -> bool:
    return any(check_password(guess, door.hashed) for guess in door.guesses)


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
