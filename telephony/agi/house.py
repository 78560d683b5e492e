"""The house behind the phone codes: our services, each in the scope of telephony and at the present instant."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agents.people.services import AgentUnknown, check_pin, find_agent
from agents.presence import services
from agents.presence.services import PresenceState, SessionInForce
from seatline.clock import Clock, now
from seatline.ids import new_id
from telephony.core.listening import Way
from telephony.requests.models import CallRequest
from telephony.requests.services import NO_ANSWER, answer_to
from telephony.supervision import services as supervision
from tenants.accounts.scope import telephony_scope
from tenants.trust.actor import Actor, acting

LOOK_AGAIN_AFTER = 0.1  # seconds; the switch answers within milliseconds, and a request that is too old is refused


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

    def is_supervisor(self, agent_id: UUID) -> bool:
        """Whether the agent looks after any talks."""
        with telephony_scope():
            return supervision.is_supervisor(agent_id)

    def check_pin(self, agent_number: str, pin: str) -> UUID:
        """Outside any scope, as `log_in`."""
        return check_pin(agent_number, pin, self.clock()).agent_id

    def supervise(self, way: Way, supervisor: UUID, agent_number: str, endpoint: str, channel: str) -> str:
        """Ask, and wait for the switch's answer."""
        request, place = new_id(), supervision.Place(endpoint, supervisor, channel)
        with acting(Actor("agent", str(supervisor))), telephony_scope():
            call, agent, ways = supervision.by_code(supervisor, agent_number)
            supervision.supervise(
                request, call, way, self.clock(), ways=ways, by=supervisor, place=place, agent_id=agent
            )  # fmt: skip
        while True:
            with telephony_scope():
                standing = answer_to(request, self.clock())
            if standing is None or standing.state != CallRequest.State.OPEN:
                return standing.reason if standing is not None else NO_ANSWER
            time.sleep(LOOK_AGAIN_AFTER)
