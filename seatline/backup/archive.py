"""`archive_command` of the embedded PostgreSQL: seals one finished segment of the write-ahead log, and copies it away.

Rules of this file: no Django, and as few imports as it can do with: it runs for each segment. PostgreSQL keeps the
segment and asks again until this ends with 0, and it may ask twice for one that is there. The off-site copy is tried at
once, so that what is lost with the machine is a minute at most; where the other side is away, `./run backup` makes up
for it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from seatline.backup.sealed import pieces_of, seal
from seatline.backup.store import copy_whole

WAL = "wal"


def sealed_name(segment: str) -> str:
    """The name of a sealed segment, as it is its place."""
    return f"{segment}.sealed"


def place_of(segment: str) -> str:
    """What a segment is sealed as."""
    return f"wal {segment}"


def main(arguments: Sequence[str]) -> int:
    """KEY_FILE FOLDER OFFSITE|- PATH NAME; 0 once the segment is safe in FOLDER."""
    key_file, folder, offsite, path, name = arguments
    target = Path(folder) / WAL / sealed_name(name)
    if not target.exists():
        with Path(path).open("rb") as file:
            seal(pieces_of(file), target, bytes.fromhex(Path(key_file).read_text()), place_of(name))
    if offsite != "-":
        try:
            copy_whole(target, Path(offsite) / WAL / target.name)
        except OSError as error:
            sys.stderr.write(f"off-site copy of {name} waits: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
