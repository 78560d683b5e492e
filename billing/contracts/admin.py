"""Contracts, versions with prices, and the parties of a bill. One person writes prices, another approves them."""

from typing import Any

from django.contrib import admin
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from billing.contracts.models import (
    KIND_NAMES,
    BillingEntity,
    Contract,
    ContractVersion,
    PriceComponent,
    TaxRule,
    TenantBilling,
)
from billing.contracts.services import Price, approve_version, write_version
from billing.rating.kinds import KINDS
from billing.rating.params import fields_of
from seatline import clock
from seatline.panel.base import PanelAdmin, PanelStacked, WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, tag, when


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
        return _version_state(row)


def _version_state(row: ContractVersion) -> str:
    if row.approved_at is None:
        return tag(_("waits for approval"), "warn")
    return tag(_("approved by %(user)s") % {"user": row.approved_by}, "good")


class _OfTenant(PanelAdmin):
    list_select_related = ("tenant",)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)


@admin.register(Contract)
class ContractAdmin(_OfTenant):
    """What was agreed on with tenants."""

    list_display = ("number", "tenant_named", "service_mode", "starts_on", "ends_on", "currency")
    list_filter = ("service_mode", "tenant")
    search_fields = ("number", "tenant__code", "tenant__name", "tenant__name_zh")
    fieldsets = (
        (None, {"fields": (("tenant", "number"), ("service_mode", "entity"), ("starts_on", "ends_on"))}),
        (gettext_lazy("Billing"), {"fields": (("billing_day", "cutoff_days"), ("currency", "time_zone"))}),
    )
    actions_detail = ("new_version",)
    empty_hint = gettext_lazy("Add a contract; then write a version with its prices and let a colleague approve it.")

    def get_readonly_fields(self, request: HttpRequest, obj: Contract | None = None) -> tuple[str, ...]:
        """What documents already name stays."""
        return ("tenant", "number", "entity", "currency", "time_zone", "billing_day", "starts_on") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Contract | None) -> list[Any]:
        """Nothing below an empty form."""
        return [VersionInline] if obj else []

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


