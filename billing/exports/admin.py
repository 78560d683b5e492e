"""Exports with their progress, fapiao with the way back, and the accounts of the ledger."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from billing.contracts.models import BillingEntity
from billing.exports.batches import ask_for, cancel, handed_out
from billing.exports.fapiao import keep_file, read_answer
from billing.exports.models import ExportJob, Fapiao, LedgerAccount
from billing.receivables.admin_forms import DayField
from seatline import clock
from seatline.panel.base import PanelAdmin, WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.said import said_later
from seatline.panel.show import chip, figure, link, tag, when

ONE_DAY = timedelta(days=1)
TONES = {"waiting": "plain", "running": "info", "done": "good", "failed": "bad", "cancelled": "plain"}
FAPIAO_TONES = {"waiting": "plain", "requested": "info", "issued": "good", "failed": "bad"}


class ExportForm(AskForm):
    """What, of whom, and from when until when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=ExportJob.Kind.choices, widget=UnfoldAdminSelectWidget()
    )
    entity = forms.ModelChoiceField(
        BillingEntity.objects.all(), label=gettext_lazy("seller"), widget=UnfoldAdminSelectWidget()
    )
    starts_on = DayField(
        label=gettext_lazy("first day"), help_text=gettext_lazy("Documents issued on this day or later.")
    )
    last_day = DayField(label=gettext_lazy("last day"))


class FileForm(AskForm):
    """A file from elsewhere."""

    file = forms.FileField(label=gettext_lazy("file"), widget=UnfoldAdminFileFieldWidget())


