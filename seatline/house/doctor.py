"""`./run doctor`: is everything well? Each check is a name, yes or no, what was seen, and what mends it."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

import psycopg

from seatline.house import cast, handover, machine, updown
from seatline.house.asterisk import AsteriskDoesNotAnswer
from seatline.house.home import House
from seatline.house.postgres import LOGINS
from telephony.switch import lead
from telephony.watch import heartbeat, waiting
from telephony.watch.rescue import SILENT_AFTER

MODULES = ("res_pjsip", "chan_pjsip", "res_ari_channels", "app_stasis_broadcast", "app_mixmonitor", "res_agi",
           "cel_custom", "res_sorcery_astdb")  # fmt: skip
RESTART = "./run restart {}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    ok: bool
    what: str
    mend: str = ""


Check = Callable[[House], Iterator[Finding]]


def examine(house: House, checks: Sequence[Check] = ()) -> list[Finding]:
    """These checks, or all, in the order in which things depend on each other. One that fails is a finding too."""
    found: list[Finding] = []
    for check in checks or CHECKS:
        try:
            found += check(house)
        except Exception as error:
            name = check.__name__.strip("_").replace("_", " ")
            found.append(Finding(name, False, " ".join(f"{type(error).__name__}: {error}".split()), "./run logs"))
    return found


def as_json(findings: list[Finding]) -> list[dict[str, object]]:
    """For `--json`."""
    return [asdict(one) for one in findings]


def _machine(house: House) -> Iterator[Finding]:
    lacks = machine.lacks(house.local)
    well = "Python, disk, memory and programs are there"
    what, mend = "; ".join(one.what for one in lacks), "; ".join(one.mend for one in lacks)
    yield Finding("machine", not lacks, what or well, mend)
    fonts = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False) \
        if shutil.which("fc-list") else None  # fmt: skip
    if fonts is not None:
        yield Finding("Chinese font", bool(fonts.stdout.strip()), fonts.stdout.split("\n")[0] or "none",
                      "apt-get install fonts-wqy-microhei")  # fmt: skip


def _database(house: House) -> Iterator[Finding]:
    try:
        connection = psycopg.connect(house.database_url("seatline_owner"), connect_timeout=3)
    except psycopg.OperationalError as error:
        yield Finding("PostgreSQL", False, " ".join(str(error).split()), "./run up")
        return
    with connection:
        version = connection.execute("SHOW server_version").fetchone()
        yield Finding("PostgreSQL", True, f"answers, version {version[0] if version else '?'}")
        strong = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls)", [list(LOGINS)]
        ).fetchall()
        yield Finding("roles", not strong, "no program's role is superuser or passes by row security"
                      if not strong else f"too strong: {', '.join(row[0] for row in strong)}",
                      "ALTER ROLE ... NOSUPERUSER NOBYPASSRLS")  # fmt: skip
        bare = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
            " WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        ).fetchall()
        yield Finding("row security", not bare, "forced on every tenant's table"
                      if not bare else f"not on {', '.join(row[0] for row in bare)}",
                      "end the table's migration with wall(...)")  # fmt: skip
        yield from _migrations()


def _migrations() -> Iterator[Finding]:
    from django.db import connections  # noqa: PLC0415 - only after Django was entered
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Finding("migrations", not plan, "all applied" if not plan else f"{len(plan)} to apply", "./run up")


def _asterisk(house: House) -> Iterator[Finding]:
    asterisk = house.asterisk
    try:
        modules = asterisk.ask("module show")
    except AsteriskDoesNotAnswer as error:
        yield Finding("Asterisk", False, str(error), RESTART.format("asterisk"))
        return
    version = asterisk.ask("core show version").split(" built")[0].strip()
    yield Finding("Asterisk", True, version)
    missing = [name for name in MODULES if not re.search(rf"^{name}\.so .*Running", modules, re.MULTILINE)]
    yield Finding("modules", not missing, ", ".join(missing) or "those that we need run",
                  f"look into {asterisk.folder}/log/messages.log, then {RESTART.format('asterisk')}")  # fmt: skip
    ping = updown.get(f"http://127.0.0.1:{asterisk.ports.http}/ari/asterisk/ping",
                      (asterisk.access.ari_user, asterisk.access.ari_password))  # fmt: skip
    yield Finding("ARI", ping is not None, f"port {asterisk.ports.http}", RESTART.format("asterisk"))
    yield Finding(
        "switch at ARI", updown.switch_registered(house), f"application {asterisk.app}", RESTART.format("switch")
    )
    manager = asterisk.ask("manager show connected")
    yield Finding("switch at AMI", asterisk.access.ami_user in manager, "listens for device states and security events",
                  RESTART.format("switch"))  # fmt: skip
    yield from _phones(house)


def _phones(house: House) -> Iterator[Finding]:
    wanted = {part.endpoint for part in cast.agents() if part.played}
    contacts = house.asterisk.ask("pjsip show contacts")
    there = {name for name in wanted if f" {name}/sip:" in contacts}
    yield Finding("phones", there == wanted, f"{len(there)} of {len(wanted)} scripted phones are registered"
                  + (f"; missing {', '.join(sorted(wanted - there))}" if there != wanted else ""),
                  RESTART.format("phones"))  # fmt: skip


def _programs(house: House) -> Iterator[Finding]:
    for name, pid in updown.pids(house).items():
        yield Finding(f"program {name}", pid is not None, f"pid {pid}" if pid else "does not run",
                      "./run up" if not pid else "")  # fmt: skip
    yield Finding("AGI", updown.agi_answers(house), f"port {house.asterisk.ports.agi}", RESTART.format("agi"))
    yield Finding("web", updown.web_answers(house), f"{house.web}/healthz", RESTART.format("web"))
    yield Finding("web is ready", updown.web_is_ready(house), f"{house.web}/readyz asks the database",
                  "mend what is wrong above, or look into ./run logs web")  # fmt: skip


def _prompts(house: House) -> Iterator[Finding]:
    from seatline.house.prompts import missing_prompts  # noqa: PLC0415

    missing = missing_prompts(house.sounds)
    yield Finding("prompts", not missing, f"missing {', '.join(missing[:5])}" if missing else "all phrases are spoken",
                  "./run up")  # fmt: skip


def _journal(house: House) -> Iterator[Finding]:
    """The journal holds what PostgreSQL has not got yet: it must empty itself."""
    from telephony.journal.disk import look  # noqa: PLC0415

    path = house.var / "journal" / "switch.sqlite3"
    if not path.exists():
        yield Finding("journal", False, f"{path} is not there", RESTART.format("switch"))
        return
    (waiting, refused), before = look(path), look(path)[0]
    for _ in range(20):
        if waiting == 0:
            break
        time.sleep(0.25)
        waiting = look(path)[0]
    yield Finding("journal", waiting == 0 or waiting < before, f"{waiting} facts wait for PostgreSQL",
                  "is PostgreSQL well? then " + RESTART.format("switch"))  # fmt: skip
    yield Finding("journal's refused facts", refused == 0, f"{refused}",
                  "./run logs switch: a fact that PostgreSQL refuses is a fault of the program")  # fmt: skip


def _heartbeat(house: House) -> Iterator[Finding]:
    """The switch says itself what ails it, and the watchdog goes by the same file; see `telephony.switch.ailments`."""
    beat = heartbeat.read(heartbeat.path_in(house.var))
    age = heartbeat.age(beat)
    beats = age is not None and age < SILENT_AFTER
    ready = beats and beat is not None and beat.ready
    seen = "there is none" if age is None else f"{age:.1f} s old{'' if ready else ', not ready'}"
    yield Finding("switch's heartbeat", ready, seen, "the watchdog mends it; else " + RESTART.format("switch"))
    for name, what in beat.alarms.items() if beat is not None and beats else ():
        yield Finding(f"alarm {name}", False, what, "it is over by itself when its cause is; ./run logs switch")
    queues = house.asterisk.ask("queue show")
    there = queues.count("fallback-")
    yield Finding("fallback", there > 0, f"{there} tenants' queues stand by in Asterisk", RESTART.format("switch"))


def _lead(house: House) -> Iterator[Finding]:
    """One switch decides, and where a second is wanted it waits; PostgreSQL's lock says so too."""
    leading = [one for one in updown.switches(house) if handover.leads(house.var, one.pid())]
    ready = [one for one in updown.switches(house) if handover.stands_by(house.var, one.pid())]
    said = [f"{one.name} (pid {one.pid()}) leads" for one in leading]
    said += [f"{one.name} (pid {one.pid()}) waits" for one in ready]
    well = len(leading) == 1 and (bool(ready) or not house.has_standby)
    yield Finding("lead", well, ", ".join(said) or "no switch leads or waits",
                  "./run up" if leading else RESTART.format("switch"))  # fmt: skip
    with psycopg.connect(house.database_url("seatline_owner"), connect_timeout=3) as connection:
        held = connection.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname ="
            " current_database() AND l.locktype = 'advisory' AND l.classid = %s AND l.granted", [lead.FAMILY]
        ).fetchone()  # fmt: skip
    locks = held[0] if held else 0
    yield Finding("lead's lock", locks == 1, f"{locks} held in PostgreSQL", RESTART.format("switch"))


