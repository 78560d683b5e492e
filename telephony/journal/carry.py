"""Ships a journal all the time, in a process of its own beside the switch.

Not a thread of the switch: shipping is plain Python, and while it computes, no other thread of a process does. Calls
waited for it several milliseconds at a time. The two speak in lines: this side says `backend PID`, the number of its
PostgreSQL connection, and `shipped POSITION`; the switch then deletes up to there. The switch's end closes the pipe.
"""

import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from seatline.clock import now
from telephony.journal import figures
from telephony.journal.disk import Entry, Unshipped, WrittenFact
from telephony.journal.ship import carry

log = structlog.get_logger(__name__)
EVERY = 0.25  # seconds: entries of so long make one transaction, and screens lag by no more
AGAIN_AFTER = 1.0  # seconds, while PostgreSQL is away
POLITE = 10  # added to the process's niceness: calls come first, screens catch up


def main(path: Path) -> None:
    """Ship until standard input is closed."""
    os.nice(POLITE)
    journal = Unshipped(path)
    try:
        carry_on(journal, lambda line: print(line, flush=True), _goes_on)  # noqa: T201 - the pipe to the switch
    finally:
        journal.close()


def carry_on(journal: Unshipped, say: Callable[[str], None], goes_on: Callable[[float], bool]) -> None:
    """Ship, say how far, wait with `goes_on`, again; ends when that says no."""
    shipped, backend = 0, 0
    pause = 0.0
    while goes_on(pause):
        pause = EVERY
        try:
            connection.ensure_connection()
            if (now := connection.connection.info.backend_pid) != backend:
                backend = now
                say(f"backend {backend}")
            while entries := carry(journal, after=shipped):
                shipped = entries[-1].position
                say(f"shipped {shipped}")
                _note(entries)
            figures.DATABASE.set(1)
        except (DatabaseError, InterfaceError) as error:
            figures.DATABASE.set(0)
            log.error("database is away", errand="ship", cause=str(error).split("\n", maxsplit=1)[0])
            pause = AGAIN_AFTER


def _note(entries: Sequence[Entry]) -> None:
    """Tell Prometheus; of states and facts alike how old they were."""
    figures.SHIPPED.inc(len(entries))
    at = now()
    for entry in entries:
        told = entry.written.at if isinstance(entry.written, WrittenFact) else entry.written.state.at
        figures.LAG.observe(max((at - told).total_seconds(), 0.0))


def _goes_on(seconds: float) -> bool:
    """Wait; False if the switch has closed the pipe meanwhile. A connection that broke is given up here."""
    close_old_connections()
    return not select.select([sys.stdin], [], [], seconds)[0]