@admin.register(ExportJob)
class ExportAdmin(WindowAdmin):
    """Exports over many documents."""

    list_display = ("kind", "entity", "days", "status_shown", "progress", "asked_by", "asked", "download")
    list_filter = ("kind", "status")
    list_select_related = ("entity", "asked_by")
    fields = (
        ("kind", "entity", "days"),
        ("status_shown", "progress", "size"),
        ("asked_by", "asked"),
        ("sha256", "download"),
        "why",
    )
    actions_list = ("new_export",)
    actions_detail = ("cancel_it",)
    empty_hint = gettext_lazy(
        "Ask for an export: all files of a period, the journal, open items, or a batch for fapiao."
    )

    def get_urls(self) -> list[Any]:
        """With the files."""
        file = self.admin_site.admin_view(self.file)
        return [path("<uuid:export_id>/file/", file, name="billing_export_file"), *super().get_urls()]

    @display(description=gettext_lazy("days"), ordering="starts_on")
    def days(self, job: ExportJob) -> str:
        """First and last day."""
        return f"{job.starts_on:%Y-%m-%d} – {job.ends_on - ONE_DAY:%Y-%m-%d}"

    @display(description=gettext_lazy("status"), ordering="status")
    def status_shown(self, job: ExportJob) -> str:
        """How far it is."""
        return tag(job.get_status_display(), TONES[job.status])

    @display(description=gettext_lazy("progress"))
    def progress(self, job: ExportJob) -> str:
        """Documents done of all."""
        return figure(f"{job.done} / {job.total}" if job.total else "–")

    @display(description=gettext_lazy("asked at"))
    def asked(self, job: ExportJob) -> str:
        """When."""
        return when(job.asked_at)

    @display(description=gettext_lazy("bytes"))
    def size(self, job: ExportJob) -> str:
        """Of the file."""
        return figure(f"{job.file_size:,}")

    @display(description=gettext_lazy("why not"))
    def why(self, job: ExportJob) -> str:
        """What went wrong, if anything."""
        return said_later(job.error, job.error_details) or "–"

    @display(description=gettext_lazy("file"))
    def download(self, job: ExportJob) -> str:
        """The file, once it is whole."""
        if job.status != ExportJob.Status.DONE:
            return "–"
        return link(reverse("admin:billing_export_file", args=[job.pk]), job.file_name)

    def file(self, request: HttpRequest, export_id: UUID) -> HttpResponseBase:
        """Hand the file out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = ExportJob.objects.filter(pk=export_id).first()
        if job is None:
            raise Http404
        response = FileResponse(handed_out(job).open("rb"), as_attachment=True, filename=job.file_name)
        response["Cache-Control"] = "private, no-store"
        self.note(request, job, f"downloaded {job.file_name}")
        return response

    def offers(self, row: ExportJob, name: str) -> bool:
        """Only what is not done is given up."""
        return row.status in {ExportJob.Status.WAITING, ExportJob.Status.RUNNING}

    @action(
        description=gettext_lazy("New export"), url_path="new", permissions=["billing.add_exportjob"], icon="download",
        variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def new_export(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for one."""
        form = ExportForm(posted(request))

        def do() -> HttpResponseBase:
            got = form.cleaned_data
            job = ask_for(
                ExportJob.Kind(got["kind"]), got["entity"], got["starts_on"], got["last_day"] + ONE_DAY, request.user,
                clock.now(),
            )  # fmt: skip
            self.note(request, job, "asked for")
            messages.success(request, _("The export is being made; its file appears in the list."))
            return redirect("admin:billing_exportjob_changelist")

        return self.ask(request, None, form, do, title=_("New export"), submit=_("Make it"))

    @action(
        description=gettext_lazy("Cancel"), url_path="cancel", permissions=["billing.change_exportjob"], icon="cancel"
    )
    def cancel_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give it up."""
        job = self.found(request, object_id)

        def do() -> str:
            cancel(job, request.user)
            return _("The export is cancelled.")

        return self.ask(request, job, AskForm(posted(request)), do, title=_("Cancel the export"), submit=_("Cancel it"))


@admin.register(Fapiao)
class FapiaoAdmin(WindowAdmin):
    """What was asked of the tax platform, and what came back."""

    list_display = ("document", "tenant_named", "colour", "status_shown", "number", "issued_on", "file_link", "answer")
    list_filter = ("status", "colour", "tenant")
    list_select_related = ("tenant", "document")
    search_fields = ("number", "flow_number", "document__number")
    fields = (
        ("document", "tenant_named", "colour"), ("status_shown", "flow_number", "number"), ("issued_on", "answer"),
        ("asked_by", "asked_at"), ("file_link", "file_sha256"),
    )  # fmt: skip
    actions_list = ("read_it",)
    actions_detail = ("keep_it",)
    empty_hint = gettext_lazy(
        "Make an export “batch file for fapiao”, hand it to the tax platform, and read its answer here."
    )

    def get_urls(self) -> list[Any]:
        """With the files."""
        file = self.admin_site.admin_view(self.file)
        return [path("<uuid:fapiao_id>/file/", file, name="billing_fapiao_file"), *super().get_urls()]

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Fapiao) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("status"), ordering="status")
    def status_shown(self, row: Fapiao) -> str:
        """How far it has come."""
        return tag(row.get_status_display(), FAPIAO_TONES[row.status])

    @display(description=gettext_lazy("file"))
    def file_link(self, row: Fapiao) -> str:
        """The platform's file."""
        if not row.file_name:
            return "–"
        return link(reverse("admin:billing_fapiao_file", args=[row.pk]), row.file_name)

    def file(self, request: HttpRequest, fapiao_id: UUID) -> HttpResponse:
        """Hand the file out."""
        row = (
            Fapiao.objects.filter(pk=fapiao_id).exclude(file_name="").first()
            if self.has_view_permission(request)
            else None
        )
        if row is None or row.file is None:
            raise Http404
        return HttpResponse(
            bytes(row.file),
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{row.number or row.flow_number}{_ending(row.file_name)}"'
            },
        )

    def offers(self, row: Fapiao, name: str) -> bool:
        """A file comes with a number."""
        return row.status == Fapiao.Status.ISSUED

    @action(
        description=gettext_lazy("Read the platform's answer"), url_path="answer",
        permissions=["billing.change_fapiao"], icon="upload_file", variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def read_it(self, request: HttpRequest) -> HttpResponseBase:
        """Numbers and refusals from the answer file."""
        form = FileForm(posted(request), request.FILES or None)

        def do() -> HttpResponseBase:
            done = read_answer(form.cleaned_data["file"].read(), request.user, clock.now())
            messages.success(
                request,
                _("%(issued)s issued, %(refused)s refused.") % {"issued": done.issued, "refused": done.refused},
            )
            return redirect("admin:billing_fapiao_changelist")

        return self.ask(
            request, None, form, do, title=_("Read the platform's answer"), submit=_("Read"),
            text=_("The XLSX that the tax platform gives back after a batch. Reading it twice changes nothing."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Keep the file"),
        url_path="keep",
        permissions=["billing.change_fapiao"],
        icon="attach_file",
    )
    def keep_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Put the platform's PDF, OFD or XML beside the number."""
        row = self.found(request, object_id)
        form = FileForm(posted(request), request.FILES or None)

        def do() -> str:
            file = form.cleaned_data["file"]
            keep_file(row, file.name, file.read(), request.user)
            return _("The file is kept; the tenant can download it.")

        return self.ask(
            request, row, form, do, title=_("Keep the file of %(number)s") % {"number": row.number}, submit=_("Keep")
        )


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    return f".{ending}" if ending in {"pdf", "ofd", "xml"} else ".bin"


@admin.register(LedgerAccount)
class LedgerAccountAdmin(PanelAdmin):
    """Where a seller's journal is posted."""

    list_display = ("entity", "purpose", "tax_code", "account")
    list_filter = ("entity", "purpose")
    empty_hint = gettext_lazy("Without accounts of its own a seller posts to 1122, 6001, 22210106, 1002 and 6701.")
