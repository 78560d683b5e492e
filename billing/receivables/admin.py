"""Payments; the ageing of all accounts and the statement of one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from billing.contracts.models import BillingEntity
from billing.exports.statements import STATEMENT_KINDS, statement_file
from billing.receivables.admin_forms import PaymentForm, RefundForm, ReturnForm
from billing.receivables.admin_reminders import OfTenant
from billing.receivables.balances import Account, Statement, accounts, balance, open_items, statement, unallocated
from billing.receivables.models import Allocation, Payment
from billing.receivables.rules import BUCKETS, ageing
from billing.receivables.services import allocate_oldest_first, record_payment, take_back
from seatline import clock
from seatline.panel.base import WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, link, money
from tenants.accounts.models import Tenant
from tenants.trust.services import log_operation

BUCKET_NAMES = {
    "not_due": gettext_lazy("not due"),
    "to_30": gettext_lazy("1–30 days"),
    "to_60": gettext_lazy("31–60 days"),
    "to_90": gettext_lazy("61–90 days"),
    "over_90": gettext_lazy("over 90 days"),
}
ENTRY_NAMES = {
    "invoice": gettext_lazy("invoice"),
    "credit_note": gettext_lazy("credit note"),
    "payment": gettext_lazy("payment"),
    "reversal": gettext_lazy("payment returned by the bank"),
    "refund": gettext_lazy("refund"),
    "write_off": gettext_lazy("write-off"),
}


class AllocationInline(WindowTabular):
    """What a payment pays for."""

    model = Allocation
    fields = ("document_link", "amount_shown", "made_by", "made_at")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("pays for")

    @display(description=gettext_lazy("document"))
    def document_link(self, row: Allocation) -> str:
        """To the invoice."""
        return link(reverse("admin:billing_document_change", args=[row.document_id]), row.document)

    @display(description=gettext_lazy("amount"))
    def amount_shown(self, row: Allocation) -> str:
        """The part."""
        return money(row.amount, row.payment.currency)


@admin.register(Payment)
class PaymentAdmin(OfTenant):
    """Money that moved."""

    list_display = ("received_on", "tenant_named", "kind", "amount_shown", "left_shown", "bank_ref", "recorded_by")
    list_filter = ("kind", "method", "tenant")
    search_fields = ("bank_ref", "note", "tenant__code", "tenant__name", "tenant__name_zh")
    fields = (
        ("received_on", "tenant_named", "kind"), ("amount_shown", "left_shown", "method"),
        ("bank_ref", "note", "takes_back"), ("recorded_by", "recorded_at"),
    )  # fmt: skip
    inlines = (AllocationInline,)
    actions_list = ("record_it", "to_ageing")
    actions_detail = ("use_it", "refund_it", "return_it")
    empty_hint = gettext_lazy("Record what came in; it pays for the oldest invoices of the tenant first.")

    def get_urls(self) -> list[Any]:
        """With ageing and statements."""
        wrap = self.admin_site.admin_view
        return [
            path("ageing/", wrap(self.ageing), name="billing_ageing"),
            path(
                "statement/<uuid:tenant_id>/<uuid:entity_id>/<slug:currency>/",
                wrap(self.statement),
                name="billing_statement",
            ),
            path(
                "statement/<uuid:tenant_id>/<uuid:entity_id>/<slug:currency>/<slug:kind>/",
                wrap(self.statement_file),
                name="billing_statement_file",
            ),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("amount"), ordering="amount")
    def amount_shown(self, row: Payment) -> str:
        """With its currency."""
        return money(row.amount, row.currency)

    @display(description=gettext_lazy("pays for nothing yet"))
    def left_shown(self, row: Payment) -> str:
        """What is left of it."""
        return money(unallocated(row), row.currency) if row.kind == Payment.Kind.PAYMENT else "–"

    def offers(self, row: Payment, name: str) -> bool:
        """Only what is left can be used or refunded."""
        if name not in self.actions_detail:
            return True
        if row.kind != Payment.Kind.PAYMENT:
            return False
        return not row.taken_back_by.exists() if name == "return_it" else unallocated(row) > 0

    @action(
        description=gettext_lazy("Record a payment"), url_path="record", permissions=["billing.add_payment"],
        icon="payments", variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def record_it(self, request: HttpRequest) -> HttpResponseBase:
        """Money for an account."""
        form = PaymentForm(posted(request))

        def do() -> HttpResponseBase:
            got = form.cleaned_data
            payment = record_payment(
                got["tenant"], got["entity"], got["amount"], got["currency"].upper(), got["received_on"],
                user=request.user, at=clock.now(), bank_ref=got["bank_ref"], method=got["method"], note=got["note"],
            )  # fmt: skip
            self.note(request, payment, "recorded")
            return redirect(self.page_of(payment))

        return self.ask(
            request, None, form, do, title=_("Record a payment"), submit=_("Record a payment"),
            text=_("It pays for the oldest invoices first, disputed ones last; the rest stays to the tenant's credit."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Ageing"), url_path="to-ageing", permissions=["billing.view_payment"], icon="hourglass"
    )
    def to_ageing(self, request: HttpRequest) -> HttpResponseBase:
        """To the ageing."""
        return redirect("admin:billing_ageing")

    @action(
        description=gettext_lazy("Pay the oldest"), url_path="use", permissions=["billing.add_payment"], icon="task_alt"
    )
    def use_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let what is left pay for what is open."""
        payment = self.found(request, object_id)

        def do() -> str:
            made = allocate_oldest_first(payment, request.user, clock.now())
            return _("%(count)s invoices were paid with it.") % {"count": len(made)}

        return self.ask(
            request,
            payment,
            AskForm(posted(request)),
            do,
            title=_("Pay the oldest invoices"),
            submit=_("Pay the oldest"),
        )

    @action(description=gettext_lazy("Refund"), url_path="refund", permissions=["billing.add_payment"], icon="undo")
    def refund_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Money that went back to the tenant."""
        payment = self.found(request, object_id)
        form = RefundForm(posted(request), initial={"amount": unallocated(payment)})

        def do() -> str:
            got = form.cleaned_data
            take_back(payment, request.user, clock.now(), on=got["on"], amount=got["amount"], note=got["note"])
            return _("The refund is recorded.")

        return self.ask(request, payment, form, do, title=_("Record a refund"), submit=_("Refund"))

    @action(
        description=gettext_lazy("Returned by the bank"), url_path="return", permissions=["billing.add_payment"],
        icon="assignment_return", variant=ActionVariant.DANGER,
    )  # fmt: skip
    def return_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The bank took it back."""
        payment = self.found(request, object_id)
        form = ReturnForm(posted(request))

        def do() -> str:
            take_back(payment, request.user, clock.now(), on=form.cleaned_data["on"], note=form.cleaned_data["note"])
            return _("Recorded; the invoices that it had paid are open again.")

        return self.ask(
            request, payment, form, do, title=_("The bank returned this payment"), submit=_("Returned by the bank"),
            danger=True, text=_("It pays for nothing any more."),
        )  # fmt: skip

    def ageing(self, request: HttpRequest) -> HttpResponse:
        """What every account owes, by age."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = timezone.localdate()
        tenants, sellers = Tenant.objects.in_bulk(), BillingEntity.objects.in_bulk()
        rows = []
        for account in accounts():
            sums = ageing(open_items(account), on)
            rows.append(
                {
                    "tenant": chip(tenants[account.tenant_id], tenants[account.tenant_id].colour),
                    "seller": sellers[account.entity_id].code.upper(),
                    "currency": account.currency,
                    "buckets": [money(sums[name]) if sums[name] else "–" for name, _last in BUCKETS],
                    "balance": money(balance(account), account.currency),
                    "url": _statement_url(account),
                }
            )
        context = {
            **self.admin_site.each_context(request), "title": _("Ageing"), "opts": self.opts, "rows": rows,
            "names": [BUCKET_NAMES[name] for name, _last in BUCKETS], "on": on,
        }  # fmt: skip
        return TemplateResponse(request, "panel/ageing.html", context)

    def statement(self, request: HttpRequest, tenant_id: UUID, entity_id: UUID, currency: str) -> HttpResponse:
        """An account's statement over the last year, or from a day on."""
        told = self._statement(request, Account(tenant_id, entity_id, currency))
        tenant, account = Tenant.objects.get(pk=tenant_id), told.account
        context = {
            **self.admin_site.each_context(request),
            "title": _("Statement of %(tenant)s") % {"tenant": tenant},
            "opts": self.opts,
            "told": told,
            "last_day": told.ends_on - timedelta(days=1),
            "files": [
                (name, reverse("admin:billing_statement_file", args=[tenant_id, entity_id, currency, kind]))
                for kind, name in STATEMENT_KINDS.items()
            ],
            "asked": request.GET.urlencode(),
            "opening": money(told.opening, currency),
            "closing": money(told.closing, currency),
            "entries": [
                {"on": one.on, "kind": ENTRY_NAMES[one.kind], "text": one.text, "amount": money(one.amount),
                 "balance": money(one.balance)}
                for one in told.entries
            ],
            "open_items": [
                {"url": reverse("admin:billing_document_change", args=[one.document]), "item": one,
                 "open": money(one.open, currency)}
                for one in open_items(account)
            ],
        }  # fmt: skip
        return TemplateResponse(request, "panel/statement.html", context)

    def statement_file(
        self, request: HttpRequest, tenant_id: UUID, entity_id: UUID, currency: str, kind: str
    ) -> HttpResponse:
        """The same as PDF or CSV, to send to the tenant."""
        told = self._statement(request, Account(tenant_id, entity_id, currency))
        file = statement_file(told, kind, clock.now()) if kind in STATEMENT_KINDS else None
        if file is None:
            raise Http404
        log_operation(tenant_id, "statement.exported", f"{entity_id} {currency}", file=file.name)
        headers = {"Content-Disposition": content_disposition_header(True, file.name)}
        return HttpResponse(file.content, content_type=file.content_type, headers=headers)

    def _statement(self, request: HttpRequest, account: Account) -> Statement:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if account not in accounts(account.tenant_id):
            raise Http404
        until = timezone.localdate() + timedelta(days=1)
        return statement(account, _day(request.GET.get("from")) or until - timedelta(days=366), until)


def _statement_url(account: Account) -> str:
    return reverse("admin:billing_statement", args=[account.tenant_id, account.entity_id, account.currency])


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
