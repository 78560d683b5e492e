"""The one way to a kept sound: whoever reads one, to play it, to measure it or to send it, opens it here.

A sound that is destroyed, missing, or whose path leads out of the folder is not there. What is done to sounds on the
disk, such as sealing each with its tenant's key, has its reading here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from seatline.errors import NotFound


class SoundGone(NotFound):
    """This sound is not there any more."""


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A sound to be read: its bytes as a player wants them, and how many they are."""

    size: int
    open: Callable[[], BinaryIO]


def folder() -> Path:
    """Where sounds are kept."""
    return Path(settings.VAR) / "recordings"


def open_kept(path: str, root: Path | None = None) -> KeptSound:
    """The sound at `path` below the folder of recordings, or below `root`. Raises SoundGone."""
    base = (root or folder()).resolve()
    file = (base / path).resolve()
    if not file.is_relative_to(base) or not file.is_file():
        raise SoundGone
    return KeptSound(file.stat().st_size, lambda: file.open("rb"))
