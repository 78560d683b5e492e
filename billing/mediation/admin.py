"""Usage: what is on the bill, or why it is not; to look at, and to enter what no system tells."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from billing.mediation.entries import BY_HAND, Entry, enter, take_back
from billing.mediation.models import UsageRecord
from billing.mediation.rules import OF_CALLS
from seatline import clock
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, duration, figure, link, plain, tag, when
from tenants.accounts.models import Tenant

#: Meters in words; usage and prices hold the plain names.
METERS = {
    "call_in": gettext_lazy("inbound call"),
    "call_informed": gettext_lazy("call informed by the flow"),
    "call_out": gettext_lazy("outbound call"),
    "outside_call": gettext_lazy("call to a number outside"),
    "order": gettext_lazy("success: order, booking, sale"),
    "order_cancelled": gettext_lazy("cancelled success"),
    "staff_shift": gettext_lazy("shift of staff"),
    "staff_pause": gettext_lazy("pause in a shift"),
    "milestone": gettext_lazy("accepted milestone"),
    "recording_gb": gettext_lazy("recordings kept, GB"),
    "sms": gettext_lazy("SMS"),
    "fax_page": gettext_lazy("fax page"),
}


class EntryForm(AskForm):
    """What finance enters by hand."""

    tenant = forms.ModelChoiceField(
        Tenant.objects.none(), label=gettext_lazy("tenant"), widget=UnfoldAdminSelectWidget()
    )
    meter = forms.ChoiceField(
        label=gettext_lazy("meter"),
        choices=[(name, METERS[name]) for name in BY_HAND],
        widget=UnfoldAdminSelectWidget(),
    )
    on = forms.DateField(label=gettext_lazy("on"), widget=UnfoldAdminDateWidget())
    quantity = forms.DecimalField(label=gettext_lazy("quantity"), initial=1, widget=UnfoldAdminDecimalFieldWidget())
    value = forms.DecimalField(
        label=gettext_lazy("worth each"), required=False, min_value=0, widget=UnfoldAdminDecimalFieldWidget(),
        help_text=gettext_lazy("Of orders: their value."),
    )  # fmt: skip
    label = forms.CharField(
        label=gettext_lazy("label"), required=False, max_length=16, widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Of a milestone: its code in the contract."),
    )  # fmt: skip
    days_after = forms.IntegerField(
        label=gettext_lazy("days after"), required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("Of a cancellation: days since the order. It counts for the day of the order."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("note"), max_length=200, widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Where it comes from, such as the acceptance report."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.all()


class Billed(admin.SimpleListFilter):
    """Billable, or with a reason why not."""

    title = gettext_lazy("billed")
    parameter_name = "billed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Two answers."""
        return [("yes", _("billable")), ("no", _("not billed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the reason."""
        match self.value():
            case "yes":
                return queryset.filter(reason="")
            case "no":
                return queryset.exclude(reason="")
        return queryset


@admin.register(UsageRecord)
class UsageAdmin(WindowAdmin):
    """One row per billable fact."""

    list_display = ("occurred", "tenant_named", "metered", "amount", "talk", "why", "call_link", "corrects")
    list_filter = (Billed, "reason", "meter", "tenant")
    list_select_related = ("tenant", "corrects")
    search_fields = ("=source_id",)
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-position")
    fields = (
        "occurred", "tenant", "metered", "amount", "talk", "why", "call_link", "revision", "corrects", "recorded",
        "facts",
    )  # fmt: skip
    actions_list = ("enter",)
    actions_detail = ("take_back",)
    empty_hint = gettext_lazy("Usage appears here a few seconds after a call ends.")

    def offers(self, row: UsageRecord, name: str) -> bool:
        """Only what was entered by hand is taken back by hand."""
        return "entered_by" in row.facts and row.corrects_id is None

    @action(
        description=gettext_lazy("Enter usage"), url_path="enter", permissions=["billing.add_usagerecord"], icon="add"
    )
    def enter(self, request: HttpRequest) -> HttpResponseBase:
        """A fact that no system tells: a milestone, a cancellation, SMS or fax pages."""
        form = EntryForm(posted(request), initial={"on": clock.now().date()})

        def do() -> HttpResponseBase:
            got = form.cleaned_data
            entry = Entry(
                meter=got["meter"], on=got["on"], quantity=got["quantity"], value=got["value"] or Decimal(0),
                label=got["label"], days_after=got["days_after"] or 0, note=got["note"],
            )  # fmt: skip
            row = enter(got["tenant"], entry, user=request.user, at=clock.now())
            self.note(request, row, f"entered {row}")
            return redirect(self.page_of(row))

        return self.ask(
            request, None, form, do, title=_("Enter usage"), submit=_("Enter"),
            back=reverse("admin:billing_usagerecord_changelist"),
            text=_("What is entered counts like every other fact, and is taken back by a row of its own."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Take back"),
        url_path="take-back",
        permissions=["billing.add_usagerecord"],
        icon="undo",
    )
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Take back what was entered."""
        row = self.found(request, object_id)

        def do() -> str:
            take_back(row, user=request.user, at=clock.now())
            return _("Taken back; the next draft counts it no more.")

        return self.ask(
            request, row, AskForm(posted(request)), do, title=_("Take back %(usage)s") % {"usage": row},
            submit=_("Take back"),
        )  # fmt: skip

    @display(description=gettext_lazy("occurred at"), ordering="occurred_at")
    def occurred(self, row: UsageRecord) -> str:
        """In the tenant's time zone."""
        return when(row.occurred_at, row.tenant.time_zone if row.tenant else None, seconds=True)

    @display(description=gettext_lazy("recorded at"))
    def recorded(self, row: UsageRecord) -> str:
        """When mediation took it down."""
        return when(row.recorded_at, seconds=True)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: UsageRecord) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else "–"

    @display(description=gettext_lazy("meter"), ordering="meter")
    def metered(self, row: UsageRecord) -> str:
        """In words."""
        return str(METERS.get(row.meter, row.meter))

    @display(description=gettext_lazy("quantity"), ordering="quantity")
    def amount(self, row: UsageRecord) -> str:
        """Without the zeros at its end."""
        return figure(plain(row.quantity))

    @display(description=gettext_lazy("talk time"), ordering="duration")
    def talk(self, row: UsageRecord) -> str:
        """Minutes and seconds."""
        return duration(row.duration)

    @display(description=gettext_lazy("billed"), ordering="reason")
    def why(self, row: UsageRecord) -> str:
        """Yes, or the reason why not."""
        return tag(_("billable"), "good") if row.billable else tag(row.get_reason_display(), "plain")

    @display(description=gettext_lazy("call"))
    def call_link(self, row: UsageRecord) -> str:
        """To the call's page."""
        call = row.source_id if row.meter in OF_CALLS and not row.facts.get("entered_by") else row.belongs_to
        if call is None or row.meter in {"staff_shift", "staff_pause"}:
            return "–"
        return link(reverse("admin:telephony_call_change", args=[call]), str(call)[-8:])
