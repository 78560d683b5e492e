"""Calls as contacts of a tenant's customers: by the number that called or was called. In the tenant's scope."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from telephony.journal.models import Call
from telephony.trunks.do_not_call import listed
from tenants.accounts.models import Tenant
from tenants.customers import cards, history
from tenants.customers.history import Asked, Contact


def contacts(asked: Asked) -> Iterable[Contact]:
    """The newest calls from and to these numbers."""
    if not asked.numbers:
        return []
    theirs = Q(caller__in=asked.numbers) | Q(direction=Call.Direction.OUTBOUND, dialled__in=asked.numbers)
    rows = Call.objects.filter(theirs, practice=False).order_by("-started_at")
    if asked.before:
        rows = rows.filter(started_at__lt=asked.before)
    return [_contact(row) for row in rows[: asked.most]]


def _contact(row: Call) -> Contact:
    inbound = row.direction == Call.Direction.INBOUND
    return Contact(
        row.pk, "call", row.started_at, row.caller if inbound else row.dialled, inbound,
        what=_("Called us") if inbound else _("We called"), outcome=str(row.get_outcome_display()),
        agent_id=row.agent_id, talked=row.talked,
    )  # fmt: skip


def is_not_to_be_called(tenant_id: UUID, number: str) -> bool:
    """Whether the number is on the tenant's list."""
    return bool(listed(Tenant.objects.get(pk=tenant_id), [number]))


def connect() -> None:
    """Let customers' cards and history know of calls, and of whom not to call."""
    history.register("calls", contacts)
    cards.marks_come_from(is_not_to_be_called)
