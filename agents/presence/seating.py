"""Which sessions have a seat of the lease to sit on.

Rules of this file: pure functions. A named seat serves the session that sits on it; every other session, also one on
a phone outside the room, needs one of the pooled seats. Who came first sits first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sitting:
    """An open session and the number of its seat; None: a phone outside the room."""

    session_id: UUID
    seat: int | None


def has_place(seat: int | None, taken: Sequence[int | None], pooled: int, named: frozenset[int]) -> bool:
    """Whether a session at `seat` fits in beside those at the seats in `taken`."""
    served_by_name = {one for one in taken if one is not None and one in named}
    if seat in named and seat not in served_by_name:
        return True
    return len(taken) - len(served_by_name) < pooled


def without_place(sittings: Iterable[Sitting], pooled: int, named: frozenset[int]) -> list[Sitting]:
    """Of sessions in the order of their logins, those that the seats in force do not reach."""
    seated: list[int | None] = []
    standing: list[Sitting] = []
    for one in sittings:
        if has_place(one.seat, seated, pooled, named):
            seated.append(one.seat)
        else:
            standing.append(one)
    return standing
