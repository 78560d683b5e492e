"""The admin in a browser without a browser: staff of each group, a small house, and the Chinese catalogues."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from seatline import clock
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.billing import a_contract
from tests.builders.calls import a_call_id
from tests.builders.telephony import a_published_flow, a_queue, an_answered_call
from tests.builders.tenants import NINE, a_lease, a_number, a_room, a_tenant

CALL = a_call_id(1)


@pytest.fixture(scope="session", autouse=True)
def catalogues():
    """`./run` compiles them; a test that is run by hand does it here."""
    for folder in settings.LOCALE_PATHS:
        for po in Path(folder).rglob("*.po"):
            mo = po.with_suffix(".mo")
            if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
                subprocess.run(["msgfmt", "--check-format", "-o", str(mo), str(po)], check=True)


@pytest.fixture
def staff(db):
    """Makes a client that is logged in as somebody of a group."""

    def make(group: str, name: str = "") -> Client:
        user = User.objects.filter(username=name or group).first()
        if user is None:
            user = User.objects.create(username=name or group, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return make


@pytest.fixture
def portal_user(db) -> Client:
    """A tenant's owner: no staff of the operator."""
    with operator_scope():
        user = User.objects.create(username="owner")
        Membership.objects.create(tenant=a_tenant("portal"), user=user, role=Membership.Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


@dataclass(frozen=True)
class House:
    """A museum with seats, a number, an agent at a phone, a flow, a queue, a contract and one answered call."""

    tenant: Tenant
    lease_id: str
    number_id: str
    agent_id: str
    flow_id: str
    session_id: str


@pytest.fixture
def house(db, tmp_path) -> House:
    with operator_scope():
        tenant = a_tenant(name="City Museum", name_zh="城市博物馆")
        a_room(10)
        number = a_number()
        lease = a_lease(tenant, 5)
        agent = an_agent(tenant, name="Lin Yue", name_zh="林悦")
        session = a_session(agent, at=clock.now())
        a_queue(tenant)
        flow = a_published_flow(tenant)
    with finance_scope():
        a_contract(tenant)
    journal = Journal(tmp_path / "switch.sqlite3")
    journal.append(an_answered_call(CALL, tenant=tenant.id, agent=agent.id, starts_at=NINE), [])
    ship(journal)
    journal.close()
    with connection.cursor() as cursor:
        # The shipper's own transaction is over in life; here it is the test's, and would leave constraints deferred.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return House(tenant, str(lease.pk), str(number.pk), str(agent.pk), str(flow.pk), str(session.session_id))
