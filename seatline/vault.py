"""Seals secrets that must be read again, such as a client's API key, before they go into PostgreSQL.

AES-256-GCM (NIST SP 800-38D) under a key of this machine that is in its environment and never in the database: a copy
of the database alone tells nothing. `place` says where a secret belongs and is sealed with it, so that a row's secret
opens in no other row. `SEATLINE_VAULT_KEY` may hold several keys parted by commas: the first seals, any of them opens,
so a key can be changed without a day on which nothing opens.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from seatline.env import environment
from seatline.errors import Unavailable

_FORM = "v1."
_NONCE = 12  # bytes


class SecretUnreadable(Unavailable):
    """A secret that is kept here cannot be opened: it was sealed on another machine, or its key was lost. Enter it
    anew."""


def seal(secret: str, place: str) -> str:
    """The secret as it may be kept; each time another text. Nothing stays nothing."""
    if not secret:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = nonce + _ciphers()[0].encrypt(nonce, secret.encode(), place.encode())
    return _FORM + base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str, place: str) -> str:
    """The secret. Raises SecretUnreadable if no key of this machine opens it, or not for this place."""
    if not sealed:
        return ""
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(_FORM))
    except binascii.Error:
        raise SecretUnreadable from None
    for cipher in _ciphers():
        try:
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise SecretUnreadable


def _ciphers() -> list[AESGCM]:
    keys = environment.words("SEATLINE_VAULT_KEY") or [environment.text("SEATLINE_SECRET_KEY")]
    return [AESGCM(_derived(key)) for key in keys]


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seatline vault v1").derive(key.encode())
