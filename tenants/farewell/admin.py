"""Who leaves the house, and since when; contracts note it by their end."""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip
from tenants.farewell.models import Farewell


@admin.register(Farewell)
class FarewellAdmin(WindowAdmin):
    """Tenants whose last contract ends or has ended."""

    list_display = ("tenant_named", "begins_on", "reason", "noted_by", "noted_at", "called_off_at")
    list_filter = (("called_off_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tenant", "noted_by")
    empty_hint = gettext_lazy("Nobody leaves. A farewell is noted when the last contract of a tenant ends.")

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Farewell) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)
