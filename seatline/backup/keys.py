"""The keys of backups, all derived from one that lies beside the house's other secrets and in no backup.

Whoever loses `HOUSE_BACKUP_KEY` loses all backups: `./run backup` says so, and where to copy it.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BACKUP_KEY = "HOUSE_BACKUP_KEY"


def derived(secret: str, what: str) -> bytes:
    """The key for one kind of thing: "base", "wal", "files", or "tenant" and an id."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"seatline backup {what} v1".encode()).derive(
        secret.encode()
    )
