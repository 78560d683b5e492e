"""Versions of a contract: prices typed field by field, looked at before they are saved, approved by a second person."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from billing.contracts.admin_base import OfTenant, version_state
from billing.contracts.admin_forms import PriceForm, told
from billing.contracts.models import KIND_NAMES, Contract, ContractVersion, PriceComponent
from billing.contracts.preview import PreviewLine, preview
from billing.contracts.services import Price, approve_version, write_version
from billing.rating.trace import say
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.base import PanelStacked
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import when


class PriceInline(PanelStacked):
    """A price of a version."""

    model = PriceComponent
    form = PriceForm
    fields = (("code", "kind", "tax_code"), ("invoice_text", "invoice_text_zh"), "params", "leave_out")
    verbose_name = gettext_lazy("price")
    verbose_name_plural = gettext_lazy("prices")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As fields to fill in, or in words once they are written."""
        return (
            (("code", "kind", "tax_code"), ("invoice_text", "invoice_text_zh"), "params_shown") if obj else self.fields
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of a version that is written."""
        return ("code", "kind", "tax_code", "invoice_text", "invoice_text_zh", "params_shown") if obj else ()

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A form for each price of the version before, and one more."""
        return 0 if obj else len(_prices_before(request)) + 1

    @display(description=gettext_lazy("parameters"))
    def params_shown(self, row: PriceComponent) -> str:
        """In words."""
        return told(row)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Prices change by a new version."""
        return False


def _prices_before(request: HttpRequest) -> list[dict[str, Any]]:
    """The prices of the contract's newest version, to begin with."""
    contract = Contract.objects.filter(pk=request.GET["contract"]).first() if request.GET.get("contract") else None
    newest = contract.versions.order_by("-starts_on").first() if contract else None
    names = ("code", "kind", "tax_code", "invoice_text", "invoice_text_zh", "params")
    return [{name: getattr(one, name) for name in names} for one in newest.components.all()] if newest else []


def _told_lines(lines: Sequence[PreviewLine]) -> list[dict[str, str]]:
    """Lines in the language of the page."""
    language = get_language() or "en"
    chinese = language.startswith("zh")
    return [
        {
            "text": one.text_zh if chinese else one.text,
            "words": say(one.line.steps, language),
            "amount": f"{one.line.amount:,.2f}",
        }
        for one in lines
    ]


class PreviewOnly(SeatlineError):
    """Nothing has been saved yet: below is what the last period would cost."""


@admin.register(ContractVersion)
class VersionAdmin(OfTenant):
    """The prices of a contract from a day on."""

    list_display = ("contract", "tenant_named", "starts_on", "note", "written_by", "state_shown")
    list_filter = (("approved_at", admin.EmptyFieldListFilter), "tenant")
    list_select_related = ("contract", "tenant", "written_by", "approved_by")
    search_fields = ("contract__number", "note")
    autocomplete_fields = ("contract",)
    fields = ("contract", "starts_on", "note")
    inlines = (PriceInline,)
    actions_detail = ("approve", "discard")
    change_form_outer_after_template = "panel/price_preview.html"
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

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """A new version begins with the prices of the one before."""
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, PriceInline) and not (obj and obj.pk and not obj._state.adding):
            kwargs["initial"] = _prices_before(request)
        return kwargs

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the preview, if one was asked for."""
        context["can_preview"] = bool(kwargs.get("add"))
        found = getattr(request, "preview", None)
        if found:
            context |= {
                "preview": found,
                "preview_sides": [
                    (_("prices in force"), _told_lines(found.now), f"{found.net_now:,.2f}"),
                    (_("these prices"), _told_lines(found.then), f"{found.net_then:,.2f}"),
                ],
                "preview_difference": f"{found.difference:+,.2f}",
            }
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
        if "_preview" in request.POST:
            request.preview = preview(obj.contract, prices, clock.now())
            raise PreviewOnly
        made = write_version(obj.contract, obj.starts_on, prices, user=request.user, at=clock.now(), note=obj.note)
        obj.__dict__.update({field.attname: getattr(made, field.attname) for field in made._meta.concrete_fields})
        obj._state.adding = False

    def construct_change_message(self, request: HttpRequest, form: Form, formsets: Any, add: bool = False) -> Any:
        """The rows below are the service's; there is nothing to tell of them."""
        return super().construct_change_message(request, form, [], add)

    @display(description=gettext_lazy("state"))
    def state_shown(self, row: ContractVersion) -> str:
        """Whether it prices anything."""
        return version_state(row)

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
                f"{one.invoice_text} · {one.invoice_text_zh} · {KIND_NAMES[one.kind]} · {told(one)}" for one in prices
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
