"""`./run bench soak`: half an hour of calls while programs are killed, hung and cut off, by chance and again alike.

The whole house is there: switch, shipper, witness, AGI server, watchdog, PostgreSQL, Asterisk. Two callers a second
come all the time. In the end nothing may be left: no channel, no bridge, no open call; every caller was served; the
three books tell the same calls; no process has grown. The baseline of each figure is what was promised. The chance is
seeded: the same faults come at the same times. In the last third the switch is left alive, or nobody could say how it
grows.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread

from seatline.clock import now
from seatline.house import faults, secrets, updown
from seatline.house.bench import Figures
from seatline.house.bench_database import DATABASE
from seatline.house.bench_load import give_time
from seatline.house.bench_sipp import Callers, Note
from seatline.house.bench_stand import OURS_FROM, Scene, Stand, children, standing, wait
from seatline.house.console import voice
from seatline.house.home import House
from seatline.house.keeper import describe
from seatline.house.processes import Process
from seatline.house.prompts import make_prompts
from seatline.house.soak_figures import Size, growth

NUMBER = "+862196968996"
SEATS = 30
RATE = 2  # calls a second
HOLD = 3.0  # seconds from the answer to the caller's hanging up
SEED = 4
PROMISED = {"failed": 0.0, "channels_left": 0.0, "bridges_left": 0.0, "calls_open": 0.0, "books_differ": 0.0}
MOST_GROWTH, MOST_FILES = 0.05, 3.0  # of a process that was warm: memory, and open files and sockets


@dataclass(frozen=True, slots=True)
class Length:
    """So many seconds, a fault in about `every`, and from `calm` on the switch is left alive."""

    seconds: float
    every: float
    calm: float


LONG, SHORT = Length(1800, 25, 1200), Length(180, 15, 120)


def measure(house: House) -> Figures:
    """Half an hour."""
    return _measure(house, LONG)


def measure_short(house: House) -> Figures:
    """Three minutes: the same faults, but too short to say how anything grows."""
    return _measure(house, SHORT)


def _measure(house: House, length: Length) -> Figures:
    scene = Scene("soak", SEATS, _world, queue=False, rtp=(26000, 26999))
    with standing(house, scene) as stand:
        helpers = _helpers(stand)
        try:
            make_prompts(house.sounds)  # of the fallback
            for program in (stand.witness, *helpers):
                program.start()
            describe((stand.switch, stand.witness, *helpers[:1]), _kept(stand))
            wait(lambda: updown.readiness(_port(stand.witness))[0], 30, "the second witness", stand)
            return _soak(house, stand, helpers, length)
        finally:
            for program in reversed(helpers):  # the watchdog first: it would start the others again
                program.stop()


def _soak(house: House, stand: Stand, helpers: Sequence[Process], length: Length) -> Figures:
    from django.db import connections  # noqa: PLC0415

    from seatline.house.bench_world import open_calls  # noqa: PLC0415 - needs Django's settings

    agi, watchdog = helpers
    kinds = (
        faults.killed(stand.switch, ends_switch=True), faults.hung(stand.switch, 2, 5, ends_switch=False),
        faults.hung(stand.switch, 12, 15, ends_switch=True), faults.killed(agi), faults.killed(stand.witness),
        faults.hung(stand.witness, 3, 8), faults.managers_cut_off(stand.asterisk.ask),
        faults.database_away(house.root_url, DATABASE),
    )  # fmt: skip
    planned = faults.plan(kinds, length.seconds, length.every, length.calm, Random(SEED))  # noqa: S311 - same faults again
    count = int(length.seconds * RATE)
    numbers = [f"137{no:08d}" for no in range(count)]
    callers = Callers(stand.folder, "callers", OURS_FROM, NUMBER, stand.asterisk.ports.sip, int(HOLD * 1000))
    noted: list[Note] = []
    calling = Thread(target=lambda: noted.extend(callers.call(numbers, RATE, secrets.free_port(19000, set()))))
    sizes: list[Size] = []
    over, begun = Event(), time.monotonic()
    watched = {"asterisk": stand.asterisk.process, "switch": stand.switch, "witness": stand.witness,
               "agi": agi, "watchdog": watchdog}  # fmt: skip
    sizing = Thread(target=_note_sizes, args=(watched, sizes, begun, over))
    calling.start()
    sizing.start()
    try:
        for one in planned:
            time.sleep(max(0.0, begun + one.at - time.monotonic()))
            voice.say(f"{one.at:.0f} s: {one.fault.name} for {one.lasts:.0f} s")
            one.fault.begin()
            try:
                time.sleep(one.lasts)
            finally:
                one.fault.mend()
    finally:
        calling.join()
        over.set()
        sizing.join()
    connections.close_all()  # the database was away, for us too
    wait(lambda: updown.readiness(_port(stand.switch))[0], 60, "the switch after the last fault", stand)
    stand.drain(120)
    give_time(lambda: open_calls() == 0 and not _differences(), 120)
    ended = {note.caller for note in noted if note.word == "ended"}
    ours = {
        "seconds": length.seconds, "calls": float(count), "faults": float(len(planned)),
        "failed": float(count - len(ended)),
        "channels_left": float(len(_listed(stand, "channels"))), "bridges_left": float(len(_listed(stand, "bridges"))),
        "calls_open": float(open_calls()), "books_differ": float(len(_differences())),
    }  # fmt: skip
    promised = dict(PROMISED)
    for program, grown in growth(sizes).items():
        ours |= {f"{program}_memory_growth": grown.memory, f"{program}_files_growth": grown.files}
        promised |= {f"{program}_memory_growth": MOST_GROWTH, f"{program}_files_growth": MOST_FILES}
    kept = all(ours[name] <= most for name, most in promised.items())
    ratios = {name: round(ours[name] / most, 3) for name, most in promised.items() if most}
    return Figures(ours=ours, baseline=promised, ratios=ratios, ok=kept)


def _helpers(stand: Stand) -> tuple[Process, Process]:
    """The AGI server and the watchdog, in the order in which they start."""
    command = {
        "agi": stand.switch.command[:-1],
        "watchdog": (sys.executable, "-m", "seatline.house.watchdog"),
    }
    last = {"agi": "agi", "watchdog": str(_kept(stand))}
    agi, watchdog = (
        replace(
            stand.switch, name=name, command=(*command[name], last[name]),
            environment={**stand.switch.environment, "SEATLINE_METRICS_PORT": "0"},
        )
        for name in command
    )  # fmt: skip
    return agi, watchdog


def _kept(stand: Stand) -> Path:
    return stand.folder / "run" / "kept.json"


def _note_sizes(programs: Mapping[str, Process], sizes: list[Size], begun: float, over: Event) -> None:
    """Look at every process again and again; the shipper is the switch's child."""
    while not over.wait(2):
        at = time.monotonic() - begun
        pids = {name: program.pid() for name, program in programs.items()}
        pids["shipper"] = next(iter(children(pids["switch"])), None)
        for name, pid in pids.items():
            try:
                sizes.append(_size(at, name, pid or 0))
            except OSError:
                continue  # it is dead just now


