"""What is old enough to go.

Rules of this file: pure.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta


def older_than(days: int, at: datetime) -> datetime:
    """What was stored before this instant has been kept for all the days that were agreed."""
    return at - timedelta(days=days)


def hash_of_all(hashes: Iterable[str]) -> str:
    """One hash over those of a batch, in their order: with the rows it proves which files went."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
