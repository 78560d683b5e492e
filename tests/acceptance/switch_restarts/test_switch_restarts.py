"""The switch goes down in good order, or is killed: pairs that talk notice nothing, and the record is true.

Asterisk keeps the channels, the journal keeps the facts, and the next switch puts the two together again.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
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

CHOOSES_AGENT = keys((1, "0"))


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """One agent."""
    return a_client(rig, "steady", max_wait=60 * SECOND)


@pytest.fixture(scope="module")
def phone(client: Client) -> RigPhone:
    """The agent's phone; the agent is logged in."""
    return client.at_work(record=True)


@pytest.fixture(autouse=True)
def switch_is_there_again(rig: Rig) -> Iterator[None]:
    """Whatever becomes of a story, the next one has a switch."""
    yield
    rig.start_switch()
    rig.watchdog.start()


def the_recording(rig: Rig, report: dict[str, Any], client: Client, seconds: float) -> None:
    """The recording has both parties for so long, although a switch ended in its midst."""

    def stored() -> bool:
        return "RecordingStored" in facts_of(report)

    wait_until(stored, 10, "the recording")
    path = next((rig.var / "recordings").rglob(f"{report['call_id']}.wav"))
    assert seconds_of_tone(path, CALLER_HERTZ, channel=0) > seconds
    assert seconds_of_tone(path, client.places[0].hertz, channel=1) > seconds
    assert not list((rig.var / "recordings" / "spool").glob(f"{report['call_id']}*"))
    assert not list(path.parent.glob("*.tmp"))


def heard_by(path: Path | None) -> Path:
    """What the caller heard; there must be something."""
    assert path is not None
    return path


def test_pair_talks_on_while_the_switch_is_replaced(rig: Rig, client: Client, phone: RigPhone) -> None:
    """SIGTERM, and another switch: it adopts the call, completes record and recording, and frees the agent."""
    agent = client.places[0]
    call = rig.begin_call(
        client.dialled, keys=CHOOSES_AGENT, speech=caller_voice(rig), hang_up_after=14 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    rig.switch.stop()
    rig.start_switch()
    result = call.result(30)
    assert result.hung_up_by == "caller"
    assert seconds_of_tone(heard_by(result.heard), agent.hertz) > 11, "the sound never stopped"
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", agent.agent)
    assert abs(report["talk_ms"] / 1000 - seconds_of_tone(heard_by(result.heard), agent.hertz)) < 2
    the_recording(rig, report, client, 11)
    wait_for_state(agent.agent, "ready")


def test_agent_hangs_up_while_nobody_is_there(rig: Rig, client: Client, phone: RigPhone) -> None:
    """The pair ends during the gap: the next switch closes the call, and the agent is not stuck."""
    agent = client.places[0]
    call = rig.begin_call(
        client.dialled, keys=CHOOSES_AGENT, speech=caller_voice(rig), hang_up_after=5 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    rig.kill_switch()
    result = call.result(30)
    rig.start_switch()
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", agent.agent)
    assert report["talk_ms"] > 2000
    the_recording(rig, report, client, 2)
    wait_for_state(agent.agent, "ready")
    again = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=4 * SECOND)
    assert rig.report(again)["agent"] == agent.agent


def test_killed_switch_costs_nobody_anything(rig: Rig, client: Client, phone: RigPhone) -> None:
    """One pair talks, one waits, one calls during the gap; the watchdog is away, too, so that nobody else helps."""
    agent = client.places[0]
    rig.watchdog.stop()
    talks = rig.begin_call(
        client.dialled, keys=CHOOSES_AGENT, speech=caller_voice(rig), hang_up_after=16 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    waits = rig.begin_call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=23 * SECOND)
    wait_until(lambda: len(queued(client)) == 2, 8, "the second caller in the queue")
    rig.kill_switch()
    gap = rig.begin_call(client.dialled, hang_up_after=7 * SECOND)
    wait_until(lambda: "Queue" in rig.asterisk.ask("core show channels"), 9, "the third caller in the fallback")
    rig.start_switch()

    served = gap.result(40)
    assert served.hung_up_by == "caller"
    assert hears_phrase(heard_by(served.heard), rig.var / "sounds" / "en" / "please-wait.wav")

    waited = waits.result(60)
    assert waited.hung_up_by == "caller"
    assert hears_phrase(heard_by(waited.heard), rig.var / "sounds" / "en" / "one-moment.wav")
    assert seconds_of_tone(heard_by(waited.heard), agent.hertz) > 1, "the agent came in the end"
    report = rig.report(waited)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", agent.agent)
    facts = facts_of(report)
    assert (facts.count("QueueEntered"), facts.count("CallTakenUp")) == (1, 1)
    assert report["queued_ms"] > 9000, "the wait was one"

    talked = talks.result(40)
    assert talked.hung_up_by == "caller"
    report = rig.report(talked)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", agent.agent)
    assert seconds_of_tone(heard_by(talked.heard), agent.hertz) > 13, "the sound never stopped"
    the_recording(rig, report, client, 13)
    wait_for_state(agent.agent, "ready")


def test_silent_switch_loses_no_caller_who_waits(rig: Rig, client: Client, phone: RigPhone) -> None:
    """Killed, and nobody starts another: the watchdog sends who waits and who listens to the fallback."""
    agent = client.places[0]
    waits = rig.begin_call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=22 * SECOND)
    wait_for_state(agent.agent, "talking")
    listens = rig.begin_call(client.dialled, keys=keys((2.8, "0")), hang_up_after=9 * SECOND)
    time.sleep(1)
    rig.kill_switch()
    since = time.monotonic()
    wait_until(lambda: in_fallback(rig), 10, "the caller in the fallback")
    figure(f"silent switch: its caller was in the fallback after {time.monotonic() - since:.1f} s")
    assert time.monotonic() - since < 5
    assert listens.result(30).hung_up_by == "caller"
    talked = waits.result(30)
    assert seconds_of_tone(heard_by(talked.heard), agent.hertz) > 15, "who talked was not touched"
    rig.start_switch()
    assert rig.report(talked, 30)["outcome"] == "answered"
    wait_for_state(agent.agent, "ready")


