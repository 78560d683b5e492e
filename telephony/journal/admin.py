"""Calls with their legs and story, and the ledger; to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from agents.people.models import Agent
from agents.people.services import people
from seatline.panel.base import WindowAdmin, WindowTabular
from seatline.panel.show import chip, duration, link, tag, when, whole
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.told import agents_in, tell
from telephony.recordings.admin import player
from telephony.recordings.models import Recording

OUTCOME_TONES = {
    "": "info",
    Call.Outcome.ANSWERED: "good",
    Call.Outcome.INFORMED: "good",
    Call.Outcome.ABANDONED: "warn",
    Call.Outcome.ABANDONED_IN_MENU: "warn",
    Call.Outcome.CLOSED: "plain",
    Call.Outcome.NO_AGENT: "bad",
    Call.Outcome.QUEUE_FULL: "bad",
    Call.Outcome.QUEUE_TIMEOUT: "bad",
    Call.Outcome.WRONG_KEYS: "warn",
    Call.Outcome.NO_MERCHANT: "warn",
    Call.Outcome.UNASSIGNED: "plain",
    Call.Outcome.SUSPENDED: "plain",
    Call.Outcome.FAILED: "bad",
    Call.Outcome.LEFT_QUEUE: "plain",
    Call.Outcome.CALLBACK_PROMISED: "good",
    Call.Outcome.NOT_REACHED: "warn",
    Call.Outcome.WITHDRAWN: "plain",
    Call.Outcome.NOT_ALLOWED: "warn",
}


def with_agent(rows: Any) -> Any:
    """Rows with `agent_name`: calls and legs hold plain ids of agents."""
    named = Agent.objects.filter(pk=OuterRef("agent_id")).annotate(
        named=Concat("number", Value(" "), "name", output_field=CharField())
    )
    return rows.annotate(agent_name=Subquery(named.values("named")[:1]))


class LegInline(WindowTabular):
    """Each party's part of the call."""

    model = Leg
    fields = ("no", "kind", "agent_named", "endpoint", "started", "answered", "ended", "cause", "missed")
    readonly_fields = fields
    ordering = ("no",)
    verbose_name_plural = gettext_lazy("legs")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the agents' names."""
        return with_agent(super().get_queryset(request).select_related("tenant"))

    @display(description=gettext_lazy("agent"))
    def agent_named(self, leg: Any) -> str:
        """Number and name."""
        return leg.agent_name or "–"

    @display(description=gettext_lazy("started at"))
    def started(self, leg: Leg) -> str:
        """In the tenant's time zone."""
        return when(leg.started_at, _zone(leg), seconds=True)

    @display(description=gettext_lazy("answered at"))
    def answered(self, leg: Leg) -> str:
        """In the tenant's time zone."""
        return when(leg.answered_at, _zone(leg), seconds=True)

    @display(description=gettext_lazy("ended at"))
    def ended(self, leg: Leg) -> str:
        """In the tenant's time zone."""
        return when(leg.ended_at, _zone(leg), seconds=True)


def _zone(row: Any) -> str | None:
    return row.tenant.time_zone if row.tenant else None


class Running(admin.SimpleListFilter):
    """Calls that go on, or are over."""

    title = gettext_lazy("state")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Two states."""
        return [("yes", gettext_lazy("going on")), ("no", gettext_lazy("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the end."""
        if self.value() in {"yes", "no"}:
            return queryset.filter(ended_at__isnull=self.value() == "yes")
        return queryset


