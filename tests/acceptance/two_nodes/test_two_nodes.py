"""Two Asterisks behind a proxy, one switch: agents register once and have calls of both; one may die."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from seatline.house.caller import CallerResult
from tests.acceptance.figures import figure
from tests.acceptance.two_nodes.pair import SECOND_NODE, Pair
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client

STRAIGHT = {"start": "agent", "nodes": {"agent": {"kind": "queue", "queue": "service"}}}


def test_calls_come_by_either_node_and_only_to_the_other_when_one_is_dead(pair: Pair) -> None:
    """Calls by turns; the second node dies with a talk on it, the other has all of them; it is back, and so are its."""
    client = a_client(pair, "twonodes", agents=2, definition=STRAIGHT, wrap_up=SECOND)
    for place in range(2):
        client.at_work(place)
    wait_until(lambda: reachable(pair, client), 20, "the phones, as both nodes see them by the proxy")

    first = two_calls(pair, client)
    assert Counter(node_of(pair, one) for one in first) == {"seatline": 1, SECOND_NODE: 1}
    assert_each_had_one_agent(pair, first)

    cut = [pair.begin_call(client.dialled, hang_up_after=16 * SECOND) for _ in range(2)]
    wait_until(lambda: all(len(pair.channels(one)) == 2 for one in pair.both), 10, "a talk on each node")
    pair.kill_second()
    pair.wait_for_node(SECOND_NODE, there=False)
    wait_until(lambda: len(free_agents(client)) == 1, 5, "the agent of the dead node's talk is free")
    done = [pair.call(client.dialled, hang_up_after=3 * SECOND) for _ in range(2)]
    assert [node_of(pair, one) for one in done] == ["seatline"] * 2, "the dead node gets none"
    assert_each_had_one_agent(pair, done)
    figure(f"two nodes, one killed: new calls answered after {max(one.answer_ms or 0 for one in done)} ms")

    pair.second.start()
    pair.wait_for_node(SECOND_NODE)
    wait_until(lambda: str(pair.proxy.ask("dispatcher.list")).count("'AP'") == 2, 10, "the proxy sees both")
    ends = [one.result(60) for one in cut]
    assert Counter(node_of(pair, one) for one in ends) == {"seatline": 1, SECOND_NODE: 1}
    assert Counter(node_of(pair, one) for one in two_calls(pair, client)) == {"seatline": 1, SECOND_NODE: 1}


def two_calls(pair: Pair, client: Client) -> list[CallerResult]:
    """Two callers at once, each of whom talks with an agent for a while."""
    calls = [pair.begin_call(client.dialled, hang_up_after=4 * SECOND) for _ in range(2)]
    done = [one.result(60) for one in calls]
    assert all(one.answered for one in done)
    return done


def reachable(pair: Pair, client: Client) -> bool:
    """Whether each node has both phones by way of the proxy."""
    asked = [node.ask("pjsip show contacts") for node in pair.both]
    return all(text.count("Avail") >= len(client.places) for text in asked)


def node_of(pair: Pair, call: CallerResult) -> str:
    """The node that a call came in by: the name before its caller's channel."""
    channel = str(facts(pair, call, "CallArrived")[0]["channel"])
    return SECOND_NODE if channel.startswith(f"{SECOND_NODE}-") else "seatline"


def assert_each_had_one_agent(pair: Pair, calls: Sequence[CallerResult]) -> None:
    """Each was offered to an agent once and no agent was offered two at a time: floor and phones are one."""
    for call in calls:
        assert pair.report(call)["outcome"] == "answered"
        assert len(facts(pair, call, "AgentOffered")) == 1


def facts(pair: Pair, call: CallerResult, kind: str) -> list[dict[str, Any]]:
    """What the ledger has of a call, of one kind."""
    from telephony.journal.models import Call, LedgerEntry
    from tenants.accounts.scope import operator_scope

    def there() -> list[dict[str, Any]]:
        with operator_scope():
            ids = list(Call.objects.filter(sip_call_id=call.sip_call_id).values_list("id", flat=True))
            rows = LedgerEntry.objects.filter(call_id__in=ids, kind=kind).order_by("seq")
            return [dict(row.body) for row in rows]

    return wait_until(there, 10, f"{kind} of {call.sip_call_id}")


def free_agents(client: Client) -> list[str]:
    """Agents whom presence thinks ready."""
    from tests.acceptance.world import state_of

    return [place.agent for place in client.places if state_of(place.agent) == "ready"]
