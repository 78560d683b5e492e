"""Waits that were said against waits that were: each caller's error, and what a day's errors come to."""

import pytest

from telephony.reports.foresight import (
    Foresight,
    foresight_of,
    mean_absolute_error,
    mean_error,
    share_close,
    share_near,
)


@pytest.mark.parametrize(
    ("foreseen", "real", "error", "near", "close"),
    [
        # Said a minute, took a minute.
        (60, 60, 0, 1, 1),
        # Half a minute too much is still near; a fifth of 150 s is 30 s.
        (180, 150, 30, 1, 1),
        # Too little, by a second more than near.
        (60, 91, -31, 0, 0),
        # Near in seconds, and three times too much.
        (30, 10, 20, 1, 0),
        # Far in seconds, and within a fifth of a long wait.
        (560, 500, 60, 0, 1),
        # Answered at once.
        (0, 0, 0, 1, 1),
    ],
)
def test_error_of_one_caller(foreseen, real, error, near, close):
    one = foresight_of(foreseen, real)
    assert (one.error, one.absolute, one.near, one.close) == (error, abs(error), near, close)


def test_errors_that_cancel_out_in_the_mean_do_not_in_the_absolute():
    day = foresight_of(100, 60) + foresight_of(60, 100) + foresight_of(500, None)
    assert (day.told, day.answered) == (3, 2)
    assert (mean_error(day).value, mean_absolute_error(day).value) == (0, 40)


def test_day_on_which_nobody_was_answered_has_no_figures():
    day = foresight_of(100, None)
    assert [measure(day).value for measure in (mean_error, mean_absolute_error, share_near, share_close)] == [None] * 4
    assert day + Foresight() == day
