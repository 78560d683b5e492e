"""A new switch in the place of one that runs, so that no call is lost: docs/adr/0038-restart-by-handing-over.md.

The new one is started beside the old and waits for the lead with everything loaded; only then is the old one told to
end. It takes no new call, finishes what is short, and lets the lead go; the new one has it within a second.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from seatline.errors import Unavailable
from seatline.house.processes import Process
from telephony.watch import heartbeat, waiting

WITHIN = timedelta(seconds=40)
BEATS = 2.0  # seconds: who has beaten so lately is there


class NotTakenOver(Unavailable):
    """{name} (pid {pid}) was started and does not {what} within {seconds} s: {last_words} Its log is {log}."""


def leads(var: Path, pid: int | None) -> bool:
    """Whether this process is the switch now, and takes calls."""
    beat = heartbeat.read(heartbeat.path_in(var))
    age = heartbeat.age(beat)
    return beat is not None and age is not None and age < BEATS and beat.pid == pid and beat.ready


def stands_by(var: Path, pid: int | None) -> bool:
    """Whether this process waits for the lead, ready to take it."""
    return pid is not None and waiting.waits(var, pid)


def relieve(var: Path, switch: Process) -> int:
    """Replace the only switch by a new one; the new one's pid. Raises NotTakenOver, and the old one then runs on."""
    fresh = switch.relieve(lambda pid: stands_by(var, pid), WITHIN)
    _wait(switch, lambda: leads(var, fresh), "take the lead")
    return fresh


def take_turns(var: Path, leader: Process, standby: Process) -> None:
    """Begin both anew, one after the other: the one that stands by, which then takes over, and the one that led."""
    standby.stop()
    fresh = standby.start()
    _wait(standby, lambda: stands_by(var, fresh), "wait for the lead")
    leader.stop()
    _wait(standby, lambda: leads(var, fresh), "take the lead")
    again = leader.start()
    _wait(leader, lambda: stands_by(var, again), "wait for the lead")


def _wait(program: Process, done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN.total_seconds()
    while not done():
        program.check()
        if time.monotonic() > end:
            raise NotTakenOver(
                name=program.name, pid=program.pid(), what=what, seconds=int(WITHIN.total_seconds()),
                last_words=program.last_words(), log=program.log,
            )  # fmt: skip
        time.sleep(0.05)
