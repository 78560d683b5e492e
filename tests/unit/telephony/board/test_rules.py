"""Alarms, in the words of the shift leader."""

import pytest

from telephony.board.rules import Figure, Level, Limits, Shown, level_of, look, looked

WAIT = Limits(attention=5, action=10)
SERVICE = Limits(attention=80, action=60)


@pytest.mark.parametrize(
    ("figure", "value", "limits", "level"),
    [
        # Four wait: calm. At five somebody should look, at ten somebody must act.
        (Figure.WAITING, 4, WAIT, Level.CALM),
        (Figure.WAITING, 5, WAIT, Level.ATTENTION),
        (Figure.WAITING, 10, WAIT, Level.ACTION),
        # 80 % was promised: that is kept at 80, and missed below.
        (Figure.SERVICE, 80, SERVICE, Level.CALM),
        (Figure.SERVICE, 79.9, SERVICE, Level.ATTENTION),
        (Figure.SERVICE, 59.9, SERVICE, Level.ACTION),
        # Nobody has called yet, or nobody waits: there is no figure, and no alarm.
        (Figure.SERVICE, None, SERVICE, Level.CALM),
        (Figure.LONGEST, None, WAIT, Level.CALM),
        # One threshold for both goes straight to red.
        (Figure.READY, 0, Limits(1, 1), Level.ACTION),
        (Figure.READY, 1, Limits(1, 1), Level.CALM),
    ],
)
def test_level_follows_the_limits(figure, value, limits, level):
    assert level_of(figure, value, limits) is level


def seen(*levels):
    shown, found = Shown(), []
    for level in levels:
        shown = look(shown, Level(level))
        found.append(int(shown.level))
    return found


def test_figure_that_hovers_about_its_limit_does_not_flicker():
    assert seen(1, 0, 1, 0, 1, 0) == [0] * 6
    assert seen(1, 2, 1, 2) == [0] * 4
    # It stands for two looks: shown; and as long until it is taken back.
    assert seen(2, 2, 2, 0, 2, 0, 0) == [0, 2, 2, 2, 2, 2, 0]


def test_screen_that_is_switched_on_shows_an_alarm_at_once_and_forgets_limits_taken_away():
    limits = {Figure.WAITING: WAIT}
    first = looked({}, {Figure.WAITING: 12}, limits)
    assert first[Figure.WAITING].level is Level.ACTION
    assert looked(first, {Figure.WAITING: 12}, {}) == {}


def test_limits_are_in_order_for_what_must_not_grow_and_what_must_not_fall():
    assert Limits(5, 10).fit(Figure.WAITING)
    assert not Limits(10, 5).fit(Figure.WAITING)
    assert Limits(80, 60).fit(Figure.SERVICE)
    assert not Limits(60, 80).fit(Figure.SERVICE)
