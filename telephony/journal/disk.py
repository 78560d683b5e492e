"""The journal: facts on the machine's own disk, before anything is done about them.

Rules of this file: it knows SQLite and the core's values, neither Django nor PostgreSQL. One process writes; a lock
file, held for the journal's life and dropped by the kernel with the process, keeps a second one out. Whoever ships only
reads, and tells the writer what may go: an append then never waits for another's transaction.

docs/adr/0002-journal-before-commands.md says why it is made like this.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson
import structlog

from seatline.errors import Refused
from seatline.ids import uuid7
from telephony.core.acd.agents import State
from telephony.core.engine import AgentState
from telephony.core.facts import Fact
from telephony.core.plain_facts import body

log = structlog.get_logger(__name__)
_TABLES = """
    CREATE TABLE IF NOT EXISTS entry (
        position INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again, even after the entry was shipped
        kind TEXT NOT NULL,
        content TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS refused (
        position INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        why TEXT NOT NULL
    ) STRICT;
"""
_STATE = "AgentState"
_IdAt = Callable[[datetime], UUID]


class JournalInUse(Refused):
    """The journal {path} is being written by another process. Only one switch may run: stop the other one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFact:
    """A fact as it lies on the disk; its content is kept as it was written, also of a kind that we do not know."""

    call: UUID
    seq: int
    at: datetime
    tenant: UUID | None
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenState:
    """An agent's state with the id by which it is known everywhere; ids sort in the order of writing."""

    id: UUID
    state: AgentState


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; positions count up and are never used twice in one file."""

    position: int
    written: WrittenFact | WrittenState


class Unshipped:
    """The entries of a journal that are not in PostgreSQL yet, for whoever ships them, in any process.

    The file must be there: the one who writes it has opened it before.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shipper = _open(path)
        self._file = int(self._shipper.execute("PRAGMA user_version").fetchone()[0])

    def pending(self, limit: int, after: int = 0) -> list[Entry]:
        """The oldest entries behind position `after`, in the order of writing."""
        # Here, where things are shipped, and not in `append`: emptying the write-ahead log waits for the disk.
        self._shipper.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        rows = self._shipper.execute(
            "SELECT position, kind, content FROM entry WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        ).fetchall()
        entries = []
        for position, kind, content in rows:
            try:
                entries.append(Entry(position, _read(kind, orjson.loads(content), self._id_of(position))))
            except (ValueError, KeyError) as error:
                self.refuse(position, f"unreadable: {error!r}")
        return entries

    def delete_shipped(self, up_to: int) -> None:
        """Forget the entries up to this position: they are safe elsewhere."""
        with self._shipper:
            self._shipper.execute("BEGIN IMMEDIATE")
            self._shipper.execute("DELETE FROM entry WHERE position <= ?", (up_to,))

    def refuse(self, position: int, why: str) -> None:
        """Take an entry out of the way that the ledger will never accept; it stays in the file for the technician."""
        with self._shipper:
            self._shipper.execute("BEGIN IMMEDIATE")
            self._shipper.execute(
                "INSERT OR IGNORE INTO refused SELECT position, kind, content, ? FROM entry WHERE position = ?",
                (why, position),
            )
            self._shipper.execute("DELETE FROM entry WHERE position = ?", (position,))

    def depth(self) -> int:
        """How many entries were not shipped yet."""
        return int(self._shipper.execute("SELECT count(*) FROM entry").fetchone()[0])

    def backlog(self) -> int:
        """At most so many entries were not shipped yet; told at once, however many they are."""
        return int(
            self._shipper.execute("SELECT coalesce(max(position) - min(position) + 1, 0) FROM entry").fetchone()[0]
        )

    def refused(self) -> int:
        """How many entries the ledger would not accept."""
        return int(self._shipper.execute("SELECT count(*) FROM refused").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._shipper.close()

    def _id_of(self, position: int) -> _IdAt:
        """Ids of states: the same at each reading, and within one instant in the order of writing."""
        chance = b"\0\0" + position.to_bytes(6, "big") + self._file.to_bytes(2, "big")
        return lambda at: uuid7(int(at.timestamp() * 1000), chance)


class Journal(Unshipped):
    """A journal file. Raises JournalInUse, and OSError where the disk refuses; close it, or let the process end."""

    def __init__(self, path: Path) -> None:
        self.set_aside: Path | None = None  #: where a file that could not be read was moved at this start
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path)
        try:
            if not _sound(path):
                self.set_aside = _move_aside(path)
                log.critical("journal cannot be read and is set aside; its facts are not in the ledger",
                             path=str(path), set_aside=str(self.set_aside))  # fmt: skip
            self._writer = _open(path)
            self._writer.executescript(_TABLES)
            _number(self._writer)
            super().__init__(path)
        except BaseException:
            self._lock.close()
            raise

    def append(self, facts: Sequence[Fact], states: Sequence[AgentState]) -> None:
        """Write all or nothing; when it returns, a killed process no longer loses them. Raises sqlite3.Error."""
        rows = [(type(fact).__name__, _fact_text(fact)) for fact in facts]
        rows += [(_STATE, _state_text(state)) for state in states]
        if not rows:
            return
        with self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            self._writer.executemany("INSERT INTO entry (kind, content) VALUES (?, ?)", rows)

    def close(self) -> None:
        """Let go of the file; another process may write it then."""
        super().close()
        self._writer.close()
        self._lock.close()


def look(path: Path) -> tuple[int, int]:
    """Entries not shipped and entries refused, from outside, while a switch may be writing. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        waiting = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        return waiting, connection.execute("SELECT count(*) FROM refused").fetchone()[0]
    finally:
        connection.close()


def _open(path: Path) -> sqlite3.Connection:
    # Each thread has a connection of its own, but both are made here. Transactions are begun by hand.
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    return connection


def _number(connection: sqlite3.Connection) -> None:
    """Give the file a number that a later one has not; kept in SQLite's user_version."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        connection.execute(f"PRAGMA user_version={1 + secrets.randbelow(0xFFFF)}")


def writer_of(path: Path) -> int | None:
    """The process that has the journal open, as it says itself; meant for one who was refused with JournalInUse."""
    try:
        return int(_lock_of(path).read_text())
    except (OSError, ValueError):
        return None


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _lock(path: Path) -> IO[str]:
    handle = _lock_of(path).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise JournalInUse(path=path) from error
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _sound(path: Path) -> bool:
    """Whether SQLite can read the whole file; one that is not there is sound."""
    if not path.exists():
        return True
    try:
        probe = sqlite3.connect(path)
        try:
            return bool(probe.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            probe.close()
    except sqlite3.OperationalError:
        raise  # locked, no permission, a failing disk: says nothing about the file
    except sqlite3.DatabaseError:
        return False


def _move_aside(path: Path) -> Path:
    """Rename the file and its write-ahead log to the first free name; they belong together."""
    count = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{count}")).exists():
        count += 1
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _fact_text(fact: Fact) -> str:
    return orjson.dumps(
        {"call": fact.call, "seq": fact.seq, "at": fact.at, "tenant": fact.tenant, "body": body(fact)}
    ).decode()


def _state_text(state: AgentState) -> str:
    return orjson.dumps(
        {
            "session": state.session, "agent": state.agent, "tenant": state.tenant, "at": state.at,
            "state": state.state.value, "call": state.call, "reason": state.reason,
        }
    ).decode()  # fmt: skip


def _read(kind: str, content: dict[str, Any], id_at: _IdAt) -> WrittenFact | WrittenState:
    at = datetime.fromisoformat(content["at"])
    tenant = UUID(content["tenant"]) if content["tenant"] else None
    call = UUID(content["call"]) if content["call"] else None
    if kind == _STATE and tenant is not None:
        state = AgentState(
            session=UUID(content["session"]), agent=UUID(content["agent"]), tenant=tenant, at=at,
            state=State(content["state"]), call=call, reason=content["reason"],
        )  # fmt: skip
        return WrittenState(id=id_at(at), state=state)
    if call is None:
        raise ValueError("no call")
    return WrittenFact(call=call, seq=content["seq"], at=at, tenant=tenant, kind=kind, body=content["body"])
