"""Programs of Debian's packages, unpacked in a folder and never installed: no root is needed, and nothing else changes.

A private apt state with an empty list of installed packages yields the whole closure, down to the C library; the
program then runs through its own loader, so that the machine's libraries do not matter.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from seatline.errors import Unavailable

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MACHINES = {  # machine -> (folder of libraries, loader)
    "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


class PackagesCannotBeFetched(Unavailable):
    """Debian's packages of {what} cannot be fetched: {cause} Mend it and repeat; what came is kept in {state}."""


def libraries(folder: Path) -> Path:
    """Where unpacked packages have their libraries."""
    return folder / "usr" / "lib" / _machine()[0]


def command(folder: Path, program: str, *more: Path) -> tuple[str, ...]:
    """What starts an unpacked program, such as `sbin/asterisk`, without arguments; `more` folders of libraries."""
    name, own = _machine()[1], libraries(folder)
    places = (folder / "usr" / "lib64" / name, own / name, folder / "usr" / "lib" / name)
    loader = next((place for place in places if place.exists()), places[0])
    return (str(loader), "--library-path", ":".join(map(str, (own, *more))), str(folder / "usr" / program))


def unpack(
    what: str, folder: Path, packages: Sequence[str], suites: Sequence[str], complete: Callable[[Path], bool],
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Make the folder from the first suite whose packages are `complete` there. It appears in one step: a torn fetch
    leaves none. Raises PackagesCannotBeFetched."""
    state = folder.with_name(folder.name + ".apt")
    try:
        mirror = _mirror()
        for suite in suites:
            say(f"fetching {what} from Debian {suite}")
            fresh = folder.with_name(folder.name + ".new")
            shutil.rmtree(fresh, ignore_errors=True)
            for package in _download(state, mirror, suite, packages):
                _call("dpkg-deb", "-x", str(package), str(fresh))
            if complete(fresh):
                shutil.rmtree(folder, ignore_errors=True)
                fresh.rename(folder)
                shutil.rmtree(state, ignore_errors=True)
                return
        raise _FetchError(f"none of {', '.join(suites)} carries what is needed.")
    except _FetchError as error:
        raise PackagesCannotBeFetched(what=what, cause=str(error), state=state) from error


class _FetchError(Exception):
    """Why not, as a sentence."""


def _machine() -> tuple[str, str]:
    try:
        return _MACHINES[platform.machine()]
    except KeyError:
        known = " and ".join(_MACHINES)
        cause = f"this is a {platform.machine()}; we know {known}."
        raise PackagesCannotBeFetched(what="programs", cause=cause, state="-") from None


def _mirror() -> str:
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
        raise _FetchError("this machine has no apt-get.") from error
    for address in known:
        if re.search(r"/debian/?$", address):
            return address
    raise _FetchError("the apt sources name no Debian mirror: set DEBIAN_MIRROR to the address of one.")


def _download(state: Path, mirror: str, suite: str, packages: Sequence[str]) -> list[Path]:
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
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    _call("apt-get", *given, "-qq", "update")
    _call("apt-get", *given, "-qq", "-y", "install", "--download-only", *packages)
    return sorted(archives.glob("*.deb"))


def _call(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.startswith("E:")]
        cause = " ".join(lines or [f"{words[0]} failed with code {done.returncode}."])
        raise _FetchError(cause)
