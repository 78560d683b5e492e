"""The table `queue_log`, with the columns that Asterisk's realtime driver gives it, and what writes it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.people.services import people, skills_of
from agents.presence.services import facts_since
from seatline.ids import new_id
from telephony.core.acd.line import grade_of
from telephony.core.facts import Fact
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId
from telephony.journal.queue_log import Change, Row, agent_rows, call_rows, parts_of
from tenants.accounts.scope import TenantManager

LOOK_BACK = timedelta(hours=1)  # presence may be told late by so much


class QueueLog(models.Model):
    """One event in Asterisk's words. A call's rows are written when it has ended, an agent's every minute."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    time = models.DateTimeField(_("at"))
    callid = models.CharField(_("call"), max_length=150)
    queuename = models.CharField(_("queue"), max_length=32)
    agent = models.CharField(_("agent"), max_length=40)
    event = models.CharField(_("event"), max_length=20)
    data1 = models.CharField(max_length=150, blank=True)
    data2 = models.CharField(max_length=150, blank=True)
    data3 = models.CharField(max_length=150, blank=True)
    data4 = models.CharField(max_length=150, blank=True)
    data5 = models.CharField(max_length=150, blank=True)

    objects = TenantManager()

    class Meta:
        db_table = "queue_log"
        verbose_name = _("event of a queue")
        verbose_name_plural = _("events of queues")
        ordering = ["time", "id"]
        indexes = [models.Index(fields=["tenant", "time"], name="queue_log_of_tenant")]

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} {self.queuename} {self.event}"


def keep_calls(calls: Mapping[UUID, tuple[UUID, list[Fact]]]) -> None:
    """Write the rows of calls that have ended, by call: its tenant and its facts. Rows that are there stay."""
    agents = {agent for _, facts in calls.values() for one in facts if (agent := getattr(one, "agent", None))}
    names = {agent: person.number for agent, person in people(agents).items()} if agents else {}
    rows = []
    for call_id, (tenant_id, facts) in calls.items():
        for owner, part in parts_of(facts).items():
            name = "queue_log" if owner == tenant_id else f"queue_log {owner}"
            told = enumerate(call_rows(part, names))
            rows += [_made(uuid5(call_id, f"{name} {no}"), owner, row) for no, row in told]
    QueueLog.objects.bulk_create(rows, ignore_conflicts=True)


def keep_agents(queues: Iterable[QueuePlan], at: datetime) -> None:
    """Write the rows of agents who came, paused or went of late; those that are there stay."""
    told = facts_since(at - LOOK_BACK)
    known = people({one.agent_id for one in told})
    skills = skills_of(list(known))
    plans = list(queues)
    serve = {
        person.number: [
            plan.code for plan in plans if _serves(plan, person.tenant_id, agent_id, skills.get(agent_id, {}))
        ]
        for agent_id, person in known.items()
    }
    by_session: dict[UUID, list[Change]] = {}
    tenants = {}
    for one in told:
        tenants[one.session_id] = one.tenant_id
        number = known[one.agent_id].number
        change = Change(at=one.at, session=one.session_id, agent=number, state=str(one.state), reason=one.reason)
        by_session.setdefault(one.session_id, []).append(change)
    rows = [
        _made(uuid5(session, f"queue_log {row.time.isoformat()} {row.event} {row.queuename}"), tenants[session], row)
        for session, changes in by_session.items()
        for row in agent_rows(changes, serve)
    ]
    QueueLog.objects.bulk_create(rows, ignore_conflicts=True)


def _serves(plan: QueuePlan, tenant: UUID, agent: UUID, skills: Mapping[str, int]) -> bool:
    """As the floor decides it."""
    if plan.members:
        return AgentId(agent) in plan.members
    return plan.tenant == tenant and grade_of(plan, skills) is not None


def _made(key: UUID, tenant_id: UUID, row: Row) -> QueueLog:
    data = {f"data{no}": value[:150] for no, value in enumerate(row.data, 1)}
    return QueueLog(
        id=key, tenant_id=tenant_id, time=row.time, callid=row.callid[:150], queuename=row.queuename, agent=row.agent,
        event=row.event, **data,
    )  # fmt: skip
