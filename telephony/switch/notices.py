"""Listens to PostgreSQL's notices: an agent's presence, the plan or numbers have changed, somebody asks something."""

import asyncio
from collections.abc import Callable

import psycopg
import structlog
from django.db import connection

log = structlog.get_logger(__name__)
CHANNELS = (
    "seatline_presence",
    "seatline_plan",
    "seatline_numbers",
    "seatline_callbacks",
    "seatline_requests",
    "seatline_phones",
)
AGAIN_AFTER = 1.0  # seconds


async def listen(heard: Callable[[str, str, int], None]) -> None:
    """Call `heard` for each notice, with channel, text and the number of the connection that sent it; never ends.

    Notices sent while we were away are lost, so after each (re)connect there is news of everything, from nobody (0).
    """
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(_dsn(), autocommit=True) as database:
                for channel in CHANNELS:
                    await database.execute(f"LISTEN {channel}")
                for channel in CHANNELS:
                    heard(channel, "", 0)
                async for notice in database.notifies():
                    heard(notice.channel, notice.payload, notice.pid)
        except psycopg.Error as error:
            log.warning("no notices from the database", cause=str(error).split("\n", maxsplit=1)[0])
        await asyncio.sleep(AGAIN_AFTER)


def _dsn() -> str:
    settings = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname=settings["NAME"], connect_timeout=3, application_name="seatline switch",
    )  # fmt: skip
