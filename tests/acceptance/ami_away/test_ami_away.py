"""Asterisk's manager interface does not answer the switch: calls go on, unrecorded, and somebody is told."""

from collections.abc import Iterator

import pytest

from seatline.house import handover
from tests.acceptance.doctoring import names, names_no_more
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.wire import Wire
from tests.acceptance.world import SECOND, a_client, caller_voice, facts_of, keys, wait_for_state


@pytest.fixture
def wire(rig: Rig) -> Iterator[Wire]:
    """The line between the switch and AMI, which the story can cut; the watchdog has a line of its own."""
    made = Wire("127.0.0.1", rig.asterisk.ports.ami)
    rig.do(made.mend())
    rig.switch.stop()
    rig.more["SEATLINE_AMI_PORT"] = str(made.port)
    rig.start_switch()
    yield made
    rig.switch.stop()
    del rig.more["SEATLINE_AMI_PORT"]
    rig.do(made.cut())
    rig.start_switch()


def test_call_without_ami_is_answered_and_the_next_is_recorded_again(rig: Rig, wire: Wire) -> None:
    """Doctor says so meanwhile, and is content again when the line is mended: nobody does anything else."""
    client = a_client(rig, "unmanaged")
    client.at_work()
    agent = client.places[0]
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 10, "the switch to lead")
    rig.do(wire.cut())
    assert "unrecorded" in names(rig, "alarm ami")
    result = rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=6 * SECOND)
    assert result.hung_up_by == "caller"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, agent.hertz) > 2, "connected all the same"
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", agent.agent)
    assert "RecordingLost" in wait_until(lambda: [one for one in facts_of(report) if one.startswith("RecordingL")], 10)

    rig.do(wire.mend())
    names_no_more(rig, "alarm ami")
    wait_for_state(agent.agent, "ready")
    again = rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=5 * SECOND)
    report = rig.report(again)
    wait_until(lambda: "RecordingStored" in facts_of(report), 10, "the recording")
