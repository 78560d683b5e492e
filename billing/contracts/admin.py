"""Contracts with their signed documents and their end, and the parties of a bill. Versions: `admin_versions`."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from billing.contracts.admin_base import OfTenant, version_state
from billing.contracts.admin_versions import VersionAdmin
from billing.contracts.ending import Ending, end_contract, what_ends
from billing.contracts.files import attach
from billing.contracts.models import (
    BillingEntity,
    Contract,
    ContractFile,
    ContractVersion,
    TaxRule,
    TenantBilling,
)
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.base import PanelAdmin, WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import link

__all__ = ["ContractAdmin", "EntityAdmin", "TaxRuleAdmin", "TenantBillingAdmin", "VersionAdmin"]


class VersionInline(WindowTabular):
    """Versions of a contract."""

    model = ContractVersion
    fields = ("starts_on", "note", "written_by", "state_shown")
    readonly_fields = fields
    ordering = ("-starts_on",)
    show_change_link = True
    verbose_name_plural = gettext_lazy("versions: the prices by date")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the people."""
        return super().get_queryset(request).select_related("written_by", "approved_by", "contract")

    @display(description=gettext_lazy("state"))
    def state_shown(self, row: ContractVersion) -> str:
        """Whether it prices anything."""
        return version_state(row)


