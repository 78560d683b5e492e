"""A sealed file: compressed, then encrypted piece by piece, so that gigabytes pass through a few megabytes of memory.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM: every piece has a nonce of the
file's own seven bytes, the piece's number and whether it is the last. So no piece can be changed, dropped, doubled, put
elsewhere or cut off unseen. `place` says what the file is and is sealed into every piece: one backup's file does not
open as another's. The key of each file is derived from the house's backup key and a salt of the file.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from seatline.errors import Unavailable

_MAGIC = b"SEATLINE-SEALED-1\n"
_SALT, _PREFIX, _TAG = 32, 7, 16  # bytes
PIECE = 1024 * 1024  # bytes of a piece before it is sealed


class BackupUnreadable(Unavailable):
    """{name} cannot be opened: it was changed, cut off, belongs elsewhere, or was sealed with another key."""


def seal(plain: Iterable[bytes], target: Path, key: bytes, place: str) -> int:
    """Seal what `plain` gives into `target`, which is there whole or not at all; how many bytes it has."""
    salt, prefix = os.urandom(_SALT), os.urandom(_PREFIX)
    cipher = _cipher(key, salt)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    fresh.touch(mode=0o600)
    try:
        with fresh.open("wb") as file:
            file.write(_MAGIC + salt + prefix)
            number, last = 0, b""
            for number, (piece, is_last) in enumerate(_pieces(_compressed(plain))):
                sealed = cipher.encrypt(_nonce(prefix, number, is_last), piece, place.encode())
                file.write(sealed)
                last = sealed
            assert last, "there is always a last piece"
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target.stat().st_size


def opened(source: Path, key: bytes, place: str) -> Iterator[bytes]:
    """What was sealed, in pieces. Raises `BackupUnreadable`, at the latest at the end: use nothing before that."""
    with source.open("rb") as file:
        head = file.read(len(_MAGIC) + _SALT + _PREFIX)
        if len(head) != len(_MAGIC) + _SALT + _PREFIX or not head.startswith(_MAGIC):
            raise BackupUnreadable(name=source.name)
        salt, prefix = head[len(_MAGIC) : -_PREFIX], head[-_PREFIX:]
        inflate = zlib.decompressobj()
        try:
            for piece in _unsealed(file, _cipher(key, salt), prefix, place.encode()):
                if plain := inflate.decompress(piece):
                    yield plain
            yield inflate.flush()
        except (InvalidTag, zlib.error) as error:
            raise BackupUnreadable(name=source.name) from error
        if not inflate.eof:
            raise BackupUnreadable(name=source.name)


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file's bytes, piece by piece."""
    while piece := file.read(PIECE):
        yield piece


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"seatline backup file v1").derive(key))


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, is_last)


def _compressed(plain: Iterable[bytes]) -> Iterator[bytes]:
    deflate = zlib.compressobj(level=1)  # write-ahead log is mostly zeros; more effort buys little
    for piece in plain:
        if packed := deflate.compress(piece):
            yield packed
    yield deflate.flush()


def _pieces(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of equal length, and whether it is the last one."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) > PIECE:
            yield bytes(held[:PIECE]), False
            del held[:PIECE]
    yield bytes(held), True


def _unsealed(file: IO[bytes], cipher: AESGCM, prefix: bytes, place: bytes) -> Iterator[bytes]:
    number, piece = 0, file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        yield cipher.decrypt(_nonce(prefix, number, not following), piece, place)
        if not following:
            return
        number, piece = number + 1, following
