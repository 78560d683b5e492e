"""The agent's own figures of the day, counted from the tenant's midnight."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from agents.desktop.entry import DeskAgent
from agents.presence.timesheets import wrapped_up_since
from telephony.journal.models import Leg
from telephony.reports.measures import Handled, handling_time
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

NONE = timedelta(0)


def figures_of(agent: DeskAgent, at: datetime) -> dict[str, Any]:
    """Calls taken and missed, time talked and the handling time of a call; of all the agent's tenants together."""
    with telephony_scope():
        zone = ZoneInfo(Tenant.objects.values_list("time_zone", flat=True).get(id=agent.tenant_id))
        midnight = datetime.combine(at.astimezone(zone).date(), time(), zone)
        legs = Leg.objects.filter(agent_id=agent.agent_id, tenant_id__in=agent.tenant_ids, started_at__gte=midnight)
        row = legs.aggregate(
            taken=Count("call", filter=Q(answered_at__isnull=False), distinct=True),
            missed=Count("id", filter=Q(missed=True)),
            talked=Sum("talked"), held=Sum("held"),
        )  # fmt: skip
        wrapped_up = wrapped_up_since(agent.agent_id, midnight)
    handled = Handled(
        legs=row["taken"], talked=row["talked"] or NONE, held=row["held"] or NONE, wrapped_up=wrapped_up
    )  # fmt: skip
    return {
        "calls": row["taken"],
        "missed": row["missed"],
        "talked": round(handled.talked.total_seconds()),
        "handling": round(handling_time(handled).value or 0) if row["taken"] else None,
    }
