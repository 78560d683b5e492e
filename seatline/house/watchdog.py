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

from seatline import logs
from seatline.env import environment
from seatline.house.keeper import Keeper, described
from seatline.house.processes import Process
from telephony.switch.config import Settings
from telephony.watch import heartbeat
from telephony.watch.watchdog import Watchdog

log = structlog.get_logger(__name__)
LOOK_EVERY = 0.5  # seconds
HUNG_AFTER = 10.0  # seconds without a beat of a switch that has beaten before: it is ended, and begins anew


async def run(kept: Path, settings: Settings) -> None:
    """Watch until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work = {asyncio.create_task(_keep(kept, settings)), asyncio.create_task(Watchdog(settings).run())}
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait({*work, ended}, return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        if task.done():
            task.result()  # it never ends by itself: let its error be seen
        task.cancel()


async def _keep(kept: Path, settings: Settings) -> None:
    keeper = Keeper(lambda: described(kept))
    while True:
        try:
            for program in described(kept):
                if program.name == "switch":
                    end_if_hung(program, settings.var, time.monotonic())
            await asyncio.to_thread(keeper.look, time.monotonic())
        except (OSError, ValueError, KeyError) as error:
            log.error("programs cannot be looked after", cause=repr(error))
        await asyncio.sleep(LOOK_EVERY)


def end_if_hung(program: Process, var: Path, monotonic: float) -> bool:
    """End a switch whose heart has stopped while its process lives; whether that was done.

    Its talking pairs are Asterisk's; what it knew is in the journal.
    """
    beat, pid = heartbeat.read(heartbeat.path_in(var)), program.pid()
    age = heartbeat.age(beat, monotonic)
    if beat is None or pid is None or beat.pid != pid or age is None or age < HUNG_AFTER:
        return False
    log.critical("the switch hangs and is ended", pid=pid, seconds=round(age, 1))
    os.kill(pid, signal.SIGKILL)
    return True


def main() -> None:
    """Begin."""
    logging.config.dictConfig(logs.logging_config(environment.text("SEATLINE_LOG_LEVEL")))
    logs.configure()
    asyncio.run(run(Path(sys.argv[1]), Settings.read(environment)))


if __name__ == "__main__":
    main()
