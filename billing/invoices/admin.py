"""Invoices and credit notes: drafts to prepare, a second person's approval, what is issued to read and to download."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from billing.contracts.models import Contract
from billing.exports.services import DocumentFile, csv_of, pdf_of, usage_csv_of
from billing.invoices.models import Document, DocumentLine, DocumentTax
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts, withdraw
from billing.invoices.sources import line_sources
from billing.mediation.admin import METERS
from billing.rating.trace import unit_name
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.base import WindowAdmin, WindowTabular
from seatline.panel.forms import AskForm, TypedNameForm, posted
from seatline.panel.said import said
from seatline.panel.show import chip, figure, link, money, plain, tag, when, whole

STATUS_TONES = {
    Document.Status.DRAFT: "plain",
    Document.Status.PREPARED: "warn",
    Document.Status.APPROVED: "info",
    Document.Status.ISSUED: "good",
}
ONE_DAY = timedelta(days=1)


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


class CreditForm(TypedNameForm):
    """Why, and whether the amounts come back; the invoice's number is typed."""

    reason = forms.CharField(
        label=gettext_lazy("reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Printed on the credit note."),
    )
    bill_again = forms.BooleanField(
        label=gettext_lazy("bill again"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy(
            "The credited amounts return to the next draft of the period; without it they are given up."
        ),
    )
    field_order = ["reason", "bill_again", "typed"]


class LineInline(WindowTabular):
    """Lines with their arithmetic; each opens to what it is made of."""

    model = DocumentLine
    fields = ("position", "text_shown", "period", "quantity_shown", "price", "net", "rate", "open")
    readonly_fields = fields
    ordering = ("position",)
    verbose_name_plural = gettext_lazy("lines")

    @display(description=gettext_lazy("text and calculation"))
    def text_shown(self, line: DocumentLine) -> str:
        """The text, and below it the arithmetic in words."""
        text, words = (line.text_zh, line.words_zh) if _chinese() else (line.text, line.words)
        return format_html('<span class="sl-line"><b>{}</b><small>{}</small></span>', text, words)

    @display(description=gettext_lazy("period"))
    def period(self, line: DocumentLine) -> str:
        """First and last day."""
        return whole(f"{line.starts_on:%Y-%m-%d} – {line.ends_on - ONE_DAY:%m-%d}")

    @display(description=gettext_lazy("quantity"))
    def quantity_shown(self, line: DocumentLine) -> str:
        """With its unit."""
        return figure(
            f"{plain(line.quantity)} {unit_name(line.unit, 'zh-hans' if _chinese() else 'en', line.quantity)}"
        )

    @display(description=gettext_lazy("unit price"))
    def price(self, line: DocumentLine) -> str:
        """Without the zeros at its end."""
        return figure(plain(line.unit_price))

    @display(description=gettext_lazy("net amount"))
    def net(self, line: DocumentLine) -> str:
        """The amount."""
        return money(line.amount)

    @display(description=gettext_lazy("tax"))
    def rate(self, line: DocumentLine) -> str:
        """The rate."""
        return figure(f"{plain(line.tax_rate)} %")

    @display(description=gettext_lazy("made of"))
    def open(self, line: DocumentLine) -> str:
        """To the calls and days behind the line."""
        return link(reverse("admin:billing_document_sources", args=[line.document_id, line.pk]), _("calls and days"))


class TaxInline(WindowTabular):
    """Tax by rate."""

    model = DocumentTax
    fields = ("name_shown", "rate", "base_shown", "amount_shown")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("tax")

    @display(description=gettext_lazy("name"))
    def name_shown(self, tax: DocumentTax) -> str:
        """In the language of the screen."""
        return tax.name_zh if _chinese() and tax.name_zh else tax.name

    @display(description=gettext_lazy("rate in percent"))
    def rate(self, tax: DocumentTax) -> str:
        """In percent."""
        return figure(f"{plain(tax.rate_percent)} %")

    @display(description=gettext_lazy("base"))
    def base_shown(self, tax: DocumentTax) -> str:
        """What is taxed."""
        return money(tax.base)

    @display(description=gettext_lazy("amount"))
    def amount_shown(self, tax: DocumentTax) -> str:
        """The tax."""
        return money(tax.amount)


@admin.register(Document)
class DocumentAdmin(WindowAdmin):
    """Documents from draft to issue."""

    list_display = (
        "named", "tenant_named", "contract_number", "period", "status_shown", "net_shown", "gross_shown", "prepared_by"
    )  # fmt: skip
    list_filter = ("status", "doc_type", "tenant")
    list_select_related = ("tenant", "prepared_by", "refers")
    search_fields = ("number", "contract_number", "tenant__code", "tenant__name", "tenant__name_zh")
    ordering = ("-starts_on", "tenant__code")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("named", "status_shown", "tenant"),
                    ("contract_link", "period", "counted"),
                    ("net_shown", "tax_shown", "gross_shown"),
                    ("prepared", "approved", "issued"),
                    "files",
                )
            },
        ),
    )
    inlines = (LineInline, TaxInline)
    actions_list = ("refresh_all",)
    actions_detail = ("prepare_it", "approve_it", "withdraw_it", "credit_it")
    empty_hint = gettext_lazy(
        "Drafts are made from contracts in force: add a contract with approved prices, then refresh."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        """A credit note says what it credits and why."""
        sets = super().get_fieldsets(request, obj)
        if obj is None or obj.refers_id is None:
            return sets
        return (*sets, (gettext_lazy("Credit note"), {"fields": (("refers", "reason", "bill_again"),)}))

    def get_urls(self) -> list[Any]:
        """With files and sources."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:document_id>/files/<slug:kind>/", wrap(self.file), name="billing_document_file"),
            path("<uuid:document_id>/lines/<uuid:line_id>/", wrap(self.sources), name="billing_document_sources"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("number"), ordering="number")
    def named(self, row: Document) -> str:
        """The number, or what it is as long as it has none."""
        if row.number:
            return row.number
        state = _("interim") if row.interim else _("no number")
        return f"{row.get_doc_type_display()} · {state}"

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Document) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("contract"))
    def contract_link(self, row: Document) -> str:
        """To the contract's page."""
        return link(reverse("admin:billing_contract_change", args=[row.contract_id]), whole(row.contract_number))

    @display(description=gettext_lazy("period"), ordering="starts_on")
    def period(self, row: Document) -> str:
        """First and last day."""
        return whole(f"{row.starts_on:%Y-%m-%d} – {row.ends_on - ONE_DAY:%m-%d}")

    @display(description=gettext_lazy("counted until"))
    def counted(self, row: Document) -> str:
        """The last day that is counted so far."""
        return f"{row.counted_to - ONE_DAY:%Y-%m-%d}"

    @display(description=gettext_lazy("status"), ordering="status")
    def status_shown(self, row: Document) -> str:
        """How far it has come."""
        return tag(row.get_status_display(), STATUS_TONES[Document.Status(row.status)])

    @display(description=gettext_lazy("net"), ordering="net")
    def net_shown(self, row: Document) -> str:
        """Before tax."""
        return money(row.net, row.currency)

    @display(description=gettext_lazy("tax"))
    def tax_shown(self, row: Document) -> str:
        """The tax."""
        return money(row.tax, row.currency)

    @display(description=gettext_lazy("gross"), ordering="gross")
    def gross_shown(self, row: Document) -> str:
        """What is to be paid."""
        return money(row.gross, row.currency)

    @display(description=gettext_lazy("prepared"))
    def prepared(self, row: Document) -> str:
        """By whom and when."""
        return _signed(row.prepared_by, row.prepared_at)

    @display(description=gettext_lazy("approved"))
    def approved(self, row: Document) -> str:
        """By whom and when."""
        return _signed(row.approved_by, row.approved_at)

    @display(description=gettext_lazy("issued"))
    def issued(self, row: Document) -> str:
        """When, and when it is due."""
        if row.issued_on is None:
            return _("not yet")
        return _("%(day)s, due %(due)s") % {"day": row.issued_on, "due": row.due_on}

    @display(description=gettext_lazy("files"))
    def files(self, row: Document) -> str:
        """PDF in each language, CSV of lines and of usage."""
        names = [
            ("pdf-en", "PDF English"),
            ("pdf-zh-hans", "PDF 中文"),
            ("pdf-both", _("PDF in both languages")),
            ("csv", _("CSV of the lines")),
            ("usage", _("CSV of the usage")),
        ]
        rows = ((reverse("admin:billing_document_file", args=[row.pk, kind]), name) for kind, name in names)
        return format_html(
            '<span class="sl-files">{}</span>', format_html_join("", '<a class="sl-file" href="{}">{}</a>', rows)
        )

    def file(self, request: HttpRequest, document_id: UUID, kind: str) -> HttpResponse:
        """Hand out a file."""
        document = self._visible(request, document_id)
        makers: dict[str, Callable[[], DocumentFile]] = {
            "pdf-en": lambda: pdf_of(document, "en", clock.now()),
            "pdf-zh-hans": lambda: pdf_of(document, "zh-hans", clock.now()),
            "pdf-both": lambda: pdf_of(document, "both", clock.now()),
            "csv": lambda: csv_of(document, clock.now()),
            "usage": lambda: usage_csv_of(document, clock.now()),
        }
        if kind not in makers:
            raise Http404
        made = makers[kind]()
        shown = "inline" if made.content_type == "application/pdf" else "attachment"
        return HttpResponse(
            made.content,
            content_type=made.content_type,
            headers={"Content-Disposition": f'{shown}; filename="{made.name}"', "Cache-Control": "private, no-store"},
        )

    def sources(self, request: HttpRequest, document_id: UUID, line_id: UUID) -> HttpResponse:
        """The calls and leased days behind a line."""
        document = self._visible(request, document_id)
        line = DocumentLine.objects.filter(pk=line_id, document=document).first()
        if line is None:
            raise Http404
        made_of = line_sources(line)
        page = Paginator(made_of.usage, 100).get_page(request.GET.get("page"))
        zone = document.time_zone
        calls = [
            {
                "at": when(row.occurred_at, zone, seconds=True),
                "row": row,
                "quantity": figure(plain(row.quantity)),
                "meter": METERS.get(row.meter, row.meter),
                "url": reverse("admin:telephony_call_change", args=[row.source_id]),
            }
            for row in page
        ]
        return TemplateResponse(
            request,
            "panel/sources.html",
            {
                **self.admin_site.each_context(request),
                "title": line.text_zh if _chinese() else line.text,
                "opts": self.opts,
                "words": line.words_zh if _chinese() else line.words,
                "amount": money(line.amount, document.currency),
                "days": made_of.days,
                "calls": calls,
                "page": page,
                "document": document,
                "back": self.page_of(document),
            },
        )

    def _visible(self, request: HttpRequest, document_id: UUID) -> Document:
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = Document.objects.select_related("tenant", "contract", "entity").filter(pk=document_id).first()
        if document is None:
            raise Http404
        return document

    def offers(self, row: Document, name: str) -> bool:
        """The next step of the document, as its status says."""
        is_invoice = row.doc_type == Document.Type.INVOICE
        return {
            "prepare_it": is_invoice and row.status == Document.Status.DRAFT,
            "approve_it": row.status == Document.Status.PREPARED,
            "withdraw_it": row.status in {Document.Status.PREPARED, Document.Status.APPROVED},
            "credit_it": is_invoice and row.status == Document.Status.ISSUED,
        }.get(name, True)

    @action(
        description=gettext_lazy("Refresh drafts"),
        url_path="refresh",
        permissions=["billing.change_document"],
        icon="refresh",
    )
    def refresh_all(self, request: HttpRequest) -> HttpResponseBase:
        """Make the drafts of all contracts anew, up to this moment."""

        def do() -> HttpResponseBase:
            made = 0
            for contract in Contract.objects.order_by("number"):
                try:
                    made += len(refresh_drafts(contract, clock.now()))
                except SeatlineError as error:
                    messages.warning(request, f"{contract.number}: {said(error)}")
            messages.success(request, _("%(count)s drafts are up to date.") % {"count": made})
            return redirect("admin:billing_document_changelist")

        return self.ask(
            request,
            None,
            AskForm(posted(request)),
            do,
            title=_("Refresh drafts"),
            submit=_("Refresh drafts"),
            text=_(
                "All drafts are calculated anew from usage, leases and prices up to now. Prepared and issued ones stay."
            ),
        )

    @action(
        description=gettext_lazy("Prepare"),
        url_path="prepare",
        permissions=["billing.change_document"],
        icon="assignment_turned_in",
        variant=ActionVariant.PRIMARY,
    )
    def prepare_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Hold a draft for the second person."""
        document = self.found(request, object_id)
        form = PrepareForm(posted(request))

        def do() -> str:
            done = prepare(document, request.user, clock.now(), interim=form.cleaned_data["interim"])
            return _("Prepared at %(gross)s. Another person of finance now approves and issues it.") % {
                "gross": f"{done.gross:,.2f} {done.currency}"
            }

        return self.ask(
            request,
            document,
            form,
            do,
            title=_("Prepare the invoice of %(tenant)s") % {"tenant": document.tenant},
            submit=_("Prepare"),
            text=_("The draft is calculated once more and then stands still until it is issued or withdrawn."),
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Approve and issue"),
        url_path="approve",
        permissions=["billing.change_document"],
        icon="verified",
        variant=ActionVariant.PRIMARY,
    )
    def approve_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The second person's yes: a number, and nothing changes any more."""
        document = self.found(request, object_id)

        def do() -> str:
            done = approve_and_issue(document, request.user, clock.now())
            return _("Issued as %(number)s.") % {"number": done.number}

        return self.ask(
            request,
            document,
            AskForm(posted(request)),
            do,
            title=_("Approve and issue to %(tenant)s") % {"tenant": document.tenant},
            submit=_("Approve and issue"),
            text=_(
                "It was prepared by %(user)s. It gets the next number without a gap and never changes again; "
                "a mistake is then corrected by a credit note."
            )
            % {"user": document.prepared_by},
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Withdraw"), url_path="withdraw", permissions=["billing.change_document"], icon="undo"
    )
    def withdraw_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Undo the preparation."""
        document = self.found(request, object_id)

        def do() -> HttpResponseBase | str:
            if withdraw(document, request.user, clock.now()) is not None:
                return _("It is a draft again.")
            messages.success(request, _("The credit note is withdrawn."))
            return redirect("admin:billing_document_changelist")

        return self.ask(
            request,
            document,
            AskForm(posted(request)),
            do,
            title=_("Withdraw %(document)s") % {"document": document},
            submit=_("Withdraw"),
            text=_("An invoice becomes a draft again and takes in later usage; a credit note disappears."),
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Credit"),
        url_path="credit",
        permissions=["billing.add_document"],
        icon="money_off",
        variant=ActionVariant.DANGER,
    )
    def credit_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Prepare a credit note over the whole of an issued invoice."""
        document = self.found(request, object_id)
        form = CreditForm(posted(request), name=document.number or "")

        def do() -> HttpResponseBase:
            got = form.cleaned_data
            note = credit(document, request.user, got["reason"], clock.now(), bill_again=got["bill_again"])
            messages.success(
                request, _("The credit note is prepared. Another person of finance approves and issues it.")
            )
            return redirect(self.page_of(note))

        return self.ask(
            request,
            document,
            form,
            do,
            title=_("Credit %(number)s") % {"number": document.number},
            submit=_("Prepare the credit note"),
            danger=True,
            text=_("An issued invoice never changes; a credit note takes back the whole of it, to the cent."),
            facts=self._totals(document),
        )

    def _totals(self, document: Document) -> list[str]:
        amounts = (("net", document.net), ("tax", document.tax), ("gross", document.gross))
        names = {"net": _("net"), "tax": _("tax"), "gross": _("gross")}
        return [
            f"{document.tenant} · {document.contract_number} · {document.starts_on} – {document.ends_on - ONE_DAY}",
            *(f"{names[name]}: {amount:,.2f} {document.currency}" for name, amount in amounts),
        ]


class PrepareForm(AskForm):
    """Whether a period that still runs is billed early."""

    interim = forms.BooleanField(
        label=gettext_lazy("interim invoice"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy(
            "Bill what is used so far although the period still runs; the rest follows on the next invoice."
        ),
    )


def _signed(person: Any, at: Any) -> str:
    return format_html("{} · {}", person, when(at)) if at else _("not yet")