class PriceInline(PanelStacked):
    """A price of a version."""

    model = PriceComponent
    fields = (("code", "kind", "tax_code"), ("invoice_text", "invoice_text_zh"), "params")
    min_num = 1
    verbose_name = gettext_lazy("price")
    verbose_name_plural = gettext_lazy("prices")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Prices change by a new version."""
        return False


@admin.register(ContractVersion)
class VersionAdmin(_OfTenant):
    """The prices of a contract from a day on."""

    list_display = ("contract", "tenant_named", "starts_on", "note", "written_by", "state_shown")
    list_filter = (("approved_at", admin.EmptyFieldListFilter), "tenant")
    list_select_related = ("contract", "tenant", "written_by", "approved_by")
    search_fields = ("contract__number", "note")
    autocomplete_fields = ("contract",)
    fields = ("contract", "starts_on", "note")
    inlines = (PriceInline,)
    actions_detail = ("approve", "discard")
    change_form_outer_after_template = "panel/price_kinds.html"
    empty_hint = gettext_lazy("Write the first version of a contract: its prices, from a day on.")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """With who wrote and approved it, once it is written."""
        return (*self.fields, "written", "approved") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A version that is written stays."""
        return ("contract", "starts_on", "note", "written", "approved") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version is written anew, never changed."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the contract's page: its first day, if it has no version yet."""
        initial = super().get_changeform_initial_data(request)
        contract = Contract.objects.filter(pk=initial.get("contract")).first() if initial.get("contract") else None
        if contract is not None:
            initial["starts_on"] = clock.now().date() if contract.versions.exists() else contract.starts_on
        return initial

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the parameters of each kind of price."""
        if kwargs.get("add"):
            chinese = (get_language() or "").startswith("zh")
            context["price_kinds"] = [
                {
                    "name": KIND_NAMES[name],
                    "code": name,
                    "fields": [
                        {
                            "name": f.name,
                            "required": f.required,
                            "help": f.help_zh if chinese else f.help,
                            "choices": f.choices,
                        }
                        for f in fields_of(kind.params)
                    ],
                }
                for name, kind in KINDS.items()
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: ContractVersion, form: ModelForm, change: bool) -> None:
        """Nothing yet: the version is written with its prices, by the service."""

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """Write the version with its prices."""
        obj = form.instance
        prices = [
            Price(
                code=got["code"],
                kind=got["kind"],
                params=got["params"],
                text=got["invoice_text"],
                text_zh=got["invoice_text_zh"],
                tax_code=got["tax_code"],
            )
            for formset in formsets
            for got in (one.cleaned_data for one in formset.forms if one.has_changed())
            if got and not got.get("DELETE")
        ]
        made = write_version(obj.contract, obj.starts_on, prices, user=request.user, at=clock.now(), note=obj.note)
        obj.__dict__.update({field.attname: getattr(made, field.attname) for field in made._meta.concrete_fields})
        obj._state.adding = False

    def construct_change_message(self, request: HttpRequest, form: Form, formsets: Any, add: bool = False) -> Any:
        """The rows below are the service's; there is nothing to tell of them."""
        return super().construct_change_message(request, form, [], add)

    @display(description=gettext_lazy("state"))
    def state_shown(self, row: ContractVersion) -> str:
        """Whether it prices anything."""
        return _version_state(row)

    @display(description=gettext_lazy("written"))
    def written(self, row: ContractVersion) -> str:
        """By whom and when."""
        return format_html("{} · {}", row.written_by, when(row.written_at))

    @display(description=gettext_lazy("approved"))
    def approved(self, row: ContractVersion) -> str:
        """By whom and when."""
        return format_html("{} · {}", row.approved_by, when(row.approved_at)) if row.approved_at else _("not yet")

    def offers(self, row: ContractVersion, name: str) -> bool:
        """Only what waits is approved or discarded."""
        return row.approved_at is None

    @action(
        description=gettext_lazy("Approve"),
        url_path="approve",
        permissions=["billing.change_contractversion"],
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The second person's yes."""
        version = self.found(request, object_id)

        def do() -> str:
            approve_version(version, request.user, clock.now())
            return _("The prices are in force from %(day)s on.") % {"day": version.starts_on}

        prices = version.components.all()
        return self.ask(
            request,
            version,
            AskForm(posted(request)),
            do,
            title=_("Approve the prices of %(contract)s from %(day)s on")
            % {"contract": version.contract, "day": version.starts_on},
            submit=_("Approve"),
            text=_("You read and approve what %(user)s has written. An approved version never changes again.")
            % {"user": version.written_by},
            facts=[
                f"{one.invoice_text} · {one.invoice_text_zh} · {KIND_NAMES[one.kind]} · {_params(one)}"
                for one in prices
            ],
        )

    @action(
        description=gettext_lazy("Discard"),
        url_path="discard",
        permissions=["billing.change_contractversion"],
        icon="delete",
        variant=ActionVariant.DANGER,
    )
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Throw away a version that nobody has approved."""
        version = self.found(request, object_id)

        def do() -> HttpResponseBase:
            self.note(request, version.contract, f"discarded {version}")
            version.delete()
            return redirect(reverse("admin:billing_contract_change", args=[version.contract_id]))

        return self.ask(
            request,
            version,
            AskForm(posted(request)),
            do,
            title=_("Discard %(version)s") % {"version": version},
            submit=_("Discard"),
            danger=True,
            text=_("The version is not in force and disappears; write it anew with the right prices."),
        )


def _params(component: PriceComponent) -> str:
    return format_html_join(", ", "{} = {}", ((name, value) for name, value in component.params.items()))


@admin.register(TenantBilling)
class TenantBillingAdmin(_OfTenant):
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
