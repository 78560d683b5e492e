"""Whether the web can do its work, in words for whoever asks at /readyz: people, load balancers, `./run doctor`."""

from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from telephony.watch import heartbeat

SILENT_AFTER = 5.0  # seconds without a beat of the switch


class Schema:
    """Whether the database has the tables that this program was written for; asked until it is so, and not again."""

    def __init__(self) -> None:
        self._known = False

    def missing(self) -> int:
        """How many migrations have not been made. Raises DatabaseError."""
        if self._known:
            return 0
        executor = MigrationExecutor(connection)
        count = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        self._known = count == 0
        return count


_schema = Schema()


def faults(schema: Schema = _schema) -> Iterator[str]:
    """Why the web cannot serve; none if it can. Causes that name hosts and users go to the log, not to who asks."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = schema.missing()
    except DatabaseError:
        yield "The database does not answer. Look at it with ./run doctor."
        return
    if missing:
        yield f"The database is older than this program: {missing} migrations are to be made. ./run up makes them."


def remarks() -> Iterator[str]:
    """What people should know while the web can serve all the same: reports and bills need no switch."""
    beat = heartbeat.read(heartbeat.path_in(settings.VAR))
    if beat is None:
        return  # no switch has ever run on this machine
    age = heartbeat.age(beat)
    if age is None or age > SILENT_AFTER:
        how = "since this machine was started" if age is None else f"for {age:.0f} s"
        yield f"The switch has been silent {how}: calls go to the fallback, and live pages stand still."
    elif not beat.ready:
        yield "The switch takes no calls: it is not connected, or going down. New ones go to the fallback."
