"""Usage: what calls are on the bill, or why they are not; to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from billing.mediation.models import UsageRecord
from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip, duration, figure, link, plain, tag, when

#: Meters in words; usage and prices hold the plain names.
METERS = {
    "call_in": gettext_lazy("inbound call"),
    "call_informed": gettext_lazy("call informed by the flow"),
    "call_out": gettext_lazy("outbound call"),
}


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
    empty_hint = gettext_lazy("Usage appears here a few seconds after a call ends.")

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
        return link(reverse("admin:telephony_call_change", args=[row.source_id]), str(row.source_id)[-8:])
