"""A database for a bench: made in the house's server, migrated, and dropped at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from seatline.house.home import House
from seatline.house.postgres import make_roles_and_database

DATABASE = "seatline_bench"


@contextmanager
def database(house: House, var: Path, name: str = DATABASE) -> Iterator[None]:
    """A database of the bench's own in the house's server, which is started for it if it does not run."""
    cluster = house.cluster
    started = cluster is not None and cluster.pid() is None
    if cluster is not None:
        cluster.create()
        cluster.start()
    try:
        _drop(house, name)
        make_roles_and_database(house.root_url, name, house.passwords)
        os.environ.update(house.environment("seatline_owner"))
        os.environ["DATABASE_URL"] = house.database_url("seatline_owner", name)
        os.environ["SEATLINE_VAR"] = str(var)
        import django  # noqa: PLC0415 - only after the environment is there

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", verbosity=0, interactive=False)
        try:
            yield
        finally:
            connections.close_all()
            _drop(house, name)
    finally:
        if started and cluster is not None:
            cluster.stop()


def _drop(house: House, name: str) -> None:
    with psycopg.connect(house.root_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
