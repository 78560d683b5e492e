"""Who talked last with whom, so that a caller who comes back meets the same agent.

Only tenants who want that somewhere are remembered, and no longer than the longest of their queues asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, TenantId

SWEEP_AT = 10_000  # so many callers are remembered before the forgotten ones are looked for


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent and a caller were connected; `caller` is the number as the call shows it."""

    tenant: TenantId
    caller: str
    agent: AgentId
    at: datetime


class LastTalks:
    """The newest talk of each caller of the tenants who want it."""

    def __init__(self) -> None:
        self._talks: dict[tuple[TenantId, str], Talk] = {}
        self._within: dict[TenantId, timedelta] = {}
        self._sweep_at = SWEEP_AT

    def keep(self, queues: Iterable[QueuePlan]) -> None:
        """The plan has changed: so long are callers of each tenant remembered."""
        self._within = {}
        for queue in queues:
            if queue.sticky:
                self._within[queue.tenant] = max(queue.sticky, self._within.get(queue.tenant, queue.sticky))

    @property
    def longest(self) -> timedelta:
        """How long any tenant's callers are remembered at most; 0: nobody's."""
        return max(self._within.values(), default=timedelta(0))

    def talked(self, talk: Talk) -> None:
        """Two were connected; talks come in the order of their instants."""
        if talk.tenant not in self._within:
            return
        self._talks[talk.tenant, talk.caller] = talk
        if len(self._talks) >= self._sweep_at:
            self._talks = {
                key: old for key, old in self._talks.items()
                if talk.at - old.at <= self._within.get(old.tenant, timedelta(0))
            }  # fmt: skip
            self._sweep_at = max(SWEEP_AT, 2 * len(self._talks))

    def agent_for(self, queue: QueuePlan, caller: str, at: datetime) -> AgentId | None:
        """The agent with whom this caller talked last, if the queue wants him back and it was not too long ago."""
        talk = self._talks.get((queue.tenant, caller)) if queue.sticky and caller else None
        return talk.agent if talk is not None and at - talk.at <= queue.sticky else None
