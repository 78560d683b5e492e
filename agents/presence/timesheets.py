"""How long agents were in each state, for reports; a service of this room. To be called in a scope."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from agents.presence.models import PresenceInterval, State


def wrapped_up_since(agent_id: UUID, since: datetime) -> timedelta:
    """How long an agent has wrapped up in stretches that began at `since` or later and are over."""
    rows = PresenceInterval.objects.filter(agent_id=agent_id, state=State.WRAP_UP, starts_at__gte=since)
    over = rows.exclude(ends_at=None).aggregate(length=Sum(F("ends_at") - F("starts_at")))
    return over["length"] or timedelta(0)


def time_in_states(
    starts_at: datetime, ends_at: datetime, tenant_id: UUID | None = None
) -> dict[UUID, dict[str, timedelta]]:
    """By agent and state, the time within the span; an interval that goes on counts until `ends_at`.

    The parts of intervals that reach out of the span are left out, so spans side by side add up.
    """
    if ends_at <= starts_at:
        return {}
    start, end = (Value(each, output_field=DateTimeField()) for each in (starts_at, ends_at))
    inside = ExpressionWrapper(
        Least(Coalesce(F("ends_at"), end), end) - Greatest(F("starts_at"), start), output_field=DurationField()
    )
    intervals = PresenceInterval.objects.filter(
        Q(ends_at__gt=starts_at) | Q(ends_at__isnull=True), starts_at__lt=ends_at
    )
    if tenant_id is not None:
        intervals = intervals.filter(tenant_id=tenant_id)
    found: dict[UUID, dict[str, timedelta]] = defaultdict(dict)
    for agent_id, state, spent in intervals.values_list("agent_id", "state").annotate(spent=Sum(inside)):
        found[agent_id][state] = spent
    return found
