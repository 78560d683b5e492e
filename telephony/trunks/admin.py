"""Pages about calls to outside."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import PanelAdmin
from seatline.panel.show import chip
from telephony.trunks.models import OutsideRule


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
