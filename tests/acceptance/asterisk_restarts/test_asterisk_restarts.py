"""Asterisk is killed and comes again under a switch that runs: calls are cut and closed, phones and agents are back."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.crowd import a_crowd
from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, a_client, caller_voice, facts_of, keys, state_of, wait_for_state


def test_agents_get_calls_again_without_doing_anything(rig: Rig) -> None:
    """One call is cut; nobody logs in again; the next call is answered."""
    client = a_client(rig, "resumed", agents=2)
    agent, idle = (place.agent for place in client.places)
    client.at_work(0)
    client.log_in(1)
    client.pause(1)
    call = rig.begin_call(
        client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=8 * SECOND
    )  # fmt: skip
    wait_for_state(agent, "talking")
    kill_asterisk(rig)
    rig.asterisk.start()
    rig.wait_for_switch()
    cut = rig.report(call.result(60))
    assert (cut["outcome"], cut["agent"]) == ("answered", agent)
    assert cut["talk_ms"] < 10_000
    assert facts_of(cut)[-1] in ("RecordingStored", "RecordingLost")

    assert state_of(agent) in ("wrap_up", "ready"), "still logged in"
    assert state_of(idle) == "paused"
    wait_until(lambda: rig.ari(f"endpoints/PJSIP/{client.places[0].endpoint}"), 10, "the phone's account")
    wait_for_state(agent, "ready")
    wait_until(lambda: online(rig, client.places[0].endpoint), 65, "the phone's registration")
    result = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", agent)
    assert result.heard is not None
    assert seconds_of_tone(result.heard, client.places[0].hertz) > 1


QUEUES = {
    "start": "agent",
    "nodes": {"agent": {"kind": "queue", "queue": "service"}},
}  # a flow that leads straight to the queue


@pytest.mark.faults
def test_fifty_callers_are_cut_and_the_next_is_answered_soon(rig: Rig) -> None:
    """The watchdog starts Asterisk again; each call that was cut has an end that is near the truth."""
    client = a_client(rig, "fifty", definition=QUEUES, max_wait=120 * SECOND)
    client.log_in()
    client.pause()
    with rig.kept_alive(rig.asterisk.process), a_crowd(rig, client, 10, 5, hold_ms=15_000) as crowd:
        wait_until(lambda: len(rig.ari("channels") or ()) >= crowd.calls, 15, "all callers in the queue")
        time.sleep(1)
        kill_asterisk(rig)
        killed, killed_at = time.monotonic(), datetime.now(UTC)
        tries = []
        while time.monotonic() - killed < 16 and not any(call.done() and call.result().answered for _, call in tries):
            tries.append((time.monotonic(), rig.begin_call(client.dialled, hang_up_after=SECOND)))
            time.sleep(1)
    results = [(began, call.result(120)) for began, call in tries]
    back = min(began + (one.answer_ms or 0) / 1000 - killed for began, one in results if one.answered)
    rig.wait_for_switch()
    calls = crowd.on_record(60)
    off = max(abs(call.ended_at - killed_at) for call in calls)
    figure(
        f"Asterisk killed with {crowd.calls} calls: a caller is answered {back:.1f} s later; the ends of those "
        f"that were cut are at most {off / SECOND:.1f} s off"
    )
    assert back < 15
    assert off < timedelta(seconds=10)
    crowd.facts_are_whole(calls)


def kill_asterisk(rig: Rig) -> None:
    """End it without a word, and wait until it is gone."""
    pid = rig.asterisk.process.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: rig.asterisk.process.pid() is None, 5, "the end of Asterisk")


def online(rig: Rig, endpoint: str) -> bool:
    """Whether Asterisk can reach the phone."""
    found = rig.ari(f"endpoints/PJSIP/{endpoint}")
    return bool(found) and found["state"] == "online"
