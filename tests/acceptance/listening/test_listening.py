"""A supervisor in a talk: who hears whom is told by tones, since all three speak all the time.

The caller speaks at 440 Hz, agent and supervisor each at a frequency of their own. That the supervisor's telephone
sends sound while she only listens is the point: nobody may ever hear it.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from seatline.clock import now
from telephony.core.listening import Way
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_tone, seconds_of_tones
from tests.acceptance.waiting import wait_until
from tests.acceptance.wishing import call_of
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    wait_for_plan,
    wait_for_state,
)

EVERY_WAY = frozenset(Way)


@pytest.fixture(scope="module")
def house(rig: Rig) -> Client:
    """A client with an agent, and a supervisor who may be in his talks in every way."""
    from agents.people.models import Agent
    from telephony.supervision.services import name_supervisor
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "listened", agents=2, strategy="linear")
    with operator_scope():
        boss = Agent.objects.get(number=client.places[1].agent)
        name_supervisor(boss, Tenant.objects.get(code=client.code).id, EVERY_WAY)
    return client


@pytest.fixture(scope="module")
def phones(house: Client) -> tuple[RigPhone, RigPhone]:
    """The agent's phone and the supervisor's, who takes no calls herself."""
    agent, boss = house.at_work(0, record=True), house.at_work(1, record=True)
    house.pause(1)
    return agent, boss


def told_of(report: Mapping[str, Any]) -> list[str]:
    """What stands in the ledger of supervisors."""
    return [kind for kind in facts_of(report) if kind.startswith(("Listening", "TalkTaken"))]


def has_begun(client: Client, ways: str = "listen") -> None:
    """Wait until the supervisor is in the talk in these ways, one after another."""
    from telephony.supervision.models import Listening
    from tenants.accounts.scope import operator_scope

    def there() -> bool:
        with operator_scope():
            rows = Listening.objects.filter(call_id=call_of(client), ended_at__isnull=True)
            return ways in set(rows.values_list("ways", flat=True))

    wait_until(there, 10, f"the supervisor who {ways}")


def ask(client: Client, way: Way) -> None:
    """The supervisor asks from a screen, with her own telephone to be rung."""
    from telephony.requests.services import answer_to
    from telephony.supervision.services import place_of, supervise
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope, tenant_scope

    with operator_scope():
        tenant = Tenant.objects.get(code=client.code).id
    request, call = uuid4(), call_of(client)
    with tenant_scope(tenant):
        place = place_of(client.places[1].agent)
        supervise(request, call, way, now(), ways=EVERY_WAY, by=UUID(int=0xB055), place=place)

    def done() -> bool:
        with tenant_scope(tenant):
            found = answer_to(request, now())
        return found is not None and found.state == "done"

    wait_until(done, 8, f"the answer to {way}")


def test_supervisor_listens_unheard_whispers_to_the_agent_and_barges_in_by_keys(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """*80 and the agent's number, two seconds each of listening, whisper and barge, and she hangs up."""
    agent, boss = house.places
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=22 * SECOND)
    wait_for_state(agent.agent, "talking")
    rig.do(phones[1].agent.phone.dial(f"*80{agent.agent}"))
    has_begun(house)
    time.sleep(2.5)
    phones[1].key("5")
    whispered = time.monotonic()
    time.sleep(2.5)
    phones[1].key("6")
    barged = time.monotonic()
    time.sleep(2.5)
    has_begun(house, "listen whisper barge")
    phones[1].hang_up()
    gone = time.monotonic()
    result = call.result(40)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    assert told_of(report) == ["ListeningBegan", "ListeningChanged", "ListeningChanged", "ListeningEnded"]
    assert result.heard is not None
    caller_heard, agent_heard, boss_heard = result.heard, phones[0].heard()[-1], phones[1].heard()[-1]
    assert seconds_of_tones(boss_heard, CALLER_HERTZ, agent.hertz) > 5, "she hears both, in every way"
    with_agent = seconds_of_tones(agent_heard, CALLER_HERTZ, boss.hertz)
    assert 3.5 < with_agent < gone - whispered + 0.5, "the agent hears her from the whisper on, and not before"
    with_caller = seconds_of_tones(caller_heard, agent.hertz, boss.hertz)
    assert 1.5 < with_caller < gone - barged + 0.5, "the caller hears her when she barges in, and not before"
    assert seconds_of_tone(caller_heard, agent.hertz) > 6, "else the agent alone"


def test_what_she_did_stands_in_the_tenants_own_log(rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]) -> None:
    """The tenant reads there who was in whose talk, and the log's seal holds."""
    from telephony.supervision.models import Listening
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope, tenant_scope
    from tenants.trust.models import Operation
    from tenants.trust.services import verify_all

    with operator_scope():
        tenant = Tenant.objects.get(code=house.code).id
    with tenant_scope(tenant):
        (entry,) = Operation.objects.filter(act="talk.listen")
        (row,) = Listening.objects.all()
        assert str(row.call_id) in entry.content and str(row.by_id) in entry.content
        assert row.ended_at is not None and (row.ended_at - row.begun_at).total_seconds() > 7
    with operator_scope():
        assert not [one for one in verify_all() if one.faults]


def test_supervisor_outlives_the_switch_in_her_way_and_takes_the_call_over(
    rig: Rig, house: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """Her telephone is rung; the switch is killed; the next one has her as she was, and then she has the caller."""
    agent, boss = house.places
    wait_for_state(agent.agent, "ready", 8)
    call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=20 * SECOND)
    wait_for_state(agent.agent, "talking")
    ask(house, Way.LISTEN)
    has_begun(house)
    rig.kill_switch()
    rig.start_switch()
    wait_for_plan(rig)
    assert [one for one in rig.ari("channels") if "-e1-1" in one["id"]], "her ears are still there"
    ask(house, Way.TAKE_OVER)
    wait_for_state(boss.agent, "talking", 5)
    wait_for_state(agent.agent, "ready", 5)
    result = call.result(40)
    report = rig.report(result)
    assert report["outcome"] == "answered"
    assert told_of(report) == ["ListeningBegan", "ListeningEnded", "TalkTakenOver"]
    assert result.heard is not None
    assert seconds_of_tone(result.heard, boss.hertz) > 2, "the caller hears her alone"
    assert not seconds_of_tones(result.heard, agent.hertz, boss.hertz) > 0.5
    assert seconds_of_tone(phones[1].heard()[-1], CALLER_HERTZ) > 2
