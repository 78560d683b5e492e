"""Each figure by its published definition, and none where nothing was counted."""

from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.reports import measures
from telephony.reports.measures import Handled, Presence, Stays

# 100 offered: 70 answered (56 within 20 s), 25 abandoned (10 within 20 s, 6 of them within 5 s), 5 left by key.
DAY = Stays(
    entered=104, refused=4, answered=70, answered_in_time=56, abandoned=25, abandoned_in_time=10, short=6,
    waited=timedelta(seconds=1400), longest=timedelta(seconds=200),
)  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "share"),
    [
        (measures.service_level, 56 / 94),
        (measures.service_level_of_answered, 56 / 70),
        (measures.service_level_with_abandoned, 66 / 95),
        (measures.abandonment, 19 / 94),
        (measures.speed_of_answer, 20.0),
    ],
)
def test_measure_follows_its_definition(measure, share):
    assert measure(DAY).value == pytest.approx(share)


def test_each_caller_who_was_let_in_is_answered_abandoned_or_left_otherwise():
    assert (DAY.offered, DAY.left_otherwise) == (100, 5)


def test_handling_time_counts_hold_and_wrap_up_and_occupancy_no_pause():
    handled = Handled(
        legs=10, talked=timedelta(seconds=1800), held=timedelta(seconds=100), wrapped_up=timedelta(seconds=300)
    )
    assert measures.handling_time(handled).value == 220
    presence = Presence(ready=timedelta(hours=2), busy=timedelta(hours=6), paused=timedelta(hours=2))
    assert measures.occupancy(presence).value == 0.75
    assert measures.shrinkage(presence).value == 0.2


@pytest.mark.parametrize(
    "measure",
    [
        measures.service_level, measures.service_level_of_answered, measures.service_level_with_abandoned,
        measures.abandonment, measures.speed_of_answer,
    ],
)  # fmt: skip
def test_where_nothing_was_counted_there_is_no_figure(measure):
    assert measure(Stays()).value is None


COUNTS = st.builds(
    Stays, **{one.name: st.integers(0, 50) for one in fields(Stays) if one.name not in ("waited", "longest")}
)


@given(COUNTS, COUNTS)
def test_the_day_is_the_sum_of_its_hours(morning, evening):
    day = morning + evening
    for one in fields(Stays):
        if one.name != "longest":
            assert getattr(day, one.name) == getattr(morning, one.name) + getattr(evening, one.name)
