"""The alert at an amount: set by a tenant's people, watched by a job, once in a period.

Rules of this file: what counts is what is not issued yet, tax included, in one currency: the bill so far.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from billing.invoices.models import Document
from billing.portal.models import BillAlert
from seatline.errors import BadInput
from tenants.accounts.models import Tenant, User


class AlertUnreadable(BadInput):
    """Enter an amount above nought with two decimals at most, or nothing to have no alert."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """The bill so far in one currency; `starts_on` is the first day of its newest period."""

    currency: str
    gross: Decimal
    starts_on: date


def so_far(documents: Iterable[Document]) -> dict[str, SoFar]:
    """The sums by currency of documents that are not issued yet."""
    found: dict[str, SoFar] = {}
    for one in documents:
        before = found.get(one.currency)
        gross, starts_on = one.gross, one.starts_on
        if before is not None:
            gross, starts_on = gross + before.gross, max(starts_on, before.starts_on)
        found[one.currency] = SoFar(one.currency, gross, starts_on)
    return found


def open_bills() -> "list[Document]":
    """Invoices that are not issued yet, in whatever scope asks, the newest period first."""
    rows = Document.objects.filter(doc_type=Document.Type.INVOICE).exclude(status=Document.Status.ISSUED)
    return list(rows.select_related("tenant").order_by("-starts_on", "contract_number"))


@transaction.atomic
def set_alert(tenant: Tenant, currency: str, amount: Decimal | None, user: User, at: datetime) -> BillAlert | None:
    """Set, change or (with no amount) take away the alert of a tenant. Raises `AlertUnreadable`.

    A changed amount warns again in the same period.
    """
    if amount is None:
        BillAlert.objects.filter(tenant=tenant, currency=currency).delete()
        return None
    if amount <= 0 or amount != round(amount, 2):
        raise AlertUnreadable
    kept, _made = BillAlert.objects.update_or_create(
        tenant=tenant,
        currency=currency,
        defaults={"amount": amount, "set_by": user, "set_at": at, "raised_for": None, "raised_at": None},
    )
    return kept


@transaction.atomic
def check_alerts(at: datetime) -> list[BillAlert]:
    """Raise the alerts whose amount is reached; each once in a period. Finance scope."""
    by_tenant: dict[object, list[Document]] = {}
    for document in open_bills():
        by_tenant.setdefault(document.tenant_id, []).append(document)
    raised = []
    for alert in BillAlert.objects.select_for_update(of=("self",)):
        now = so_far(by_tenant.get(alert.tenant_id, [])).get(alert.currency)
        if now is None or now.gross < alert.amount or alert.raised_for == now.starts_on:
            continue
        alert.raised_for, alert.raised_at, alert.raised_amount = now.starts_on, at, now.gross
        alert.save(update_fields=["raised_for", "raised_at", "raised_amount"])
        raised.append(alert)
    return raised
