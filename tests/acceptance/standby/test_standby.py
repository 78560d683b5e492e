"""Two switches: one leads, the other stands by; what becomes of callers when the first is gone, or is replaced."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from seatline.house import handover
from seatline.house.processes import Process
from tests.acceptance.crowd import a_crowd
from tests.acceptance.doctoring import red
from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, caller_voice, keys, wait_for_state

SHORT = pytest.param(6, 7.0, id="short")
LONG = pytest.param(20, 40.0, id="long", marks=pytest.mark.faults)
CHOOSES_AGENT = keys((1, "0"))


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """One agent at work; the others who call only hear the menu."""
    made = a_client(rig, "doubled")
    made.at_work()
    return made


@dataclass(frozen=True)
class Pair:
    """Two switches, as the story finds them."""

    leader: Process
    other: Process


@pytest.fixture
def pair(rig: Rig) -> Iterator[Pair]:
    """One leads, which may be either, and the other stands by; what a story ends is started again."""
    switches = (rig.switch, rig.standby)
    for one in switches:
        one.start()
    leader = wait_until(lambda: next((one for one in switches if handover.leads(rig.var, one.pid())), None), 30)
    assert leader is not None
    other = next(one for one in switches if one.name != leader.name)
    wait_until(lambda: handover.stands_by(rig.var, other.pid()), 30, "the other to stand by")
    yield Pair(leader, other)
    rig.switch.start()


@pytest.fixture(scope="module", autouse=True)
def one_switch_in_the_end(rig: Rig) -> Iterator[None]:
    """The usual one."""
    yield
    rig.switch.start()
    rig.standby.stop()
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 30, "the usual switch to lead")


def a_talk(rig: Rig, client: Client, seconds: float):
    """A caller talks with the agent for so long, from now on."""
    call = rig.begin_call(
        client.dialled, keys=CHOOSES_AGENT, speech=caller_voice(rig), hang_up_after=seconds * SECOND
    )  # fmt: skip
    wait_for_state(client.places[0].agent, "talking")
    return call


def talked_on(rig: Rig, client: Client, call, seconds: float) -> None:
    """The talk was never interrupted, and is on record as one."""
    result = call.result(90)
    assert result.hung_up_by == "caller"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, client.places[0].hertz) > seconds - 3, "the sound never stopped"
    report = rig.report(result, 30)
    assert (report["outcome"], report["ended_by"], report["agent"]) == (
        "answered", "caller", client.places[0].agent
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "rate", "seconds"),
    [
        pytest.param(signal.SIGSTOP, 6, 7.0, id="hung-short"),
        pytest.param(signal.SIGSTOP, 20, 40.0, id="hung-long", marks=pytest.mark.faults),
        pytest.param(signal.SIGKILL, 20, 40.0, id="killed-long", marks=pytest.mark.faults),
    ],
)
def test_standby_takes_over_from_a_switch_that_is_gone(
    rig: Rig, client: Client, pair: Pair, how: signal.Signals, rate: int, seconds: float
) -> None:
    """Callers arrive throughout; a pair talks; the watchdog is the rig's own and starts no program again."""
    first, second = pair.leader.pid(), pair.other.pid()
    assert first is not None
    call = a_talk(rig, client, seconds + 4)
    with a_crowd(rig, client, rate, seconds) as crowd:
        time.sleep(2)
        os.kill(first, how)
        gone = time.monotonic()
        wait_until(lambda: handover.leads(rig.var, second), 15, "the second switch to lead")
        took = time.monotonic() - gone
    figure(
        f"switch {'killed' if how == signal.SIGKILL else 'hung'} at {rate} calls/s: another in full control after "
        f"{took:.1f} s, the slowest answer {crowd.longest_wait() * 1000:.0f} ms, {crowd.calls - crowd.served['ended']} "
        f"of {crowd.calls} calls failed"
    )
    crowd.nobody_failed()
    assert took < 5
    assert crowd.longest_wait() < 1.5
    talked_on(rig, client, call, seconds + 4)
    crowd.facts_are_whole(crowd.on_record())
    assert pair.leader.pid() is None, "the first was ended by the second, if it was not"
    assert all(call.flow_code for call in crowd.on_record() if call.started_at.timestamp() > crowd.began_at + took + 3)


def test_second_switch_decides_nothing_and_a_database_that_is_away_makes_it_no_leader(
    rig: Rig, client: Client, pair: Pair
) -> None:
    """PostgreSQL's locks are gone with it; the first switch goes on, and has the lock again afterwards."""
    call = a_talk(rig, client, 9)
    rig.do(rig.wire.cut())
    time.sleep(3)
    rig.do(rig.wire.mend())
    time.sleep(3)
    assert handover.leads(rig.var, pair.leader.pid()), "still the first"
    assert handover.stands_by(rig.var, pair.other.pid()), "and the second waits still"
    assert {"lead", "lead's lock"}.isdisjoint(red(rig))
    talked_on(rig, client, call, 9)


@pytest.mark.parametrize(("rate", "seconds"), [SHORT, LONG])
def test_restart_loses_no_call(rig: Rig, client: Client, rate: int, seconds: float) -> None:
    """As `./run restart switch` does where none stands by: callers arrive throughout, a pair talks."""
    rig.switch.start()
    rig.standby.stop()
    wait_until(lambda: handover.leads(rig.var, rig.switch.pid()), 30, "the only switch to lead")
    first = rig.switch.pid()
    call = a_talk(rig, client, seconds + 5)
    with a_crowd(rig, client, rate, seconds) as crowd:
        time.sleep(1)
        began = time.monotonic()
        second = handover.relieve(rig.var, rig.switch)
        took = time.monotonic() - began
    assert second == rig.switch.pid() != first
    figure(
        f"switch restarted at {rate} calls/s in {took:.1f} s: the slowest answer {crowd.longest_wait() * 1000:.0f} ms, "
        f"{crowd.calls - crowd.served['ended']} of {crowd.calls} calls failed"
    )
    crowd.nobody_failed()
    talked_on(rig, client, call, seconds + 5)
    crowd.facts_are_whole(crowd.on_record())


@pytest.mark.faults
def test_restart_of_both_loses_no_call(rig: Rig, client: Client, pair: Pair) -> None:
    """As `./run restart switch` does where one stands by: each is begun anew, and the lead goes over once."""
    before = {pair.leader.pid(), pair.other.pid()}
    call = a_talk(rig, client, 30)
    with a_crowd(rig, client, 10, 25) as crowd:
        handover.take_turns(rig.var, pair.leader, pair.other)
    assert before.isdisjoint({pair.leader.pid(), pair.other.pid()})
    assert handover.leads(rig.var, pair.other.pid())
    crowd.nobody_failed()
    talked_on(rig, client, call, 30)
    crowd.facts_are_whole(crowd.on_record())
