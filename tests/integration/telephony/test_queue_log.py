"""queue_log in PostgreSQL: written once, seen by its tenant alone."""

from datetime import timedelta

from agents.presence.services import pause, unpause
from telephony.journal.queue_log_table import QueueLog, keep_agents
from telephony.journal.ship import ship
from telephony.plans.services import load_plan
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tests.builders.calls import a_call_id
from tests.builders.telephony import a_queue, an_answered_call
from tests.builders.tenants import NINE, a_tenant


def events(tenant) -> list[tuple[str, str, str]]:
    """What a report tool of the tenant reads."""
    with tenant_scope(tenant.id):
        return list(QueueLog.objects.order_by("time", "event").values_list("queuename", "agent", "event"))


def test_rows_of_a_call_are_written_when_it_has_ended_and_only_once(journal, museum):
    facts = an_answered_call(a_call_id(), tenant=museum.tenant.id, agent=museum.agent.id)
    journal.append(facts[:-2], [])
    ship(journal)
    assert events(museum.tenant) == []
    journal.append(facts[-2:], [])
    ship(journal)
    number = museum.agent.number
    wanted = [
        ("service", "NONE", "ENTERQUEUE"), ("service", number, "CONNECT"), ("service", number, "COMPLETECALLER"),
    ]  # fmt: skip
    assert events(museum.tenant) == wanted
    journal.append(facts[-1:], [])
    ship(journal)
    assert events(museum.tenant) == wanted
    with operator_scope():
        neighbour = a_tenant("harbour")
    assert events(neighbour) == []


def test_rows_of_agents_follow_presence_and_are_written_only_once(museum):
    later = NINE + timedelta(minutes=5)
    with operator_scope():
        a_queue(museum.tenant)
    with telephony_scope():
        pause(museum.session.endpoint, "", later)
        unpause(museum.session.endpoint, later + timedelta(minutes=1))
    queues = load_plan().queues.values()
    for _ in range(2):
        with telephony_scope():
            keep_agents(queues, later + timedelta(minutes=2))
    number = museum.agent.number
    assert events(museum.tenant) == [
        ("service", number, "ADDMEMBER"), ("service", number, "PAUSE"), ("NONE", number, "PAUSEALL"),
        ("service", number, "UNPAUSE"), ("NONE", number, "UNPAUSEALL"),
    ]  # fmt: skip
