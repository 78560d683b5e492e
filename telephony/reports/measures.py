"""The figures by which a call centre is judged, each with what it was made from.

Rules of this file: pure. A figure without its numerator and denominator cannot be argued about, and suites differ in
both: each measure says which definition it follows (docs/measures.md). Where nothing was counted there is no
figure: None, never 0 % and never 100 %.
"""

from dataclasses import dataclass, fields
from datetime import timedelta

DEFINITIONS = 1  #: their version; a contract that promises a figure names it


@dataclass(frozen=True, slots=True)
class Targets:
    """What counts as in time, and what is no abandonment: who hangs up at once has misdialled."""

    in_time: timedelta = timedelta(seconds=20)
    short: timedelta = timedelta(seconds=5)


USUAL = Targets()  #: 80 % within 20 s is what the trade means by service level unless a contract says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Counts over callers' stays in queues. `waited` is the wait of those who were answered, from joining on."""

    entered: int = 0
    refused: int = 0  #: were not let in: nobody logged in, or full
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    short: int = 0  #: abandoned within `Targets.short`
    waited: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)  #: the longest wait of anybody who waited

    @property
    def offered(self) -> int:
        """Those who were let in; who was not is shown apart."""
        return self.entered - self.refused

    @property
    def left_otherwise(self) -> int:
        """By a key, for waiting too long, or cut: neither answered nor abandoned."""
        return self.offered - self.answered - self.abandoned

    def __add__(self, other: "Stays") -> "Stays":
        sums = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return Stays(**{**sums, "longest": max(self.longest, other.longest)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What agents did with the calls that they took: one for each agent's leg that was answered."""

    legs: int = 0
    talked: timedelta = timedelta(0)
    held: timedelta = timedelta(0)
    wrapped_up: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How long agents were in each kind of state. Pauses are shrinkage and never part of occupancy."""

    ready: timedelta = timedelta(0)
    busy: timedelta = timedelta(0)  #: ringing, talking, hold, wrap-up
    paused: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Measure:
    """A quotient that can be opened. Both are counts, or both seconds, or seconds by count."""

    numerator: float
    denominator: float

    @property
    def value(self) -> float | None:
        """The quotient; None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None


def service_level(stays: Stays) -> Measure:
    """Answered in time of all offered, those left out who hung up at once (our default; version 1)."""
    return Measure(stays.answered_in_time, stays.offered - stays.short)


def service_level_of_answered(stays: Stays) -> Measure:
    """Answered in time of those answered: what app_queue prints as SL. It rises with every caller who gives up."""
    return Measure(stays.answered_in_time, stays.answered)


def service_level_with_abandoned(stays: Stays) -> Measure:
    """Answered or abandoned in time of answered and abandoned: what app_queue prints as SL2."""
    return Measure(stays.answered_in_time + stays.abandoned_in_time, stays.answered + stays.abandoned)


def abandonment(stays: Stays) -> Measure:
    """Abandoned of offered, short ones out of both. A caller who chose a callback by key has not abandoned."""
    return Measure(stays.abandoned - stays.short, stays.offered - stays.short)


def speed_of_answer(stays: Stays) -> Measure:
    """ASA: seconds from joining the queue, not from the greeting, for each caller who was answered."""
    return Measure(stays.waited.total_seconds(), stays.answered)


def handling_time(handled: Handled) -> Measure:
    """AHT: seconds of talk, hold and wrap-up for each agent's leg."""
    return Measure((handled.talked + handled.held + handled.wrapped_up).total_seconds(), handled.legs)


def occupancy(presence: Presence) -> Measure:
    """Busy of busy and ready, by the clock on the wall."""
    return Measure(presence.busy.total_seconds(), (presence.busy + presence.ready).total_seconds())


def shrinkage(presence: Presence) -> Measure:
    """Paused of all time logged in."""
    whole = presence.busy + presence.ready + presence.paused
    return Measure(presence.paused.total_seconds(), whole.total_seconds())
