"""The board as a fed topic: when it is read, and the alarms, which time alone can raise."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from seatline.stream.feeds import Feed, Part
from seatline.stream.wire import Rows, Sections
from telephony.board.kiosks import TOPIC
from telephony.board.rules import Figure, Limits, Shown, looked
from telephony.board.snapshot import read_day, read_now, tenants

NOW_EVERY = 0.25  # seconds: four times a second at most, however much happens
DAY_EVERY = 5.0  # seconds


class Alarms:
    """Looks at queues once a second, and remembers what it showed before."""

    def __init__(self) -> None:
        self._shown: dict[UUID, dict[str, dict[Figure, Shown]]] = {}

    def tick(self, tenant_id: UUID, sections: Sections, at: datetime) -> Mapping[str, Rows]:
        """The levels of each queue that has limits, by figure."""
        before, after = self._shown.get(tenant_id, {}), {}
        for queue_id, row in sections.get("queues", {}).items():
            limits = {Figure(name): Limits(*pair) for name, pair in row["limits"].items()}
            values = values_of(row, sections.get("day", {}).get(queue_id), at)
            after[queue_id] = looked(before.get(queue_id, {}), values, limits)
        self._shown[tenant_id] = after
        levels = {
            queue_id: {figure.value: int(one.level) for figure, one in shown.items() if one.level}
            for queue_id, shown in after.items()
        }
        return {"alarms": {queue_id: each for queue_id, each in levels.items() if each}}


def values_of(row: Mapping[str, Any], day: Mapping[str, Any] | None, at: datetime) -> dict[Figure, float | None]:
    """What there is to look at of a queue; None where nothing was counted."""
    oldest = datetime.fromisoformat(row["oldest"]) if row["oldest"] else None
    return {
        Figure.WAITING: row["waiting"],
        Figure.LONGEST: (at - oldest).total_seconds() if oldest else None,
        Figure.READY: row["ready"],
        Figure.SERVICE: _percent(day, "service"),
        Figure.ABANDONED: _percent(day, "abandoned"),
    }


def _percent(day: Mapping[str, Any] | None, name: str) -> float | None:
    numerator, denominator = day[name] if day else (0, 0)
    return 100 * numerator / denominator if denominator else None


def board_feed() -> Feed:
    """The feed of the board."""
    parts = [Part(read_now, NOW_EVERY), Part(read_day, DAY_EVERY)]
    return Feed(TOPIC, frozenset({"floor"}), parts, tenants, Alarms().tick)
