"""Pages about calls to outside."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline import clock
from seatline.panel.base import PanelAdmin
from seatline.panel.show import chip
from telephony.trunks.models import DoNotCall, OutsideRule


@admin.register(OutsideRule)
class OutsideRuleAdmin(PanelAdmin):
    """Whom a tenant may call."""

    list_display = ("prefix", "tenant_named")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    search_fields = ("prefix", "tenant__name", "tenant__code")
    fields = ("tenant", "prefix")
    empty_hint = gettext_lazy("Nobody may call outside yet: give a tenant the beginning of numbers that it may call.")
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, rule: OutsideRule) -> str:
        """The tenant behind its colour."""
        return chip(rule.tenant, rule.tenant.colour)

    def get_readonly_fields(self, request: HttpRequest, obj: OutsideRule | None = None) -> tuple[str, ...]:
        """Another prefix is another rule."""
        return ("tenant", "prefix") if obj else ()


@admin.register(DoNotCall)
class DoNotCallAdmin(PanelAdmin):
    """Whom a tenant does not call."""

    list_display = ("number", "tenant_named", "reason", "since_at")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    search_fields = ("number", "reason", "tenant__name", "tenant__code")
    fields = ("tenant", "number", "reason", "since_at")
    empty_hint = gettext_lazy("Nobody has asked not to be called yet.")
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: DoNotCall) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str]:
        """Since now."""
        return {**super().get_changeform_initial_data(request), "since_at": clock.now().isoformat()}

    def get_readonly_fields(self, request: HttpRequest, obj: DoNotCall | None = None) -> tuple[str, ...]:
        """Another number is another row."""
        return ("tenant", "number", "since_at") if obj else ()
