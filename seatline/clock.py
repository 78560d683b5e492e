"""The one clock.

Rules of this file: it is the only place of the house that asks the machine what time it is. Pure code is given `at`;
services and adapters take a `Clock` or call `now()` at their edge and hand the value down.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)
