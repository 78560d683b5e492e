"""Agents with good defaults. Call them inside an operator scope."""

from agents.people.models import Agent
from agents.people.services import add_agent, find_agent, set_pin
from agents.presence.services import SessionInForce, open_session
from tenants.accounts.models import Tenant
from tests.builders.tenants import NINE

PIN = "4711"


def an_agent(tenant: Tenant, number: str = "1001", pin: str = PIN, **fields: object) -> Agent:
    """An agent with a PIN."""
    agent = add_agent(tenant, number, **{"name": f"Agent {number}", **fields})
    if pin:
        set_pin(number, pin)
    return agent


def a_session(agent: Agent, endpoint: str = "seat-001", seat: int | None = 1, at=NINE) -> SessionInForce:
    """The agent is logged in; the tenant needs a lease."""
    return open_session(find_agent(agent.number), endpoint, seat, at)
