"""Agents at their desks hear news of themselves over the browser's stream."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from agents.desktop.entry import desk_agent
from agents.people.services import people, pin_mark
from seatline.stream.addresses import Pass
from telephony.plans.models import QueueMember
from tenants.accounts.scope import telephony_scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """An agent as he came in: with the mark of his PIN, to hear of these tenants."""

    agent_id: UUID
    mark: str
    tenant_ids: tuple[UUID, ...]


class DeskDoor:
    """A door of `seatline.stream.doors`."""

    def enter(self, request: HttpRequest) -> tuple[Hashable, Collection[Pass]] | None:
        """The agent of this browser's session hears of himself, in each tenant whose calls he takes."""
        agent = desk_agent(request)
        if agent is None:
            return None
        with telephony_scope():
            mark = pin_mark(agent.agent_id)
        visitor = Visitor(agent.agent_id, mark, agent.tenant_ids)
        return visitor, _passes(visitor)

    def still(self, visitors: Collection[Hashable]) -> Mapping[Hashable, Collection[Pass]]:
        """Those who are still here, and whose PIN is still the one that they came in with."""
        mine = [one for one in visitors if isinstance(one, Visitor)]
        with telephony_scope():
            known = people(one.agent_id for one in mine)
            return {
                one: _passes(one) for one in mine
                if one.agent_id in known and known[one.agent_id].active and pin_mark(one.agent_id) == one.mark
            }  # fmt: skip


def serves(agent_id: UUID) -> Iterable[UUID]:
    """The tenants in whose queues the agent is named. In the scope of telephony."""
    return QueueMember.objects.filter(agent_id=agent_id).values_list("tenant_id", flat=True).distinct()


def _passes(visitor: Visitor) -> list[Pass]:
    return [Pass(tenant_id, frozenset({f"agent/{visitor.agent_id}"})) for tenant_id in visitor.tenant_ids]
