"""Tables, PINs and their guards, and the systems of tenants.

What the switch asks (`row_of`, `pin_row`, `begin_try` and its ends) enters its own scope; the rest runs in the
caller's. A PIN is compared here and kept nowhere: only its hash is in a row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from seatline.errors import BadInput
from seatline.panel.plan import tell_switch
from seatline.vault import SecretUnreadable, seal, unseal
from telephony.core.plan import System as CoreSystem
from telephony.core.values import TenantId
from telephony.lookups.models import PinGuard, System, TableRow
from telephony.lookups.rules import lock_after
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)
NOBODY = make_password(None)
_SECRET = RegexValidator(r"^[\x21-\x7e ]{0,200}$", _("A secret has at most 200 letters, digits and signs of ASCII."))


class SystemUnfit(BadInput):
    """This cannot be a system's address, header or secret: {cause}"""


class PinUnfit(BadInput):
    """A PIN has 4 to 12 digits."""


def set_system(
    tenant: Tenant, code: str, base_url: str, *, header: str = "", secret: str | None = "", inside: bool = False,
    active: bool = True,
) -> System:  # fmt: skip
    """Make a system or change it; the switch asks it with its next plan. None as secret: the one that it has stays.

    Raises SystemUnfit.
    """
    system = System.objects.filter(tenant=tenant, code=code).first() or System(tenant=tenant, code=code)
    system.base_url, system.header, system.inside, system.active = base_url, header, inside, active
    try:
        system.clean_fields()
        if secret is not None:
            _SECRET(secret)
    except ValidationError as error:
        raise SystemUnfit(cause=" ".join(error.messages)) from error
    if secret is not None:
        system.sealed_secret = seal(secret, _place(system))
    with transaction.atomic():
        system.save()
        tell_switch()
    return system


def _place(system: System) -> str:
    return f"system/{system.id}"


def set_row(tenant: Tenant, table: str, key: str, values: Mapping[str, Any], *, pin: str = "") -> TableRow:
    """Make a row of a table or change it; without a PIN it keeps the one it has. Raises PinUnfit."""
    changed: dict[str, Any] = {"values": dict(values)}
    if pin:
        if not (pin.isdecimal() and 4 <= len(pin) <= 12):
            raise PinUnfit
        changed["pin_hash"] = make_password(pin)
    row, _made = TableRow.objects.update_or_create(tenant=tenant, table=table, key=key, defaults=changed)
    return row


def systems() -> dict[tuple[TenantId, str], CoreSystem]:
    """The systems that may be asked, as the plan has them; one whose secret does not open is left out, and logged."""
    found = {}
    for row in System.objects.filter(active=True):
        try:
            found[TenantId(row.tenant_id), row.code] = to_ask(row)
        except SecretUnreadable as error:
            log.error("system cannot be asked", system=row.code, tenant=str(row.tenant_id), cause=str(error))
    return found


def to_ask(row: System) -> CoreSystem:
    """The system with its secret, as it is asked. Raises SecretUnreadable."""
    return CoreSystem(
        tenant=TenantId(row.tenant_id), code=row.code, base_url=row.base_url, header=row.header,
        secret=unseal(row.sealed_secret, _place(row)), inside=row.inside,
    )  # fmt: skip


def row_of(tenant: UUID, table: str, key: str) -> dict[str, Any] | None:
    """The values of a row; None if there is none."""
    with telephony_scope():
        return TableRow.objects.filter(tenant_id=tenant, table=table, key=key).values_list("values", flat=True).first()


def pin_row(tenant: UUID, table: str, account: str, pin: str) -> dict[str, Any] | None:
    """The values of the account's row if this is its PIN. An account that is not there takes as long to refuse."""
    with telephony_scope():
        row = TableRow.objects.filter(tenant_id=tenant, table=table, key=account).exclude(pin_hash="").first()
    fits = check_password(pin, row.pin_hash if row is not None else NOBODY)
    return row.values if row is not None and fits else None


def begin_try(tenant: UUID, account: str, caller: str, at: datetime) -> datetime | None:
    """Count a try before it is made, so that many at once are counted too; until when account or caller is locked out.

    None: go on, and tell the end of it by `pin_was_right`, `pin_was_not_checked`, or nothing if it was wrong.
    """
    with telephony_scope():
        guards = [_guard(tenant, kind, who) for kind, who in _whom(account, caller)]
        locked = [one.locked_until for one in guards if one.locked_until is not None and one.locked_until > at]
        if locked:
            return max(locked)
        for guard in guards:
            guard.failures += 1
            lock = lock_after(guard.failures, guard.kind)
            guard.locked_until = at + lock if lock is not None else None
            guard.save(update_fields=["failures", "locked_until"])
    return None


def pin_was_right(tenant: UUID, account: str, caller: str) -> None:
    """The account begins anew; the caller gets back this one try, as others may be at stake."""
    _give_back(tenant, account, caller, whole=True)


def pin_was_not_checked(tenant: UUID, account: str, caller: str) -> None:
    """Nobody could tell whether it was right: it counts for nothing."""
    _give_back(tenant, account, caller, whole=False)


def _give_back(tenant: UUID, account: str, caller: str, *, whole: bool) -> None:
    with telephony_scope():
        for kind, who in _whom(account, caller):
            guard = _guard(tenant, kind, who)
            all_of_it = whole and kind == PinGuard.Kind.ACCOUNT
            guard.failures = 0 if all_of_it else max(guard.failures - 1, 0)
            guard.locked_until = None
            guard.save(update_fields=["failures", "locked_until"])


def _whom(account: str, caller: str) -> list[tuple[str, str]]:
    found = [(PinGuard.Kind.ACCOUNT.value, account[:80])]
    return [*found, (PinGuard.Kind.CALLER.value, caller[:80])] if caller else found


def _guard(tenant: UUID, kind: str, who: str) -> PinGuard:
    """The guard's row, locked until the transaction ends; accounts before callers, so that no two wait in a ring."""
    with transaction.atomic():
        PinGuard.objects.get_or_create(tenant_id=tenant, kind=kind, who=who)
    return PinGuard.objects.select_for_update().get(tenant_id=tenant, kind=kind, who=who)
