"""How an API key is written, and what of it is kept.

Rules of this file: pure. A key is `sl_ID_SECRET`: the id names the row and is no secret; the secret has 256 bits of
chance, so that a plain SHA-256 guards it: nobody tries 2^256 secrets, however fast the hash is.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from uuid import UUID

_FORM = re.compile(r"sl_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Token:
    """What whoever asks sends: which key it is, and the proof."""

    key_id: UUID
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"{prefix(self.key_id)}_{self.secret}"


def prefix(key_id: UUID) -> str:
    """By which a key is recognised in lists and logs; no secret."""
    return f"sl_{key_id.hex}"


def read(text: str) -> Token | None:
    """The token of a header's value; None if it has not the form of one."""
    match = _FORM.fullmatch(text)
    return Token(UUID(hex=match[1]), match[2]) if match else None


def fingerprint(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, kept: str) -> bool:
    """Whether it is the secret of which `kept` was kept; takes as long for a wrong one."""
    return hmac.compare_digest(fingerprint(secret), kept)
