"""How long sound is kept, what is on hold, and what is gone."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from seatline.panel.base import PanelAdmin, WindowAdmin
from telephony.retention.models import Destroyed, LegalHold, RetentionRule


@admin.register(RetentionRule)
class RetentionRuleAdmin(PanelAdmin):
    """Days by tenant and kind of sound."""

    list_display = ("tenant", "kind", "days", "contract")
    list_filter = ("tenant", "kind")
    list_select_related = ("tenant",)
    empty_hint = gettext_lazy("Add a rule; without one sound is kept until somebody deletes it.")


@admin.register(LegalHold)
class LegalHoldAdmin(PanelAdmin):
    """What must stay, whatever the rules say."""

    list_display = ("reason", "tenant", "call", "placed_at", "lifted_at")
    list_filter = ("tenant",)
    list_select_related = ("tenant", "call")
    raw_id_fields = ("call",)
    empty_hint = gettext_lazy("A hold keeps the sound of a call, or of a tenant, until it is lifted.")


@admin.register(Destroyed)
class DestroyedAdmin(WindowAdmin):
    """Proof of what went: its hash is here, the sound is nowhere."""

    list_display = ("destroyed_at", "tenant", "kind", "size", "why", "sha256")
    list_filter = ("tenant", "kind", "why")
    list_select_related = ("tenant",)
    fields = ("destroyed_at", "tenant", "kind", "call_id", "size", "why", "sha256")
    empty_hint = gettext_lazy("Nothing was destroyed yet.")
