"""How a switch begins: it waits for the plan, opens the journal, and is the switch from then on."""

import asyncio
import gc
from random import Random

import structlog
from django.db import DatabaseError, InterfaceError

from telephony.core.engine import Engine
from telephony.journal.disk import Journal
from telephony.plans.services import load_plan
from telephony.switch.config import Settings
from telephony.switch.desk import Desk
from telephony.switch.main import AGAIN_AFTER, Switch

log = structlog.get_logger(__name__)


async def run(settings: Settings) -> None:
    """Start the switch: wait for PostgreSQL's plan, open the journal, run."""
    journal = Journal(settings.journal)
    desk = Desk("first")
    try:
        while True:
            try:
                plan = await desk.do(load_plan)
                break
            except (DatabaseError, InterfaceError) as error:
                log.error("waits for the database", cause=str(error).split("\n", maxsplit=1)[0])
                await asyncio.sleep(AGAIN_AFTER)
    finally:
        desk.close()
    # What Django and the plan have made lives as long as we: looking through it for garbage took tens of milliseconds.
    gc.collect()
    gc.freeze()
    await Switch(settings, journal, Engine(plan, Random())).run()  # noqa: S311  which agent rings is no secret
