"""Programs that outlive us: found again by pid and beginning, stopped, and never mistaken for another."""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from seatline.house.processes import NotReadyInTime, Process, ProcessEnded, beginning


def a_process(folder, code: str = "import time; time.sleep(60)") -> Process:
    return Process("sleeper", (sys.executable, "-c", code), folder / "run", folder / "log")


@pytest.fixture
def sleeper(tmp_path):
    process = a_process(tmp_path)
    yield process
    process.stop()


def test_started_process_is_found_by_another_command(tmp_path, sleeper):
    pid = sleeper.start()
    assert a_process(tmp_path).pid() == pid


def test_starting_twice_starts_once(sleeper):
    assert sleeper.start() == sleeper.start()


def test_stopped_process_is_gone_and_stopping_again_is_no_error(sleeper):
    pid = sleeper.start()
    sleeper.stop()
    assert sleeper.pid() is None
    assert beginning(pid) is None
    sleeper.stop()


def test_a_stranger_who_got_the_pid_is_not_ours_and_is_left_alone(sleeper):
    sleeper.start()
    real = sleeper.pid_file.read_text()
    sleeper.pid_file.write_text(f"{os.getpid()} 1\n")  # this very test, with another beginning
    assert sleeper.pid() is None
    sleeper.stop()  # would end the test if it were fooled
    sleeper.pid_file.write_text(real)


def test_a_process_that_ignores_the_request_is_forced(tmp_path):
    deaf = a_process(
        tmp_path,
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
    )
    deaf.start()
    while "deaf" not in deaf.log.read_text():
        pass
    deaf.stop(timedelta(milliseconds=100))
    assert deaf.pid() is None


def test_a_process_that_ends_at_once_is_reported_with_its_last_words(tmp_path):
    process = a_process(tmp_path, "import sys; sys.exit('the port is in use')")
    pid = process.start()
    while beginning(pid) is not None:
        pass
    with pytest.raises(ProcessEnded, match="the port is in use"):
        process.check()
    process.stop()


def test_a_killed_process_leaves_no_zombie_that_counts_as_running(sleeper):
    pid = sleeper.start()
    os.kill(pid, signal.SIGKILL)
    while beginning(pid) is not None:
        pass
    assert sleeper.pid() is None


def test_a_process_whose_other_threads_still_run_has_not_ended(tmp_path):
    """A killed server's first thread is a zombie at once; its ports are free only when the last thread is gone."""
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start();"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    lingering = a_process(tmp_path, code)
    pid = lingering.start()
    try:
        assert first_thread_becomes_zombie(pid)
        assert lingering.pid() == pid
    finally:
        lingering.stop(patience=timedelta(seconds=1))
    assert lingering.pid() is None


def first_thread_becomes_zombie(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_relieved_program_ends_when_the_new_one_is_ready_and_not_before(sleeper):
    old, asked = sleeper.start(), []

    def ready(fresh):
        assert beginning(old) is not None
        assert fresh != old
        asked.append(fresh)
        return len(asked) > 1

    assert sleeper.relieve(ready, timedelta(seconds=5)) == asked[0] == sleeper.pid()
    assert beginning(old) is None


def test_program_is_not_relieved_by_one_that_is_never_ready(sleeper):
    old, seen = sleeper.start(), set()

    def never(fresh):
        seen.add(fresh)
        return False

    with pytest.raises(NotReadyInTime):
        sleeper.relieve(never, timedelta(seconds=0.1))
    assert sleeper.pid() == old
    assert [beginning(pid) for pid in seen] == [None]


def test_program_is_not_relieved_by_one_that_ends(tmp_path):
    old = a_process(tmp_path)
    pid = old.start()
    with pytest.raises(ProcessEnded):
        a_process(tmp_path, "raise SystemExit('no such setting')").relieve(lambda _: False, timedelta(seconds=5))
    assert old.pid() == pid
    old.stop()