@admin.register(Call)
class CallAdmin(WindowAdmin):
    """Every call, from the ledger."""

    list_display = (
        "began",
        "caller",
        "dialled",
        "tenant_named",
        "queue_named",
        "agent_named",
        "outcome_shown",
        "waited_shown",
        "talked_shown",
    )
    list_display_links = ("began", "caller")
    list_fullwidth = True
    list_filter = ("outcome", Running, "tenant", "practice")
    list_select_related = ("tenant",)
    search_fields = ("caller", "dialled", "=sip_call_id", "queue_code")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("tenant_named", "outcome_shown", "ended_by"),
                    ("caller", "dialled", "merchant_code"),
                    ("flow_shown", "queue_code", "agent_named"),
                    ("started", "answered"),
                    ("connected", "ended"),
                    ("waited_shown", "rang_shown", "talked_shown"),
                )
            },
        ),
        (
            gettext_lazy("Details"),
            {"fields": (("caller_name", "language", "practice"), ("sip_call_id", "id")), "classes": ("collapse",)},
        ),
    )
    inlines = (LegInline,)
    change_form_outer_before_template = "panel/call_story.html"
    empty_hint = gettext_lazy("No call yet. Place one:  ./run call 1252 --keys 101,0")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the agents' names."""
        return with_agent(super().get_queryset(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the story and the sound, where the group allows them."""
        call = self.get_object(request, object_id)
        story = {"facts": self._facts(request, call), "sounds": self._sounds(request, call)} if call else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **story})

    def _facts(self, request: HttpRequest, call: Call) -> list[dict[str, Any]]:
        if not request.user.has_perm("telephony.view_ledgerentry"):
            return []
        rows = list(LedgerEntry.objects.filter(call_id=call.pk).order_by("seq"))
        names = {
            str(key): f"{person.number} {person.name}"
            for key, person in people(agents_in([r.body for r in rows])).items()
        }
        return [
            {
                "at": when(row.at, _zone(call), seconds=True),
                "after": f"+{(row.at - call.started_at).total_seconds():.1f} s",
                "told": tell(row.kind, row.body, names),
                "kind": row.kind,
            }
            for row in rows
        ]

    def _sounds(self, request: HttpRequest, call: Call) -> list[dict[str, Any]]:
        if not request.user.has_perm("telephony.view_recording"):
            return []
        return [{"player": player(row), "recording": row} for row in Recording.objects.filter(call=call)]

    @display(description=gettext_lazy("started at"), ordering="started_at")
    def started(self, call: Call) -> str:
        """In the tenant's time zone."""
        return when(call.started_at, _zone(call), seconds=True)

    @display(description=gettext_lazy("started at"), ordering="started_at")
    def began(self, call: Call) -> str:
        """To the minute, for the list."""
        return when(call.started_at, _zone(call))

    @display(description=gettext_lazy("answered at"))
    def answered(self, call: Call) -> str:
        """In the tenant's time zone."""
        return when(call.answered_at, _zone(call), seconds=True)

    @display(description=gettext_lazy("connected at"))
    def connected(self, call: Call) -> str:
        """In the tenant's time zone."""
        return when(call.connected_at, _zone(call), seconds=True)

    @display(description=gettext_lazy("ended at"))
    def ended(self, call: Call) -> str:
        """In the tenant's time zone."""
        return when(call.ended_at, _zone(call), seconds=True)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, call: Call) -> str:
        """The tenant behind its colour."""
        return chip(call.tenant, call.tenant.colour) if call.tenant else "–"

    @display(description=gettext_lazy("agent"))
    def agent_named(self, call: Any) -> str:
        """Number and name."""
        return whole(call.agent_name or "–")

    @display(description=gettext_lazy("queue"), ordering="queue_code")
    def queue_named(self, call: Call) -> str:
        """Its code."""
        return call.queue_code or "–"

    @display(description=gettext_lazy("flow"))
    def flow_shown(self, call: Call) -> str:
        """Code and version."""
        return f"{call.flow_code} · {call.flow_version}" if call.flow_code else "–"

    @display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_shown(self, call: Call) -> str:
        """How it ended, or that it goes on."""
        word = call.get_outcome_display() if call.outcome else _("going on")
        return tag(word, OUTCOME_TONES.get(call.outcome, "plain"))

    @display(description=gettext_lazy("waited"), ordering="waited")
    def waited_shown(self, call: Call) -> str:
        """Minutes and seconds."""
        return duration(call.waited)

    @display(description=gettext_lazy("rang"), ordering="rang")
    def rang_shown(self, call: Call) -> str:
        """Minutes and seconds."""
        return duration(call.rang)

    @display(description=gettext_lazy("talked"), ordering="talked")
    def talked_shown(self, call: Call) -> str:
        """Minutes and seconds."""
        return duration(call.talked)


@admin.register(LedgerEntry)
class LedgerAdmin(WindowAdmin):
    """What happened, fact by fact; nobody can change it."""

    list_display = ("at_shown", "seq", "told", "kind", "tenant_named", "call_link")
    list_filter = ("kind", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("=call_id",)
    fields = ("at_shown", "seq", "kind", "told", "tenant", "call_link", "body")
    ordering = ("-at", "-seq")
    empty_hint = gettext_lazy("Facts appear here with the first call.")

    @display(description=gettext_lazy("at"), ordering="at")
    def at_shown(self, row: LedgerEntry) -> str:
        """In the tenant's time zone."""
        return when(row.at, _zone(row), seconds=True)

    @display(description=gettext_lazy("what happened"))
    def told(self, row: LedgerEntry) -> str:
        """In words; names stand on the call's page."""
        return tell(row.kind, row.body, {})

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: LedgerEntry) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else "–"

    @display(description=gettext_lazy("call"))
    def call_link(self, row: LedgerEntry) -> str:
        """To the call's page."""
        return link(reverse("admin:telephony_call_change", args=[row.call_id]), str(row.call_id)[-8:])
