"""A journal, and a museum with an agent at a seat."""

from dataclasses import dataclass

import pytest

from agents.people.models import Agent
from agents.presence.services import SessionInForce
from telephony.journal.disk import Journal
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.tenants import a_lease, a_number, a_room, a_tenant


@dataclass(frozen=True)
class Museum:
    """A tenant with one agent who is logged in."""

    tenant: Tenant
    agent: Agent
    session: SessionInForce


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "switch.sqlite3")
    yield journal
    journal.close()


@pytest.fixture
def museum(db) -> Museum:
    with operator_scope():
        tenant = a_tenant()
        a_room()
        a_number()
        a_lease(tenant)
        agent = an_agent(tenant, pin="")
        return Museum(tenant, agent, a_session(agent))
