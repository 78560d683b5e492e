"""Pages about the desk: what can come of calls, and addresses that pop up."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import PanelAdmin
from seatline.panel.show import chip
from telephony.desk.models import Disposition, PopAddress


@admin.register(Disposition)
class DispositionAdmin(PanelAdmin):
    """What agents may say came of a call."""

    list_display = ("code", "tenant_named", "queue", "name", "name_zh", "success", "active")
    list_filter = ("tenant", "success", "active")
    list_select_related = ("tenant", "queue")
    search_fields = ("code", "name", "name_zh", "tenant__code")
    fields = ("tenant", "queue", "code", "name", "name_zh", "success", "position", "active")
    empty_hint = gettext_lazy(
        "No words yet for what came of a call: agents are asked for one as soon as there are any."
    )

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Disposition) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    def get_readonly_fields(self, request: HttpRequest, obj: Disposition | None = None) -> tuple[str, ...]:
        """Another code is another disposition."""
        return ("tenant", "queue", "code") if obj else ()


@admin.register(PopAddress)
class PopAddressAdmin(PanelAdmin):
    """What pops up in a tenant's own system."""

    list_display = ("tenant_named", "way", "template")
    list_filter = ("way",)
    list_select_related = ("tenant",)
    search_fields = ("template", "tenant__name", "tenant__code")
    fields = ("tenant", "way", "template", "system")
    empty_hint = gettext_lazy("No client has an address for calls yet.")

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: PopAddress) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    def get_readonly_fields(self, request: HttpRequest, obj: PopAddress | None = None) -> tuple[str, ...]:
        """One address a tenant."""
        return ("tenant",) if obj else ()