def test_dead_switch_is_started_again_by_the_watchdog(rig: Rig, client: Client, phone: RigPhone) -> None:
    """Nobody does anything; the next call is taken by a switch."""
    killed = rig.switch.pid()
    assert killed is not None
    with rig.kept_alive(rig.switch):
        os.kill(killed, signal.SIGKILL)
        since = time.monotonic()
        wait_until(lambda: rig.switch.pid() not in (None, killed), 10, "another switch")
        wait_until(lambda: (beat := rig.beat()) is not None and beat.ready and beat.pid != killed, 30, "its readiness")
        figure(f"dead switch: another one is ready after {time.monotonic() - since:.1f} s")
    result = rig.call(client.dialled, keys=CHOOSES_AGENT, hang_up_after=4 * SECOND)
    report = rig.report(result, 30)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[0].agent)
    assert report["flow"] is not None, "taken by a switch, and not by the fallback"
    wait_for_state(client.places[0].agent, "ready")


def in_fallback(rig: Rig) -> bool:
    """Whether a caller is in the fallback."""
    return any(one["dialplan"]["context"] == "fallback" for one in rig.ari("channels") or [])


def test_recording_is_stored_that_a_killed_switch_had_not_completed(rig: Rig, client: Client, phone: RigPhone) -> None:
    """Killed in the instant after the hang-up: the raw sound is found by the next one."""
    call = rig.begin_call(
        client.dialled, keys=CHOOSES_AGENT, speech=caller_voice(rig), hang_up_after=5 * SECOND
    )  # fmt: skip
    wait_for_state(client.places[0].agent, "talking")
    wait_for_state(client.places[0].agent, "wrap_up")
    rig.kill_switch()
    result = call.result(20)
    rig.start_switch()
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    the_recording(rig, report, client, 2)
    wait_for_state(client.places[0].agent, "ready")


def queued(client: Client) -> list[Any]:
    """The client's open calls that have come to the queue."""
    return [call for call in open_calls(client.dialled) if call.queue_code]
