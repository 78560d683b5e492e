"""PINs, in the words of the security officer."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.people.rules import LONGEST_LOCK, PinTooEasy, check_strength, locked_until, tries_left

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "pin",
    [
        # All the same.
        "0000",
        # Counting up, down and around the nine.
        "1234",
        "98765",
        "7890",
        # The agent's own number.
        "1001",
        # Too short, too long, no digits.
        "471",
        "471147114",
        "47a1",
        "",
        # Digits that no telephone has.
        "４７１１",
    ],
)
def test_a_pin_that_a_stranger_would_try_first_is_refused(pin):
    with pytest.raises(PinTooEasy):
        check_strength(pin, "1001")


@pytest.mark.parametrize("pin", ["4711", "1357", "20061989"])
def test_other_pins_will_do(pin):
    check_strength(pin, "1001")


@pytest.mark.parametrize(
    ("wrong", "left", "minutes"),
    [
        # Slips of the finger.
        (1, 4, None),
        (4, 1, None),
        # The fifth locks, and each further one twice as long.
        (5, 0, 5),
        (6, 0, 10),
        (7, 0, 20),
        # Nobody is locked out for more than a shift.
        (12, 0, 480),
        (30000, 0, 480),
    ],
)
def test_wrong_pins_lock_for_longer_and_longer(wrong, left, minutes):
    lock = locked_until(wrong, NINE)
    assert (tries_left(wrong), lock and (lock - NINE) / timedelta(minutes=1)) == (left, minutes)
    assert lock is None or lock - NINE <= LONGEST_LOCK
