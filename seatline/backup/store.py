"""Where sealed files lie, and their copy in another place. What is here is sealed: this file needs no key."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

SEALED = "*.sealed"


def copy_whole(source: Path, target: Path) -> bool:
    """Copy a sealed file, whole or not at all; False if it is there in the same length."""
    if target.exists() and target.stat().st_size == source.stat().st_size:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with source.open("rb") as read, fresh.open("wb") as written:
            shutil.copyfileobj(read, written, 1024 * 1024)
            written.flush()
            os.fsync(written.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def mirror(folder: Path, offsite: Path) -> int:
    """Copy what the other place has not yet; how many files. Nothing is deleted there."""
    return sum(copy_whole(path, offsite / path.relative_to(folder)) for path in sealed_files(folder))


def sealed_files(folder: Path) -> Iterator[Path]:
    """All sealed files of a folder."""
    return (path for path in sorted(folder.rglob(SEALED)) if path.is_file())


def size_of(folder: Path) -> int:
    """Bytes of all sealed files."""
    return sum(path.stat().st_size for path in sealed_files(folder))
