"""What agents have said came of calls, as bills need it: whether it was a success, nothing of what was noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telephony.desk.models import Disposed


@dataclass(frozen=True, slots=True)
class SaidOfCall:
    """Of one call: whether any of its agents says that it was a success, and when the first one said so.

    Without a success `said_at` is when the last one spoke.
    """

    call_id: UUID
    tenant_id: UUID
    said_at: datetime
    success: bool


def said_since(since: datetime) -> Sequence[SaidOfCall]:
    """All calls of which something was said at `since` or later, in order of time. In the scope of finance."""
    calls = Disposed.objects.filter(said_at__gte=since).values("call_id")
    found: dict[UUID, SaidOfCall] = {}
    for row in Disposed.objects.filter(call_id__in=calls).order_by("said_at", "id"):
        known = found.get(row.call_id)
        if known is None or not known.success:
            found[row.call_id] = SaidOfCall(row.call_id, row.tenant_id, row.said_at, row.success)
    return sorted(found.values(), key=lambda one: one.said_at)