def _size(at: float, name: str, pid: int) -> Size:
    """What the kernel says of a process; memory without what it shares with others of the same program."""
    resident, shared = (int(word) for word in Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    files = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Size(at, name, pid, (resident - shared) * os.sysconf("SC_PAGE_SIZE"), files)


def _listed(stand: Stand, what: str) -> Sequence[object]:
    from telephony.witness.alive import Asterisk  # noqa: PLC0415 - telephony's rooms need Django's settings

    access = stand.asterisk.access
    url = f"http://127.0.0.1:{stand.asterisk.ports.http}/ari"
    return list(Asterisk(url, access.ari_user, access.ari_password).get(what))


def _differences() -> Sequence[object]:
    """Calls on which Asterisk's record, ours and the bills differ."""
    from billing.mediation.services import mediate  # noqa: PLC0415 - needs Django's settings
    from billing.reconciliation.services import SETTLED_AFTER, reconcile, today  # noqa: PLC0415

    mediate(now())
    at = now() + SETTLED_AFTER  # every call has ended: nothing is excused for being young
    days = {today(at), today(at - timedelta(days=1))}
    return [one for day in sorted(days) for one in reconcile(day, at).differences]


def _port(process: Process) -> int:
    return int(process.environment["SEATLINE_METRICS_PORT"])


def _world(accounts: Mapping[str, str], at: datetime) -> None:
    from seatline.house import bench_world  # noqa: PLC0415 - needs Django's settings

    bench_world.make(accounts, {NUMBER: True}, at)
