"""Asterisk's programs: Debian's own packages of version 22.10 or newer, unpacked in a folder, never installed.

A private apt state with an empty list of installed packages yields the whole closure, down to the C library; the
program then runs through its own loader, so that the machine's libraries do not matter and no root is needed.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seatline.errors import Unavailable

NEEDED = (22, 10)  # StasisBroadcast, ARI transfers, tenantid, and the security fixes of 2026
SUITES = ("forky", "sid")  # the first of Debian's suites that carries it
PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav", "libc6")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MACHINES = {  # machine -> (folder of libraries, loader)
    "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


class AsteriskCannotBeFetched(Unavailable):
    """Asterisk's packages cannot be fetched: {cause} Mend it and repeat; what was fetched is kept in {state}."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A folder with Asterisk's packages unpacked."""

    folder: Path

    @property
    def _libraries(self) -> Path:
        return self.folder / "usr" / "lib" / _machine()[0]

    @property
    def modules(self) -> Path:
        """Asterisk's modules."""
        return self._libraries / "asterisk" / "modules"

    @property
    def data(self) -> Path:
        """Sounds, music, ARI's documents."""
        return self.folder / "usr" / "share" / "asterisk"

    @property
    def asterisk(self) -> tuple[str, ...]:
        """The command that starts the program, without arguments."""
        name = _machine()[1]
        places = (self.folder / "usr" / "lib64" / name, self._libraries / name, self.folder / "usr" / "lib" / name)
        loader = next((place for place in places if place.exists()), places[0])
        return (str(loader), "--library-path", str(self._libraries), str(self.folder / "usr" / "sbin" / "asterisk"))

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
        """Make the folder if it is not ready. It appears in one step: a torn fetch leaves none."""
        if self.ready():
            return
        state = self.folder.with_name(self.folder.name + ".apt")
        mirror = _mirror(state)
        for suite in SUITES:
            say(f"fetching Asterisk from Debian {suite} (about 80 MB)")
            fresh = Prefix(self.folder.with_name(self.folder.name + ".new"))
            shutil.rmtree(fresh.folder, ignore_errors=True)
            for package in _download(state, mirror, suite):
                _call(state, "dpkg-deb", "-x", str(package), str(fresh.folder))
            english = fresh.data / "sounds" / "en"
            if not english.exists():  # Debian makes this link by `alternatives`, which do not run here
                english.symlink_to("en_US_f_Allison")
            if fresh.ready():
                shutil.rmtree(self.folder, ignore_errors=True)
                fresh.folder.rename(self.folder)
                shutil.rmtree(state, ignore_errors=True)
                return
        raise AsteriskCannotBeFetched(cause="no suite carries version 22.10 or newer.", state=state)


def _machine() -> tuple[str, str]:
    try:
        return _MACHINES[platform.machine()]
    except KeyError:
        known = " and ".join(_MACHINES)
        raise AsteriskCannotBeFetched(cause=f"this is a {platform.machine()}; we know {known}.", state="-") from None


def _mirror(state: Path) -> str:
    """The Debian mirror of the machine's own apt sources; the environment's DEBIAN_MIRROR is for other systems."""
    given = os.environ.get("DEBIAN_MIRROR")
    if given:
        return given
    try:
        known = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        ).stdout.split()  # fmt: skip
    except OSError as error:
        raise AsteriskCannotBeFetched(cause="this machine has no apt-get.", state=state) from error
    for address in known:
        if re.search(r"/debian/?$", address):
            return address
    raise AsteriskCannotBeFetched(
        cause="the apt sources name no Debian mirror: set DEBIAN_MIRROR to the address of one.", state=state
    )


def _download(state: Path, mirror: str, suite: str) -> list[Path]:
    archives = state / "cache" / "archives"
    for part in ("lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").write_text("")
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (state / "sources.list").write_text(f"deb {signed}{mirror} {suite} main\n")
    options = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::Etc": state / "etc",
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Acquire::Check-Valid-Until": "false",  # a mirror that is a snapshot
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # as root, apt would become `_apt`, which may not write here
        "Debug::NoLocking": "1",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    _call(state, "apt-get", *words, "-qq", "update")
    _call(state, "apt-get", *words, "-qq", "-y", "install", "--download-only", *PACKAGES)
    return sorted(archives.glob("*.deb"))


def _call(state: Path, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.startswith("E:")]
        cause = " ".join(lines or [f"{command[0]} failed with code {done.returncode}."])
        raise AsteriskCannotBeFetched(cause=cause, state=state)
