"""What came of a contact: the tenant's words for it, and what an agent says of a call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from agents.desktop.entry import DeskAgent
from seatline.errors import NotFound
from seatline.stream.publish import publish
from telephony.desk.models import Disposed, Disposition
from telephony.journal.models import Leg
from telephony.requests.services import NotYourCall
from tenants.accounts.models import Tenant

LONGEST_NOTE = 2000


class NoSuchDisposition(NotFound):
    """There is no such disposition for calls of this queue."""


def add_disposition(
    tenant: Tenant, code: str, name: str, name_zh: str = "", *, success: bool = False, position: int = 0
) -> Disposition:
    """What may come of calls of all the tenant's queues; one that is there takes on what is given."""
    wanted = {"name": name, "name_zh": name_zh, "success": success, "position": position}
    row, _ = Disposition.objects.update_or_create(tenant=tenant, queue=None, code=code, defaults=wanted)
    return row


def dispositions_of(agent: DeskAgent, tenant_id: UUID, queue_code: str) -> list[dict[str, Any]]:
    """What may come of a call of this queue, in the tenant's order."""
    with agent.within(tenant_id):
        return [{"id": str(one.id), "name": str(one)} for one in _of_queue(queue_code)]


def said_of(agent: DeskAgent, tenant_id: UUID, call_id: UUID) -> dict[str, Any] | None:
    """What the agent has said of the call."""
    with agent.within(tenant_id):
        row = Disposed.objects.filter(call_id=call_id, agent_id=agent.agent_id).first()
    return {"disposition": str(row.disposition_id), "note": row.note} if row else None


def dispose(
    agent: DeskAgent, tenant_id: UUID, call_id: UUID, disposition_id: UUID, note: str, at: datetime
) -> None:  # fmt: skip
    """Say what came of a call, while it goes on or after; said again it is changed. Raises NoSuchDisposition and
    NotYourCall: nobody speaks for a call that he had no part in."""
    with agent.within(tenant_id):
        legs = Leg.objects.filter(call_id=call_id, agent_id=agent.agent_id, answered_at__isnull=False)
        leg = legs.select_related("call").first()
        if leg is None:
            raise NotYourCall
        disposition = _of_queue(leg.call.queue_code).filter(id=disposition_id).first()
        if disposition is None:
            raise NoSuchDisposition
        Disposed.objects.update_or_create(
            tenant_id=tenant_id, call_id=call_id, agent_id=agent.agent_id,
            defaults={
                "disposition": disposition, "success": disposition.success, "note": note[:LONGEST_NOTE], "said_at": at,
            },
        )  # fmt: skip
        publish(tenant_id, f"agent/{agent.agent_id}", "disposed", [call_id])


def _of_queue(queue_code: str) -> Any:
    return Disposition.objects.filter(Q(queue=None) | Q(queue__code=queue_code), active=True)
