"""Asterisk's programs: Debian's own packages of version 22.10 or newer, unpacked in a folder (debian.py)."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seatline.house import debian

NEEDED = (22, 10)  # StasisBroadcast, ARI transfers, tenantid, and the security fixes of 2026
SUITES = ("forky", "sid")  # the first of Debian's suites that carries it
PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav", "libc6")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A folder with Asterisk's packages unpacked."""

    folder: Path

    @property
    def modules(self) -> Path:
        """Asterisk's modules."""
        return debian.libraries(self.folder) / "asterisk" / "modules"

    @property
    def data(self) -> Path:
        """Sounds, music, ARI's documents."""
        return self.folder / "usr" / "share" / "asterisk"

    @property
    def asterisk(self) -> tuple[str, ...]:
        """The command that starts the program, without arguments."""
        return debian.command(self.folder, "sbin/asterisk")

    def version(self) -> tuple[int, ...] | None:
        """Such as (22, 10, 1); None if the folder is empty or half full."""
        try:
            done = subprocess.run(
                [*self.asterisk, "-V"],
                capture_output=True,
                text=True,
                timeout=20,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return None
        found = re.match(r"Asterisk (\d+(?:\.\d+)*)", done.stdout)
        return tuple(int(part) for part in found[1].split(".")) if found else None

    def ready(self) -> bool:
        """The program runs and is new enough."""
        return (self.version() or (0,)) >= NEEDED and self.modules.exists()

    def fetch(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make the folder if it is not ready; about 80 MB. Raises PackagesCannotBeFetched."""
        if not self.ready():
            debian.unpack("Asterisk", self.folder, PACKAGES, SUITES, _complete, say)


def _complete(folder: Path) -> bool:
    fresh = Prefix(folder)
    english = fresh.data / "sounds" / "en"
    if not english.exists():  # Debian makes this link by `alternatives`, which do not run here
        english.symlink_to("en_US_f_Allison")
    return fresh.ready()
