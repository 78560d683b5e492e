"""Stories wait for what they expect, with a deadline; they never sleep in hope of it."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TooLate(AssertionError):
    """What a story waits for did not come in time."""


def wait_until(look: Callable[[], T], patience: float = 10.0, what: str = "") -> T:
    """What `look` gives as soon as it is true; `TooLate` if it never is."""
    end = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise TooLate(f"{what or look} after {patience} s: {found!r}")
        time.sleep(0.05)
