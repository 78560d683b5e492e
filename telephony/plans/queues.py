"""What people change about queues: made, changed, asked for less, served by others. The switch hears of each change."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from agents.people.models import Agent, Skill
from seatline.errors import NotFound, Refused
from telephony.plans.models import Queue, QueueMember, QueueSkill
from telephony.plans.services import plan_changed
from tenants.accounts.models import Tenant


class QueueCodeTaken(Refused):
    """There is a queue with the code {code} already."""


class NotNamed(NotFound):
    """Agent {agent} is not named for queue {queue}."""


class SkillNotAsked(NotFound):
    """Queue {queue} does not ask for the skill {skill}."""


def new_queue(tenant: Tenant, code: str, fields: Mapping[str, Any]) -> Queue:
    """Make a queue under a code that is free. Raises QueueCodeTaken, and Django's ValidationError."""
    with transaction.atomic():
        if Queue.objects.filter(tenant=tenant, code=code).exists():
            raise QueueCodeTaken(code=code)
        return _kept(Queue(tenant=tenant, code=code), fields, insert=True)


def change_queue(queue: Queue, fields: Mapping[str, Any]) -> Queue:
    """Change how a queue works; callers who wait meet the new rules. Raises Django's ValidationError."""
    with transaction.atomic():
        return _kept(queue, fields, insert=False)


def unname_member(queue: Queue, agent: Agent) -> None:
    """Take an agent off a queue; with nobody named any more all of the tenant's agents serve it. Raises NotNamed."""
    with transaction.atomic():
        if not QueueMember.objects.filter(queue=queue, agent=agent).delete()[0]:
            raise NotNamed(agent=agent.number, queue=queue.code)
        plan_changed()


def ask_no_longer(queue: Queue, skill: Skill) -> None:
    """Ask agents for the skill no longer, after whatever wait. Raises SkillNotAsked."""
    with transaction.atomic():
        if not QueueSkill.objects.filter(queue=queue, skill=skill).delete()[0]:
            raise SkillNotAsked(queue=queue.code, skill=skill.code)
        plan_changed()


def _kept(queue: Queue, fields: Mapping[str, Any], *, insert: bool) -> Queue:
    for name, value in fields.items():
        setattr(queue, name, value)
    queue.clean_fields()
    queue.validate_constraints()
    queue.save(**({"force_insert": True} if insert else {"update_fields": list(fields)}))
    plan_changed()
    return queue
