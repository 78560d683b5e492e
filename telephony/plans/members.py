"""Agents named for a queue, with penalty and place."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.people.models import Agent
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class QueueMember(models.Model):
    """An agent who serves a queue by name. A queue without any is served by all agents of the tenant with its skills.

    An agent of the operator's may be named in a queue of another client than the one he works for: so clients share
    the operator's people.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    queue = models.ForeignKey("telephony.Queue", models.CASCADE, related_name="members", verbose_name=_("queue"))
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+", verbose_name=_("agent"))
    penalty = models.PositiveSmallIntegerField(
        _("penalty"), default=0, help_text=_("Agents with a higher penalty are rung when no other is free.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Order among equals; at the same position the agent number decides.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("agent of the queue")
        verbose_name_plural = _("agents of the queue")
        ordering = ["queue", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "queue", "agent"],
                name="queue_names_agent_once",
                violation_error_message=_("This agent is named for the queue already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue.code}: {self.agent.number}"

    def clean(self) -> None:
        """Refuse another client's own staff."""
        if not may_serve(self.agent, self.queue.tenant_id):
            raise ValidationError(_("Only the operator's staff can serve another client's queue."))


def may_serve(agent: Agent, tenant_id: object) -> bool:
    """Whether an agent may be named in a tenant's queue."""
    return agent.tenant_id == tenant_id or agent.employed_by == Agent.Employer.OPERATOR
