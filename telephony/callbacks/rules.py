"""What becomes of a promise after the calls that were made for it.

Rules of this file: pure. Callers are called by the order in which they asked, so nothing here says whose turn it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWERED, WITHDRAWN = "answered", "withdrawn"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that was made for a promise and is over; the outcome is a word of `core.values.Outcome`."""

    outcome: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a promise stands: kept, given up, or to be tried again at an instant. `tries` are the calls in vain."""

    tries: int
    reached: bool
    next_try_at: datetime | None


def standing(attempts: Sequence[Attempt], *, most: int, pause: timedelta) -> Standing:
    """What these calls have come to, by a queue that tries at most so often and waits so long in between.

    A call that was taken back before the customer was called is no try.
    """
    reached = any(one.outcome == ANSWERED for one in attempts)
    vain = [one for one in attempts if one.outcome not in (ANSWERED, WITHDRAWN)]
    last = max((one.ended_at for one in vain), default=None)
    again = last + pause if last is not None and not reached and len(vain) < most else None
    return Standing(tries=len(vain), reached=reached, next_try_at=again)
