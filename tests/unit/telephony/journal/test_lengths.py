"""How long people talked: two are needed, and what goes on at once counts once."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony.journal.lengths import talk_ends, together

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def at(seconds):
    return None if seconds is None else NINE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("spans", "ends"),
    [
        ({0: (0, 30), 1: (0, 31)}, {0: 30, 1: 30}),  # the other's channel takes a moment to follow
        ({0: (0, 60), 1: (0, 30), 2: (40, 61)}, {0: 60, 1: 30, 2: 60}),  # sent on from the one to the next
        ({0: (0, 20), 1: (0, 40), 2: (10, 50)}, {0: 20, 1: 40, 2: 40}),  # the caller leaves, the agents talk on
        ({0: (0, None), 1: (0, None)}, {0: None, 1: None}),  # it goes on
        ({0: (0, None), 1: (0, 30)}, {0: 30, 1: 30}),  # the caller is alone since
        ({1: (5, 30)}, {1: 30}),  # the other's beginning has not come yet
    ],
)
def test_talk_ends_when_nobody_else_is_in_it(spans, ends):
    told = {no: (at(begun), at(ended)) for no, (begun, ended) in spans.items()}
    assert talk_ends(told) == {no: at(ended) for no, ended in ends.items()}


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0),
        ([(0, 10), (20, 30)], 20),
        ([(0, 20), (10, 30)], 30),
        ([(0, 30), (10, 20)], 30),
        ([(0, 9), (4, None)], 9),
    ],
)
def test_time_that_two_spend_at_once_counts_once(spans, seconds):
    assert together((at(begun), at(ended)) for begun, ended in spans) == timedelta(seconds=seconds)
