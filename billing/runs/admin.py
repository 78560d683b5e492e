"""The period board: what a run would bill, what to look at first, and the run itself from start to issue."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from billing.contracts.models import BillingEntity
from billing.invoices.admin_tables import reads_chinese
from billing.invoices.models import Document
from billing.runs.admin_tables import document_rows, finding_rows, item_rows, total_rows
from billing.runs.findings import findings
from billing.runs.models import BillingRun
from billing.runs.preview import due, preview, totals
from billing.runs.services import (
    OPEN,
    approve_run,
    digest_of,
    documents_of,
    progress_of,
    start_run,
    try_again,
    withdraw_run,
)
from seatline import clock
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import tag, when

TONES = {"preparing": "info", "prepared": "warn", "issuing": "info", "done": "good", "withdrawn": "plain"}
ONE_DAY = timedelta(days=1)


class ApproveForm(AskForm):
    """Carries what the person has seen."""

    seen = forms.CharField(widget=forms.HiddenInput(), required=False)


def seller_name(entity: BillingEntity) -> str:
    """The seller in the language of the screen."""
    return entity.legal_name_zh if reads_chinese() and entity.legal_name_zh else entity.legal_name


def last_month_ended(on: date) -> date:
    """The first day of the month: what ended before it can be billed."""
    return on.replace(day=1)


@admin.register(BillingRun)
class RunAdmin(WindowAdmin):
    """Runs; a run's page is its board."""

    list_display = ("named", "status_shown", "started", "approved", "documents_shown")
    list_filter = ("status", "entity")
    list_select_related = ("entity", "started_by", "approved_by")
    actions_list = ("to_board",)
    actions_detail = ("approve_it", "try_it_again", "withdraw_it")
    change_form_template = "panel/run.html"
    empty_hint = gettext_lazy("Open the period board: it shows what is to be billed, and starts the run.")

    def get_urls(self) -> list[Any]:
        """With the board."""
        board = self.admin_site.admin_view(self.board)
        return [path("board/", board, name="billing_run_board"), *super().get_urls()]

    @display(description=gettext_lazy("run"), ordering="closes_on")
    def named(self, run: BillingRun) -> str:
        """The seller and the last day that is billed."""
        return _("%(seller)s until %(day)s") % {"seller": run.entity.code.upper(), "day": run.closes_on - ONE_DAY}

    @display(description=gettext_lazy("status"), ordering="status")
    def status_shown(self, run: BillingRun) -> str:
        """How far it has come."""
        return tag(run.get_status_display(), TONES[run.status])

    @display(description=gettext_lazy("started"))
    def started(self, run: BillingRun) -> str:
        """By whom."""
        return str(run.started_by)

    @display(description=gettext_lazy("approved"))
    def approved(self, run: BillingRun) -> str:
        """By whom."""
        return str(run.approved_by) if run.approved_by else _("not yet")

    @display(description=gettext_lazy("documents"))
    def documents_shown(self, run: BillingRun) -> str:
        """Issued of prepared."""
        progress = progress_of(run)
        return f"{progress.issued} / {progress.documents}"

    def offers(self, row: BillingRun, name: str) -> bool:
        """The next steps of a run."""
        return {
            "approve_it": row.status == BillingRun.Status.PREPARED,
            "try_it_again": row.status == BillingRun.Status.PREPARED,
            "withdraw_it": row.status in {BillingRun.Status.PREPARING, BillingRun.Status.PREPARED},
        }.get(name, True)

    @action(
        description=gettext_lazy("Period board"),
        url_path="to-board",
        permissions=["billing.view_billingrun"],
        icon="dashboard",
    )
    def to_board(self, request: HttpRequest) -> HttpResponseBase:
        """To the board."""
        return redirect("admin:billing_run_board")

    def board(self, request: HttpRequest) -> HttpResponse:
        """What is to be billed by the end of last month, or of another; starts the run on POST."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sellers = list(BillingEntity.objects.order_by("code"))
        entity = next(
            (one for one in sellers if one.code == request.GET.get("seller")), sellers[0] if sellers else None
        )
        closes_on = _day(request.GET.get("closes")) or last_month_ended(timezone.localdate())
        if request.method == "POST" and entity is not None:
            run = start_run(entity, closes_on, request.user, clock.now())
            self.note(request, run, "started")
            messages.success(request, _("The run is under way; this page follows it."))
            return redirect(self.page_of(run))
        documents: list[Document] = []
        found = []
        under_way = BillingRun.objects.filter(entity=entity, status__in=OPEN).first() if entity else None
        if entity is not None:
            if request.GET.get("refresh"):
                preview(entity, closes_on, clock.now())
            documents = due(entity, closes_on)
            found = finding_rows(findings(entity, closes_on, clock.now()))
        return TemplateResponse(
            request,
            "panel/period_board.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Period board"),
                "opts": self.opts,
                "sellers": [{"code": one.code, "name": seller_name(one)} for one in sellers],
                "entity": entity,
                "closes_on": closes_on,
                "last_day": closes_on - ONE_DAY,
                "months": _months(closes_on),
                "documents": document_rows(documents),
                "totals": total_rows(totals(documents)),
                "findings": found,
                "under_way": under_way,
                "run_url": self.page_of(under_way) if under_way else "",
            },
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The run with its contracts, documents and progress."""
        run = self.get_object(request, object_id)
        if run is not None:
            kept = documents_of(run)
            documents = [one.document for one in kept]
            extra_context = {
                **(extra_context or {}),
                "run": run,
                "seller": seller_name(run.entity),
                "title": self.named(run),
                "subtitle": None,
                "status": self.status_shown(run),
                "progress": progress_of(run),
                "items": item_rows(run, kept),
                "totals": total_rows(totals(documents)),
                "findings": finding_rows(findings(run.entity, run.closes_on, clock.now()))
                if run.status in {BillingRun.Status.PREPARING, BillingRun.Status.PREPARED}
                else [],
                "started": when(run.started_at),
                "approved_at": when(run.approved_at),
                "moves": run.status in {BillingRun.Status.PREPARING, BillingRun.Status.ISSUING},
            }
        return super().change_view(request, object_id, form_url, extra_context)

    @action(
        description=gettext_lazy("Approve and issue all"),
        url_path="approve",
        permissions=["billing.change_billingrun"],
        icon="verified",
        variant=ActionVariant.PRIMARY,
    )
    def approve_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The second person's yes to all documents."""
        run = self.found(request, object_id)
        documents = [one.document for one in documents_of(run)]
        form = ApproveForm(posted(request), initial={"seen": digest_of(run)})

        def do() -> str:
            approve_run(run, request.user, clock.now(), seen=form.cleaned_data["seen"])
            return _("Approved. The documents are being issued; this page follows it.")

        return self.ask(
            request,
            run,
            form,
            do,
            title=_("Approve and issue %(count)s documents") % {"count": len(documents)},
            submit=_("Approve and issue all"),
            text=_(
                "They were prepared by %(user)s. Each gets its number and never changes again; "
                "contracts that failed stay for the next run."
            )
            % {"user": run.started_by},
            facts=[
                *(f"{one.currency}: {one.gross:,.2f} ({one.documents})" for one in totals(documents)),
                *(f"{one.tenant} · {one.contract_number} · {one.gross:,.2f} {one.currency}" for one in documents[:50]),
            ],
        )

    @action(
        description=gettext_lazy("Try again what failed"),
        url_path="try-again",
        permissions=["billing.change_billingrun"],
        icon="replay",
    )
    def try_it_again(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Work on the failed contracts once more."""
        run = self.found(request, object_id)

        def do() -> str:
            try_again(run, request.user, clock.now())
            return _("Contracts that failed or had nothing to bill are worked on again.")

        return self.ask(
            request, run, AskForm(posted(request)), do, title=_("Try again what failed"), submit=_("Try again"),
            text=_("What is prepared stays as it is."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["billing.change_billingrun"],
        icon="undo",
    )
    def withdraw_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give the run up."""
        run = self.found(request, object_id)

        def do() -> str:
            withdraw_run(run, request.user, clock.now())
            return _("The run is withdrawn; its documents are drafts again.")

        return self.ask(
            request, run, AskForm(posted(request)), do, title=_("Withdraw the run"), submit=_("Withdraw"), danger=True,
            text=_("Everything that it has prepared becomes a draft again. No number is lost: none was given."),
        )  # fmt: skip


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _months(chosen: date) -> list[dict[str, Any]]:
    """First days of this month and the five before, and of what is chosen."""
    first = timezone.localdate().replace(day=1)
    days = {chosen}
    for _n in range(6):
        days.add(first)
        first = (first - ONE_DAY).replace(day=1)
    return [
        {"value": day.isoformat(), "name": f"{day - ONE_DAY:%Y-%m}", "chosen": day == chosen} for day in sorted(days)
    ]
