"""Asterisk is killed and comes again under a switch that runs: calls are cut and closed, phones and agents are back."""

import os
import signal

from tests.acceptance.rig import Rig, wait_until
from tests.acceptance.sound import seconds_of_tone
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
