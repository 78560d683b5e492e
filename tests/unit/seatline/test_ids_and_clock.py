"""Ids that sort by time, and one clock."""

from datetime import UTC
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from seatline.clock import now
from seatline.ids import new_id, uuid7

milliseconds = st.integers(0, 2**48 - 1)
chance = st.binary(min_size=10, max_size=10)


@given(milliseconds, chance)
def test_id_is_a_version_7_uuid_that_holds_its_time(at, random):
    made = uuid7(at, random)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == at


@given(milliseconds, milliseconds, chance, chance)
def test_ids_sort_by_the_time_they_were_made(first, second, random, other):
    if first < second:
        assert uuid7(first, random) < uuid7(second, other)


def test_fresh_ids_differ():
    assert len({new_id() for _ in range(1000)}) == 1000


def test_clock_is_aware_and_in_utc():
    assert now().tzinfo is UTC
