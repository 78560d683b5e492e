"""Agents, what they can do, and their PINs."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from agents.people.models import Agent, AgentSkill, OutsidePhone, PauseReason, Skill
from agents.people.rules import PinTooEasy, check_strength
from agents.people.services import set_pin
from agents.presence.leaving import let_go
from seatline import clock
from seatline.panel.base import PanelAdmin, PanelTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip


class PinForm(AskForm):
    """A PIN of the agent's choice, or none to have one drawn."""

    pin = forms.CharField(
        label=gettext_lazy("new PIN"),
        required=False,
        max_length=8,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy("4 to 8 digits, not easy to guess. Empty: one is drawn."),
    )


class SkillInline(PanelTabular):
    """What the agent can do."""

    model = AgentSkill
    fields = ("skill", "level")
    verbose_name = gettext_lazy("skill")
    verbose_name_plural = gettext_lazy("skills")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only skills of the agent's tenant."""
        agent_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "skill" and agent_id:
            kwargs["queryset"] = Skill.objects.filter(tenant__in=Agent.objects.filter(pk=agent_id).values("tenant"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OutsidePhoneInline(PanelTabular):
    """Where the agent may take calls outside the room."""

    model = OutsidePhone
    fields = ("number",)
    verbose_name = gettext_lazy("telephone outside")
    verbose_name_plural = gettext_lazy("telephones outside, from which the agent may log in")


@admin.register(Agent)
class AgentAdmin(PanelAdmin):
    """The people at the seats."""

    list_display = ("number", "named", "tenant_named", "employed_by", "language", "active")
    list_filter = ("tenant", "employed_by", "active")
    list_select_related = ("tenant",)
    search_fields = ("number", "name", "name_zh")
    fields = (("tenant", "number"), ("name", "name_zh"), ("employed_by", "language"), "active")
    actions_detail = ("pin",)
    empty_hint = gettext_lazy("Add an agent, set the PIN, and let the agent log in by dialling *45 from any phone.")

    @display(description=gettext_lazy("name"), ordering="name")
    def named(self, agent: Agent) -> str:
        """In the language of the screen."""
        return agent.display_name

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, agent: Agent) -> str:
        """The tenant behind its colour."""
        return chip(agent.tenant, agent.tenant.colour)

    def get_readonly_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:
        """Reports name the number, so it stays, and so does the tenant."""
        return ("tenant", "number") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Agent | None) -> list[Any]:
        """Skills are the tenant's, so the agent comes first."""
        return [SkillInline, OutsidePhoneInline] if obj else []

    def save_model(self, request: HttpRequest, obj: Agent, form: ModelForm, change: bool) -> None:
        """One who is switched off is let go: logged out, and what he had in hand goes to others."""
        super().save_model(request, obj, form, change)
        if change and "active" in form.changed_data and not obj.active:
            let_go(obj, clock.now())

    def save_formset(self, request: HttpRequest, form: Form, formset: Any, change: bool) -> None:
        """A skill belongs to the agent's tenant."""
        for one in formset.forms:
            one.instance.tenant_id = form.instance.tenant_id
        super().save_formset(request, form, formset, change)

    @action(description=gettext_lazy("Set PIN"), url_path="pin", permissions=["change"], icon="dialpad")
    def pin(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give a new PIN and take off a lock."""
        agent = self.found(request, object_id)
        form = PinForm(posted(request))

        def do() -> HttpResponse:
            pin = form.cleaned_data["pin"] or _drawn(agent.number)
            set_pin(agent.number, pin)
            return self.secret(
                request,
                title=_("PIN of %(agent)s") % {"agent": agent},
                text=_("It is shown once; only its hash is kept. Tell it to the agent and to nobody else."),
                secrets=[(_("agent number"), agent.number), ("PIN", pin)],
                back=self.page_of(agent),
            )

        return self.ask(
            request,
            agent,
            form,
            do,
            title=_("Set the PIN of %(agent)s") % {"agent": agent},
            submit=_("Set PIN"),
            text=_("The old PIN ends at once, and a lock after wrong tries is taken off."),
        )


def _drawn(agent_number: str) -> str:
    """Six digits that are not easy to guess."""
    while True:
        pin = f"{secrets.randbelow(10**6):06d}"
        try:
            check_strength(pin, agent_number)
        except PinTooEasy:
            continue
        return pin


@admin.register(Skill)
class SkillAdmin(PanelAdmin):
    """What queues may ask for."""

    list_display = ("code", "name", "name_zh", "tenant_named")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    search_fields = ("code", "name", "name_zh")
    fields = (("tenant", "code"), ("name", "name_zh"))
    empty_hint = gettext_lazy("Add a skill, such as a language or a product; then give it to agents and queues.")
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, skill: Skill) -> str:
        """The tenant behind its colour."""
        return chip(skill.tenant, skill.tenant.colour)

    def get_readonly_fields(self, request: HttpRequest, obj: Skill | None = None) -> tuple[str, ...]:
        """Queues name the code, so it stays."""
        return ("tenant", "code") if obj else ()


@admin.register(PauseReason)
class PauseReasonAdmin(PanelAdmin):
    """Digits after *46."""

    list_display = ("code", "name", "name_zh", "for_whom")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    fields = ("tenant", "code", ("name", "name_zh"))
    empty_hint = gettext_lazy("Add reasons such as 1 break, 2 training; agents key the digit after *46.")

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def for_whom(self, reason: PauseReason) -> str:
        """One tenant's agents, or everybody."""
        return chip(reason.tenant, reason.tenant.colour) if reason.tenant else _("all")
