"""Brings the house from nothing to ready, step by step; each step finds out for itself whether there is work.

Nothing is half made: a step writes beside and renames, or can be repeated. The order is that of need.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from seatline.env import ROOT
from seatline.errors import Unavailable
from seatline.house import machine, secrets
from seatline.house.console import voice
from seatline.house.home import DATABASE, House
from seatline.house.postgres import make_roles_and_database

# Port -> the program that has it when it runs.
_OWNERS = {
    "SEATLINE_WEB_PORT": "web",
    "SEATLINE_AGI_PORT": "agi",
    "SEATLINE_SIP_PORT": "asterisk",
    "SEATLINE_AMI_PORT": "asterisk",
    "HOUSE_ARI_PORT": "asterisk",
    "HOUSE_POSTGRES_PORT": "postgres",
    "HOUSE_WEB_METRICS_PORT": "web",
    "HOUSE_SWITCH_METRICS_PORT": "switch",
    "HOUSE_AGI_METRICS_PORT": "agi",
    "HOUSE_WORKER_METRICS_PORT": "worker",
    "HOUSE_WITNESS_METRICS_PORT": "witness",
    "HOUSE_SHIPPER_METRICS_PORT": "switch",
}


class DatabaseDoesNotAnswer(Unavailable):
    """PostgreSQL at {where} does not answer: {cause}. {mend}"""


class MigrationFailed(Unavailable):
    """The database cannot be brought up to date: {cause}. Nothing was changed by the migration that failed."""


def prepare(house: House) -> House:
    """Everything but the demo world and the programs; the house, with other ports if some were taken meanwhile."""
    with voice.step("machine") as step:
        machine.require(house.local)
        step.say(f"Python {sys.version_info.major}.{sys.version_info.minor}, disk, memory, programs")
    house = settle_ports(house)
    house.var.mkdir(parents=True, exist_ok=True)
    house.var.chmod(0o700)  # recordings, journal and logs are nobody else's on this machine
    with voice.step("Asterisk's programs") as step:
        house.asterisk.prefix.fetch(voice.say)
        step.say(".".join(map(str, house.asterisk.prefix.version() or ())))
    with voice.step("PostgreSQL") as step:
        start_database(house)
        step.say("embedded" if house.cluster else "the one of DATABASE_URL")
    with voice.step("tables, translations, pages"):
        bring_up_to_date(house)
    with voice.step("prompts") as step:
        from seatline.house.prompts import make_prompts  # noqa: PLC0415 - rooms need Django's settings

        made = make_prompts(house.sounds)
        step.say(f"{made} spoken" if made else "all there")
    return house


def running(house: House) -> set[str]:
    """The names of what runs now."""
    names = {program.name for program in house.programs if program.pid() is not None}
    if house.asterisk.process.pid() is not None:
        names.add("asterisk")
    if house.cluster is not None and house.cluster.pid() is not None:
        names.add("postgres")
    return names


def settle_ports(house: House) -> House:
    """Choose other ports where a stranger took one of ours while we were down."""
    up = running(house)
    taken = [
        name
        for name, owner in _OWNERS.items()
        if owner not in up
        and not (owner == "postgres" and house.cluster is None)
        and secrets.port_is_taken(int(house.values[name]))
    ]
    if not taken:
        return house
    if up:
        ports = ", ".join(f"{house.values[name]} ({_OWNERS[name]})" for name in taken)
        raise machine.MachineUnfit(
            sentence=f"Another program took port {ports} while part of the house runs. End it, or `./run down` and"
            " repeat: other ports are chosen then."
        )
    fresh = house.with_new_ports(taken)
    for name in taken:
        voice.say(f"port {house.values[name]} is in use by another program: {_OWNERS[name]} gets {fresh.values[name]}")
    return fresh


def start_database(house: House) -> None:
    """Start the embedded server if there is one; make roles and database. Safe to repeat."""
    if house.cluster is not None:
        house.cluster.create()
        house.cluster.start()
    where = urlsplit(house.root_url)
    try:
        make_roles_and_database(house.root_url, DATABASE, house.passwords)
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseDoesNotAnswer(
            where=where.hostname, cause=f"{where.username} may not make roles or databases",
            mend="Give DATABASE_URL a superuser; it is used only at set-up.",
        ) from error  # fmt: skip
    except psycopg.OperationalError as error:
        raise DatabaseDoesNotAnswer(
            where=f"{where.hostname}:{where.port}", cause=" ".join(str(error).split()),
            mend=f"Its log: {house.cluster.log}" if house.cluster else "Is the server up, and DATABASE_URL right?",
        ) from error  # fmt: skip


def enter_django(house: House, login: str = "seatline_owner") -> None:
    """Make this very process a Django program that logs in with this role."""
    os.environ.update(house.environment(login))
    import django  # noqa: PLC0415 - only after the environment is there

    django.setup()


def bring_up_to_date(house: House) -> None:
    """Migrate, compile translations, collect static files."""
    enter_django(house)
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise MigrationFailed(cause=" ".join(str(error).split())) from error
    make_pages()


def make_pages() -> None:
    """Collect what pages load, and compile the translations; Django must be set up."""
    from django.core.management import call_command  # noqa: PLC0415 - as in bring_up_to_date

    call_command("collectstatic", verbosity=0, interactive=False)
    _compile_messages(ROOT.glob("locale*/*/LC_MESSAGES/*.po"))


def _compile_messages(sources: Iterable[Path]) -> None:
    for source in sources:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".tmp")
        subprocess.run(["msgfmt", "-o", str(fresh), str(source)], check=True, stdin=subprocess.DEVNULL)
        fresh.replace(target)


def forget_world(house: House) -> None:
    """Remove everything that belongs to calls and tenants on disk; the database is remade by the caller."""
    for name in ("recordings", "journal", "files"):
        shutil.rmtree(house.var / name, ignore_errors=True)


def drop_database(house: House) -> None:
    """Drop our database, if it is there; nobody may be connected."""
    with psycopg.connect(house.root_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
