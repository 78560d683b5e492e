"""Customers who are to be called back: who waits since when, what was tried, and what staff do about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from agents.people.models import Agent
from seatline import clock
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, link, tag, when
from telephony.callbacks.models import OPEN, Callback
from telephony.callbacks.services import cancel, give_back, reopen, settle
from telephony.journal.models import Call

TONES = {
    Callback.State.OPEN: "warn",
    Callback.State.TAKEN: "info",
    Callback.State.REACHED: "good",
    Callback.State.CALLED_IN: "good",
    Callback.State.GIVEN_UP: "bad",
    Callback.State.CANCELLED: "plain",
    Callback.State.MERGED: "plain",
}
MAY = ["telephony.change_callback"]


class StillOpen(admin.SimpleListFilter):
    """Who is still to be called, or not any more."""

    title = gettext_lazy("open")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Two kinds."""
        return [("yes", gettext_lazy("to be called")), ("no", gettext_lazy("closed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the state."""
        if self.value() == "yes":
            return queryset.filter(state__in=OPEN)
        return queryset.exclude(state__in=OPEN) if self.value() == "no" else queryset


@admin.register(Callback)
class CallbackAdmin(WindowAdmin):
    """Callbacks; what can be done about one stands on its page, and a cancellation can be undone there."""

    list_display = (
        "waits",
        "tenant_named",
        "number",
        "name",
        "queue_code",
        "source",
        "state_shown",
        "tries",
        "next_try",
    )
    list_filter = (StillOpen, "tenant", "state", "source")
    list_select_related = ("tenant",)
    search_fields = ("number", "name", "note", "queue_code")
    fields = (
        ("waits", "asked"), ("tenant_named", "queue_code"), ("number", "name"), "note", ("source", "dialled"),
        ("state_shown", "tries", "next_try"), ("taken", "closed"), "calls",
    )  # fmt: skip
    actions_detail = ("cancel_it", "reopen_it", "give_it_back", "reached_it", "give_it_up")
    ordering = ("-asked_at",)
    empty_hint = gettext_lazy(
        "Callers ask for a call where a flow has a callback node, or a queue calls back who gave up."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the agents' names."""
        named = Agent.objects.filter(pk=OuterRef("taken_by")).annotate(
            named=Concat("number", Value(" "), "name", output_field=CharField())
        )
        return super().get_queryset(request).annotate(agent_name=Subquery(named.values("named")[:1]))

    def offers(self, row: Callback, name: str) -> bool:
        """What is open can be closed; what an agent has taken can be given back; what is closed can be opened again."""
        taken = row.state == Callback.State.TAKEN
        return {
            "cancel_it": row.is_open,
            "reopen_it": row.state in (Callback.State.CANCELLED, Callback.State.GIVEN_UP),
            "give_it_back": taken,
            "reached_it": taken,
            "give_it_up": taken,
        }[name]

    def _ask(
        self, request: HttpRequest, object_id: str, do: Callable[[Callback], None], *, title: Any, submit: Any,
        text: Any, done: Any, danger: bool = False,
    ) -> HttpResponseBase:  # fmt: skip
        row = self.found(request, object_id)

        def act() -> str:
            do(row)
            return str(done)

        form = AskForm(posted(request))
        return self.ask(request, row, form, act, title=title, submit=submit, text=text, danger=danger)

    @action(
        description=gettext_lazy("Cancel"), url_path="cancel", permissions=MAY, icon="cancel",
        variant=ActionVariant.DANGER,
    )  # fmt: skip
    def cancel_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Nobody calls."""
        return self._ask(
            request, object_id, lambda row: cancel(row, clock.now()), title=_("Cancel the callback"),
            submit=_("Cancel it"), text=_("The customer is not called. This can be undone on this page."),
            done=_("The callback is cancelled."), danger=True,
        )  # fmt: skip

    @action(description=gettext_lazy("Open again"), url_path="reopen", permissions=MAY, icon="undo")
    def reopen_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Undo a cancellation, or try anew."""
        return self._ask(
            request, object_id, lambda row: reopen(row, clock.now()), title=_("Open the callback again"),
            submit=_("Open it"), text=_("The customer is called at the old place, as soon as an agent is there."),
            done=_("The callback is open again."),
        )  # fmt: skip

    @action(description=gettext_lazy("Give back to the queue"), url_path="give-back", permissions=MAY, icon="undo")
    def give_it_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The agent who took it does not call."""
        return self._ask(
            request, object_id, lambda row: give_back(row, clock.now()), title=_("Give back to the queue"),
            submit=_("Give back"), text=_("The customer is called at the old place, as soon as an agent is there."),
            done=_("The callback is open again."),
        )  # fmt: skip

    @action(description=gettext_lazy("Customer reached"), url_path="reached", permissions=MAY, icon="check")
    def reached_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The agent who took it has talked with the customer."""
        return self._ask(
            request, object_id, lambda row: settle(row, clock.now(), reached=True), title=_("Customer reached"),
            submit=_("Settle"), text=_("The agent has talked with the customer."), done=_("The callback is settled."),
        )  # fmt: skip

    @action(description=gettext_lazy("Give up"), url_path="give-up", permissions=MAY, icon="close")
    def give_it_up(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The agent who took it could not reach the customer."""
        return self._ask(
            request, object_id, lambda row: settle(row, clock.now(), reached=False), title=_("Give up"),
            submit=_("Give up"), text=_("The agent could not reach the customer."), done=_("The callback is settled."),
        )  # fmt: skip

    @display(description=gettext_lazy("waits since"), ordering="since")
    def waits(self, row: Callback) -> str:
        """In the tenant's time zone."""
        return when(row.since, row.tenant.time_zone)

    @display(description=gettext_lazy("asked at"), ordering="asked_at")
    def asked(self, row: Callback) -> str:
        """In the tenant's time zone."""
        return when(row.asked_at, row.tenant.time_zone)

    @display(description=gettext_lazy("not before"), ordering="next_try_at")
    def next_try(self, row: Callback) -> str:
        """In the tenant's time zone; nothing for what is closed."""
        return when(row.next_try_at if row.is_open else None, row.tenant.time_zone)

    @display(description=gettext_lazy("closed at"))
    def closed(self, row: Callback) -> str:
        """In the tenant's time zone."""
        return when(row.closed_at, row.tenant.time_zone)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Callback) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Callback) -> str:
        """How far it has come."""
        return tag(row.get_state_display(), TONES[Callback.State(row.state)])

    @display(description=gettext_lazy("taken by"))
    def taken(self, row: Any) -> str:
        """Number and name."""
        return row.agent_name or "–"

    @display(description=gettext_lazy("calls"))
    def calls(self, row: Callback) -> str:
        """The calls that were made for it, each to its page."""
        made = Call.objects.filter(callback_id=row.pk).order_by("started_at")
        zone = row.tenant.time_zone
        pages = (
            (link(self.page_of(one), when(one.started_at, zone)), one.get_outcome_display() or _("going on"))
            for one in made
        )
        return format_html_join(", ", "{} {}", pages) or "–"
