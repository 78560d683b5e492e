"""Who sits where when seats are scarce, in the words of the shift leader."""

from uuid import UUID

import pytest

from agents.presence.seating import Sitting, has_place, without_place


@pytest.mark.parametrize(
    ("seat", "taken", "pooled", "named", "fits"),
    [
        # Five seats, four taken: the fifth agent may come.
        (5, [1, 2, 3, 4], 5, set(), True),
        # The sixth on five seats may not.
        (6, [1, 2, 3, 4, 5], 5, set(), False),
        # A remote agent takes a pooled seat too.
        (None, [1, None], 2, set(), False),
        # A named seat is there for whoever sits on it, though the pool is empty.
        (7, [], 0, {7}, True),
        # Two on one named seat: the second would need the pool.
        (7, [7], 0, {7}, False),
        # An agent on a named seat leaves the pool to the others.
        (1, [7], 1, {7}, True),
        # Named seats do not serve those who sit elsewhere.
        (1, [], 0, {7}, False),
    ],
)
def test_a_session_needs_a_seat_of_the_lease(seat, taken, pooled, named, fits):
    assert has_place(seat, taken, pooled, frozenset(named)) is fits


def test_who_came_first_stays_when_the_lease_shrinks():
    sittings = [Sitting(UUID(int=n), seat) for n, seat in enumerate([3, 7, None, 5])]
    assert without_place(sittings, 2, frozenset({7})) == [sittings[3]]
    assert without_place(sittings, 0, frozenset()) == sittings
