"""Rows of the period board, ready to show: each with the address of what it is about."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.invoices.models import Document
from billing.mediation.admin import METERS
from billing.mediation.models import UsageRecord
from billing.runs.findings import Finding, Kind
from billing.runs.models import BillingRun, RunDocument, RunItem
from billing.runs.preview import Total
from seatline.panel.said import said_later
from seatline.panel.show import chip, money, tag, whole
from tenants.accounts.models import Tenant

ONE_DAY = timedelta(days=1)
STATUS_TONES = {"draft": "plain", "prepared": "warn", "approved": "info", "issued": "good"}
ITEM_TONES = {"waiting": "info", "prepared": "good", "nothing": "plain", "failed": "bad"}


def kind_names() -> dict[str, str]:
    """What each kind of finding is called."""
    return {
        Kind.USAGE_WITHOUT_PRICE: _("usage that no price counts"),
        Kind.CONTRACT_WITHOUT_PRICE: _("contract without approved prices"),
        Kind.BUYER_MISSING: _("tenant without billing data"),
        Kind.NEGATIVE_DOCUMENT: _("draft below nought"),
        Kind.NEGATIVE_LINE: _("line that takes off"),
        Kind.USAGE_OF_NOBODY: _("usage of nobody"),
        Kind.LATE_USAGE_EXPECTED: _("late usage may still come"),
    }


_TONES = {Kind.LATE_USAGE_EXPECTED: "info", Kind.NEGATIVE_LINE: "warn", Kind.USAGE_OF_NOBODY: "warn"}


def finding_rows(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings in the words of the screen."""
    kept = list(found)
    tenants = Tenant.objects.in_bulk({one.tenant_id for one in kept if one.tenant_id})
    names = kind_names()
    return [
        {
            "kind": tag(names[one.kind], _TONES.get(one.kind, "bad")),
            "tenant": chip(tenants[one.tenant_id], tenants[one.tenant_id].colour) if one.tenant_id else "–",
            "what": _what(one),
            "much": money(one.amount, one.currency) if one.amount is not None else _quantity(one),
            "url": _url(one),
        }
        for one in kept
    ]


def _what(one: Finding) -> str:
    match one.kind:
        case Kind.NEGATIVE_LINE:
            return one.what_zh if (get_language() or "").startswith("zh") else one.what
        case Kind.USAGE_OF_NOBODY:
            return str(dict(UsageRecord.Reason.choices).get(one.what, one.what))
        case Kind.USAGE_WITHOUT_PRICE:
            return str(METERS.get(one.what, one.what))
        case Kind.LATE_USAGE_EXPECTED:
            return _("until %(day)s") % {"day": one.what}
    return one.what


def _quantity(one: Finding) -> str:
    return f"{one.quantity.normalize():,f}" if one.quantity else ""


def _url(one: Finding) -> str:
    if one.document_id:
        return reverse("admin:billing_document_change", args=[one.document_id])
    if one.kind == Kind.BUYER_MISSING:
        return f"{reverse('admin:billing_tenantbilling_add')}?tenant={one.tenant_id}"
    if one.kind == Kind.USAGE_OF_NOBODY:
        return f"{reverse('admin:billing_usagerecord_changelist')}?reason__exact={one.what}"
    if one.contract_id:
        return reverse("admin:billing_contract_change", args=[one.contract_id])
    return f"{reverse('admin:billing_contract_add')}?tenant={one.tenant_id}"


def document_rows(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Drafts that a run would prepare."""
    return [_document(one) for one in documents]


def _document(one: Document) -> dict[str, Any]:
    return {
        "url": reverse("admin:billing_document_change", args=[one.pk]),
        "tenant": chip(one.tenant, one.tenant.colour),
        "number": one.number or one.contract_number,
        "period": whole(f"{one.starts_on:%Y-%m-%d} – {one.ends_on - ONE_DAY:%m-%d}"),
        "status": tag(one.get_status_display(), STATUS_TONES[one.status]),
        "net": money(one.net, one.currency),
        "gross": money(one.gross, one.currency),
    }


def item_rows(run: BillingRun, kept: Iterable[RunDocument]) -> list[dict[str, Any]]:
    """The contracts of a run, failed ones first, each with its documents."""
    by_item: dict[Any, list[RunDocument]] = {}
    for one in kept:
        by_item.setdefault(one.item_id, []).append(one)
    items = list(run.items.select_related("tenant", "contract"))
    items.sort(key=lambda item: (item.status != RunItem.Status.FAILED, item.contract.number))
    return [
        {
            "tenant": chip(item.tenant, item.tenant.colour),
            "contract": item.contract,
            "contract_url": reverse("admin:billing_contract_change", args=[item.contract_id]),
            "status": tag(item.get_status_display(), ITEM_TONES[item.status]),
            "error": said_later(item.error, item.error_details),
            "documents": [
                {**_document(one.document), "error": said_later(one.error, one.error_details)}
                for one in by_item.get(item.pk, [])
            ],
        }
        for item in items
    ]


def total_rows(totals: Iterable[Total]) -> list[dict[str, Any]]:
    """Sums by currency."""
    return [
        {
            "currency": one.currency,
            "documents": one.documents,
            "net": money(one.net, one.currency),
            "tax": money(one.tax, one.currency),
            "gross": money(one.gross, one.currency),
        }
        for one in totals
    ]
