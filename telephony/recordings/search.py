"""Looking for recordings: by time, queue, agent, number and outcome of their calls."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from agents.people.services import AgentUnknown, find_agent, people
from telephony.journal.models import Call, Leg
from telephony.recordings.models import Recording

_DIGITS = 3  # of a number, at least: fewer would find everybody


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty is not asked. Days are those of the tenant."""

    first: date | None = None
    last: date | None = None
    queue: str = ""
    agent: str = ""
    number: str = ""
    outcome: str = ""


def read(query: QueryDict) -> Asked:
    """What an address asks; what makes no sense in it is left out."""
    outcome = query.get("outcome", "")
    return Asked(
        first=_day(query.get("first", "")),
        last=_day(query.get("last", "")),
        queue=query.get("queue", "")[:32],
        agent=query.get("agent", "")[:4],
        number="".join(one for one in query.get("number", "")[:20] if one.isdigit()),
        outcome=outcome if outcome in Call.Outcome.values else "",
    )


def found(asked: Asked, time_zone: str) -> QuerySet[Recording]:
    """Those recordings that the scope shows, the newest first."""
    rows = Recording.objects.select_related("call", "tenant").order_by("-stored_at", "-id")
    zone = ZoneInfo(time_zone)
    if asked.first:
        rows = rows.filter(call__started_at__gte=_begin(asked.first, zone))
    if asked.last:
        rows = rows.filter(call__started_at__lt=_begin(asked.last + timedelta(days=1), zone))
    if asked.queue:
        rows = rows.filter(call__queue_code=asked.queue)
    if asked.outcome:
        rows = rows.filter(call__outcome=asked.outcome)
    if len(asked.number) >= _DIGITS:
        rows = rows.filter(Q(call__caller__contains=asked.number) | Q(call__dialled__contains=asked.number))
    if asked.agent:
        rows = _of_agent(rows, asked.agent)
    return rows


def names_of(rows: list[Recording]) -> dict[UUID, str]:
    """Number and name of the agents of these calls."""
    agents = {row.call.agent_id for row in rows if row.call.agent_id}
    return {key: f"{one.number} {one.name}" for key, one in people(agents).items()}


def _of_agent(rows: QuerySet[Recording], number: str) -> QuerySet[Recording]:
    """Of calls in which this agent had a part."""
    try:
        agent = find_agent(number).agent_id
    except AgentUnknown:
        return rows.none()
    return rows.filter(Exists(Leg.objects.filter(call_id=OuterRef("call_id"), agent_id=agent)))


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
