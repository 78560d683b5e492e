"""Who may be in talks, and who was."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from agents.people.models import Agent
from seatline.panel.base import PanelAdmin, WindowAdmin
from seatline.panel.show import link
from telephony.core.listening import Way
from telephony.supervision.models import Listening, Supervisor
from telephony.supervision.services import name_supervisor
from tenants.accounts.models import User


@admin.register(Supervisor)
class SupervisorAdmin(PanelAdmin):
    """Agents who may be in talks by *80 to *83."""

    list_display = ("agent", "tenant", "listen", "whisper", "barge", "take_over")
    list_filter = ("tenant",)
    list_select_related = ("agent", "tenant")
    autocomplete_fields = ("agent", "tenant")
    empty_hint = gettext_lazy("Name an agent who may listen to the talks of a tenant by *80.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As the service has it."""
        name_supervisor(obj.agent, obj.tenant_id, frozenset(way for way in Way if getattr(obj, way.value)))


@admin.register(Listening)
class ListeningAdmin(WindowAdmin):
    """Who was in which talk, from when to when."""

    list_display = ("begun_at", "ended_at", "tenant", "call_link", "agent_named", "by_named", "ways", "reason")
    list_filter = ("tenant", "reason")
    list_select_related = ("tenant", "call")
    fields = ("begun_at", "ended_at", "tenant", "call_link", "agent_named", "by_named", "ways", "endpoint", "reason")
    empty_hint = gettext_lazy("No supervisor was in a talk yet.")

    @display(description=gettext_lazy("call"))
    def call_link(self, row: Listening) -> str:
        """To the call's page."""
        return link(reverse("admin:telephony_call_change", args=[row.call_id]), row.call)

    @display(description=gettext_lazy("agent"))
    def agent_named(self, row: Listening) -> str:
        """Whose talk it was."""
        return _named(row.agent_id)

    @display(description=gettext_lazy("supervisor"))
    def by_named(self, row: Listening) -> str:
        """An agent, or a user."""
        return _named(row.by_id)


def _named(who: UUID) -> str:
    agent = Agent.objects.filter(pk=who).first()
    user = User.objects.filter(pk=who).first() if agent is None else None
    return str(agent or user or "–")
