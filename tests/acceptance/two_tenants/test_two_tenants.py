"""Two client enterprises under one roof: neither's callers ever reach the other's agents, queues or flows."""

import pytest

from seatline.clock import now
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.world import DEFINITION, SECOND, Client, a_client, facts_of, keys, state_of, wait_for_plan


@pytest.fixture(scope="module")
def insurer(rig: Rig) -> Client:
    """The neighbour, with an agent who has nothing to do."""
    return a_client(rig, "insurer")


@pytest.fixture(scope="module")
def idle_phone(insurer: Client) -> RigPhone:
    """The idle agent's phone."""
    return insurer.at_work()


@pytest.fixture(scope="module")
def florist(rig: Rig) -> Client:
    """A client whose only agent is paused."""
    client = a_client(rig, "florist", max_wait=4 * SECOND)
    client.log_in()
    client.pause()
    return client


def test_idle_agent_of_a_neighbour_is_not_rung(
    rig: Rig, insurer: Client, idle_phone: RigPhone, florist: Client
) -> None:
    """The caller waits in vain beside an agent who is ready."""
    since = idle_phone.mark()
    result = rig.call(florist.dialled, keys=keys((1, "0")), hang_up_after=30 * SECOND)
    report = rig.report(result)
    assert (report["tenant"], report["outcome"], report["agent"]) == ("florist", "queue_timeout", None)
    assert "AgentOffered" not in facts_of(report)
    assert not idle_phone.happened("CALL_INCOMING", since)
    assert state_of(insurer.places[0].agent) == "ready"


def test_flow_into_a_neighbours_queue_cannot_be_published(rig: Rig, insurer: Client, florist: Client) -> None:
    """Queues are named by code: another client's code means nothing here."""
    from telephony.plans.models import Flow
    from telephony.plans.services import FlowNotUsable, publish_flow, save_draft
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope
    from tests.builders.telephony import a_queue

    with operator_scope():
        a_queue(Tenant.objects.get(code="insurer"), "claims")
        flow = Flow.objects.get(tenant__code="florist", code="service")
        save_draft(flow, into_claims())
        with pytest.raises(FlowNotUsable):
            publish_flow(flow, now())


def test_flow_that_leads_there_all_the_same_answers_nobody(
    rig: Rig, insurer: Client, idle_phone: RigPhone, florist: Client
) -> None:
    """Published past every check, by hand in the table: the switch leaves it out."""
    from telephony.plans.models import FlowVersion
    from telephony.plans.services import plan_changed
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        draft = FlowVersion.objects.get(flow__tenant__code="florist", state="draft")
        draft.definition, draft.state, draft.published_at = into_claims(), "published", now()
        draft.save()
        plan_changed()
    wait_for_plan(rig)
    since = idle_phone.mark()
    result = rig.call(florist.dialled, keys=keys((1, "0")), hang_up_after=8 * SECOND)
    report = rig.report(result)
    assert report["outcome"] in ("unassigned", "failed")
    assert report["queue"] is None
    assert not idle_phone.happened("CALL_INCOMING", since)


def test_flow_of_a_neighbour_does_not_answer_ones_number(rig: Rig, insurer: Client) -> None:
    """The insurer's number, and a route that another client's flow has to it: the insurer's own flow answers."""
    from telephony.plans.models import Flow
    from telephony.plans.services import answer_with
    from tenants.accounts.scope import operator_scope

    other = a_client(rig, "intruder")
    with operator_scope():
        answer_with(insurer.e164, Flow.objects.get(tenant__code="intruder"))
    wait_for_plan(rig)
    result = rig.call(insurer.dialled, hang_up_after=2 * SECOND)
    assert rig.report(result)["tenant"] == "insurer"
    result = rig.call(other.dialled, hang_up_after=2 * SECOND)
    assert rig.report(result)["tenant"] == "intruder"


def into_claims() -> dict[str, object]:
    """A flow whose key 0 leads to the queue “claims”, which is the insurer's."""
    return {
        "start": "menu",
        "nodes": {**DEFINITION["nodes"], "agent": {"kind": "queue", "queue": "claims"}},
    }
