"""`./run bench board`: from a change of state in the switch's journal to 400 browsers that show the wallboard.

The whole way is real: the change is appended to a journal as the switch does it, the shipper brings it into PostgreSQL,
the web hears of it, reads the tenant's snapshot and gives the difference to each stream over loopback. The floor is
busy: 370 agents of ten tenants, ten changes of state a second, callers who join queues and leave them. 380 screens show
one tenant each, twenty all of them. A delivery is measured from the append until the bytes are with the browser that
shows it; all must arrive. The baseline is PostgreSQL's notice itself at one bare listener: what the shipping costs.
"""

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from seatline.env import ROOT
from seatline.house import machine, secrets
from seatline.house.bench import Figures
from seatline.house.bench_database import database
from seatline.house.bench_stand import cpu_ms
from seatline.house.console import voice
from seatline.house.home import House
from seatline.house.processes import Process
from seatline.house.updown import get

NAME = "seatline_bench_board"
TENANTS, AGENTS = 10, 37  # of each
SCREENS, SCREENS_OF_ALL = 38, 20  # of each tenant; of all of them
CHANGES_A_SECOND = 10.0
SECONDS, SHORT_SECONDS = 60.0, 5.0
READY_WITHIN = 30.0  # seconds


def measure(house: House) -> Figures:
    """A minute of a busy floor, before 400 browsers."""
    return _measure(house, SCREENS, SCREENS_OF_ALL, SECONDS)


def measure_short(house: House) -> Figures:
    """A few seconds before a few browsers."""
    return _measure(house, 2, 2, SHORT_SECONDS)


def _measure(house: House, screens: int, of_all: int, seconds: float) -> Figures:
    machine.require(house.local)
    folder = house.local / "bench" / "board"
    (folder / "var" / "journal").mkdir(parents=True, exist_ok=True)
    for left in (folder / "var" / "journal").iterdir():
        left.unlink()
    with ExitStack() as undo:
        undo.enter_context(database(house, folder / "var", NAME))
        from seatline.house import bench_board_world as world  # noqa: PLC0415 - needs Django's settings
        from seatline.house.bench_board_play import Audience, Play, quantile  # noqa: PLC0415

        with voice.step(f"{TENANTS} tenants with {AGENTS} agents each"):
            floor = world.make(TENANTS, AGENTS)
        web, port = _web(house, folder)
        undo.callback(web.stop)
        web.start()
        _wait_for(port, web)
        shipper = _shipper(house, folder)
        undo.callback(_end, shipper)
        audience = Audience(port, [(one, screens) for one in floor.kiosks] + [(floor.kiosk_of_all, of_all)])
        play = Play(
            floor, folder / "var" / "journal" / "switch.sqlite3", audience, house.database_url("seatline_app", NAME)
        )
        with voice.step(f"{audience.size} browsers, {seconds:.0f} s"):
            used = cpu_ms(web.pid())
            begin = time.monotonic()
            asyncio.run(play.run(seconds, CHANGES_A_SECOND))
            lasted = time.monotonic() - begin
            used = cpu_ms(web.pid()) - used
        late, told = sorted(audience.delays), sorted(play.notices)
    ours = {
        "p50_ms": quantile(late, 0.5), "p99_ms": quantile(late, 0.99), "max_ms": quantile(late, 1.0),
        "browsers": audience.size, "changes": len(play.sent), "deliveries": len(late),
        "missing": play.expected - len(late), "web_cpu_percent": round(used / lasted / 10, 1),
        "snapshot_ms": quantile(sorted(audience.opened), 0.99),
    }  # fmt: skip
    baseline = {"p50_ms": quantile(told, 0.5), "p99_ms": quantile(told, 0.99), "max_ms": quantile(told, 1.0)}
    ratios = {name: round(ours[name] / value, 3) for name, value in baseline.items() if value}
    return Figures(ours, baseline, ratios, ok=ours["missing"] == 0 and bool(late) and ours["p99_ms"] <= 1000)


def _web(house: House, folder: Path) -> tuple[Process, int]:
    """The web as production runs it, on a port and a database of the bench's own."""
    port = secrets.free_port(18200, set())
    usual = house.program("web")
    command = list(usual.command)
    command[command.index("--port") + 1] = str(port)
    environment = {
        **usual.environment, "DATABASE_URL": house.database_url("seatline_app", NAME), "SEATLINE_METRICS_PORT": "0",
        "SEATLINE_VAR": str(folder / "var"),
    }  # fmt: skip
    web = Process(
        name="web", command=tuple(command), folder=folder / "run", log_folder=folder / "log", environment=environment,
        directory=ROOT,
    )  # fmt: skip
    return web, port


def _shipper(house: House, folder: Path) -> subprocess.Popen[bytes]:
    """The shipper as the switch starts it; it ends when its input is closed."""
    environment = {
        **house.environment("seatline_switch"), "DATABASE_URL": house.database_url("seatline_switch", NAME),
        "SEATLINE_VAR": str(folder / "var"), "SEATLINE_SHIPPER_METRICS_PORT": "0",
    }  # fmt: skip
    with (folder / "log" / "shipper.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "ship_journal"], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip


def _end(shipper: subprocess.Popen[bytes]) -> None:
    assert shipper.stdin is not None
    shipper.stdin.close()
    try:
        shipper.wait(10)
    except subprocess.TimeoutExpired:
        shipper.kill()
        shipper.wait()


def _wait_for(port: int, web: Process) -> None:
    end = time.monotonic() + READY_WITHIN
    while get(f"http://127.0.0.1:{port}/readyz") is None and time.monotonic() < end:
        web.check()
        time.sleep(0.1)
