"""PINs: which are too easy to guess, and how long wrong ones lock the agent number.

Rules of this file: pure functions. A PIN is short because it is keyed on a telephone, so what protects it is the lock:
five wrong ones in a row lock the number, each further wrong one for twice as long.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from seatline.errors import BadInput

TRIES = 5
FIRST_LOCK = timedelta(minutes=5)
LONGEST_LOCK = timedelta(hours=8)
SHORTEST_PIN, LONGEST_PIN = 4, 8


class PinTooEasy(BadInput):
    """A PIN has {shortest} to {longest} digits, not all the same, not counting up or down, and not the agent number."""


def check_strength(pin: str, agent_number: str) -> None:
    """Refuse with `PinTooEasy` what a stranger would try first."""
    digits = pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN
    if not digits or pin == agent_number or _steps(pin) in ({0}, {1}, {9}):
        raise PinTooEasy(shortest=SHORTEST_PIN, longest=LONGEST_PIN)


def _steps(pin: str) -> set[int]:
    """Differences between neighbours, around the nine: 7890 counts up."""
    return {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}


def tries_left(wrong: int) -> int:
    """How many more wrong PINs lock the number, after `wrong` ones in a row."""
    return max(TRIES - wrong, 0)


def locked_until(wrong: int, at: datetime) -> datetime | None:
    """Until when the `wrong`th wrong PIN in a row, keyed at `at`, locks the number; None: not yet."""
    if wrong < TRIES:
        return None
    # Bounded before it is doubled: nobody's count may grow into an overflow.
    doublings = min(wrong - TRIES, 16)
    return at + min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)
