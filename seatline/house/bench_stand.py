"""The stand of benches with calls: an Asterisk, a switch, a database and phones of its own, and nothing else's.

Everything lies in one folder under `.local/bench`, listens on loopback on free ports, and is stopped by pid at the end;
the database is dropped. What an interrupted bench left is ended first.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from seatline.clock import now
from seatline.env import ROOT
from seatline.errors import Unavailable
from seatline.house import machine, secrets, updown
from seatline.house.asterisk import Access, Asterisk, Carrier, Ports
from seatline.house.bench_database import DATABASE, database
from seatline.house.bench_sipp import ANSWERING, Phones
from seatline.house.home import House
from seatline.house.processes import Process

AGENTS = 60
OURS_FROM, QUEUE_FROM = "127.0.0.10", "127.0.0.11"  # two carriers: one leads into our switch, one into Queue()
NUMBER, RECORDED = "+862196968999", "+862196968998"
RTP = (28000, 31999)

# The second carrier is known by its address like the first, and enters the dialplan at the bench's queue.
_SECOND_CARRIER = f"""\
[trunk-queue](trunk)
context = bench-queue
aors = trunk-queue

[trunk-queue]
type = aor
contact = sip:{QUEUE_FROM}:5060

[trunk-queue]
type = identify
endpoint = trunk-queue
match = {QUEUE_FROM}
"""


class StandDoesNotStand(Unavailable):
    """The bench cannot begin: {what} did not come within {seconds} s. Its logs are in {folder}."""


@dataclass(frozen=True, slots=True)
class Stand:
    """All that runs, and how much of the processors each part has used."""

    folder: Path
    asterisk: Asterisk
    switch: Process
    phones: Phones
    witness: Process  # stopped at the end; started by who wants it

    @property
    def journal(self) -> Path:
        """The switch's facts on disk."""
        return self.folder / "var" / "journal" / "switch.sqlite3"

    def cpu_ms(self) -> dict[str, float]:
        """Milliseconds of CPU used so far, in user and kernel mode, by program; the shipper is the switch's child."""
        switch = self.switch.pid()
        return {
            "asterisk": cpu_ms(self.asterisk.process.pid()),
            "switch": cpu_ms(switch),
            "shipper": sum(cpu_ms(pid) for pid in children(switch)),
            "database": sum(cpu_ms(pid) for pid in _backends()),
        }

    def drain(self, patience: float = 30.0) -> None:
        """Wait until no channel is left and every fact is in PostgreSQL."""
        from telephony.journal.disk import look  # noqa: PLC0415 - telephony's rooms need Django's settings

        wait(lambda: "0 active channels" in self.asterisk.ask("core show channels count"), patience, "silence", self)
        wait(lambda: look(self.journal)[0] == 0, patience, "an empty journal", self)


