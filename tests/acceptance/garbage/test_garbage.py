"""Broken frames, half messages and nonsense on the socket between Asterisk and the switch: no call is harmed."""

import time
from collections.abc import Iterator

import pytest

from seatline.house import handover
from tests.acceptance.crowd import a_crowd
from tests.acceptance.doctoring import names
from tests.acceptance.figures import figure
from tests.acceptance.garbage.noise import BROKEN, STRANGE, NoisyLine
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, a_client, caller_voice, keys, wait_for_state


@pytest.fixture
def line(rig: Rig) -> Iterator[NoisyLine]:
    """The switch speaks with Asterisk by this line."""
    made = NoisyLine(rig.asterisk.ports.http)
    rig.do(made.open())
    rig.switch.stop()
    rig.more["SEATLINE_ARI_URL"] = f"http://127.0.0.1:{made.port}/ari"
    rig.start_switch()
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 20, "the switch to lead")
    yield made
    rig.switch.stop()
    del rig.more["SEATLINE_ARI_URL"]
    rig.do(made.close())
    rig.start_switch()


ALL = (*BROKEN.values(), b"")  # and one that just breaks


@pytest.mark.parametrize(
    ("rate", "times", "broken"),
    [
        pytest.param(4, 1, (BROKEN["no UTF-8"], BROKEN["half a message"]), id="short"),
        pytest.param(15, 5, ALL, id="long", marks=pytest.mark.faults),
    ],
)
def test_nonsense_from_asterisk_harms_no_call(
    rig: Rig, line: NoisyLine, rate: int, times: int, broken: tuple[bytes, ...]
) -> None:
    """A pair talks and callers arrive; what can be passed over is, and after what cannot there is a new connection."""
    client = a_client(rig, f"babel{times}")
    client.at_work()
    switch, breaks = rig.switch.pid(), times * len(broken)
    seconds = times * (len(STRANGE) * 0.05 + 2.5 * len(broken))
    call = rig.begin_call(
        client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=(seconds + 6) * SECOND
    )
    wait_for_state(client.places[0].agent, "talking")
    opened = line.opened
    with a_crowd(rig, client, rate, seconds) as crowd:
        for _ in range(times):
            for noise in STRANGE:
                rig.do(line.say(noise))
                time.sleep(0.05)
        assert line.opened == opened, "none of that costs the connection"
        for _ in range(times):
            for noise in broken:
                break_off(rig, line, noise)
    figure(
        f"garbage on ARI's socket: {times * len(STRANGE)} strange frames and {breaks} broken connections at {rate} "
        f"calls/s, {crowd.calls - crowd.served['ended']} of {crowd.calls} calls failed"
    )
    crowd.nobody_failed()
    talked = call.result(90)
    assert talked.hung_up_by == "caller"
    assert talked.heard is not None
    assert seconds_of_tone(talked.heard, client.places[0].hertz) > seconds + 3, "the sound never stopped"
    report = rig.report(talked, 30)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[0].agent)
    crowd.facts_are_whole(crowd.on_record())
    assert rig.switch.pid() == switch, "the same switch all along"
    names(rig, "alarm nonsense")
    taken = rig.report(rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=3 * SECOND))
    assert taken["flow"] is not None, "which takes calls"


def break_off(rig: Rig, line: NoisyLine, noise: bytes) -> None:
    """Say it, tear the connection as a broken one is, and wait until the switch has another."""
    before = line.opened
    rig.do(line.say(noise))
    time.sleep(0.3)
    rig.do(line.tear())
    wait_until(lambda: line.opened > before, 8, "a new connection")
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 8, "the switch at Asterisk again")
