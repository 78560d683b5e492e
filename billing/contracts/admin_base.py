"""What the pages of this room share."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from billing.contracts.models import ContractVersion
from seatline.panel.base import PanelAdmin
from seatline.panel.show import chip, tag


def version_state(row: ContractVersion) -> str:
    """Whether a version prices anything."""
    if row.approved_at is None:
        return tag(_("waits for approval"), "warn")
    return tag(_("approved by %(user)s") % {"user": row.approved_by}, "good")


class OfTenant(PanelAdmin):
    """Pages of rows that belong to a tenant."""

    list_select_related = ("tenant",)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)
