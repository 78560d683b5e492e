"""When a queue's figure is an alarm.

Rules of this file: pure. A threshold has two values, attention and action. What must not grow alarms from its value
upwards, what must not fall below its value. A figure that hovers about a threshold does not flicker: another level is
shown when it has stood for `STEADY` looks in a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

STEADY = 2  # looks, one a second


class Level(IntEnum):
    """How bad it is."""

    CALM = 0
    ATTENTION = 1
    ACTION = 2


class Figure(StrEnum):
    """What can alarm."""

    WAITING = "waiting"  # callers who wait
    LONGEST = "longest"  # seconds that the first of them has waited
    SERVICE = "service"  # per cent answered in time today
    ABANDONED = "abandoned"  # per cent abandoned today
    READY = "ready"  # agents who are ready for the queue


#: Figures of which little is bad.
LOW_IS_BAD = frozenset({Figure.SERVICE, Figure.READY})


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a figure asks for attention, and for action."""

    attention: float
    action: float

    def fit(self, figure: Figure) -> bool:
        """Whether action comes after attention, or with it."""
        return self.action <= self.attention if figure in LOW_IS_BAD else self.action >= self.attention


@dataclass(frozen=True, slots=True)
class Shown:
    """The level that is shown, and the one that has stood for some looks instead."""

    level: Level = Level.CALM
    other: Level = Level.CALM
    looks: int = 0


def level_of(figure: Figure, value: float | None, limits: Limits) -> Level:
    """The level of a value; where nothing was counted there is nothing to alarm about."""
    if value is None:
        return Level.CALM
    if figure in LOW_IS_BAD:
        reached = (value < limits.action, value < limits.attention)
    else:
        reached = (value >= limits.action, value >= limits.attention)
    return Level.ACTION if reached[0] else Level.ATTENTION if reached[1] else Level.CALM


def look(shown: Shown, level: Level) -> Shown:
    """What is shown after one more look."""
    if level == shown.level:
        return Shown(level)
    looks = shown.looks + 1 if level == shown.other and shown.looks else 1
    return Shown(level) if looks >= STEADY else Shown(shown.level, level, looks)


def looked(
    before: Mapping[Figure, Shown], values: Mapping[Figure, float | None], limits: Mapping[Figure, Limits]
) -> dict[Figure, Shown]:
    """A queue's figures after one more look; those without limits alarm never, and are left out.

    The first look at all is believed at once: a screen that is switched on shows what is.
    """
    found = {}
    for figure, limit in limits.items():
        level = level_of(figure, values.get(figure), limit)
        found[figure] = look(before[figure], level) if figure in before else Shown(level)
    return found
