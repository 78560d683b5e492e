"""Leavers: who is switched off is logged out at once, everywhere, and what he had in hand goes to others."""

from datetime import timedelta

import pytest
from django.test import Client

from agents.people.models import Agent
from agents.people.services import AgentInactive, set_pin
from agents.presence.leaving import LEFT, change
from agents.presence.models import AgentSession, PresenceInterval
from agents.presence.services import log_in
from seatline import clock
from telephony.callbacks.models import Callback
from telephony.callbacks.services import ask, take
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.trunks.services import allow_outside
from telephony.voicemail.models import Voicemail
from telephony.voicemail.services import assign, settle
from tenants.accounts.rights import Right
from tenants.accounts.scope import operator_scope, telephony_scope
from tenants.trust.models import Operation
from tests.builders.agents import PIN, an_agent
from tests.builders.api import Program, a_key
from tests.builders.calls import a_call_id
from tests.builders.telephony import a_queue, an_answered_call
from tests.builders.tenants import a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def museum():
    at = clock.now()
    with operator_scope():
        tenant = a_tenant("museum")
        a_room(5)
        a_lease(tenant, 3, starts_at=at - timedelta(hours=2), at=at - timedelta(hours=2))
        allow_outside(tenant, "+86")
    return tenant


@pytest.fixture
def lin(museum, tmp_path):
    """An agent at a telephone and at the desk, who has taken a callback and two messages."""
    at = clock.now()
    with operator_scope():
        agent = an_agent(museum, "1001")
        an_agent(museum, "1002")
        set_pin("1001", PIN)
        set_pin("1002", PIN)
        queue = a_queue(museum)
        promise, _ = ask(museum, queue.code, "+8613800138000", at)
        take(promise, agent.pk, at)
    log_in("1001", PIN, "seat-001", 1, at)
    log_in("1002", PIN, "seat-002", 2, at)
    journal = Journal(tmp_path / "journal.sqlite3")
    journal.append(an_answered_call(call := a_call_id(9), tenant=museum.id, agent=agent.id, starts_at=at), [])
    ship(journal)
    journal.close()
    with telephony_scope():
        for place in (1, 2):
            message = Voicemail.objects.create(
                id=a_call_id(place), tenant=museum, call_id=call, name=f"message {place}", queue_id=queue.pk,
                queue_code=queue.code, caller="", path="", seconds=1, peak_db=-3, size=44, left_at=at,
            )  # fmt: skip
            with operator_scope():
                assign(message, agent.pk)
        with operator_scope():
            settle(message, at)
    return agent


def test_leaver_is_logged_out_and_what_he_had_in_hand_goes_to_others(museum, lin):
    with operator_scope():
        change(lin, {"active": False}, clock.now())
        mine = AgentSession.objects.get(agent=lin)
        states = list(PresenceInterval.objects.filter(session=mine).order_by("starts_at").values_list("ends_at"))
        promise = Callback.objects.get()
        messages = dict(Voicemail.objects.values_list("state", "assigned_to"))
        entry = Operation.objects.get(act="agent.left")
        colleague = AgentSession.objects.exclude(agent=lin).get()

    assert (mine.logged_out_because, colleague.logged_out_at) == (LEFT, None)
    assert all(ends_at is not None for (ends_at,) in states)
    assert (promise.state, promise.taken_by) == (Callback.State.OPEN, None)
    assert messages == {"new": None, "settled": lin.pk}, "what is done stays his"
    assert (entry.tenant_id, '"sessions":1' in entry.content, '"callbacks":1' in entry.content) == (
        museum.pk,
        True,
        True,
    )
    with pytest.raises(AgentInactive):
        log_in("1001", PIN, "seat-001", 1, clock.now())


def test_leavers_desk_in_the_browser_is_closed(museum, lin):
    browser = Client()
    assert browser.post("/desk/login/", {"number": "1001", "pin": PIN}).status_code == 302
    assert browser.get("/desk/").status_code == 200
    with operator_scope():
        change(lin, {"active": False}, clock.now())
    assert browser.get("/desk/").status_code == 302


def test_tenants_own_program_lets_an_agent_go_and_a_change_of_name_nobody(museum, lin):
    program = Program(a_key(museum, rights={Right.PEOPLE_WRITE, Right.PEOPLE_READ}))
    assert program.patch(f"agents/{lin.pk}", {"name": "Lin Mei"}).status_code == 200
    with operator_scope():
        assert AgentSession.objects.get(agent=lin).logged_out_at is None

    assert program.patch(f"agents/{lin.pk}", {"active": False}).json()["active"] is False
    with operator_scope():
        assert AgentSession.objects.get(agent=lin).logged_out_because == LEFT
        assert Callback.objects.get().taken_by is None
        assert Agent.objects.get(pk=lin.pk).name == "Lin Mei"


def test_agent_is_let_go_in_the_admin(museum, lin, admin_client):
    page = f"/admin/agents/agent/{lin.pk}/change/"
    form = {
        "name": "Lin", "name_zh": "", "employed_by": "tenant", "language": "zh", "skills-TOTAL_FORMS": 0,
        "skills-INITIAL_FORMS": 0, "outside_phones-TOTAL_FORMS": 0, "outside_phones-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert admin_client.post(page, form).status_code == 302
    with operator_scope():
        assert AgentSession.objects.get(agent=lin).logged_out_because == LEFT
