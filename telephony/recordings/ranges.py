"""HTTP Range for sound files (RFC 9110, section 14), as far as players need it: one range of bytes.

Rules of this file: pure.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int


class RangeOutside(ValueError):
    """The range lies behind the end of the file (HTTP 416)."""


def asked_span(header: str, size: int) -> Span | None:
    """What a Range header asks for of `size` bytes; None: the whole (no header, several ranges, or no sense in it)."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        if length == 0 or size == 0:
            raise RangeOutside
        return Span(max(size - length, 0), size)
    start = int(match[1])
    if start >= size:
        raise RangeOutside
    stop = min(int(match[2]) + 1, size) if match[2] else size
    return None if stop <= start else Span(start, stop)
