"""Who else on this machine can read our files, and which of our doors can be reached from another machine."""

import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from seatline.audit.findings import Finding, found
from seatline.backup.status import read_status

#: Files that hold secrets, by the end of their path.
SECRET_FILES = ("env", "manager.conf", "ari.conf", "pjsip.conf", "demo.json")


def shut_off(folder: Path) -> bool:
    """Whether others cannot come into a folder or one above it, so that a file's own mode does not matter."""
    return any(not each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents) if each != Path("/"))


def examine_files_of(
    secrets: Iterable[Path], sounds: Path, shut: Callable[[Path], bool] = shut_off
) -> Iterator[Finding]:
    """`secrets` must be their owner's alone, and so must the folder of `sounds`, unless their folder is shut off."""
    for path in secrets:
        if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and not shut(path.parent):
            yield found("file.secret", str(path))
    if sounds.is_dir() and sounds.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH) and not shut(sounds.parent):
        yield found("file.sound", str(sounds))


def examine_backups(folder: Path, at: datetime) -> Iterator[Finding]:
    """The last backup must be of the last day, lie elsewhere too, and a restore must have been tried within a month."""
    status = read_status(folder)
    if not status.fresh(at):
        yield found("backup.old", str(folder))
        return
    if not status.offsite_at:
        yield found("backup.here", str(folder))
    if not status.tried(at):
        yield found("backup.untried", str(folder))


def examine_ports(listening: Iterable[tuple[str, int]], ours: Iterable[int]) -> Iterator[Finding]:
    """Addresses and ports on which something listens, and which ports are our programs'."""
    known = set(ours)
    for address, port in listening:
        if port in known and not ip_address(address).is_loopback:
            yield found("port.open", f"{address} {port}")


def listening(proc: Path = Path("/proc/net")) -> Iterator[tuple[str, int]]:
    """Where TCP is listened to on this machine, from the kernel's own table (proc(5))."""
    for name in ("tcp", "tcp6"):
        try:
            table = (proc / name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in table:
            fields = line.split()
            if fields[3] == "0A":
                address, _, port = fields[1].partition(":")
                yield str(_address(address)), int(port, 16)


def _address(text: str) -> object:
    # Each group of four bytes is in the machine's own order.
    groups = [bytes.fromhex(text[start : start + 8])[::-1] for start in range(0, len(text), 8)]
    return ip_address(b"".join(groups))
