"""Whom to help while the switch is silent.

Rules of this file: pure. Who talks is never touched: whatever is in a bridge stays there, and so does whoever hears
music since an agent has set him aside from a talk (docs/adr/0020): that agent is there. A caller who is alone is sent
on to the fallback; a phone that rings for a caller who is being sent on is silenced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SILENT_AFTER = 3.0  # seconds without a good beat of the switch
AGAIN_AFTER = 10.0  # seconds before a channel that was helped is helped once more: a prompt may hold it so long
#: Where a channel is in the dialplan's own hands, although the application still hears of it.
OUTSIDE = frozenset({"fallback", "nobody", "full", "turned-away"})
_CALLER = "PJSIP/trunk-"


@dataclass(frozen=True, slots=True)
class Stranded:
    """Channels of the switch that nobody looks after."""

    callers: tuple[str, ...] = ()  #: to be sent on
    phones: tuple[str, ...] = ()  #: to be hung up

    def __bool__(self) -> bool:
        return bool(self.callers or self.phones)


def stranded(
    owned: Iterable[str], channels: Iterable[Mapping[str, Any]], bridges: Iterable[Mapping[str, Any]]
) -> Stranded:
    """Which of the application's channels are alone; the arguments are ARI's own lists."""
    talking = {name for bridge in bridges for name in bridge["channels"]}
    alone = set(owned) - talking
    callers: list[str] = []
    phones: list[str] = []
    for channel in channels:
        if channel["id"] in alone and not is_outside(channel) and not _set_aside(channel):
            (callers if channel["name"].startswith(_CALLER) else phones).append(channel["id"])
    return Stranded(tuple(sorted(callers)), tuple(sorted(phones)))


def _set_aside(channel: Mapping[str, Any]) -> bool:
    """Whether the channel is of a talk that goes on, as the switch has written on it."""
    return (channel.get("channelvars") or {}).get("STAGE") == "talking"


def is_outside(channel: Mapping[str, Any]) -> bool:
    """Whether a channel of ARI's list is in the dialplan and not in the application.

    An application lists what it is subscribed to; that goes on when the channel has left it.
    """
    return channel["dialplan"]["context"] in OUTSIDE


class Helped:
    """Whom the watchdog has just helped: what it ordered takes a moment."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def now(self, channels: Iterable[str], monotonic: float) -> list[str]:
        """Those of them whose turn it is; they count as helped from now on."""
        self._since = {one: at for one, at in self._since.items() if monotonic - at < AGAIN_AFTER}
        due = [one for one in channels if one not in self._since]
        self._since.update(dict.fromkeys(due, monotonic))
        return due


class Silence:
    """How long the switch has been silent, for one who looks again and again."""

    def __init__(self, monotonic: float) -> None:
        self._well_at = monotonic

    def look(self, beat_age: float | None, ready: bool, monotonic: float) -> float:
        """What is seen now; the seconds since all was well. A switch that is not ready is silent too."""
        if beat_age is not None and ready:
            self._well_at = max(self._well_at, monotonic - beat_age)
        return monotonic - self._well_at
