"""Things that go wrong on purpose, by chance and again alike: what `./run bench soak` does to the programs it watches.

A fault is begun and mended; between the two it lasts. Who is killed is started again by the watchdog, as in a house.
"""

import os
import re
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import psycopg
from psycopg import sql

from seatline.house.processes import Process


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, for so many seconds at least and at most."""

    name: str
    begin: Callable[[], None]
    mend: Callable[[], None]
    least: float
    most: float
    ends_switch: bool = False  #: what is measured of one switch ends with it


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault at its time: seconds from the beginning."""

    at: float
    fault: Fault
    lasts: float


def plan(faults: Sequence[Fault], seconds: float, every: float, calm_from: float, chance: Random) -> list[Planned]:
    """Faults for so many seconds, one in about `every`, none while another lasts, each kind about as often.

    From `calm_from` on the switch is left alive, so that one lives long enough to be measured.
    """
    planned: list[Planned] = []
    at, bag = every / 2, list[Fault]()
    while at < seconds - every:
        if not bag:
            bag = chance.sample(faults, len(faults))
        able = [one for one in bag if at < calm_from or not one.ends_switch]
        if not able:
            bag = []
            if all(one.ends_switch for one in faults):
                break
            continue
        fault = able[0]
        bag.remove(fault)
        lasts = chance.uniform(fault.least, fault.most)
        planned.append(Planned(at, fault, lasts))
        at += lasts + every * chance.uniform(0.6, 1.4)
    return planned


def killed(program: Process, *, ends_switch: bool = False) -> Fault:
    """The program ends without a word."""
    return Fault(f"{program.name} killed", lambda: _signal(program, signal.SIGKILL), _nothing, 3, 6, ends_switch)


def hung(program: Process, least: float, most: float, *, ends_switch: bool = False) -> Fault:
    """The program stands still, and goes on if it still lives."""
    return Fault(
        f"{program.name} hung", lambda: _signal(program, signal.SIGSTOP), lambda: _signal(program, signal.SIGCONT),
        least, most, ends_switch,
    )  # fmt: skip


def database_away(url: str, name: str) -> Fault:
    """PostgreSQL tears every connection to one database and lets nobody in; `url` is of another, as its owner."""

    def allow(yes: bool) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            words = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
            connection.execute(words.format(sql.Identifier(name), sql.SQL(str(yes))))
            if not yes:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    return Fault("database away", lambda: allow(False), lambda: allow(True), 4, 12)


def managers_cut_off(ask: Callable[[str], str]) -> Fault:
    """Asterisk throws everybody out of its manager interface; they may come again at once. `ask` is its console."""

    def kick() -> None:
        for session in re.findall(r"^\S+\s+\S+\s+\d+\s+\d+\s+(\d+)\s", ask("manager show connected"), re.MULTILINE):
            ask(f"manager kick session {session}")

    return Fault("AMI cut off", kick, _nothing, 1, 3)


def _signal(program: Process, number: int) -> None:
    pid = program.pid()
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _nothing() -> None:
    """Others mend it."""
