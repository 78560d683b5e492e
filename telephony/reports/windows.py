"""The span of time that a report is about, and the pieces it is cut into.

Rules of this file: pure. A day is the tenant's own, from midnight to midnight in its zone: 23 or 25 hours long twice a
year. Pieces shorter than a day are counted from the first midnight on in real time, so none is counted twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from seatline.errors import BadInput

LONGEST = timedelta(days=400)


class NoSuchWindow(BadInput):
    """The last day must not be before the first, and a report spans at most {days} days."""


class Cut(StrEnum):
    """How long a piece is."""

    QUARTER = "quarter"
    HALF = "half"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def length(self) -> timedelta | None:
        """The length of a piece; None where the calendar says."""
        lengths = {Cut.QUARTER: 15, Cut.HALF: 30, Cut.HOUR: 60}
        return timedelta(minutes=lengths[self]) if self in lengths else None


@dataclass(frozen=True, slots=True)
class Window:
    """From the first day's midnight to the midnight after the last, in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Raises NoSuchWindow."""
        if self.last < self.first or self.last - self.first > LONGEST:
            raise NoSuchWindow(days=LONGEST.days)

    @property
    def starts_at(self) -> datetime:
        """The first instant in it."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)
