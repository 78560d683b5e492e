"""Invoices and credit notes: drafts to prepare, a second person's approval, what is issued to read and to download."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from billing.exports.models import Artefact
from billing.exports.services import LANGUAGES, file_of
from billing.invoices.admin_steps import DocumentSteps
from billing.invoices.admin_tables import LineInline, TaxInline, reads_chinese
from billing.invoices.models import Document, DocumentLine
from billing.invoices.sources import line_sources
from billing.mediation.admin import METERS
from billing.mediation.models import UsageRecord
from billing.mediation.rules import OF_CALLS, STAFF_PAUSE, STAFF_SHIFT
from billing.receivables.admin_steps import MoneySteps
from billing.receivables.rules import state_of
from seatline import clock
from seatline.panel.show import chip, figure, link, money, plain, tag, when, whole

STATUS_TONES = {
    Document.Status.DRAFT: "plain",
    Document.Status.PREPARED: "warn",
    Document.Status.APPROVED: "info",
    Document.Status.ISSUED: "good",
}
STATES = {
    "open": (gettext_lazy("unpaid"), "plain"),
    "part_paid": (gettext_lazy("paid in part"), "info"),
    "overdue": (gettext_lazy("overdue"), "bad"),
    "paid": (gettext_lazy("paid"), "good"),
    "credited": (gettext_lazy("credited"), "plain"),
}
ONE_DAY = timedelta(days=1)


@admin.register(Document)
class DocumentAdmin(DocumentSteps, MoneySteps):
    """Documents from draft to issue, and what became of them."""

    actions_detail = (*DocumentSteps.actions_detail, *MoneySteps.money_actions)

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
                    ("named", "status_shown"),
                    ("tenant", "contract_link"),
                    ("period", "counted"),
                    ("net_shown", "tax_shown"),
                    ("gross_shown", "issued"),
                    ("prepared", "approved"),
                    ("settled", "open_shown"),
                    "notes",
                    "files",
                )
            },
        ),
    )
    inlines = (LineInline, TaxInline)
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

    @display(description=gettext_lazy("paid"))
    def settled(self, row: Document) -> str:
        """What follows from payments and credit notes today."""
        item = self.balance(row)
        if item is None:
            return "–"
        state = state_of(item, timezone.localdate())
        name, tone = STATES[state]
        return (
            tag(name, tone) if not item.disputed else format_html("{} {}", tag(name, tone), tag(_("disputed"), "warn"))
        )

    @display(description=gettext_lazy("still open"))
    def open_shown(self, row: Document) -> str:
        """Still to be paid."""
        item = self.balance(row)
        return money(item.open, row.currency) if item is not None else "–"

    @display(description=gettext_lazy("credited by"))
    def notes(self, row: Document) -> str:
        """The credit notes of an invoice."""
        found = row.credit_notes.order_by("rated_at") if row.refers_id is None else []
        return format_html_join(" ", "{}", ((link(self.page_of(one), one),) for one in found)) or "–"

    def offers(self, row: Document, name: str) -> bool:
        """The next steps of the document, and those of its balance."""
        return self.offers_money(row, name) if name in self.money_actions else super().offers(row, name)

    @display(description=gettext_lazy("files"))
    def files(self, row: Document) -> str:
        """PDF in each language, lines and usage, and of what is issued the e-invoices."""
        names = [
            ("pdf-en", "PDF English"),
            ("pdf-zh-hans", "PDF 中文"),
            ("pdf-both", _("PDF in both languages")),
            ("csv", _("CSV of the lines")),
            ("usage_csv", _("CSV of the usage")),
            ("xlsx", "XLSX"),
        ]
        if row.status == Document.Status.ISSUED:
            names += [("facturx", "Factur-X"), ("ubl", "UBL"), ("cii", "CII")]
        rows = ((reverse("admin:billing_document_file", args=[row.pk, kind]), name) for kind, name in names)
        return format_html(
            '<span class="sl-files">{}</span>', format_html_join("", '<a class="sl-file" href="{}">{}</a>', rows)
        )

    def file(self, request: HttpRequest, document_id: UUID, kind: str) -> HttpResponse:
        """Hand out a file."""
        document = self._visible(request, document_id)
        name, dash, language = kind.partition("-")
        printed = name == Artefact.Kind.PDF
        if name not in Artefact.Kind.values or (language not in LANGUAGES if printed else dash):
            raise Http404
        made = file_of(document, Artefact.Kind(name), clock.now(), language)
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
                "url": _origin(row),
            }
            for row in page
        ]
        return TemplateResponse(
            request,
            "panel/sources.html",
            {
                **self.admin_site.each_context(request),
                "title": line.text_zh if reads_chinese() else line.text,
                "opts": self.opts,
                "words": line.words_zh if reads_chinese() else line.words,
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


def _origin(row: UsageRecord) -> str:
    """The page of the call or shift that a record comes from; empty where there is none to show."""
    if row.meter in OF_CALLS:
        return reverse("admin:telephony_call_change", args=[row.source_id])
    if row.belongs_to is None:
        return ""
    if row.meter in {STAFF_SHIFT, STAFF_PAUSE}:
        return reverse("admin:agents_agentsession_change", args=[row.belongs_to])
    return reverse("admin:telephony_call_change", args=[row.belongs_to])


def _signed(person: Any, at: Any) -> str:
    return format_html("{} · {}", person, when(at)) if at else _("not yet")
