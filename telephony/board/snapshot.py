"""What the board shows of one tenant, read from the tables in the tenant's own scope.

Two parts. What goes on now: who waits, who does what; some small queries, as often as something happens. The day so
far, in the tenant's zone: the services of the reports, so that both agree to the call; a query over the day's rows,
every few seconds. Figures come as numerator and denominator, which add up over queues and tenants. Names of callers
and their numbers are on no board.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Min

from agents.presence.floor import on_the_floor
from telephony.board.models import QueueAlarm
from telephony.plans.members import QueueMember
from telephony.plans.models import Queue
from telephony.reports.measures import USUAL, Handled, Presence, Stays, abandonment, service_level, speed_of_answer
from telephony.reports.services import by_agent, by_queue
from telephony.reports.windows import Window
from telephony.stays.models import QueueStay
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.seats.holdings import seats_in_force

Rows = dict[str, dict[str, Any]]
READY = "ready"


def tenants() -> list[UUID]:
    """Whose boards make up that of all."""
    with operator_scope():
        return list(Tenant.objects.values_list("id", flat=True))


def read_now(tenant_id: UUID, at: datetime) -> dict[str, Rows]:
    """Who waits and who does what, at this instant."""
    with tenant_scope(tenant_id):
        agents = _agents(tenant_id)
        return {"tenants": _tenant(tenant_id, at), "queues": _queues(tenant_id, agents), "agents": agents}


def read_day(tenant_id: UUID, at: datetime) -> dict[str, Rows]:
    """The tenant's day so far; stays that are over, as in the reports."""
    with tenant_scope(tenant_id):
        zone = ZoneInfo(Tenant.objects.values_list("time_zone", flat=True).get(pk=tenant_id))
        today = at.astimezone(zone).date()
        window = Window(today, today, zone)
        queues = {str(line.queue_id): day_of(line.stays) for line in by_queue(window, tenant_id=tenant_id)}
        lines = by_agent(window, at, tenant_id)
        work = work_of([line.handled for line in lines], [line.presence for line in lines])
        return {"day": queues, "work": {str(tenant_id): {**work, "date": today.isoformat()}}}


def day_of(stays: Stays) -> dict[str, Any]:
    """A queue's day, each figure as numerator and denominator."""
    measures = {"service": service_level(stays), "abandoned": abandonment(stays), "answer": speed_of_answer(stays)}
    counts = {"entered": stays.entered, "refused": stays.refused, "answered": stays.answered, "lost": stays.abandoned}
    return {
        **{name: [one.numerator, one.denominator] for name, one in measures.items()},
        **counts,
        "within": USUAL.in_time.total_seconds(),
        "short": USUAL.short.total_seconds(),
    }


def work_of(handled: list[Handled], presence: list[Presence]) -> dict[str, Any]:
    """A tenant's day of work: handling time and occupancy, as numerator and denominator in whole seconds."""
    seconds = sum((one.talked + one.held + one.wrapped_up).total_seconds() for one in handled)
    busy = sum(one.busy.total_seconds() for one in presence)
    ready = sum(one.ready.total_seconds() for one in presence)
    return {
        "handling": [round(seconds), sum(one.legs for one in handled)],
        "occupancy": [round(busy), round(busy + ready)],
    }


def _tenant(tenant_id: UUID, at: datetime) -> Rows:
    one = Tenant.objects.get(pk=tenant_id)
    row = {"code": one.code, "name": one.name, "name_zh": one.name_zh, "colour": one.colour, "zone": one.time_zone}
    return {str(one.pk): {**row, "seats": seats_in_force(tenant_id, at)}}


def _agents(tenant_id: UUID) -> Rows:
    """Who is logged in, by the agent's id."""
    return {
        str(one.agent_id): {
            "tenant": str(tenant_id), "session": str(one.session_id), "number": one.number, "name": one.name,
            "name_zh": one.name_zh, "seat": one.seat, "phone": one.endpoint, "state": str(one.state),
            "since": one.since.isoformat(), "reason": one.reason, "pausing": one.pausing,
            "call": str(one.call_id) if one.call_id else None,
        }
        for one in on_the_floor()
    }  # fmt: skip


def _queues(tenant_id: UUID, agents: Rows) -> Rows:
    waiting = {
        row["queue_id"]: row
        for row in QueueStay.objects.filter(left_at=None, call__practice=False, call__ended_at=None)
        .order_by()
        .values("queue_id")
        .annotate(n=Count("id"), oldest=Min("entered_at"))
    }
    named: dict[UUID, set[str]] = defaultdict(set)
    for queue_id, agent_id in QueueMember.objects.values_list("queue_id", "agent_id"):
        named[queue_id].add(str(agent_id))
    limits: dict[UUID, dict[str, list[float]]] = defaultdict(dict)
    for alarm in QueueAlarm.objects.all():
        limits[alarm.queue_id][alarm.figure] = [alarm.limits.attention, alarm.limits.action]
    ready = {key for key, row in agents.items() if row["state"] == READY}
    found = {}
    for queue in Queue.objects.values("id", "code", "name", "name_zh"):
        row = waiting.get(queue["id"])
        # Nobody named: everybody of the tenant serves it.
        serve = ready & named[queue["id"]] if queue["id"] in named else ready
        found[str(queue["id"])] = {
            "tenant": str(tenant_id), "code": queue["code"], "name": queue["name"], "name_zh": queue["name_zh"],
            "waiting": row["n"] if row else 0, "oldest": row["oldest"].isoformat() if row else None,
            "ready": len(serve), "limits": limits.get(queue["id"], {}),
        }  # fmt: skip
    return found
