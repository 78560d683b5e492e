"""What happens to API keys: made, revoked. The secret is given back once, by `make_key` alone."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatline.errors import BadInput, NotAllowed, NotFound
from seatline.ids import new_id
from tenants.accounts.models import Tenant, User
from tenants.accounts.rights import Kind, Right
from tenants.accounts.staff import is_finance
from tenants.keys.callers import given
from tenants.keys.models import ApiKey, KeptAnswer
from tenants.keys.rules import Token, fingerprint
from tenants.trust.services import log_operation

LONGEST = timedelta(days=366)
KEPT_FOR = timedelta(hours=24)  # how long an answer is given again for the same Idempotency-Key


class RightNotForKeys(BadInput):
    """A key of this kind cannot hold the right {right}; it can hold {possible}."""


class KeyWithoutRights(BadInput):
    """A key needs at least one right."""


class KeyLastsTooLong(BadInput):
    """A key ends at the latest {days} days after it was made, and not before it begins."""


class KeyNeedsFinance(NotAllowed):
    """A key with the right billing:write acts in the name of a person of the finance group; {person} is none."""


class KeyUnknown(NotFound):
    """There is no such API key."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, and its text, which is shown now and never again."""

    row: ApiKey
    text: str = field(repr=False)


def make_key(
    tenant: Tenant | None,
    kind: Kind,
    name: str,
    rights: Iterable[Right],
    *,
    at: datetime,
    expires_at: datetime | None = None,
    made_by: User | None = None,
    person: User | None = None,
    token: Token | None = None,
) -> MadeKey:
    """Give a program a key; `token` is drawn by chance unless given, as by the demo, which prints it again.

    Raises RightNotForKeys, KeyWithoutRights, KeyLastsTooLong, KeyNeedsFinance.
    """
    wanted = frozenset(rights)
    possible = given(kind)
    if not wanted:
        raise KeyWithoutRights
    for right in sorted(wanted - possible):
        raise RightNotForKeys(right=right, possible=", ".join(sorted(possible)))
    if expires_at is not None and not at < expires_at <= at + LONGEST:
        raise KeyLastsTooLong(days=LONGEST.days)
    if Right.BILLING_WRITE in wanted and not (person and is_finance(person)):
        raise KeyNeedsFinance(person=person.get_username() if person else "–")
    token = token or Token(new_id(), secrets.token_urlsafe(32))
    row = ApiKey.objects.create(
        id=token.key_id, tenant=tenant, holder=kind.value, name=name, rights=sorted(wanted),
        hashed=fingerprint(token.secret), made_by=made_by, made_at=at, person=person, expires_at=expires_at,
    )  # fmt: skip
    log_operation(tenant.pk if tenant else None, "key.made", str(row.pk), name=name, rights=" ".join(row.rights))
    return MadeKey(row, str(token))


def revoke_key(key: ApiKey, at: datetime) -> ApiKey:
    """End a key at once: the next request with it is refused. One that is revoked already stays as it is."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        log_operation(key.tenant_id, "key.revoked", str(key.pk))
    key.refresh_from_db()
    return key


def forget_answers(at: datetime) -> int:
    """Throw away kept answers that are older than a day; how many they were. In the operator's scope."""
    return KeptAnswer.objects.filter(made_at__lt=at - KEPT_FOR).delete()[0]
