"""One of the operator's own agents serves two client enterprises: each caller hears her, in the order of their coming.

Neither client is starved by the other: who came first is served first, whosever caller he is. That a heavier queue does
not starve a lighter one takes minutes, and is told in tests/unit/telephony/core/test_waiting.py.
"""

import time

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    SECOND,
    Client,
    a_client,
    keys,
    open_calls,
    state_of,
    wait_for_plan,
    wait_for_state,
)

CHOOSES_AGENT = keys((1, "0"))


@pytest.fixture(scope="module")
def north(rig: Rig) -> Client:
    """The first client; its agent is the operator's and is named for its queue."""
    return a_client(rig, "north")


@pytest.fixture(scope="module")
def south(rig: Rig, north: Client) -> Client:
    """The second client, for whose queue the same agent is named; it has nobody else."""
    from agents.people.models import Agent
    from telephony.plans.models import Queue
    from telephony.plans.services import name_member
    from tenants.accounts.scope import operator_scope

    south = a_client(rig, "south", agents=0)
    with operator_scope():
        agent = Agent.objects.get(number=north.places[0].agent)
        agent.employed_by = Agent.Employer.OPERATOR
        agent.save()
        for code in ("north", "south"):
            name_member(Queue.objects.get(tenant__code=code), agent)
    wait_for_plan(rig)
    return south


def in_queue(client: Client) -> bool:
    """Whether a caller of this client has come to its queue."""
    return any(call.queue_code and not call.connected_at for call in open_calls(client.dialled))


def test_agent_of_the_operator_serves_both_clients_in_the_order_of_their_callers(
    rig: Rig, north: Client, south: Client
) -> None:
    """She talks for the north; a caller of the south comes, then another of the north: the south is next."""
    agent = north.places[0]
    phone = north.at_work(record=True)
    first = rig.begin_call(north.dialled, keys=CHOOSES_AGENT, hang_up_after=6 * SECOND)
    wait_for_state(agent.agent, "talking")
    waits = rig.begin_call(south.dialled, keys=CHOOSES_AGENT, hang_up_after=9 * SECOND)
    wait_until(lambda: in_queue(south), 8, "the south's caller in the queue")
    later = rig.begin_call(north.dialled, keys=CHOOSES_AGENT, hang_up_after=13 * SECOND)
    reports = [rig.report(call.result(40)) for call in (first, waits, later)]
    assert [one["tenant"] for one in reports] == ["north", "south", "north"]
    assert [one["agent"] for one in reports] == [agent.agent] * 3
    connected = [one["connected_at"] for one in reports]
    assert connected == sorted(connected), "in the order in which they came, across clients"
    assert reports[1]["connected_at"] >= reports[0]["ended_at"], "never two at a time"
    for call in (first, waits, later):
        heard = call.result(1).heard
        assert heard is not None
        assert seconds_of_tone(heard, agent.hertz) > 1, "each caller hears her"
    assert len(phone.heard()) == 3
    wait_for_state(agent.agent, "ready")


def test_agent_who_is_not_named_any_more_is_not_rung_for_the_other_client(
    rig: Rig, north: Client, south: Client
) -> None:
    """The south names its own people from now on: its caller waits beside her."""
    from telephony.plans.models import QueueMember
    from telephony.plans.services import plan_changed
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        QueueMember.objects.filter(queue__tenant__code="south").delete()
        plan_changed()
    wait_for_plan(rig)
    call = rig.begin_call(south.dialled, keys=CHOOSES_AGENT, hang_up_after=6 * SECOND)
    time.sleep(4)
    assert state_of(north.places[0].agent) == "ready"
    assert rig.report(call.result(20))["outcome"] in ("no_agent", "abandoned")
