"""Opening hours, in the words on the door."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.core.opening import Hours, Span

WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
OFFICE = Hours("Asia/Shanghai", (Span(WORKDAYS, time(9), time(17, 30)),))
NIGHT = Hours("Asia/Shanghai", (Span(EVERY_DAY, time(20), time(8)),))
FRIDAY_NIGHT = Hours("Asia/Shanghai", (Span(frozenset({4}), time(22), time(2)),))
LUNCH = Hours("Asia/Shanghai", (Span(WORKDAYS, time(9), time(12)), Span(WORKDAYS, time(13), time(17))))
HOLIDAY = Hours("Asia/Shanghai", OFFICE.spans, frozenset({date(2026, 11, 24)}))
BERLIN = Hours("Europe/Berlin", (Span(EVERY_DAY, time(2), time(4)),))


def shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("hours", "at", "open_now"),
    [
        # Tuesday, nine sharp: the door opens.
        (OFFICE, shanghai("2026-11-24T09:00"), True),
        # One second before.
        (OFFICE, shanghai("2026-11-24T08:59:59"), False),
        # Half past five sharp: the door is shut, the end is exclusive.
        (OFFICE, shanghai("2026-11-24T17:30"), False),
        (OFFICE, shanghai("2026-11-24T17:29:59"), True),
        # Saturday.
        (OFFICE, shanghai("2026-11-28T10:00"), False),
        # Between two spans the house is at lunch.
        (LUNCH, shanghai("2026-11-24T12:30"), False),
        (LUNCH, shanghai("2026-11-24T13:00"), True),
        # The night shift: eight in the evening to eight in the morning.
        (NIGHT, shanghai("2026-11-24T20:00"), True),
        (NIGHT, shanghai("2026-11-24T23:59:59"), True),
        (NIGHT, shanghai("2026-11-25T00:00"), True),
        (NIGHT, shanghai("2026-11-25T07:59"), True),
        (NIGHT, shanghai("2026-11-25T08:00"), False),
        # Friday night belongs to Friday: Saturday one in the morning is open, Friday one in the morning is not.
        (FRIDAY_NIGHT, shanghai("2026-11-28T01:00"), True),
        (FRIDAY_NIGHT, shanghai("2026-11-27T01:00"), False),
        (FRIDAY_NIGHT, shanghai("2026-11-28T22:30"), False),
        # A holiday beats the week.
        (HOLIDAY, shanghai("2026-11-24T10:00"), False),
        (HOLIDAY, shanghai("2026-11-25T10:00"), True),
        # No spans at all: always open.
        (Hours("Asia/Shanghai"), shanghai("2026-11-29T03:00"), True),
        # The day the clocks go forward in Berlin there is no half past two; what is left of the span is open.
        (BERLIN, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False),  # 01:59 winter time
        (BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),  # 03:00 summer time
        (BERLIN, datetime(2026, 3, 29, 2, 0, tzinfo=UTC), False),  # 04:00
        # The day they go back half past two comes twice, and is open twice.
        (BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
    ],
)
def test_door_is_open_or_shut(hours, at, open_now):
    assert hours.open_at(at) is open_now


wall_clock = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))  # noqa: DTZ001  what hangs on the wall


@given(wall_clock, st.times(), st.times())
def test_span_and_its_complement_share_the_day_between_them(local, opens, closes):
    if opens != closes:
        inside = Span(EVERY_DAY, opens, closes).covers(local)
        assert inside is not Span(EVERY_DAY, closes, opens).covers(local)


@given(wall_clock, st.times())
def test_span_that_closes_when_it_opens_is_the_whole_day(local, opens):
    assert Span(EVERY_DAY, opens, opens).covers(local)
