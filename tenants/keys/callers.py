"""Who asks: a program by its key, or a person by the session. Both become one frozen value, `Caller`.

Rules of this file: the tenant comes from the key's row or from the person's membership, never from what the request
says. Keys and memberships are looked up in the operator's scope, since whose they are is only known afterwards.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from seatline.errors import BadInput, NotAllowed, SeatlineError
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.rights import FOR_PEOPLE, OF_GROUP, OF_ROLE, RIGHTS, Kind, Right
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tenants.accounts.staff import FINANCE
from tenants.keys.models import ApiKey
from tenants.keys.rules import fits, prefix, read

#: How exactly the last use is noted: a write per request would queue requests of one key behind each other.
NOTED_EVERY = timedelta(minutes=1)


class KeyRefused(SeatlineError):
    """This API key is unknown, has expired or was revoked; ask an owner of the tenant for a new one."""

    status = 401


class NobodyHere(NotAllowed):
    """Your account has no role with any tenant and no group of the operator's; ask for one."""


class TenantNotNamed(BadInput):
    """You work for several tenants: say which one in the header Seatline-Tenant, by its code."""


class TenantNotYours(NotAllowed):
    """You have no role with a tenant of this code."""


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is answered, and what it may ask for."""

    kind: Kind
    rights: frozenset[Right]
    name: str
    tenant_id: UUID | None = None
    key_id: UUID | None = None
    person_id: UUID | None = None

    def scope(self) -> AbstractContextManager[None]:
        """Enter the one scope in which everything that the request asks for is done."""
        match self.kind:
            case Kind.TENANT:
                assert self.tenant_id is not None
                return tenant_scope(self.tenant_id)
            case Kind.OPS:
                return operator_scope()
            case Kind.FIN:
                return finance_scope()

    @property
    def label(self) -> str:
        """Who it was, for what is kept: the key's prefix, or the person's id."""
        return prefix(self.key_id) if self.key_id else f"person:{self.person_id}"


def caller_of_key(text: str, at: datetime) -> Caller:
    """Whoever holds this key. Raises KeyRefused, in the same words for every reason."""
    token = read(text)
    if token is None:
        raise KeyRefused
    with operator_scope():
        key = ApiKey.objects.select_related("tenant", "person").filter(pk=token.key_id, revoked_at=None).first()
        if key is None or not fits(token.secret, key.hashed) or (key.expires_at and key.expires_at <= at):
            raise KeyRefused
        if key.person and not key.person.is_active:
            raise KeyRefused  # whoever has left acts through no program either
        stale = Q(last_used_at=None) | Q(last_used_at__lt=at - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
    kind = Kind(key.holder)
    return Caller(kind, readable(key.rights) & given(kind), key.name, key.tenant_id, key.pk, key.person_id)


def given(kind: Kind) -> frozenset[Right]:
    """What a key of this kind may hold."""
    return RIGHTS[kind] - FOR_PEOPLE


def readable(words: Iterable[str]) -> frozenset[Right]:
    """The rights among these words; those of a later version of the program are left out."""
    known = {right.value: right for right in Right}
    return frozenset(known[word] for word in words if word in known)


def caller_of_person(user: User, tenant_code: str = "") -> Caller:
    """A person with a session: of a tenant, or of the operator's staff.

    `tenant_code` chooses among the person's own memberships; it opens no others. Raises NobodyHere, TenantNotNamed,
    TenantNotYours.
    """
    with operator_scope():
        memberships = list(Membership.objects.filter(user=user).select_related("tenant").order_by("tenant__code"))
        groups = set(user.groups.values_list("name", flat=True)) if user.is_staff else set()
    name = user.get_username()
    if user.is_staff and not tenant_code:
        if FINANCE in groups:
            return Caller(Kind.FIN, OF_GROUP[FINANCE], name, person_id=user.pk)
        rights = frozenset[Right]().union(*(OF_GROUP.get(group, frozenset()) for group in groups))
        if rights:
            return Caller(Kind.OPS, rights, name, person_id=user.pk)
    if tenant_code:
        memberships = [one for one in memberships if one.tenant.code == tenant_code]
        if not memberships:
            raise TenantNotYours
    if not memberships:
        raise NobodyHere
    if len(memberships) > 1:
        raise TenantNotNamed
    (membership,) = memberships
    return Caller(Kind.TENANT, OF_ROLE[membership.role], name, membership.tenant_id, person_id=user.pk)


def own_tenant(caller: Caller) -> Tenant | None:
    """The tenant on whose behalf somebody asks; None for the operator's own. In the caller's scope."""
    return Tenant.objects.get(pk=caller.tenant_id) if caller.tenant_id else None
