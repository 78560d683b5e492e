"""A tenant's own pages: the bill so far, the alert, invoices to download, what is open. In the tenant's scope."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import LoginView
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.exports.fapiao_models import Fapiao
from billing.exports.models import Artefact
from billing.exports.services import LANGUAGES, file_for_reading
from billing.exports.statements import STATEMENT_KINDS, statement_file
from billing.invoices.models import Document
from billing.mediation.admin import METERS
from billing.mediation.models import UsageRecord
from billing.mediation.usage import in_period
from billing.portal.alerts import AlertUnreadable, open_bills, set_alert, so_far
from billing.portal.entrance import for_tenant
from billing.portal.models import BillAlert
from billing.rating.periods import Period
from billing.receivables.balances import Account, accounts, invoices_with_balance, item_of, statement
from billing.receivables.models import Reminder
from billing.receivables.rules import state_of
from seatline import clock
from seatline.panel.said import said
from tenants.accounts.entrance import MONEY, memberships_of
from tenants.accounts.models import Tenant
from tenants.farewell.services import farewell_of

ONE_DAY = timedelta(days=1)
#: What a tenant downloads of an invoice, in the order of the page.
FILES = (
    ("pdf-en", "PDF"), ("pdf-zh-hans", "PDF 中文"), ("facturx", "Factur-X"), ("ubl", "UBL"), ("csv", "CSV"),
    ("usage_csv", ""), ("xlsx", "XLSX"),
)  # fmt: skip


class PortalLogin(LoginView):
    """The door for tenants' people; staff have their own."""

    template_name = "portal/login.html"

    def get_success_url(self) -> str:
        """To where they wanted to go, or to the first tenant that they belong to."""
        return self.get_redirect_url() or reverse("portal_start")


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To the tenant of who comes in, where the role begins; the operator's staff to the admin."""
    if not request.user.is_authenticated:
        return redirect("portal_login")
    theirs = memberships_of(request.user)
    if not theirs and not request.user.is_staff:
        raise Http404
    if not theirs:
        return redirect("admin:index")
    first = theirs[0]
    return redirect("portal_bill" if first.role in MONEY else "work_cases", code=first.tenant.code)


