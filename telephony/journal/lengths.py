"""How long people talked with each other, when each of them was in the talk from and to.

Rules of this file: pure. A talk needs two: whoever is left alone talks no more, whenever his own channel follows.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta


def talk_ends(spans: Mapping[int, tuple[datetime, datetime | None]]) -> dict[int, datetime | None]:
    """When each party's talk was over: at its own end, or at that of the last other who was in the talk with it.

    `spans` are parties by number, from when to when each was connected; None: not over.
    """
    return {no: _end(span, [other for key, other in spans.items() if key != no]) for no, span in spans.items()}


def _end(
    mine: tuple[datetime, datetime | None], others: list[tuple[datetime, datetime | None]]
) -> datetime | None:  # fmt: skip
    begun, ended = mine
    company = [
        other_ended
        for other_begun, other_ended in others
        if (ended is None or other_begun <= ended) and (other_ended is None or other_ended >= begun)
    ]
    if not company or None in company:
        return ended
    last = max(one for one in company if one is not None)
    return last if ended is None else min(ended, last)


def together(spans: Iterable[tuple[datetime, datetime | None]]) -> timedelta:
    """How long at least one of these goes on; those that are not over have no length yet."""
    length, until = timedelta(0), None
    for begun, ended in sorted((begun, ended) for begun, ended in spans if ended is not None):
        start = begun if until is None else max(begun, until)
        length += max(ended - start, timedelta(0))
        until = ended if until is None else max(until, ended)
    return length
