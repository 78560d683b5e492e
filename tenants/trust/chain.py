"""A log whose entries each seal the one before: what a change of it would look like, and how it is found.

Rules of this file: pure. An entry's hash is SHA-256 over the hash before, the number and the content, each ended by a
line feed. Whoever changes one entry must make all after it anew; and that is found by an anchor, a head (number and
hash) that was signed and sent away before: so an edit, a deletion, a swap, an insertion, a cut tail and a log written
anew from the start are all seen. The content is JSON in the canonical form of RFC 8785 for the values we use: strings,
whole numbers, true, false, null, lists and objects, keys sorted by their UTF-16 code units.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

START = "0" * 64  #: the hash before the first entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is kept; `seq` counts from 1."""

    seq: int
    content: str
    before: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry at some instant, as an anchor keeps it."""

    seq: int
    hash: str


class FaultKind(StrEnum):
    """What is wrong with a log."""

    GAP = "gap"  # entries are missing, or numbers were given twice
    EDITED = "edited"  # the content is not what was hashed
    UNLINKED = "unlinked"  # the entry does not seal the one before: swapped, inserted, or the one before was replaced
    CUT = "cut"  # an anchor knows entries that are gone
    REWRITTEN = "rewritten"  # an anchor knows another hash: all was made anew from there or from before


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding, at an entry's number."""

    kind: FaultKind
    seq: int


def canonical(content: Mapping[str, Any]) -> str:
    """The content as text, always the same for the same values. Raises TypeError for a float: it has no one form."""
    _plain(content)
    ordered = _ordered(content)
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def seal(before: str, seq: int, content: str) -> str:
    """The hash of an entry, in hexadecimal."""
    return hashlib.sha256(f"{before}\n{seq}\n{content}\n".encode()).hexdigest()


def verify(entries: Iterable[Entry], anchors: Iterable[Head] = ()) -> Iterator[Fault]:
    """Everything that is wrong with a log, in the order of its entries; nothing for one that is whole."""
    known: dict[int, set[str]] = {}
    for anchor in anchors:
        known.setdefault(anchor.seq, set()).add(anchor.hash)
    expected, last = 1, START
    for entry in entries:
        if entry.seq != expected:
            yield Fault(FaultKind.GAP, min(entry.seq, expected))
        elif entry.before != last:
            yield Fault(FaultKind.UNLINKED, entry.seq)
        if seal(entry.before, entry.seq, entry.content) != entry.hash:
            yield Fault(FaultKind.EDITED, entry.seq)
        if known.pop(entry.seq, {entry.hash}) != {entry.hash}:
            yield Fault(FaultKind.REWRITTEN, entry.seq)
        expected, last = entry.seq + 1, entry.hash
    for seq in sorted(known):
        yield Fault(FaultKind.CUT, seq)


def _plain(value: object) -> None:
    match value:
        case Mapping():
            for key, each in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"not a key of JSON: {key!r}")
                _plain(each)
        case list() | tuple():
            for each in value:
                _plain(each)
        case str() | bool() | int() | None:
            return
        case _:
            raise TypeError(f"no canonical form: {value!r}")


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value
