"""Ids of rows and calls: UUID version 7 (RFC 9562, section 5.7), so that they sort by the time they were made."""

import secrets
import time
from collections.abc import Callable
from uuid import UUID


def uuid7(milliseconds: int, chance: bytes) -> UUID:
    """A UUIDv7 of Unix `milliseconds` and ten bytes of `chance`; pure."""
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(chance[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def new_id() -> UUID:
    """A fresh id from the machine's time and chance."""
    return uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10))


NewId = Callable[[], UUID]
