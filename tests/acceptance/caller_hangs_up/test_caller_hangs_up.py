"""A caller hangs up at each stage of a call: each has its own outcome, and nothing goes on without the caller."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pytest

from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.world import DEFINITION, SECOND, Client, a_client, facts_of, keys, state_of, wait_for_state

LONG_GREETING: Mapping[str, Any] = {
    "start": "hello",
    "nodes": {"hello": {"kind": "play", "say": ["closed", "no-agent"], "next": "menu"}, **DEFINITION["nodes"]},
}


@dataclass(frozen=True)
class Gone:
    """What became of one of the callers."""

    result: CallerResult
    report: Mapping[str, Any]
    facts: list[str]


@pytest.fixture(scope="module")
def gone(rig: Rig) -> dict[str, Gone]:
    """Callers who hang up, all at the same time, by the stage at which they do."""
    wordy = a_client(rig, "wordy", definition=LONG_GREETING)
    patient = a_client(rig, "patient")
    patient.log_in()
    patient.pause()
    begun: dict[str, Future[CallerResult]] = {
        "greeting": rig.begin_call(wordy.dialled, hang_up_after=1.5 * SECOND),
        "menu": rig.begin_call(patient.dialled, hang_up_after=1.8 * SECOND),
        "queue": rig.begin_call(patient.dialled, keys=keys((1, "0")), hang_up_after=3 * SECOND),
        "last words": rig.begin_call("96968197", hang_up_after=2 * SECOND),
    }
    results = {name: future.result(60) for name, future in begun.items()}
    reports = {name: rig.report(result) for name, result in results.items()}
    return {name: Gone(results[name], report, facts_of(report)) for name, report in reports.items()}


@pytest.mark.parametrize(
    ("stage", "outcome", "last_facts"),
    [
        ("greeting", "abandoned_in_menu", ["NodesPassed", "LegEnded", "CallEnded"]),
        # The greeting's tone is over and no key has come.
        ("menu", "abandoned_in_menu", ["NodesPassed", "LegEnded", "CallEnded"]),
        ("queue", "abandoned", ["QueueEntered", "QueueLeft", "LegEnded", "CallEnded"]),
        # The outcome stood already; only who ended the call is the caller's.
        ("last words", "unassigned", ["CallAnswered", "LegEnded", "CallEnded"]),
    ],
)
def test_caller_hangs_up(gone: dict[str, Gone], stage: str, outcome: str, last_facts: list[str]) -> None:
    """The record ends at the hang-up."""
    one = gone[stage]
    assert one.result.hung_up_by == "caller"
    assert (one.report["outcome"], one.report["ended_by"]) == (outcome, "caller")
    assert one.facts[-len(last_facts) :] == last_facts


@pytest.fixture(scope="module")
def busy(rig: Rig) -> Client:
    """A client with one agent."""
    return a_client(rig, "busy")


@pytest.fixture(scope="module")
def phone(busy: Client) -> RigPhone:
    """The agent's phone, which answers nothing; the agent is logged in."""
    return busy.at_work(answers=False)


def test_caller_hangs_up_while_the_agents_phone_rings(rig: Rig, busy: Client, phone: RigPhone) -> None:
    """The phone stops to ring at once; the agent has missed nothing and is ready."""
    since = phone.mark()
    result = rig.call(busy.dialled, keys=keys((1, "0")), hang_up_after=3 * SECOND)
    phone.wait_for("CALL_INCOMING", since=since)
    phone.wait_for("CALL_CLOSED", 2, since=since)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("abandoned", "caller", None)
    assert [leg["missed"] for leg in report["legs"]] == [False, False]
    assert facts_of(report)[-5:] == ["AgentOffered", "QueueLeft", "LegEnded", "LegEnded", "CallEnded"]
    wait_for_state(busy.places[0].agent, "ready", 3)


def test_caller_cancels_before_anybody_answers(rig: Rig, busy: Client) -> None:
    """The switch was busy for a blink and claims a call that is gone: no record of it, no channel, no harm."""
    with rig.frozen_switch():
        result = rig.call(busy.dialled, cancel_after=0.2 * SECOND)
    assert (result.answered, result.code) == (False, 487)
    assert rig.call("96968197", hang_up_after=SECOND).answered, "the next call is taken as ever"
    assert state_of(busy.places[0].agent) == "ready"


def test_caller_hangs_up_in_the_instant_of_the_answer(rig: Rig, busy: Client, phone: RigPhone) -> None:
    """Before the first word: the record has a call of no length, abandoned."""
    result = rig.call(busy.dialled, hang_up_after=0.001 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("abandoned_in_menu", "caller")
