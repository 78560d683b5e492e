"""The agent puts the caller on hold at the phone, twice: music for the caller, silence for the agent, and the time.

The caller speaks at 440 Hz and the agent at a frequency of his own: each file tells who was heard where.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_sound, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.wishing import wish
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    state_of,
    wait_for_state,
)


@pytest.fixture(scope="module")
def holder(rig: Rig) -> Client:
    """A client with one agent."""
    return a_client(rig, "holder")


@pytest.fixture(scope="module")
def phone(holder: Client) -> RigPhone:
    """The agent's phone; the agent is logged in."""
    return holder.at_work(record=True)


def test_held_caller_hears_music_and_both_holds_are_on_the_record(rig: Rig, holder: Client, phone: RigPhone) -> None:
    """Two holds of two seconds and of one; then they talk on, and the caller hangs up."""
    agent = holder.places[0]
    call = rig.begin_call(
        holder.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=13 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    time.sleep(1.5)
    for length in (2, 1):
        phone.hold()
        wait_for_state(agent.agent, "hold", 3)
        time.sleep(length)
        phone.take_back()
        wait_for_state(agent.agent, "talking", 3)
        time.sleep(1)
    result = call.result(20)
    wait_for_state(agent.agent, "wrap_up", 3)
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    told = [kind for kind in facts_of(report) if kind.startswith(("Leg", "Call", "Agent"))]
    assert told == [
        "CallArrived", "CallAnswered", "AgentOffered", "AgentConnected", "LegHeld", "LegResumed", "LegHeld",
        "LegResumed", "LegEnded", "LegEnded", "CallEnded",
    ]  # fmt: skip
    leg = report["legs"][1]
    assert 2800 < leg["hold_ms"] < 4500, "the holds add up"
    assert abs(leg["talk_ms"] + leg["hold_ms"] - report["talk_ms"]) < 5, "and are no talk"
    assert result.heard is not None
    tone = seconds_of_tone(result.heard, agent.hertz)
    assert tone > 2, "the caller hears the agent before, between and after"
    assert abs(tone - leg["talk_ms"] / 1000) < 1.5
    assert seconds_of_sound(result.heard) - tone > 2, "and music meanwhile"
    # What the phone writes down of what it hears ends with the first hold.
    heard = sum(seconds_of_tone(path, CALLER_HERTZ) for path in phone.heard())
    assert 0.5 < heard < leg["talk_ms"] / 1000 + 1, "the agent hears the caller only when they talk"


def test_caller_who_hangs_up_on_hold_is_held_to_the_end(rig: Rig, holder: Client, phone: RigPhone) -> None:
    """The agent wraps up as after any call."""
    agent = holder.places[0]
    wait_for_state(agent.agent, "ready", 5)
    call = rig.begin_call(holder.dialled, keys=keys((1, "0")), hang_up_after=6 * SECOND)
    wait_for_state(agent.agent, "talking")
    phone.hold()
    wait_for_state(agent.agent, "hold", 3)
    report = rig.report(call.result(20))
    assert state_of(agent.agent) in ("wrap_up", "ready")
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    assert report["legs"][1]["hold_ms"] > 1000


def test_agent_hears_the_caller_again_after_each_hold_and_a_request_holds_too(
    rig: Rig, holder: Client, phone: RigPhone
) -> None:
    """A hold at the phone, and one that the desk asks for. What the agent hears is taken down before his telephone."""
    agent = holder.places[0]
    wait_for_state(agent.agent, "ready", 5)
    call = rig.begin_call(
        holder.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=12 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    (channel,) = (one["name"] for one in rig.ari("channels") if agent.endpoint in one["name"])
    before, between, after = (rig.folder / "tones" / f"{name}.wav" for name in ("before", "between", "after"))
    with hears(rig, channel, before):
        time.sleep(1.2)
    phone.hold()
    wait_for_state(agent.agent, "hold", 3)
    phone.take_back()
    wait_for_state(agent.agent, "talking", 3)
    with hears(rig, channel, between):
        time.sleep(1.2)
    assert wish(holder, 0, "hold") == ""
    wait_for_state(agent.agent, "hold", 3)
    assert wish(holder, 0, "hold") == "not_now"
    assert wish(holder, 0, "resume") == ""
    wait_for_state(agent.agent, "talking", 3)
    with hears(rig, channel, after):
        time.sleep(1.2)
    report = rig.report(call.result(20))
    assert [kind for kind in facts_of(report) if kind in ("LegHeld", "LegResumed")] == ["LegHeld", "LegResumed"] * 2
    for path in (before, between, after):
        assert seconds_of_tone(path, CALLER_HERTZ) > 0.7, f"{path.stem}: the agent hears the caller"


@contextmanager
def hears(rig: Rig, channel: str, path: Path) -> Iterator[None]:
    """Take down what is sent to a channel: the phone's own record of it ends with the first hold."""
    rig.asterisk.ask(f"mixmonitor start {channel} ,t({path})")
    try:
        yield
    finally:
        rig.asterisk.ask(f"mixmonitor stop {channel}")
        wait_until(path.exists, 3, f"{path}")
