"""Reminders, the decision at their end, disputes, and the steps by which a seller reminds."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from billing.receivables.admin_forms import DecisionForm
from billing.receivables.dunning import decide
from billing.receivables.models import Dispute, DunningStep, Reminder
from seatline import clock
from seatline.panel.base import PanelAdmin, WindowAdmin
from seatline.panel.forms import posted
from seatline.panel.show import chip, money, tag, when


class OfTenant(WindowAdmin):
    """Rows of tenants, each behind its colour."""

    list_select_related = ("tenant",)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)


@admin.register(Reminder)
class ReminderAdmin(OfTenant):
    """What tenants were reminded of, and proposals that wait for a decision."""

    list_display = ("made_on", "tenant_named", "act_shown", "document", "open_shown", "days_overdue", "decision")
    list_filter = ("act", "decision", "tenant")
    list_select_related = ("tenant", "document")
    fields = (
        ("tenant_named", "act_shown", "made"), ("document", "open_shown", "days_overdue"), ("decision", "decided_by"),
    )  # fmt: skip
    actions_detail = ("decide_it",)
    empty_hint = gettext_lazy("Nobody had to be reminded. Reminders are made by themselves, once a day at most.")

    @display(description=gettext_lazy("what happens"), ordering="act")
    def act_shown(self, row: Reminder) -> str:
        """With a tone that grows."""
        return tag(row.get_act_display(), {"reminder": "info", "final": "warn", "suspension": "bad"}[row.act])

    @display(description=gettext_lazy("overdue in all"))
    def open_shown(self, row: Reminder) -> str:
        """What was overdue then."""
        return money(row.open_amount, row.currency)

    @display(description=gettext_lazy("made at"))
    def made(self, row: Reminder) -> str:
        """When."""
        return when(row.made_at)

    def offers(self, row: Reminder, name: str) -> bool:
        """Only what waits is decided."""
        return row.act == DunningStep.Act.SUSPENSION and not row.decision

    @action(
        description=gettext_lazy("Decide"), url_path="decide", permissions=["billing.change_reminder"], icon="gavel",
        variant=ActionVariant.DANGER,
    )  # fmt: skip
    def decide_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A person suspends, or spares."""
        reminder = self.found(request, object_id)
        form = DecisionForm(posted(request))

        def do() -> str:
            decide(reminder, request.user, clock.now(), suspended=form.cleaned_data["suspend"])
            return _("The decision is noted.")

        return self.ask(
            request, reminder, form, do, title=_("Suspend %(tenant)s?") % {"tenant": reminder.tenant},
            submit=_("Decide"), danger=True,
            text=_(
                "Suspended, callers hear that the number is not in service. "
                "Operations resume it on the tenant's page."
            ),
            facts=[f"{reminder.open_amount:,.2f} {reminder.currency} · {reminder.days_overdue}"],
        )  # fmt: skip


@admin.register(Dispute)
class DisputeAdmin(OfTenant):
    """Invoices that tenants contest."""

    list_display = ("document", "tenant_named", "reason", "opened_by", "opened_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "tenant")
    list_select_related = ("tenant", "document", "opened_by")
    empty_hint = gettext_lazy("No invoice is disputed. A dispute is noted on the invoice's page.")


@admin.register(DunningStep)
class DunningStepAdmin(PanelAdmin):
    """How a seller reminds."""

    list_display = ("entity", "number", "days_after_due", "act")
    list_filter = ("entity",)
    empty_hint = gettext_lazy(
        "Without steps of its own a seller reminds after 3 and 14 days, warns after 30, proposes to suspend after 45."
    )
