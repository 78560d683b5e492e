"""What a waiting caller meets on the real Asterisk: his place, spoken; an offer by key; an emptied queue; and, when he
calls again, the agent whom he knows.
"""

from pathlib import Path

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.sound import hears_phrase, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    open_calls,
    wait_for_state,
)

DEFINITION = {
    "start": "menu",
    "nodes": {
        "menu": {"kind": "menu", "say": ["greeting"], "choices": {"0": "agent"}, "otherwise": "wrong", "wait": 2},
        "agent": {
            "kind": "queue", "queue": "service", "keys": {"2": "offer"}, "otherwise": {"no_agent": "sorry"},
        },
        "offer": {"kind": "finish", "outcome": "informed", "say": ["greeting"]},
        "sorry": {"kind": "finish", "outcome": "no_agent", "say": ["greeting"]},
        "wrong": {"kind": "finish", "outcome": "wrong_keys"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """Two agents; callers are told their place every five seconds, and known callers get their agent."""
    return a_client(
        rig, "waits", agents=2, definition=DEFINITION, announce_every=5 * SECOND, sticky=600 * SECOND,
        leave_empty="loose", join_empty="yes", say_wait=False,
    )  # fmt: skip


def phrase(rig: Rig, name: str) -> Path:
    """A phrase of the house."""
    return rig.var / "sounds" / "en" / f"{name}.wav"


def reasons(report: dict) -> list[str]:
    """Why the caller left each queue."""
    from telephony.journal.models import LedgerEntry
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        left = LedgerEntry.objects.filter(call_id=report["call_id"], kind="QueueLeft").order_by("seq")
        return [entry.body["reason"] for entry in left]


def test_known_caller_gets_the_same_agent_by_a_second_call(rig: Rig, client: Client) -> None:
    """The first agent has been ready longer; the second call goes to the second all the same: they know each other."""
    phone = client.at_work(1, record=True)
    call = {"caller": "02165550001", "keys": keys((1, "0")), "hang_up_after": 4 * SECOND, "speech": caller_voice(rig)}
    first = rig.report(rig.call(client.dialled, **call))
    client.at_work(0)
    client.log_out(1)
    client.log_in(1)
    result = rig.call(client.dialled, **call)
    report = rig.report(result)
    stranger = rig.report(rig.call(client.dialled, **{**call, "caller": "02165550002"}))
    known, other = client.places[1], client.places[0]
    assert [one["agent"] for one in (first, report, stranger)] == [known.agent, known.agent, other.agent]
    assert result.heard is not None
    assert seconds_of_tone(result.heard, known.hertz) > 1, "the caller hears the agent whom he knows"
    assert seconds_of_tone(phone.heard()[-1], CALLER_HERTZ) > 1, "and the agent hears the caller"


def test_caller_hears_the_place_and_leaves_by_key(rig: Rig, client: Client) -> None:
    """The place is spoken in the caller's language; the key is a reason of its own, and the flow goes on."""
    for place in (0, 1):
        wait_for_state(client.places[place].agent, "ready")
        client.pause(place)
    result = rig.call(client.dialled, keys=keys((1, "0"), (9, "2")), hang_up_after=20 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], reasons(report)) == ("informed", ["exit_with_key"])
    assert "WaitForeseen" in facts_of(report)
    assert result.heard is not None
    assert hears_phrase(result.heard, phrase(rig, "position-1"))


def test_caller_is_sent_on_when_the_last_agent_goes(rig: Rig, client: Client) -> None:
    """Both agents were paused, and that was enough to wait; when they log out nobody is left."""
    call = rig.begin_call(client.dialled, keys=keys((1, "0")), hang_up_after=30 * SECOND)
    wait_until(lambda: [one for one in open_calls(client.dialled) if one.queue_code], 10, "a caller in the queue")
    client.log_out(0)
    client.log_out(1)
    report = rig.report(call.result(20))
    assert (report["outcome"], reasons(report)) == ("no_agent", ["no_agent"])
