"""Programs that die are started again, with pauses that grow; programs that were stopped are not."""

import os
import signal
import sys
import time

import pytest

from seatline.house.keeper import PAUSES, STEADY_AFTER, Keeper, describe, described
from seatline.house.processes import Process
from seatline.house.watchdog import HUNG_AFTER, Pulses, end_if_hung
from telephony.watch import heartbeat, waiting
from telephony.watch.heartbeat import Beat


@pytest.fixture
def program(tmp_path):
    made = Process(
        "switch", (sys.executable, "-c", "import time; time.sleep(60)"), tmp_path / "run", tmp_path / "log"
    )  # fmt: skip
    yield made
    made.stop()


def kill(program):
    pid = program.pid()
    os.kill(pid, signal.SIGKILL)
    while program.pid() is not None:
        time.sleep(0.01)
    return pid


def test_a_program_that_died_is_started_again_at_once_and_then_after_pauses(program):
    keeper = Keeper(lambda: [program])
    program.start()
    assert keeper.look(0.0) == []
    first = kill(program)
    assert keeper.look(100.0) == ["switch"]
    assert program.pid() not in (None, first)
    kill(program)
    assert keeper.look(101.0) == []
    assert keeper.look(101.0 + PAUSES[1]) == ["switch"]
    kill(program)
    assert keeper.look(200.0 + STEADY_AFTER) == ["switch"], "it ran long enough to be trusted again"


def test_a_program_that_was_stopped_or_never_started_stays_so(program):
    keeper = Keeper(lambda: [program])
    assert keeper.look(0.0) == []
    program.start()
    program.stop()
    assert keeper.look(100.0) == []
    assert program.pid() is None


def test_what_is_written_down_is_what_is_kept(program, tmp_path):
    path = tmp_path / "run" / "kept.json"
    describe([program], path)
    assert described(path) == [program]
    assert path.stat().st_mode & 0o777 == 0o600
    assert described(tmp_path / "nothing") == []


def test_a_switch_whose_heart_stopped_is_ended_and_one_that_only_begins_is_not(program, tmp_path):
    pid, pulses = program.start(), Pulses(tmp_path)
    assert not end_if_hung(program, pulses, 1000.0), "it has not beaten yet"
    beat(tmp_path, pid + 1, 900.0)
    assert not end_if_hung(program, pulses, 1000.0), "that beat was another's"
    beat(tmp_path, pid, 1000.0 - HUNG_AFTER)
    assert end_if_hung(program, pulses, 1000.0)
    assert gone(program)


def test_a_hung_switch_is_ended_although_another_leads_by_now(program, tmp_path):
    pid, pulses = program.start(), Pulses(tmp_path)
    beat(tmp_path, pid, 1000.0)
    assert not end_if_hung(program, pulses, 1000.0)
    beat(tmp_path, pid + 1, 1003.0)
    assert not end_if_hung(program, pulses, 1003.0)
    assert end_if_hung(program, pulses, 1000.0 + HUNG_AFTER)
    assert gone(program)


def test_a_switch_that_waits_for_the_lead_is_not_silent(program, tmp_path):
    pid, pulses = program.start(), Pulses(tmp_path)
    beat(tmp_path, pid, 1000.0)
    heartbeat.write(waiting.path_of(tmp_path, pid), Beat(monotonic=1020.0, at="", pid=pid, ready=False))
    assert not end_if_hung(program, pulses, 1020.0)
    assert end_if_hung(program, pulses, 1020.0 + HUNG_AFTER), "but it can hang as well"


def beat(var, pid, monotonic):
    heartbeat.write(heartbeat.path_in(var), Beat(monotonic=monotonic, at="", pid=pid, ready=True))


def gone(program):
    end = time.monotonic() + 5
    while program.pid() is not None and time.monotonic() < end:
        time.sleep(0.01)
    return program.died()
