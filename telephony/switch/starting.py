"""How a switch begins: it waits for the lead and for the plan, opens the journal, and is the switch from then on.

docs/adr/0037-one-leads.md says who leads, and what becomes of one who no longer does.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import structlog
from django.db import DatabaseError, InterfaceError

from seatline import health
from seatline.clock import now
from telephony.core.engine import Engine
from telephony.core.plan import Plan
from telephony.journal.disk import Journal, JournalInUse, writer_of
from telephony.plans.services import load_plan
from telephony.switch import figures
from telephony.switch.config import Settings
from telephony.switch.desk import Desk
from telephony.switch.lead import ASK_EVERY, Lead, Try
from telephony.switch.main import AGAIN_AFTER, Switch
from telephony.watch import heartbeat, waiting
from telephony.watch.heartbeat import Beat

log = structlog.get_logger(__name__)
ENDED_WITHIN = 3.0  # seconds that the kernel may take to end a killed process
LEADER_BEATS = 1.5  # seconds since the leader's last beat in which nobody asks for its lock: a connection can break


async def run(settings: Settings) -> None:
    """Be the switch, after the one that leads now if there is one; ends when told to stop."""
    switches: list[Switch] = []  # one, as soon as this process leads
    health.serve(settings.metrics_port, {
        "lead": lambda: "" if switches else waiting.WORDS,
        "asterisk": lambda: switches[0].no_asterisk() if switches else "",
        "disk": lambda: switches[0].no_disk() if switches else "",
    })  # fmt: skip
    lead = Lead(settings.ari_app)
    await _the_plan()  # not to be used: what is read once is read faster when it counts
    gc.collect()
    await wait_for_lead(settings, lead)
    log.warning("this switch leads", pid=os.getpid())
    keeps = asyncio.create_task(lead.keep())  # from now on: PostgreSQL ends a connection on which nobody speaks
    journal = await open_journal(settings.journal)
    plan = await _the_plan()
    # What Django and the plan have made lives as long as we: looking through it for garbage took tens of milliseconds.
    gc.freeze()
    switch = Switch(settings, journal, Engine(plan, Random()))  # noqa: S311  which agent rings is no secret
    switches.append(switch)
    keeps.add_done_callback(lambda _: switch.step_back())
    figures.LEADS.set(1)
    if await switch.run():
        keeps.cancel()
        journal.close()
        heartbeat.path_in(settings.var).unlink(missing_ok=True)  # who waits need not wait for it to grow old
        await lead.release()
        return
    # Nothing of what we know holds any more: begin anew, as one that waits, under the same process number.
    log.critical("another switch leads: this one begins anew")
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - our own program


async def wait_for_lead(settings: Settings, lead: Lead) -> None:
    """Say again and again that we wait, until the lead is ours."""
    waiting.tidy(settings.var)
    path, told = waiting.path_of(settings.var, os.getpid()), False
    try:
        while True:
            with suppress(OSError):  # a full disk: nobody sees us wait, and we wait all the same
                heartbeat.write(
                    path, Beat(monotonic=time.monotonic(), at=now().isoformat(), pid=os.getpid(), ready=False)
                )
            found = Try.ANOTHERS if leader_beats(settings) else await lead.take()
            if found is Try.OURS:
                return
            if not told:
                log.warning("waits for the lead", lock=found.value)
                told = True
            await asyncio.sleep(ASK_EVERY / 2)
    finally:
        path.unlink(missing_ok=True)


def leader_beats(settings: Settings) -> bool:
    """Whether another process of this machine was the switch a moment ago, and is still there."""
    beat = heartbeat.read(heartbeat.path_in(settings.var))
    age = heartbeat.age(beat)
    return beat is not None and age is not None and age < LEADER_BEATS and beat.pid != os.getpid() and _runs(beat.pid)


def _runs(pid: int) -> bool:
    """Whether there is such a process; one that was killed and is only waited for by its parent is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def open_journal(path: Path) -> Journal:
    """Open the journal; a writer that hangs, and has lost the lead by that, is ended first. Raises JournalInUse."""
    gives_up_at = time.monotonic() + ENDED_WITHIN
    while True:
        try:
            return Journal(path)
        except JournalInUse:
            writer = writer_of(path)
            if writer is None or writer == os.getpid() or time.monotonic() > gives_up_at:
                raise
            log.critical("a switch that no longer leads hangs and is ended", pid=writer)
            with suppress(ProcessLookupError):
                end(writer)
            await asyncio.sleep(0.05)


def end(switch: int) -> None:
    """End a switch by force, and with it its shipper, which yields to all others and would hold the ledger up."""
    if os.getpgid(switch) == switch:  # a group of its own, as the house and the watchdog start it
        os.killpg(switch, signal.SIGKILL)
    else:
        os.kill(switch, signal.SIGKILL)


async def _the_plan() -> Plan:
    desk = Desk("first")
    try:
        while True:
            try:
                return await desk.do(load_plan)
            except (DatabaseError, InterfaceError) as error:
                log.error("waits for the database", cause=str(error).split("\n", maxsplit=1)[0])
                await asyncio.sleep(AGAIN_AFTER)
    finally:
        desk.close()
