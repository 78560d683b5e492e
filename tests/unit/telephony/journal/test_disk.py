"""The journal on disk: what it keeps through kills, second writers and broken files."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from telephony.core.acd.agents import State
from telephony.core.engine import AgentState
from telephony.core.plain_facts import body
from telephony.core.values import CallId
from telephony.journal.disk import Journal, JournalInUse, WrittenFact, WrittenState, look, writer_of
from tests.builders.calls import NINE, a_call_id
from tests.builders.telephony import an_answered_call

CALL = a_call_id()
FACTS = an_answered_call(CALL, tenant=UUID(int=1))
READY = AgentState(session=UUID(int=5), agent=UUID(int=6), tenant=UUID(int=1), at=NINE, state=State.READY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "switch.sqlite3"


@pytest.fixture
def journal(path):
    journal = Journal(path)
    yield journal
    journal.close()


def test_facts_come_back_in_order_and_as_they_were(journal):
    journal.append(FACTS[:5], [])
    journal.append(FACTS[5:], [READY])
    entries = journal.pending(100)
    assert [entry.written for entry in entries[:-1]] == [
        WrittenFact(
            call=one.call, seq=one.seq, at=one.at, tenant=one.tenant, kind=type(one).__name__,
            body={key: list(value) if isinstance(value, tuple) else value for key, value in body(one).items()},
        )
        for one in FACTS
    ]  # fmt: skip
    assert isinstance(entries[-1].written, WrittenState)
    assert entries[-1].written.state == READY
    assert [entry.position for entry in entries] == sorted(entry.position for entry in entries)


def test_shipped_entries_are_gone_and_their_positions_never_come_back(journal, path):
    journal.append(FACTS, [])
    first = journal.pending(3)
    assert len(first) == 3
    journal.delete_shipped(first[-1].position)
    assert journal.depth() == len(FACTS) - 3
    journal.delete_shipped(journal.pending(1000)[-1].position)
    journal.append(FACTS[:1], [])
    assert journal.pending(1)[0].position == len(FACTS) + 1


def test_states_of_one_instant_sort_by_id_as_they_were_written(journal):
    """Wrap-up over and the next caller's ring happen at one instant: presence must see ready before ringing."""
    ringing = AgentState(
        session=READY.session, agent=READY.agent, tenant=READY.tenant, at=NINE, state=State.RINGING, call=CALL
    )
    journal.append([], [READY, ringing])
    journal.append([], [READY])
    told = [entry.written for entry in journal.pending(10)]
    assert [one.state.state for one in sorted(told, key=lambda one: one.id)] == ["ready", "ringing", "ready"]
    assert [one.id for one in told] == [entry.written.id for entry in journal.pending(10)]


def test_journal_is_there_again_after_it_was_closed(path):
    first = Journal(path)
    first.append(FACTS, [READY])
    before = first.pending(100)
    first.close()
    again = Journal(path)
    assert again.pending(100) == before
    again.close()


def test_killed_process_loses_nothing_that_append_had_taken(path):
    program = """
import sys, uuid
from pathlib import Path
from telephony.journal.disk import Journal
from tests.builders.telephony import an_answered_call
journal = Journal(Path(sys.argv[1]))
for number in range(1000000):
    journal.append(an_answered_call(uuid.UUID(int=number)), [])
    print(number, flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", _with_django(program), str(path)], stdout=subprocess.PIPE, cwd=Path.cwd(), text=True
    )
    seen = -1
    for line in child.stdout:
        seen = int(line)
        if seen >= 50:
            os.kill(child.pid, signal.SIGKILL)
            break
    seen = max([seen, *(int(line) for line in child.stdout)])
    child.wait()
    child.stdout.close()
    journal = Journal(path)
    calls = {entry.written.call for entry in journal.pending(1_000_000)}
    assert {CallId(UUID(int=number)) for number in range(seen + 1)} <= calls
    # The last append is there whole or not at all.
    assert journal.depth() == len(calls) * len(an_answered_call(CALL))
    journal.close()


def test_second_writer_is_told_to_stop_the_first(journal, path):
    with pytest.raises(JournalInUse, match="Only one switch may run"):
        Journal(path)
    assert writer_of(path) == os.getpid(), "and can tell which it is"
    journal.append(FACTS, [])


def test_file_that_is_no_journal_is_set_aside_and_kept(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this was a journal once" * 100)
    journal = Journal(path)
    assert journal.set_aside == path.with_name("switch.sqlite3.corrupt-1")
    assert journal.set_aside.read_bytes().startswith(b"this was")
    journal.append(FACTS, [])
    assert journal.depth() == len(FACTS)
    journal.close()


def test_damaged_journal_is_set_aside_beside_the_earlier_one(path):
    journal = Journal(path)
    journal.append(FACTS * 50, [])
    journal.pending(1)  # brings it all into the main file
    journal.close()
    path.with_name("switch.sqlite3.corrupt-1").touch()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xa5" * 8192
    path.write_bytes(content)
    again = Journal(path)
    assert again.set_aside == path.with_name("switch.sqlite3.corrupt-2")
    assert again.depth() == 0
    again.close()


def test_refused_entry_stays_in_the_file_and_out_of_the_way(journal, path):
    journal.append(FACTS[:2], [])
    first = journal.pending(1)[0]
    journal.refuse(first.position, "no such tenant")
    assert [entry.position for entry in journal.pending(10)] == [first.position + 1]
    assert journal.refused() == 1
    assert look(path) == (1, 1)


def test_append_writes_all_or_nothing(journal):
    class Broken:
        call = CALL

    with pytest.raises(AttributeError):
        journal.append([*FACTS[:2], Broken()], [])  # type: ignore[list-item]
    assert journal.depth() == 0


def _with_django(program: str) -> str:
    return "import django; django.setup()\n" + program
