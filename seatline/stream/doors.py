"""Who may listen: doors by which streams come in, and the look whether those who came are still welcome.

A room with visitors of its own kind (kiosks by token, agents by code) opens a door in `AppConfig.ready`.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Protocol

from django.http import HttpRequest

from seatline.stream.addresses import Pass


class Door(Protocol):
    """One way in. Both are called outside any scope, in a thread where the database may be asked."""

    def enter(self, request: HttpRequest) -> tuple[Hashable, Collection[Pass]] | None:
        """Who it is, as this door can know them again, and what opens to them; None: nobody of this door."""

    def still(self, visitors: Collection[Hashable]) -> Mapping[Hashable, Collection[Pass]]:
        """What opens now to those who came in before; who is left out may listen no longer."""


_DOORS: list[Door] = []


def open_door(door: Door) -> None:
    """Let visitors in by this door too."""
    _DOORS.append(door)


def doors() -> tuple[Door, ...]:
    """All doors."""
    return tuple(_DOORS)
