"""How news are written: notices of PostgreSQL, frames of a stream, and what differs between two snapshots. Pure.

A frame is a server-sent event whose id is `GENERATION-NUMBER`. Its data is one JSON object: `topic` is the address,
`kind` a word, `ids` what changed; of fed topics `data` is the snapshot or what differs from the one before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from seatline.stream.addresses import Address

RESET = "reset"  # something may have been missed: read anew
SNAPSHOT, DELTA = "snapshot", "delta"
Rows = Mapping[str, Mapping[str, Any]]  # by id
Sections = Mapping[str, Rows]  # by name: a whole snapshot


@dataclass(frozen=True, slots=True)
class News:
    """One notice: what changed, of which tenant."""

    tenant_id: UUID | None
    topic: str
    kind: str
    ids: tuple[str, ...]


def read_notice(payload: str) -> News | None:
    """The news of a notice; None if it is not of our making."""
    try:
        tenant, topic, kind, ids = json.loads(payload)
        return News(UUID(tenant) if tenant else None, str(topic), str(kind), tuple(str(one) for one in ids))
    except (ValueError, TypeError):
        return None


def frame(event_id: str, address: Address, kind: str, ids: Sequence[str] = (), **rest: Any) -> bytes:
    """One server-sent event."""
    data = json.dumps({"topic": str(address), "kind": kind, "ids": list(ids), **rest}, separators=(",", ":"))
    return f"id: {event_id}\ndata: {data}\n\n".encode()


def event(name: str, data: Any) -> bytes:
    """An event about the stream itself; it has no number, for nothing is missed with it."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def read_place(text: str) -> tuple[str, int] | None:
    """Generation and number of an event's id; None if it is none."""
    generation, dash, number = text.partition("-")
    return (generation, int(number)) if dash and number.isascii() and number.isdigit() and len(number) < 19 else None


def difference(before: Sections, after: Sections) -> dict[str, dict[str, Any]]:
    """What makes the one the other: by section, rows that are new or differ, and None for those that are gone."""
    found: dict[str, dict[str, Any]] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name, {}), after.get(name, {})
        changed: dict[str, Any] = {key: row for key, row in new.items() if old.get(key) != row}
        changed |= dict.fromkeys(old.keys() - new.keys())
        if changed:
            found[name] = changed
    return found
