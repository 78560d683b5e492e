"""The alert at an amount: set by a tenant's people, watched by a job, once in a period.

Rules of this file: what counts is what is not issued yet, tax included, in one currency: the bill so far.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from billing.contracts.models import TenantBilling
from billing.invoices.models import Document
from billing.mails import services as mails
from billing.mails.models import Mail
from billing.mails.wording import Reached, alert
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
    """Raise the alerts whose amount is reached, each once in a period, and write the mails. Finance scope."""
    by_tenant: dict[object, list[Document]] = {}
    for document in open_bills():
        by_tenant.setdefault(document.tenant_id, []).append(document)
    raised = []
    for row in BillAlert.objects.select_for_update(of=("self",)).select_related("tenant", "set_by"):
        now = so_far(by_tenant.get(row.tenant_id, [])).get(row.currency)
        if now is None or now.gross < row.amount or row.raised_for == now.starts_on:
            continue
        row.raised_for, row.raised_at, row.raised_amount = now.starts_on, at, now.gross
        row.save(update_fields=["raised_for", "raised_at", "raised_amount"])
        _mail(row, now, at)
        raised.append(row)
    return raised


def _mail(row: BillAlert, now: SoFar, at: datetime) -> None:
    """To whoever set the alert, as long as that person has an account; otherwise to the tenant's address."""
    buyer = TenantBilling.objects.filter(tenant=row.tenant).first()
    names = (buyer.legal_name, buyer.legal_name_zh or buyer.legal_name) if buyer else (row.tenant.name,) * 2
    what = Reached(names, now.starts_on, now.gross, row.amount, row.currency)
    told = alert(what, buyer.language if buyer else row.tenant.language)
    address = row.set_by.email if row.set_by.is_active else ""
    mails.write(row.tenant_id, Mail.Kind.ALERT, f"alert {row.pk} {at.isoformat()}", told, at, address=address)
