"""How services say that something has changed.

Rules of this file: a notice names what changed and holds none of it: whoever hears of it reads the tables, in its own
scope. Notices leave with the transaction, in its order, and not at all if it is undone. PostgreSQL takes one lock of
the whole server for the commit of a transaction that notifies: tell from services that change little at a time, such as
the shipper four times a second for all calls together, never from triggers on rows.
"""

import json
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import connection

CHANNEL = "seatline_stream"
Notice = tuple[UUID | None, str, str, Iterable[UUID | str]]  # as the arguments of `publish`
#: PostgreSQL takes 8000 bytes; an id is 39 of them with its quotes and comma.
IDS_AT_ONCE = 180
#: More than this nobody wants to be told one by one.
IDS_AT_MOST = 900


def publish(tenant_id: UUID | None, topic: str, kind: str, ids: Iterable[UUID | str] = ()) -> None:
    """Tell whoever listens to this topic of the tenant, once the transaction is safe; without ids: anything may differ.

    `topic` is a word, or a word and whose it is (`agent/ID`); `kind` a word for the handler in the browser. What is of
    no tenant reaches those alone who listen to all.
    """
    publish_all([(tenant_id, topic, kind, ids)])


def publish_all(notices: Iterable[Notice]) -> None:
    """Several at once, by one statement."""
    told = [
        json.dumps([str(tenant_id) if tenant_id else None, topic, kind, some], separators=(",", ":"))
        for tenant_id, topic, kind, ids in notices
        for some in _pieces([str(one) for one in ids])
    ]
    if told:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, told) FROM unnest(%s::text[]) told", [CHANNEL, told])


def _pieces(ids: list[str]) -> Iterator[list[str]]:
    if not ids or len(ids) > IDS_AT_MOST:
        yield []
        return
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]
