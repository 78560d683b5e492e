"""What the admin pages of a tenant's plan have in common."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import PanelAdmin
from seatline.panel.show import chip


class OfTenant(PanelAdmin):
    """A table of tenants' rows that the switch obeys."""

    list_select_related = ("tenant",)
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour; without one it is the operator's."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else _("operator")
