"""Screens on the wall: made, revoked, and known again by their token, `ID-SECRET` in the address.

A screen is looked up in the operator's scope: whose it is is only known afterwards.
"""

import re
import secrets
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from seatline.ids import new_id
from seatline.stream.addresses import Pass
from telephony.board.models import Kiosk
from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import operator_scope
from tenants.keys.rules import fingerprint, fits
from tenants.trust.services import log_operation

_FORM = re.compile(r"([0-9a-f]{32})-([A-Za-z0-9_-]{43})")
TOPIC = "board"
AT_MOST = 5  # screens that one browser shows at a time


@dataclass(frozen=True, slots=True)
class MadeKiosk:
    """A new screen, and its token, which is shown now and never again."""

    row: Kiosk
    token: str = field(repr=False)


def make_kiosk(tenant: Tenant | None, name: str, at: datetime, made_by: User | None = None) -> MadeKiosk:
    """Make an address for a screen. To be called in the scope of who makes it; raises Django's ValidationError."""
    secret = secrets.token_urlsafe(32)
    row = Kiosk(id=new_id(), tenant=tenant, name=name, hashed=fingerprint(secret), made_by=made_by, made_at=at)
    row.clean_fields(exclude=["made_by"])
    row.save(force_insert=True)
    log_operation(tenant.pk if tenant else None, "kiosk.made", str(row.pk), name=name)
    return MadeKiosk(row, f"{row.pk.hex}-{secret}")


def revoke_kiosk(kiosk: Kiosk, at: datetime) -> None:
    """Switch the screen off: it goes dark within seconds. One that is revoked already stays as it is."""
    if Kiosk.objects.filter(pk=kiosk.pk, revoked_at=None).update(revoked_at=at):
        log_operation(kiosk.tenant_id, "kiosk.revoked", str(kiosk.pk))


def kiosk_of(token: str) -> Kiosk | None:
    """The screen with this token, its tenant beside it; None if there is none in force."""
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    with operator_scope():
        row = Kiosk.objects.select_related("tenant").filter(pk=UUID(hex=form[1]), revoked_at=None).first()
    return row if row is not None and fits(form[2], row.hashed) else None


class KioskDoor:
    """Lets in the screens whose tokens a request names (`kiosk=`); they hear their board and nothing else."""

    def enter(self, request: HttpRequest) -> tuple[frozenset[UUID], Collection[Pass]] | None:
        """The screens, known again by their ids."""
        named = [kiosk_of(token) for token in request.GET.getlist("kiosk")[:AT_MOST]]
        found = [one for one in named if one is not None]
        return (frozenset(one.pk for one in found), [_pass(one) for one in found]) if found else None

    def still(self, visitors: Collection[Hashable]) -> Mapping[Hashable, Collection[Pass]]:
        """Those with a screen that is not revoked."""
        ids = {one for each in visitors if isinstance(each, frozenset) for one in each}
        with operator_scope():
            rows = {row.pk: row for row in Kiosk.objects.filter(pk__in=ids, revoked_at=None)}
        return {
            each: [_pass(rows[one]) for one in each if one in rows] for each in visitors if isinstance(each, frozenset)
        }


def _pass(kiosk: Kiosk) -> Pass:
    return Pass(kiosk.tenant_id, frozenset({TOPIC}))
