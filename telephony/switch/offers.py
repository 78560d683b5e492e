"""Tells desks of calls as their phones begin to ring: a row an agent, and news of it, ahead of the ledger.

Rules of this file: the switch waits for nothing here, and what cannot be written while PostgreSQL is away is left out:
the ledger brings it later. Offers that come while a row is being written go together with the next.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from seatline.stream.publish import publish_all
from telephony.core.call import Call
from telephony.core.facts import AgentOffered, Fact
from telephony.core.values import AgentId, CallId, TenantId
from telephony.desk.models import Offer
from telephony.switch.desk import Desk
from tenants.accounts.scope import telephony_scope


class Offers:
    """`note` facts as they are written; `run` never ends."""

    def __init__(self, calls: Callable[[CallId], Call | None]) -> None:
        self._calls = calls
        self._desk = Desk("offers")  # a thread of its own: the card is to be there within a third of a second
        self._rows: dict[AgentId, Offer] = {}
        self._wake = asyncio.Event()

    def note(self, facts: Iterable[Fact]) -> None:
        """Take those of these facts that are offers; does not wait."""
        for fact in facts:
            call = self._calls(CallId(fact.call)) if isinstance(fact, AgentOffered) else None
            if isinstance(fact, AgentOffered) and call is not None and call.tenant is not None:
                self._rows[AgentId(fact.agent)] = offer_of(call, call.tenant, AgentId(fact.agent), fact.at)
                self._wake.set()

    async def run(self) -> None:
        """Write what has been noted."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            rows, self._rows = self._rows, {}
            await self._desk.try_to(lambda rows=rows: write(rows))  # type: ignore[misc]

    def close(self) -> None:
        """Take no more."""
        self._desk.close()


def offer_of(call: Call, tenant: TenantId, agent: AgentId, at: datetime) -> Offer:
    """The row of a call that this agent's phone rings for."""
    return Offer(
        agent_id=agent, tenant_id=tenant, call_id=call.id, caller=call.caller[:80], dialled=call.dialled[:40],
        queue_code=call.queue.code if call.queue else "", waiting_since=call.waiting_since, offered_at=at,
    )  # fmt: skip


def write(rows: Mapping[AgentId, Offer]) -> None:
    """Keep these offers in place of the agents' last ones, and tell their desks."""
    changing = ["tenant", "call_id", "caller", "dialled", "queue_code", "waiting_since", "offered_at"]
    with telephony_scope():
        Offer.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["agent"], update_fields=changing
        )  # fmt: skip
        publish_all((row.tenant_id, f"agent/{agent}", "offer", [row.call_id]) for agent, row in rows.items())
