"""A call from end to end: a caller dials a number, chooses the agent, is answered, heard, recorded and written down.

The caller speaks at 440 Hz and the agent at a frequency of his own, so that each file tells who was heard where. The
greeting is a real prompt, spoken by the machine.
"""

from pathlib import Path

import pytest

from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import channels_of, hears_phrase, seconds_of_sound, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    state_of,
    wait_for_plan,
    wait_for_state,
)

GREETING = "Welcome to the museum. For tickets, press zero."


@pytest.fixture(scope="module")
def museum(rig: Rig) -> Client:
    """A client whose greeting is spoken."""
    from telephony.plans.services import say_prompt
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "museum", wrap_up=2 * SECOND)
    with operator_scope():
        say_prompt(Tenant.objects.get(code="museum"), "greeting", "en", GREETING, sounds=rig.var / "sounds")
    wait_for_plan(rig)
    return client


@pytest.fixture(scope="module")
def greeting(rig: Rig, museum: Client) -> Path:
    """The greeting's file."""
    from telephony.plans.speech import fingerprint

    return rig.var / "sounds" / "prompts" / f"{fingerprint(GREETING, 'en')}.wav"


@pytest.fixture(scope="module")
def phone(museum: Client) -> RigPhone:
    """The agent's phone, registered by digest; the agent is logged in."""
    return museum.at_work(record=True)


def the_call(rig: Rig, museum: Client, **plan: object) -> CallerResult:
    """A caller who listens to the greeting for four seconds and chooses the agent."""
    return rig.call(
        museum.dialled, caller="02161234567", keys=keys((4, "0")), speech=caller_voice(rig),
        **{"hang_up_after": 8 * SECOND, **plan},
    )  # fmt: skip


def test_caller_and_agent_hear_each_other_and_the_caller_hangs_up(
    rig: Rig, museum: Client, phone: RigPhone, greeting: Path
) -> None:
    """All of it: sound, caller ID, record, recording, and the agent's time after the call."""
    agent = museum.places[0]
    result = the_call(rig, museum)
    wait_for_state(agent.agent, "wrap_up", 3)
    assert (result.answered, result.hung_up_by) == (True, "caller")
    assert result.heard is not None
    assert hears_phrase(result.heard, greeting)
    assert seconds_of_tone(result.heard, agent.hertz) > 2, "the caller hears the agent"
    assert seconds_of_tone(phone.heard()[-1], CALLER_HERTZ) > 2, "the agent hears the caller"
    assert "+862161234567" in phone.last("CALL_INCOMING").peer

    report = rig.report(result)
    expected = {
        "tenant": "museum", "direction": "inbound", "number": museum.e164, "caller": "+862161234567",
        "flow": "service", "flow_version": 1, "queue": "service", "agent": agent.agent, "outcome": "answered",
        "ended_by": "caller", "language": "en", "practice": False, "merchant_code": None,
    }  # fmt: skip
    assert {key: report[key] for key in expected} == expected
    assert 0 < report["ring_ms"] < 2500
    # Of an agent who is rung at once both are one span, the end of which two witnesses tell: they differ by a rounding.
    assert report["ring_ms"] <= report["queued_ms"] + 1 < 3000
    assert 2000 < report["talk_ms"] < 4500
    assert report["usage"] == [], "what it costs is written higher up"
    caller, leg = report["legs"]
    assert (caller["no"], caller["kind"], caller["cause"]) == (0, "caller", 16)
    assert (leg["no"], leg["kind"], leg["endpoint"], leg["missed"]) == (1, "agent", agent.endpoint, False)
    assert leg["started_at"] < leg["answered_at"] == report["connected_at"] < caller["ended_at"] <= leg["ended_at"]
    assert report["started_at"] <= report["answered_at"] < report["connected_at"] < report["ended_at"]

    recording = wait_until(lambda: rig.report(result)["recording"], 10, "the recording")
    assert facts_of(report) == [
        "CallArrived", "CallAnswered", "FlowEntered", "NodesPassed", "NodesPassed", "QueueEntered", "AgentOffered",
        "QueueLeft", "AgentConnected", "RecordingStarted", "LegEnded", "LegEnded", "CallEnded", "RecordingStored",
    ]  # fmt: skip
    sound = Path(recording["path"])
    assert channels_of(sound) == 2
    assert seconds_of_tone(sound, CALLER_HERTZ, channel=0) > 2, "left is the caller"
    assert seconds_of_tone(sound, agent.hertz, channel=1) > 2, "right is the agent"
    assert abs(recording["seconds"] - report["talk_ms"] / 1000) < 1
    assert -14 < recording["peak_db"] < -10, "a tone of a quarter of full scale"
    assert recording["size"] == sound.stat().st_size
    wait_for_state(agent.agent, "ready", 5)


def test_agent_hangs_up_first(rig: Rig, museum: Client, phone: RigPhone) -> None:
    """The caller's call is ended, and the record says by whom."""
    agent = museum.places[0]
    assert state_of(agent.agent) == "ready"
    since = phone.mark()
    call = rig.begin_call(
        museum.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=30 * SECOND,
    )  # fmt: skip
    phone.wait_for("CALL_ESTABLISHED", since=since)
    wait_for_state(agent.agent, "talking")
    phone.hang_up()
    result = call.result(10)
    assert (result.answered, result.hung_up_by) == (True, "far")
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "agent", agent.agent)
    assert [leg["cause"] for leg in report["legs"]] == [16, 16]
    wait_for_state(agent.agent, "wrap_up", 3)
    wait_for_state(agent.agent, "ready", 5)


def test_call_that_is_not_to_be_recorded_leaves_no_sound(rig: Rig) -> None:
    """The queue's rule says no: no recording, and nothing that says one was lost."""
    client = a_client(rig, "secretive", record=False)
    client.at_work()
    result = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["recording"]) == ("answered", None)
    assert not {"RecordingStarted", "RecordingLost"} & set(facts_of(report))
    assert not list((rig.var / "recordings").rglob(f"{report['call_id']}*"))
    assert result.heard is not None
    assert seconds_of_sound(result.heard) > 1
