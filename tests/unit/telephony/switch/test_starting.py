"""How a switch begins: whom it leaves the lead to, and whom it ends."""

import asyncio
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from telephony.journal.disk import Journal, JournalInUse
from telephony.switch import starting
from telephony.switch.starting import LEADER_BEATS, leader_beats, open_journal
from telephony.watch import heartbeat, waiting
from telephony.watch.heartbeat import Beat

HANGS = """
import sys, time
from pathlib import Path
from telephony.journal.disk import Journal
journal = Journal(Path(sys.argv[1]))
print("open", flush=True)
time.sleep(60)
"""


def beat(path, pid, age=0.0):
    heartbeat.write(path, Beat(monotonic=time.monotonic() - age, at="", pid=pid, ready=True))


def test_nobody_asks_for_the_lead_while_the_leader_lives_and_beats(tmp_path):
    house = SimpleNamespace(var=tmp_path)
    path = heartbeat.path_in(tmp_path)
    assert not leader_beats(house), "there was none yet"
    beat(path, os.getppid())
    assert leader_beats(house)
    beat(path, os.getppid(), age=LEADER_BEATS)
    assert not leader_beats(house), "it hangs"
    beat(path, os.getpid())
    assert not leader_beats(house), "that was ourselves, before we began anew"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    beat(path, gone.pid)
    assert not leader_beats(house), "it is dead, however lately it has beaten"


def test_one_that_waits_is_known_by_its_file_until_that_is_old(tmp_path):
    beat(waiting.path_of(tmp_path, 7), 7)
    beat(waiting.path_of(tmp_path, 8), 8, age=waiting.FRESH)
    assert (waiting.waits(tmp_path, 7), waiting.waits(tmp_path, 8), waiting.waits(tmp_path, 9)) == (True, False, False)
    beat(waiting.path_of(tmp_path, 8), 8, age=20 * waiting.FRESH)
    waiting.tidy(tmp_path)
    assert [beat.pid for _, beat in waiting.beats(tmp_path)] == [7]


def test_a_switch_that_hangs_with_the_journal_open_is_ended_and_no_other_process_is(tmp_path):
    path = tmp_path / "switch.sqlite3"
    with subprocess.Popen([sys.executable, "-c", HANGS, str(path)], stdout=subprocess.PIPE, text=True) as hangs:
        assert hangs.stdout.readline() == "open\n"
        journal = asyncio.run(open_journal(path))
        assert hangs.wait(5) == -9
    journal.close()


async def test_journal_that_cannot_be_had_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "ENDED_WITHIN", 0.05)
    ended = []
    monkeypatch.setattr(starting, "end", ended.append)
    path = tmp_path / "switch.sqlite3"
    held = Journal(path)
    with pytest.raises(JournalInUse):
        await open_journal(path)
    assert ended == [], "never ourselves"
    path.with_name("switch.sqlite3.lock").write_text("7")
    with pytest.raises(JournalInUse):
        await open_journal(path)
    assert set(ended) == {7}
    held.close()
