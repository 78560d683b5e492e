"""What the machine must offer; each lack is a sentence that says what to do. Nothing is changed here."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from seatline.errors import Unavailable

DISK_MB = 1500  # a fresh `.local/` takes about 900; the rest is for recordings and logs
MEMORY_MB = 1200
PROGRAMS = {  # program -> Debian's package
    "sipp": "sip-tester",
    "baresip": "baresip-core",
    "espeak-ng": "espeak-ng",
    "sox": "sox",
    "msgfmt": "gettext",
    "setpriv": "util-linux",
}


class MachineUnfit(Unavailable):
    """{sentence}"""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing, in words, and what mends it."""

    what: str
    mend: str


def lacks(local: Path) -> list[Lack]:
    """What this machine lacks for a house in `local`."""
    found = []
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whichever Python the caller has
        found.append(Lack(f"Python is {platform.python_version()}", "apt-get install python3 (3.11 or newer)"))
    if platform.machine() not in ("x86_64", "aarch64"):
        found.append(
            Lack(
                f"this is a {platform.machine()}",
                "use an x86_64 or aarch64 machine: PostgreSQL and Asterisk come for those",
            )
        )
    there = next(folder for folder in (local, *local.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    needed = 200 if (local / "asterisk").exists() else DISK_MB
    if free < needed:
        found.append(Lack(f"only {free} MB are free on the disk of {there}", f"free {needed - free} MB more"))
    if not os.access(there, os.W_OK):
        found.append(
            Lack(f"{there} cannot be written by this user", f"chown -R {os.getuid()} {there}, or clone elsewhere")
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    if memory < MEMORY_MB:
        found.append(Lack(f"the machine has {memory} MB of memory", f"give it {MEMORY_MB} MB"))
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            found.append(Lack(f"the program {program} is missing", f"apt-get install {package}"))
    return found


def require(local: Path) -> None:
    """Raise `MachineUnfit` with all lacks in one text."""
    found = lacks(local)
    if found:
        sentences = "\n".join(f"- {lack.what}: {lack.mend}" for lack in found)
        raise MachineUnfit(sentence=f"This machine is not ready:\n{sentences}")
