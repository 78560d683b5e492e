"""How well waits are foreseen: what a caller was first told, against how long it then took.

Rules of this file: pure. The estimator is `telephony.core.acd.estimate`. Only callers who were answered tell whether it
was right: who hung up or left is counted apart, since nobody knows how long he would have waited.
"""

from dataclasses import dataclass, fields

from telephony.reports.measures import Measure

NEAR = 30.0  # seconds
CLOSE = 0.2  # of the real wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Sums over callers who were told a wait; errors are in seconds, positive where more was said than it took."""

    told: int = 0
    answered: int = 0  #: of these
    error: float = 0.0
    absolute: float = 0.0
    near: int = 0  #: answered, and wrong by `NEAR` seconds at most
    close: int = 0  #: answered, and wrong by `CLOSE` of the real wait at most

    def __add__(self, other: "Foresight") -> "Foresight":
        return Foresight(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


def foresight_of(foreseen: float, real: float | None) -> Foresight:
    """One caller: the wait that was said, and the wait from then on; None for who was not answered. In seconds."""
    if real is None:
        return Foresight(told=1)
    error = foreseen - real
    return Foresight(
        told=1, answered=1, error=error, absolute=abs(error), near=int(abs(error) <= NEAR),
        close=int(abs(error) <= CLOSE * real),
    )  # fmt: skip


def mean_error(foresight: Foresight) -> Measure:
    """Seconds said too much for each caller; below 0: callers waited longer than they were told."""
    return Measure(foresight.error, foresight.answered)


def mean_absolute_error(foresight: Foresight) -> Measure:
    """Seconds by which it was wrong, either way, for each caller."""
    return Measure(foresight.absolute, foresight.answered)


def share_near(foresight: Foresight) -> Measure:
    """Callers for whom it was wrong by 30 seconds at most, of those answered."""
    return Measure(foresight.near, foresight.answered)


def share_close(foresight: Foresight) -> Measure:
    """Callers for whom it was wrong by a fifth of the real wait at most, of those answered."""
    return Measure(foresight.close, foresight.answered)
