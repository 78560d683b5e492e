"""The clock on the wall is set while people talk: nobody's call is ended by it, and lengths stay true.

libfaketime steps the switch's wall clock, as the kernel would, and leaves the monotonic one alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatline.house import handover
from tests.acceptance.doctoring import names
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, a_client, caller_voice, keys, wait_for_state

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


@pytest.fixture
def clock(rig: Rig) -> Iterator[Path]:
    """The file that says by how much the switch's clock is off; the switch reads it again every second."""
    if not LIBRARIES:
        pytest.skip("no libfaketime: apt-get install faketime")
    file = rig.folder / "clock"
    file.write_text("+0\n")
    names_ = {
        "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
    }  # fmt: skip
    rig.switch.stop()
    rig.more.update(names_)
    rig.start_switch()
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 30, "the switch to lead")
    yield file
    rig.switch.stop()
    for name in names_:
        del rig.more[name]
    rig.start_switch()


@pytest.mark.parametrize(
    "step", [pytest.param(-20, id="short"), pytest.param(-3600, id="long", marks=pytest.mark.faults)]
)
def test_clock_that_is_set_back_ends_no_call_and_changes_no_length(rig: Rig, clock: Path, step: int) -> None:
    """A pair talks, the clock is set back, the caller hangs up: the talk is as long as it was; others are served."""
    client = a_client(rig, f"backward{-step}")
    client.at_work()
    agent = client.places[0]
    call = rig.begin_call(
        client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=6 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    switch = rig.switch.pid()
    clock.write_text(f"{step}\n")
    assert "the clock was set by -" in names(rig, "alarm clock")
    result = call.result(40)
    assert result.hung_up_by == "caller"
    assert result.heard is not None
    heard = seconds_of_tone(result.heard, agent.hertz)
    assert heard > 3
    report = rig.report(result, 30)
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", agent.agent)
    wait_until(lambda: abs(rig.report(result)["talk_ms"] / 1000 - heard) < 1.5, 10, "the length as Asterisk tells it")
    wait_for_state(agent.agent, "ready")
    again = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=3 * SECOND)
    report = rig.report(again, 30)
    assert (report["outcome"], report["agent"], report["flow"] is not None) == ("answered", agent.agent, True)
    assert rig.switch.pid() == switch
    assert handover.leads(rig.var, switch), "nobody thinks it dead"