class FileInline(WindowTabular):
    """Signed documents of a contract."""

    model = ContractFile
    fields = ("file_link", "sha256", "added_by", "added_at")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("signed documents")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the bytes."""
        return super().get_queryset(request).defer("content").select_related("added_by")

    @display(description=gettext_lazy("file"))
    def file_link(self, row: ContractFile) -> str:
        """To the document."""
        return link(reverse("admin:billing_contractfile", args=[row.pk]), row.name)


class FileForm(AskForm):
    """Asks for a file."""

    file = forms.FileField(label=gettext_lazy("PDF"), widget=UnfoldAdminFileFieldWidget())


class EndForm(AskForm):
    """Asks for the last day and the reason; then whether the consequences were seen."""

    last_day = forms.DateField(label=gettext_lazy("last day"), widget=UnfoldAdminDateWidget())
    reason = forms.CharField(label=gettext_lazy("why it ends"), max_length=200, widget=UnfoldAdminTextInputWidget())
    seen = forms.BooleanField(
        label=gettext_lazy("I have seen what ends with it"), required=False, widget=UnfoldBooleanWidget()
    )

    def ask_whether_seen(self) -> None:
        """Refuse until the consequences were seen."""
        if not self.cleaned_data.get("seen"):
            self.add_error("seen", _("Look at what ends with it, and say that you have seen it."))


@admin.register(Contract)
class ContractAdmin(OfTenant):
    """What was agreed on with tenants."""

    list_display = ("number", "tenant_named", "service_mode", "starts_on", "ends_on", "currency")
    list_filter = ("service_mode", "tenant")
    search_fields = ("number", "tenant__code", "tenant__name", "tenant__name_zh")
    fieldsets = (
        (None, {"fields": (("tenant", "number"), ("service_mode", "entity"), ("starts_on", "ends_on"))}),
        (
            gettext_lazy("Billing"),
            {"fields": (("cycle", "billing_day", "day_count"), "cutoff_days", ("currency", "time_zone"))},
        ),
    )
    actions_detail = ("new_version", "attach_file", "end")
    empty_hint = gettext_lazy("Add a contract; then write a version with its prices and let a colleague approve it.")

    def get_readonly_fields(self, request: HttpRequest, obj: Contract | None = None) -> tuple[str, ...]:
        """What documents already name stays."""
        # The end has its own page: it brings other things with it.
        fixed = (
            "tenant", "number", "entity", "currency", "time_zone", "cycle", "billing_day", "day_count", "starts_on",
            "ends_on",
        )  # fmt: skip
        return fixed if obj else ()

    def get_urls(self) -> Any:
        """With the signed documents themselves."""
        mine = path("files/<uuid:file_id>/", self.admin_site.admin_view(self.file), name="billing_contractfile")
        return [mine, *super().get_urls()]

    def file(self, request: HttpRequest, file_id: UUID) -> HttpResponseBase:
        """A signed document, as it came."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(ContractFile, pk=file_id)
        answer = HttpResponse(bytes(row.content), content_type="application/pdf")
        answer["Content-Disposition"] = content_disposition_header(True, row.name)
        return answer

    def get_inlines(self, request: HttpRequest, obj: Contract | None) -> list[Any]:
        """Nothing below an empty form."""
        return [VersionInline, FileInline] if obj else []

    @action(
        description=gettext_lazy("Write a version"),
        url_path="new-version",
        permissions=["billing.add_contractversion"],
        icon="post_add",
    )
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """To the form for new prices."""
        contract = self.found(request, object_id)
        return redirect(f"{reverse('admin:billing_contractversion_add')}?contract={contract.pk}")

    @action(
        description=gettext_lazy("Attach a signed document"),
        url_path="attach",
        permissions=["billing.change_contract"],
        icon="attach_file",
    )
    def attach_file(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Keep the contract that was signed, with its hash."""
        contract = self.found(request, object_id)
        form = FileForm(posted(request), request.FILES or None)

        def do() -> str:
            file = form.cleaned_data["file"]
            kept = attach(contract, file.name, file.read(), user=request.user, at=clock.now())
            return _("Kept; its SHA-256 is %(hash)s.") % {"hash": kept.sha256}

        return self.ask(
            request, contract, form, do,
            title=_("Attach a signed document to %(contract)s") % {"contract": contract}, submit=_("Attach"),
            text=_("It is kept as it is, with its hash, and can be neither changed nor deleted."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("End the contract"),
        url_path="end",
        permissions=["billing.change_contract"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
    )
    def end(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Say the last day, see what ends with it, and end it."""
        contract = self.found(request, object_id)
        form = EndForm(posted(request))
        facts: list[str] = []
        if form.is_bound and form.is_valid():
            with suppress(SeatlineError):  # the same refusal stands on the form below
                facts = _ending_told(what_ends(contract, form.cleaned_data["last_day"]))
            form.ask_whether_seen()

        def do() -> str:
            end_contract(
                contract, form.cleaned_data["last_day"], user=request.user, at=clock.now(),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
            return _("The contract ends with %(day)s.") % {"day": form.cleaned_data["last_day"]}

        return self.ask(
            request, contract, form, do, title=_("End %(contract)s") % {"contract": contract}, submit=_("End"),
            danger=True, facts=facts,
            text=_(
                "Its leases end at the midnight after the last day. If no other contract of the tenant goes on, its"
                " numbers go back and its farewell begins. An end can be moved forward later, not back."
            ),
        )  # fmt: skip


def _ending_told(ending: Ending) -> list[str]:
    """What ends, in words."""
    told = [_("%(seats)s leased seats end") % {"seats": lease.seats} for lease in ending.leases]
    told += [_("the number %(number)s goes back") % {"number": number.name} for number in ending.numbers]
    if ending.farewell:
        told.append(_("the tenant's farewell begins: its data may be handed over and destroyed when it asks"))
    return told or [_("nothing else ends with it")]


@admin.register(TenantBilling)
class TenantBillingAdmin(OfTenant):
    """Tenants as buyers."""

    list_display = ("tenant_named", "legal_name", "tax_id", "payment_terms_days", "language")
    search_fields = ("tenant__code", "legal_name", "legal_name_zh", "tax_id")
    fieldsets = (
        (None, {"fields": ("tenant", ("legal_name", "legal_name_zh"), ("address", "address_zh"), ("tax_id", "phone"))}),
        (
            gettext_lazy("Payment"),
            {"fields": (("bank_name", "bank_account"), ("email", "language"), "payment_terms_days")},
        ),
        (
            gettext_lazy("Tax and e-invoice"),
            {
                "fields": (
                    ("country", "tax_treatment"),
                    ("electronic_address", "electronic_scheme"),
                    ("buyer_reference", "purchase_order"),
                )
            },
        ),
    )
    empty_hint = gettext_lazy(
        "Add whom to bill: legal name, address and tax id of a tenant. Without it no invoice is prepared."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A buyer stays one tenant's."""
        return ("tenant",) if obj else ()


@admin.register(BillingEntity)
class EntityAdmin(PanelAdmin):
    """The operator's legal entities."""

    list_display = ("code", "legal_name", "tax_id", "currency", "tax_rounding")
    search_fields = ("code", "legal_name", "legal_name_zh")
    fieldsets = (
        (None, {"fields": ("code", ("legal_name", "legal_name_zh"), ("address", "address_zh"), ("country", "tax_id"))}),
        (gettext_lazy("Payment"), {"fields": ("phone", ("bank_name", "bank_account", "bank_code"))}),
        (gettext_lazy("Documents"), {"fields": (("currency", "time_zone"), "tax_rounding")}),
        (gettext_lazy("E-invoice"), {"fields": (("electronic_address", "electronic_scheme"),)}),
    )
    empty_hint = gettext_lazy("Add the legal entity that issues the invoices.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stands in document numbers."""
        return ("code",) if obj else ()


@admin.register(TaxRule)
class TaxRuleAdmin(PanelAdmin):
    """Tax rates by date."""

    list_display = ("code", "rate_percent", "starts_on", "name", "name_zh")
    search_fields = ("code", "name")
    fields = (
        ("code", "starts_on"),
        ("rate_percent", "category"),
        ("name", "name_zh"),
        ("exemption_text", "exemption_text_zh"),
        ("cn_item_code", "cn_item_name"),
    )
    empty_hint = gettext_lazy("Add the tax rates that prices name, such as vat-6 at 6 percent.")
