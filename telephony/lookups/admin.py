"""Orders on their way, to look at. Systems and tables are set by their services: secrets are shown on no page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip, when
from telephony.lookups.models import Order


@admin.register(Order)
class OrderAdmin(WindowAdmin):
    """What callers ordered by keys, and how far it has come."""

    list_display = ("confirmed", "tenant_named", "system", "state", "tries", "last_error")
    list_filter = ("tenant", "state")
    list_select_related = ("tenant",)
    search_fields = ("key", "system")
    fields = ("confirmed", "tenant", "key", "system", "path", "content", "state", "tries", "delivered_at", "last_error")
    empty_hint = gettext_lazy("Callers order by keys where a flow has an order node.")

    @display(description=gettext_lazy("confirmed at"), ordering="confirmed_at")
    def confirmed(self, row: Order) -> str:
        """In the tenant's time zone."""
        return when(row.confirmed_at, row.tenant.time_zone)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Order) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)