def _backups(house: House) -> Iterator[Finding]:
    """Once backups were begun, the last one is of today, and the log is archived."""
    from seatline import clock  # noqa: PLC0415
    from seatline.backup.status import read_status, told  # noqa: PLC0415

    status, at = read_status(house.local / "backup"), clock.now()
    well = not status.made or (status.fresh(at) and (status.tried_well or not status.tried_at))
    yield Finding("backup", well, told(status, at), "./run backup every day; ./run restore --drill to try it")
    if status.made and house.cluster is not None:
        with psycopg.connect(house.cluster.url("postgres"), connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT last_failed_wal FROM pg_stat_archiver WHERE last_failed_time > coalesce(last_archived_time,"
                " '-infinity')"
            ).fetchone()
        yield Finding("archive of the log", row is None, f"{row[0]} waits" if row else "every segment is safe",
                      "./run logs postgres: why the archive_command fails")  # fmt: skip


def _witness(house: House) -> Iterator[Finding]:
    """CEL writes: without its times a call cannot be billed after a fault of ours."""
    status = house.asterisk.ask("cel show status")
    yield Finding("CEL", "Enabled" in status and "DTMF" not in status, "named events, no keys",
                  RESTART.format("asterisk"))  # fmt: skip


def _health(house: House) -> Iterator[Finding]:
    """What each program says of itself."""
    for program in house.programs:
        port = house.metrics_port(program.name)
        if port:
            well, words = updown.readiness(port)
            waits = words == f"lead: {waiting.WORDS}"  # one of two switches always does
            yield Finding(f"{program.name} says", well or waits, words or "nothing", RESTART.format(program.name))


def _books(house: House) -> Iterator[Finding]:
    """Asterisk, the record and the bills know the same calls of today and yesterday."""
    from billing.reconciliation.services import reconcile, today  # noqa: PLC0415 - rooms need Django's settings
    from seatline.clock import now  # noqa: PLC0415

    at = now()
    reports = [reconcile(today(at) - timedelta(days=back), at) for back in (0, 1)]
    differ = sum(len(report.differences) for report in reports)
    calls = sum(row.recorded for report in reports for row in report.rows.values())
    yield Finding("books", not differ, f"{calls} calls of today and yesterday, {differ} differ",
                  "./run manage reconcile")  # fmt: skip


CHECKS: tuple[Check, ...] = (
    _machine, _programs, _database, _asterisk, _prompts, _journal, _heartbeat, _lead, _witness, _health, _books,
    _backups,
)  # fmt: skip
#: What a fault of calls shows in, apart from the machine, the web and the demo's telephones.
ABOUT_CALLS: tuple[Check, ...] = (_asterisk, _journal, _heartbeat, _lead, _witness)
