"""`python -m seatline.house.watchdog KEPT`: the watchdog as a process, without Django and without PostgreSQL.

It keeps the programs alive that the file KEPT describes (`keeper.describe`), ends a switch that hangs, and does the
work of `telephony.watch`: callers whom the switch has left alone, and the record of the fallback.
"""

import asyncio
import logging.config
import os
import signal
import sys
import time
from pathlib import Path

import structlog

from seatline import health, logs
from seatline.env import environment
from seatline.house.keeper import Keeper, described
from seatline.house.processes import Process
from telephony.switch.config import Settings
from telephony.watch import figures, heartbeat, waiting
from telephony.watch.watchdog import Watchdog

log = structlog.get_logger(__name__)
LOOK_EVERY = 0.5  # seconds
HUNG_AFTER = 10.0  # seconds without a beat of a switch that has beaten before: it is ended, and begins anew


async def run(kept: Path, settings: Settings) -> None:
    """Watch until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    watchdog = Watchdog(settings)
    health.serve(settings.metrics_port, {"ami": watchdog.no_ami})
    work = {asyncio.create_task(_keep(kept, settings)), asyncio.create_task(watchdog.run())}
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait({*work, ended}, return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        if task.done():
            task.result()  # it never ends by itself: let its error be seen
        task.cancel()


async def _keep(kept: Path, settings: Settings) -> None:
    keeper, pulses = Keeper(lambda: described(kept)), Pulses(settings.var)
    while True:
        try:
            for program in described(kept):
                if program.name in ("switch", "standby"):
                    end_if_hung(program, pulses, time.monotonic())
            for name in await asyncio.to_thread(keeper.look, time.monotonic()):
                figures.STARTED.labels(name).inc()
        except (OSError, ValueError, KeyError) as error:
            log.error("programs cannot be looked after", cause=repr(error))
        await asyncio.sleep(LOOK_EVERY)


class Pulses:
    """When each switch has beaten last, one that leads or waits: the file of a leader that hangs is soon another's."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self._last: dict[int, float] = {}

    def silence(self, pid: int, monotonic: float) -> float | None:
        """For how many seconds this process has not beaten; None if it never has: it may still be starting."""
        for beat in (heartbeat.read(heartbeat.path_in(self._var)), heartbeat.read(waiting.path_of(self._var, pid))):
            if beat is not None and beat.monotonic <= monotonic:  # else it is from before the machine's restart
                self._last[beat.pid] = max(beat.monotonic, self._last.get(beat.pid, 0.0))
        return monotonic - self._last[pid] if pid in self._last else None


def end_if_hung(program: Process, pulses: Pulses, monotonic: float) -> bool:
    """End a switch whose heart has stopped while its process lives; whether that was done.

    Its talking pairs are Asterisk's; what it knew is in the journal.
    """
    pid = program.pid()
    silence = pulses.silence(pid, monotonic) if pid is not None else None
    if pid is None or silence is None or silence < HUNG_AFTER:
        return False
    log.critical("a switch hangs and is ended", program=program.name, pid=pid, seconds=round(silence, 1))
    os.kill(pid, signal.SIGKILL)
    figures.HUNG.inc()
    return True


def main() -> None:
    """Begin."""
    logging.config.dictConfig(logs.logging_config(environment.text("SEATLINE_LOG_LEVEL")))
    logs.configure()
    asyncio.run(run(Path(sys.argv[1]), Settings.read(environment)))


if __name__ == "__main__":
    main()
