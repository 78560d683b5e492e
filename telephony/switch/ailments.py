"""What ails the switch now, each by a name that stays the same and in a sentence: for the log, doctor and the metrics.

None of these ends a call. Each is over by itself as soon as its cause is.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

SCARCE = 500_000_000  # bytes free where recordings go: an hour of 370 recorded calls takes 20 GB


def ailments(
    *,
    away: Sequence[str],
    nodes: int,
    ami: bool,
    database: str,
    unwritten: int,
    recordings: Path,
    nonsense: bool = False,
) -> dict[str, str]:
    """The alarms that these make; `away` are the Asterisks, of so many, that are; `database` is why PostgreSQL cannot
    be asked, empty if it can."""
    found = {}
    for name in away if nodes > 1 else ():
        found[f"node {name}"] = f"there is no connection to the Asterisk {name}: new calls come to the others"
    if len(away) == nodes:
        found["asterisk"] = "there is no connection to Asterisk: its calls wait for one, or are in the fallback"
    if not ami:
        found["ami"] = "AMI is away: calls go on unrecorded, phones that come and go are not noticed"
    if database:
        found["database"] = f"PostgreSQL is away: calls go on by what was known, facts wait in the journal ({database})"
    if unwritten:
        found["journal"] = f"the journal refuses to write, {unwritten} facts wait in memory: is the disk full?"
    if nonsense:
        found["nonsense"] = "Asterisk says what cannot be understood: it is passed over, and calls go on"
    free = free_bytes(recordings)
    if free < SCARCE:
        found["disk"] = f"{free // 1_000_000} MB are left for recordings: calls go on, their sound will be lost"
    return found


def free_bytes(folder: Path) -> int:
    """What is left on the disk of a folder; 0 if that cannot even be asked."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
