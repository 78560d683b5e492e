"""Who sits where, and what each agent did when; to look at."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from agents.presence.models import AgentSession, PresenceInterval, State
from agents.presence.services import log_out
from seatline import clock
from seatline.panel.base import WindowAdmin, WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, duration, tag, when

#: The ground of a state's word.
TONES = {
    State.READY: "good",
    State.RINGING: "warn",
    State.TALKING: "info",
    State.HOLD: "info",
    State.WRAP_UP: "info",
    State.PAUSED: "warn",
    State.LOGGED_OUT: "plain",
}


#: Why a session ended, or an interval began, as the rows hold it.
REASONS = {
    "login": gettext_lazy("login"),
    "code": gettext_lazy("by phone code"),
    "elsewhere": gettext_lazy("logged in at another phone"),
    "lease_ended": gettext_lazy("lease ended"),
    "supervisor": gettext_lazy("by a supervisor"),
    "missed": gettext_lazy("missed calls"),
}


class _Interval:
    """Columns of an interval, in a list and within a session."""

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: PresenceInterval) -> str:
        """What the agent was doing."""
        return tag(row.get_state_display(), TONES[State(row.state)])

    @display(description=gettext_lazy("from"), ordering="starts_at")
    def from_(self, row: PresenceInterval) -> str:
        """In the tenant's time zone."""
        return when(row.starts_at, row.tenant.time_zone, seconds=True)

    @display(description=gettext_lazy("until"), ordering="ends_at")
    def until(self, row: PresenceInterval) -> str:
        """In the tenant's time zone."""
        return when(row.ends_at, row.tenant.time_zone, seconds=True)

    @display(description=gettext_lazy("reason"), ordering="reason")
    def why(self, row: PresenceInterval) -> str:
        """In words where we have them; else the digit of the pause reason."""
        return str(REASONS.get(row.reason, row.reason)) or "–"

    @display(description=gettext_lazy("length"))
    def length(self, row: PresenceInterval) -> str:
        """So far, if it runs."""
        return duration(_end(row.ends_at) - row.starts_at)


def _end(at: datetime | None) -> datetime:
    return at or clock.now()


class IntervalInline(_Interval, WindowTabular):
    """What happened during a session."""

    model = PresenceInterval
    fields = ("state_shown", "why", "from_", "until", "length")
    readonly_fields = fields
    ordering = ("starts_at",)
    verbose_name_plural = gettext_lazy("what happened")
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """With tenants."""
        return super().get_queryset(request).select_related("tenant")


class Open(admin.SimpleListFilter):
    """Logged in now, or not."""

    title = gettext_lazy("logged in")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Two answers."""
        return [("yes", _("now")), ("no", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the logout."""
        if self.value() in {"yes", "no"}:
            return queryset.filter(logged_out_at__isnull=self.value() == "yes")
        return queryset


@admin.register(AgentSession)
class SessionAdmin(WindowAdmin):
    """Stays of agents at phones."""

    list_display = ("agent", "tenant_named", "endpoint", "seat", "since", "until", "length", "why")
    list_filter = (Open, "tenant")
    list_select_related = ("agent", "tenant")
    search_fields = ("agent__number", "agent__name", "agent__name_zh", "endpoint")
    fields = ("agent", "tenant", "endpoint", "seat", "since", "until", "length", "why")
    inlines = (IntervalInline,)
    actions_detail = ("log_out_now",)
    empty_hint = gettext_lazy("Nobody has logged in yet: an agent dials *45, the agent number and the PIN.")

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: AgentSession) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("logged in at"), ordering="logged_in_at")
    def since(self, row: AgentSession) -> str:
        """In the tenant's time zone."""
        return when(row.logged_in_at, row.tenant.time_zone, seconds=True)

    @display(description=gettext_lazy("logged out at"), ordering="logged_out_at")
    def until(self, row: AgentSession) -> str:
        """In the tenant's time zone."""
        return when(row.logged_out_at, row.tenant.time_zone, seconds=True)

    @display(description=gettext_lazy("length"))
    def length(self, row: AgentSession) -> str:
        """So far, if it runs."""
        return duration(_end(row.logged_out_at) - row.logged_in_at)

    @display(description=gettext_lazy("logged out because"), ordering="logged_out_because")
    def why(self, row: AgentSession) -> str:
        """In words."""
        return str(REASONS.get(row.logged_out_because, row.logged_out_because)) or "–"

    def offers(self, row: AgentSession, name: str) -> bool:
        """Only who is in can be logged out."""
        return row.logged_out_at is None

    @action(
        description=gettext_lazy("Log out"),
        url_path="log-out",
        permissions=["agents.change_agent"],
        icon="logout",
        variant=ActionVariant.DANGER,
    )
    def log_out_now(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """End the stay of somebody who went home."""
        session = self.found(request, object_id)

        def do() -> str:
            log_out(at=clock.now(), session_id=session.pk, reason="supervisor")
            return _("%(agent)s is logged out.") % {"agent": session.agent}

        return self.ask(
            request,
            session,
            AskForm(posted(request)),
            do,
            title=_("Log out %(agent)s") % {"agent": session.agent},
            submit=_("Log out"),
            danger=True,
            text=_("The phone gets no more calls. A call that runs goes on until it ends."),
        )


@admin.register(PresenceInterval)
class IntervalAdmin(_Interval, WindowAdmin):
    """Time by state."""

    list_display = ("agent", "state_shown", "why", "from_", "until", "length")
    list_filter = ("state", "tenant")
    list_select_related = ("agent", "tenant")
    search_fields = ("agent__number", "agent__name", "agent__name_zh")
    fields = ("agent", "tenant", "state_shown", "why", "from_", "until", "length", "session", "call_id")
    ordering = ("-starts_at",)
    empty_hint = gettext_lazy("What agents do appears here once the first one logs in.")
