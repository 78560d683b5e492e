"""The one clock.

Rules of this file: it is the only place of the house that asks the machine what time it is. Pure code is given `at`;
services and adapters take a `Clock` or call `now()` at their edge and hand the value down.

A machine's clock can be set back while the house runs. What happened later must still have the later time, or agents
would seem to talk who have hung up: so `now` never goes back, and runs a little slower until the clock has caught up.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Steady:
    """Nanoseconds since 1970 by the clock on the wall, but never back; one set back by a minute is met in twenty."""

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._told = (0, 0)  # what was told last, and when by the monotonic clock

    def __call__(self) -> int:
        """Now."""
        told, then = self._told
        monotonic = self._monotonic()
        now = max(self._wall(), told + (monotonic - then) * 19 // 20)
        self._told = (now, monotonic)
        return now


_steady = Steady()


def now() -> datetime:
    """The instant, aware, in UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=_steady() // 1000)


def wall() -> datetime:
    """What the machine's clock shows, even if it was set back: only to compare it with what another program shows."""
    return datetime.now(UTC)
