"""The disk takes no more: recordings are lost and calls are not; facts wait in memory until there is room."""

import resource
import subprocess
from collections.abc import Iterator

import pytest

from tests.acceptance.doctoring import names, names_no_more
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, caller_voice, facts_of, keys, wait_for_state

ROOM = "160k"  # of sound: five seconds in two channels


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """One agent at work, who is recorded."""
    made = a_client(rig, "brimful")
    made.at_work()
    return made


@pytest.fixture
def small_disk(rig: Rig) -> Iterator[str]:
    """A file system that is soon full in the place of the folder of recordings."""
    folder = rig.var / "recordings"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {' '.join(made.stderr.split())}")
    (folder / "spool").mkdir()
    try:
        yield str(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_call_goes_on_when_recordings_have_no_room(rig: Rig, client: Client, small_disk: str) -> None:
    """Asterisk writes until the disk is full; caller and agent notice nothing, and the record says what is lost."""
    assert "MB are left for recordings" in names(rig, "alarm disk")
    result = rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=7 * SECOND)
    assert result.hung_up_by == "caller"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, client.places[0].hertz) > 3
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[0].agent)
    wait_until(lambda: "RecordingLost" in facts_of(report), 10, "the record to say that the recording is lost")
    subprocess.run(["umount", "--lazy", small_disk], check=True)
    names_no_more(rig, "alarm disk")
    wait_for_state(client.places[0].agent, "ready")
    again = rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=4 * SECOND)
    report = rig.report(again)
    wait_until(lambda: "RecordingStored" in facts_of(report), 10, "the recording")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", small_disk], check=True)


@pytest.fixture
def no_room_for_facts(rig: Rig) -> Iterator[None]:
    """The kernel refuses the switch to write any file beyond its first page, as a full disk refuses new pages."""
    pid = rig.switch.pid()
    assert pid is not None
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        if rig.switch.pid() == pid:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_facts_that_the_disk_refuses_are_on_record_when_there_is_room_again(
    rig: Rig, client: Client, no_room_for_facts: None
) -> None:
    """A whole call while nothing can be written; none of its facts is lost or doubled."""
    result = rig.call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=5 * SECOND)
    assert result.hung_up_by == "caller"
    assert result.heard is not None
    assert seconds_of_tone(result.heard, client.places[0].hertz) > 1
    assert "is the disk full?" in names(rig, "alarm journal")
    pid = rig.switch.pid()
    assert pid is not None
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    names_no_more(rig, "alarm journal")
    report = rig.report(result)
    assert (report["outcome"], report["agent"]) == ("answered", client.places[0].agent)
    facts = facts_of(report)
    assert facts.count("CallArrived") == facts.count("CallEnded") == 1
    assert rig.switch.pid() == pid, "the same switch"
