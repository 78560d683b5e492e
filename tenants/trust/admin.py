"""The operation log, to look at: who did what to a tenant's data, and whether the log is whole."""

from typing import Any

import orjson
from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip, when
from tenants.trust.models import Operation


@admin.register(Operation)
class OperationAdmin(WindowAdmin):
    """Acts on tenants' data. Nobody can change an entry; `manage.py verify_log` proves that nobody did."""

    list_display = ("happened", "tenant_named", "act", "actor", "what")
    list_filter = ("tenant", "act")
    list_select_related = ("tenant",)
    search_fields = ("actor", "act", "content")
    fields = ("happened", "tenant", "seq", "act", "actor", "what", "content", "hash")
    readonly_fields = fields
    ordering = ("-at",)
    empty_hint = gettext_lazy("Nothing was done yet that must stand in the log.")

    @display(description=gettext_lazy("at"), ordering="at")
    def happened(self, row: Operation) -> str:
        """In the tenant's time zone."""
        return when(row.at, row.tenant.time_zone if row.tenant else None, seconds=True)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Operation) -> str:
        """The tenant behind its colour; the operator's own acts have none."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else "–"

    @display(description=gettext_lazy("on what"))
    def what(self, row: Any) -> str:
        """The id or code."""
        return str(orjson.loads(row.content)["what"])