@require_http_methods(["GET", "POST"])
@for_tenant
def bill(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The bill so far, the alert, and invoices; POST sets the alert."""
    refusal = ""
    if request.method == "POST":
        try:
            amount = _amount(request.POST.get("amount", ""))
            set_alert(tenant, request.POST.get("currency", "")[:3], amount, request.user, clock.now())  # type: ignore[arg-type]
            return redirect("portal_bill", code=tenant.code)
        except AlertUnreadable as error:
            refusal = said(error)
    bills = open_bills()
    sums = so_far(bills)
    alerts = {one.currency: one for one in BillAlert.objects.all()}
    context = {
        "tenant": tenant,
        "bills": [_bill(one) for one in bills],
        "sums": [
            {"now": now, "alert": alerts.get(currency), "percent": _percent(now.gross, alerts.get(currency))}
            for currency, now in sorted(sums.items())
        ],
        "invoices": _invoices(),
        "farewell": farewell_of(tenant.pk),
        "statements": [
            (
                one.currency,
                [
                    (name, reverse("portal_statement", args=[tenant.code, one.entity_id, one.currency, kind]))
                    for kind, name in STATEMENT_KINDS.items()
                ],
            )
            for one in accounts(tenant.pk)
        ],
        "reminder": Reminder.objects.order_by("-made_at").select_related("document").first() if _overdue() else None,
        "refusal": refusal,
    }
    return render(request, "portal/bill.html", context, status=422 if refusal else 200)


@require_GET
@for_tenant
def usage(request: HttpRequest, tenant: Tenant, document_id: UUID) -> HttpResponse:
    """What was used on each day of a bill, billed or not."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise Http404
    zone = ZoneInfo(document.time_zone)
    rows = (
        in_period(tenant.pk, Period(document.starts_on, document.ends_on), zone)
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values("day", "meter", "reason")
        .annotate(total=Sum("quantity"))
        .order_by("day", "reason", "meter")
    )
    reasons = dict(UsageRecord.Reason.choices)
    found = [
        {"day": row["day"], "meter": METERS.get(row["meter"], row["meter"]), "total": row["total"].normalize(),
         "reason": reasons.get(row["reason"], row["reason"])}
        for row in rows if row["total"]
    ]  # fmt: skip
    context = {"tenant": tenant, "bill": _bill(document), "rows": found}
    return render(request, "portal/usage.html", context)


@require_GET
@for_tenant
def file(request: HttpRequest, tenant: Tenant, document_id: UUID, kind: str) -> HttpResponse:
    """A file of an issued document."""
    document = (
        Document.objects.select_related("tenant", "refers")
        .filter(pk=document_id, status=Document.Status.ISSUED)
        .first()
    )
    name, dash, language = kind.partition("-")
    printed = name == Artefact.Kind.PDF
    if document is None or name not in Artefact.Kind.values or (language not in LANGUAGES if printed else dash):
        raise Http404
    made = file_for_reading(document, Artefact.Kind(name), language)
    return HttpResponse(
        made.content,
        content_type=made.content_type,
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


@require_GET
@for_tenant
def statement_of(request: HttpRequest, tenant: Tenant, entity_id: UUID, currency: str, kind: str) -> HttpResponse:
    """The statement of an account over the last twelve months, as a file."""
    account = Account(tenant.pk, entity_id, currency)
    if account not in accounts(tenant.pk) or kind not in STATEMENT_KINDS:
        raise Http404
    until = timezone.localdate() + ONE_DAY
    made = statement_file(statement(account, until - timedelta(days=366), until), kind, clock.now())
    if made is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return HttpResponse(made.content, content_type=made.content_type, headers=headers)


@require_GET
@for_tenant
def fapiao(request: HttpRequest, tenant: Tenant, document_id: UUID) -> HttpResponse:
    """The fapiao of a document, as the tax platform gave it."""
    kept = Fapiao.objects.filter(document_id=document_id).exclude(file_name="").first()
    if kept is None or kept.file is None:
        raise Http404
    ending = kept.file_name.rpartition(".")[2].lower()
    name = f"{kept.number}.{ending if ending in {'pdf', 'ofd', 'xml'} else 'bin'}"
    return HttpResponse(
        bytes(kept.file),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation as error:
        raise AlertUnreadable from error
    if not amount.is_finite() or amount >= Decimal(10) ** 15:
        raise AlertUnreadable
    return amount


def _bill(document: Document) -> dict[str, Any]:
    chinese = (get_language() or "").startswith("zh")
    return {
        "document": document,
        "last_day": document.ends_on - ONE_DAY,
        "counted": document.counted_to - ONE_DAY,
        "lines": [
            {
                "line": line,
                "text": line.text_zh if chinese else line.text,
                "words": line.words_zh if chinese else line.words,
            }
            for line in document.lines.order_by("position")
        ],
    }


def _invoices() -> list[dict[str, Any]]:
    """Issued documents, the newest first, with what became of them and their files."""
    balances: dict[UUID, Any] = {row.pk: item_of(row) for row in invoices_with_balance()}
    fapiao_of = set(Fapiao.objects.exclude(file_name="").values_list("document_id", flat=True))
    today = timezone.localdate()
    names = {"open": _("unpaid"), "part_paid": _("paid in part"), "overdue": _("overdue"), "paid": _("paid"),
             "credited": _("credited")}  # fmt: skip
    rows = []
    for document in Document.objects.filter(status=Document.Status.ISSUED).order_by("-issued_at")[:120]:
        item = balances.get(document.pk)
        state = state_of(item, today) if item else ""
        rows.append(
            {
                "document": document,
                "last_day": document.ends_on - ONE_DAY,
                "state": state,
                "state_name": names.get(state, ""),
                "open": item.open if item else None,
                "files": [(kind, name or _("usage")) for kind, name in FILES],
                "fapiao": document.pk in fapiao_of,
            }
        )
    return rows


def _overdue() -> bool:
    rows: Any = invoices_with_balance()
    return bool(rows.filter(open__gt=0, due_on__lt=timezone.localdate()).exists())


def _percent(gross: Decimal, alert: BillAlert | None) -> int:
    return min(int(100 * gross / alert.amount), 100) if alert else 0
