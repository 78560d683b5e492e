"""PostgreSQL dies, or hangs: calls are answered as before, and every fact arrives once when it is back."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.wire import Wire
from tests.acceptance.world import SECOND, Client, a_client, caller_voice, facts_of, keys, wait_for_state


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """One agent, logged in at a phone."""
    made = a_client(rig, "offline")
    made.at_work()
    return made


@pytest.fixture(autouse=True)
def wire_is_whole_again(rig: Rig) -> Iterator[None]:
    """Whatever becomes of a story, the next one has a database."""
    yield
    rig.do(rig.wire.mend())


@pytest.mark.parametrize("fails", [Wire.cut, Wire.freeze], ids=["dead", "hanging"])
def test_calls_go_on_without_postgresql(
    rig: Rig, client: Client, fails: Callable[[Wire], Coroutine[Any, Any, None]]
) -> None:
    """Two calls one after another, so that the agent's wrap-up and readiness are the switch's own too."""
    agent = client.places[0]
    rig.do(fails(rig.wire))
    results = [
        rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=5 * SECOND)
        for _ in range(2)
    ]
    for result in results:
        assert result.hung_up_by == "caller"
        assert result.heard is not None
        assert seconds_of_tone(result.heard, agent.hertz) > 2, "connected"
    assert not reported(rig, results[0].sip_call_id), "nobody can know of it yet"

    rig.do(rig.wire.mend())
    for result in results:
        report = rig.report(result, 20)
        assert (report["outcome"], report["agent"], report["ended_by"]) == ("answered", agent.agent, "caller")
        wait_until(lambda known=report: "RecordingStored" in facts_of(known), 10, "the recording")
        facts = facts_of(report)
        assert facts.count("CallArrived") == facts.count("CallEnded") == facts.count("RecordingStored") == 1
    wait_for_state(agent.agent, "ready")


def reported(rig: Rig, sip_call_id: str) -> bool:
    """Whether the ledger knows of a call."""
    from telephony.journal.services import call_report
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        return call_report(sip_call_id) is not None


def test_agent_who_logs_in_after_it_is_back_gets_calls(rig: Rig) -> None:
    """The switch listens to presence again."""
    rig.do(rig.wire.cut())
    rig.do(rig.wire.mend())
    client = a_client(rig, "online")
    client.at_work()
    result = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    assert rig.report(result)["agent"] == client.places[0].agent
