"""The house behind the phone codes: our services, each in the scope of telephony and at the present instant."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agents.people.services import AgentUnknown, find_agent
from agents.presence import services
from agents.presence.services import PresenceState, SessionInForce
from seatline.clock import Clock, now
from tenants.accounts.scope import telephony_scope


@dataclass(frozen=True, slots=True)
class Services:
    """A `ports.House`. `seat_of` tells at which seat a phone stands; `waiting` counts a tenant's waiting callers."""

    seat_of: Callable[[str], int | None]
    waiting: Callable[[UUID], int | None] = lambda _tenant_id: None
    clock: Clock = now

    def language_of(self, agent_number: str) -> str | None:
        """The agent's language; None for a number nobody has."""
        with suppress(AgentUnknown), telephony_scope():
            return find_agent(agent_number).language
        return None

    def session_at(self, endpoint: str) -> SessionInForce | None:
        """Who is logged in on the phone."""
        with telephony_scope():
            return services.session_at(endpoint)

    def state_of(self, session: SessionInForce) -> PresenceState:
        """What the agent is doing, as far as has been told."""
        with telephony_scope():
            return services.state_of(session.session_id)

    def minutes_until(self, until: datetime) -> int:
        """Whole minutes from now to an instant, rounded up, at least one."""
        return max(-((self.clock() - until) // timedelta(minutes=1)), 1)

    def callers_waiting(self, tenant_id: UUID) -> int | None:
        """How many callers wait in the tenant's queues; None if nobody counts them."""
        return self.waiting(tenant_id)

    def log_in(self, agent_number: str, pin: str, endpoint: str) -> SessionInForce:
        """Outside any scope: the service keeps its count of wrong PINs itself."""
        return services.log_in(agent_number, pin, endpoint, self.seat_of(endpoint), self.clock())

    def log_out(self, endpoint: str) -> SessionInForce:
        """The session that ended."""
        with telephony_scope():
            return services.log_out(endpoint=endpoint, at=self.clock())

    def pause(self, endpoint: str, reason_code: str) -> SessionInForce:
        """The session, paused."""
        with telephony_scope():
            return services.pause(endpoint, reason_code, self.clock())

    def unpause(self, endpoint: str) -> SessionInForce:
        """The session, going on."""
        with telephony_scope():
            return services.unpause(endpoint, self.clock())

    def finish_wrap_up(self, endpoint: str) -> SessionInForce:
        """The session, its wrap-up over."""
        with telephony_scope():
            return services.finish_wrap_up(endpoint, self.clock())