def wait(look: Callable[[], bool], patience: float, what: str, stand: Stand) -> None:
    """Wait until `look` is true; raises StandDoesNotStand after `patience` seconds."""
    end = time.monotonic() + patience
    while not look():
        if time.monotonic() > end:
            raise StandDoesNotStand(what=what, seconds=int(patience), folder=stand.folder)
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a bench needs to stand there."""

    name: str
    agents: int
    make: Callable[[Mapping[str, str], datetime], None]  # makes the tables, for these phones (endpoint -> SIP secret)
    phones: str = ANSWERING  # SIPp's scenario of the agents' phones
    queue: bool = True  # whether all phones sit in Asterisk's queue `bench`
    crowd: Callable[[Sequence[str]], Sequence[Mapping[str, str]]] = lambda endpoints: ()  # Asterisk's other queues
    context: str = "bench-queue"  # where the second carrier's calls go
    rtp: tuple[int, int] = RTP
    registered: int | None = None  # so many of the phones are there, the first; all, if none is said


def _ring_world(accounts: Mapping[str, str], at: datetime) -> None:
    from seatline.house import bench_world  # noqa: PLC0415 - needs Django's settings

    bench_world.make(accounts, {NUMBER: False, RECORDED: True}, at)


RING = Scene("ring", AGENTS, _ring_world)


@contextmanager
def standing(house: House, scene: Scene = RING) -> Iterator[Stand]:
    """The stand, ready for calls: agents logged in, their phones registered and known to the switch as reachable."""
    machine.require(house.local)
    house.asterisk.prefix.fetch()
    folder = house.local / "bench" / scene.name
    accounts = {f"seat-{seat:03d}": token_hex(16) for seat in range(1, scene.agents + 1)}
    stand = _stand(house, folder, tuple(accounts), scene)
    with ExitStack() as undo:
        for left in (stand.switch, stand.witness, stand.phones.process, stand.asterisk.process):
            left.stop()  # of a bench that was killed
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "var").mkdir(parents=True)
        (folder / "var" / "sounds").symlink_to(house.sounds)  # what Asterisk shares with the switch lies beside them
        site = folder / "site" / "pjsip.d"
        site.mkdir(parents=True)
        (site / "queue.conf").write_text(_SECOND_CARRIER.replace("bench-queue", scene.context))
        undo.enter_context(database(house, folder / "var"))
        scene.make(accounts, now() - timedelta(hours=1))
        undo.callback(stand.asterisk.stop)
        replace(stand.asterisk, bench=(), crowd=()).start()
        undo.callback(stand.switch.stop)
        stand.switch.start()
        undo.callback(stand.witness.stop)
        _let_phones_in(stand, accounts, undo, scene)
        yield stand


def _let_phones_in(stand: Stand, accounts: dict[str, str], undo: ExitStack, scene: Scene) -> None:
    def pushed() -> bool:
        stand.switch.check()
        # Not `pjsip show endpoints`: it reads every account anew for each look.
        access, last = stand.asterisk.access, list(accounts)[: scene.registered][-1]
        url = f"http://127.0.0.1:{stand.asterisk.ports.http}/ari/endpoints/PJSIP/{last}"
        return updown.get(url, (access.ari_user, access.ari_password)) is not None

    wait(pushed, 60, "the phones' accounts", stand)
    there = dict(list(accounts.items())[: scene.registered])
    stand.phones.register(there)
    undo.callback(stand.phones.process.stop)
    stand.phones.start(scene.phones)
    # Only now: members that app_queue meets before their accounts are pushed stay "Invalid" to it for ever.
    stand.asterisk.configure()
    for command in ("dialplan reload", "queue reload all"):
        stand.asterisk.ask(command)
    members = len(there) if scene.queue or stand.asterisk.crowd else 0

    def free() -> bool:
        shown = stand.asterisk.ask("queue show")
        # Who registered long before the phones' SIPp listened was asked in vain, and again only in half a minute.
        for absent in set(re.findall(r"PJSIP/([\w-]+).*\(Unavailable\)", shown)):
            stand.asterisk.ask(f"pjsip qualify {absent}")
        return _free(shown) == members

    wait(free, 20, "the phones", stand)
    time.sleep(0.5)  # for the switch, which hears of each phone over AMI


def _free(queues: str) -> int:
    """How many members of the bench's own queues are free, as `queue show` says; the fallback has all agents again."""
    own = (one for one in queues.split("\n\n") if not one.lstrip().startswith("fallback-"))
    return sum(one.count("(Not in use)") for one in own)


def _stand(house: House, folder: Path, endpoints: tuple[str, ...], scene: Scene) -> Stand:
    sip, http, ami, agi, phones = (secrets.free_port(18000 + 10 * place, set()) for place in range(5))
    asterisk = Asterisk(
        prefix=house.asterisk.prefix,
        folder=folder / "asterisk",
        sounds=folder / "var" / "sounds",
        ports=Ports(sip, http, ami, agi, *scene.rtp),
        access=Access(secrets.new(), secrets.new()),
        app="seatline-bench",
        carriers=(Carrier("carrier", OURS_FROM),),
        bench=endpoints if scene.queue else (),
        crowd=tuple(scene.crowd(endpoints)),
        site_folder=folder / "site",
    )
    environment = {
        **house.environment("seatline_switch"),
        "DATABASE_URL": house.database_url("seatline_switch", DATABASE),
        "SEATLINE_VAR": str(folder / "var"),
        "SEATLINE_ARI_URL": f"http://127.0.0.1:{http}/ari",
        "SEATLINE_ARI_USER": asterisk.access.ari_user,
        "SEATLINE_ARI_PASSWORD": asterisk.access.ari_password,
        "SEATLINE_ARI_APP": asterisk.app,
        "SEATLINE_AMI_PORT": str(ami),
        "SEATLINE_AMI_USER": asterisk.access.ami_user,
        "SEATLINE_AMI_SECRET": asterisk.access.ami_secret,
        "SEATLINE_AGI_PORT": str(agi),
        "SEATLINE_SIP_PORT": str(sip),
        "SEATLINE_CEL": str(asterisk.folder / "log" / "cel-custom"),
    }

    def program(name: str, usual: int) -> Process:
        port = str(secrets.free_port(usual, {sip, http, ami, agi, phones}))
        return Process(
            name=name, command=(sys.executable, str(ROOT / "manage.py"), name), folder=folder / "run",
            log_folder=folder / "log", environment={**environment, "SEATLINE_METRICS_PORT": port}, directory=ROOT,
        )  # fmt: skip

    return Stand(folder, asterisk, program("switch", 18100), Phones(folder, phones, sip), program("witness", 18110))


def _backends() -> list[int]:
    """Processes of PostgreSQL that serve the switch; none where the server is on another machine."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall() if _is_postgres(pid)]


def children(pid: int | None) -> list[int]:
    """The processes that a process has begun."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _is_postgres(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres")
    return False


def cpu_ms(pid: int | None) -> float:
    """What the kernel counts of a process and its threads."""
    if pid is None:
        return 0.0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
