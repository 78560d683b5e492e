"""Queues, with the skills they ask for and the agents named for them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from agents.people.models import Agent, Skill
from seatline.panel.base import PanelTabular
from seatline.panel.show import duration
from telephony.plans.admin_of_tenants import OfTenant
from telephony.plans.models import Queue, QueueMember, QueueSkill


class AskedSkillInline(PanelTabular):
    """Skills that the queue asks for."""

    model = QueueSkill
    fields = ("after", "skill", "level")
    verbose_name = gettext_lazy("skill asked for")
    verbose_name_plural = gettext_lazy("skills asked for; none: every agent of the tenant serves the queue")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only skills of the queue's tenant."""
        queue_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "skill" and queue_id:
            kwargs["queryset"] = Skill.objects.filter(tenant__in=Queue.objects.filter(pk=queue_id).values("tenant"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MemberInline(PanelTabular):
    """Agents named for the queue."""

    model = QueueMember
    fields = ("agent", "penalty", "position")
    verbose_name = gettext_lazy("agent of the queue")
    verbose_name_plural = gettext_lazy("agents of the queue; none: every agent of the tenant serves it")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Agents of the queue's tenant, and the operator's own staff."""
        queue_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "agent" and queue_id:
            theirs = Q(tenant__in=Queue.objects.filter(pk=queue_id).values("tenant"))
            kwargs["queryset"] = Agent.objects.filter(theirs | Q(employed_by=Agent.Employer.OPERATOR), active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Queue)
class QueueAdmin(OfTenant):
    """Where callers wait."""

    list_display = (
        "code",
        "named",
        "tenant_named",
        "strategy",
        "ring_shown",
        "wrap_up_shown",
        "max_wait_shown",
        "record",
    )
    list_filter = ("tenant", "strategy")
    search_fields = ("code", "name", "name_zh")
    fieldsets = (
        (None, {"fields": (("tenant", "code"), ("name", "name_zh"))}),
        (
            gettext_lazy("Agents"),
            {"fields": ("strategy", ("ring", "wrap_up", "retry"), ("misses_allowed", "weight", "ageing"))},
        ),
        (
            gettext_lazy("Callers"),
            {
                "fields": (
                    ("max_wait", "max_length"),
                    ("join_empty", "leave_empty"),
                    ("sticky", "record", "longest_mask"),
                )
            },
        ),
        (
            gettext_lazy("While they wait"),
            {"fields": ("music", ("announce_every", "say_position", "say_wait"), "messages")},
        ),
        (
            gettext_lazy("Callbacks"),
            {
                "fields": (
                    ("callback_tries", "callback_pause"),
                    ("callback_from", "callback_until"),
                    "missed_after",
                )
            },
        ),
    )
    empty_hint = gettext_lazy("Add a queue; then let a flow send callers to it by its code.")

    @display(description=gettext_lazy("name"), ordering="name")
    def named(self, queue: Queue) -> str:
        """In the language of the screen."""
        return queue.display_name

    @display(description=gettext_lazy("ring for"), ordering="ring")
    def ring_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.ring)

    @display(description=gettext_lazy("wrap-up"), ordering="wrap_up")
    def wrap_up_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.wrap_up)

    @display(description=gettext_lazy("longest wait"), ordering="max_wait")
    def max_wait_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.max_wait)

    def get_readonly_fields(self, request: HttpRequest, obj: Queue | None = None) -> tuple[str, ...]:
        """Flows and reports name the code, so it stays."""
        return ("tenant", "code") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Queue | None) -> list[Any]:
        """Skills are the tenant's, so the queue comes first."""
        return [AskedSkillInline, MemberInline] if obj else []

    def save_formset(self, request: HttpRequest, form: Form, formset: Any, change: bool) -> None:
        """A skill that is asked for belongs to the queue's tenant."""
        for one in formset.forms:
            one.instance.tenant_id = form.instance.tenant_id
        super().save_formset(request, form, formset, change)
