"""What is put on record of supervisors in a talk, and of payment data that nobody is to keep.

Rules of this file: as in `facts.py`. Kinds are never renamed; digits that anybody keyed are in none of them.
"""

from dataclasses import dataclass
from uuid import UUID

from telephony.core.fact_base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningBegan(Fact):
    """A supervisor hears the talk of leg `leg` from here on; `way` is a word of `listening.Way`.

    `by` is an agent or a user; `channel` and `endpoint` are those of his telephone, `no` counts listeners of the call,
    and `may` are the ways to which he may turn by a key.
    """

    no: int
    leg: int
    way: str
    by: UUID
    agent: UUID  #: whose talk it is
    channel: str
    endpoint: str
    supervisor: UUID | None = None  #: himself as an agent, who can take the call over
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningChanged(Fact):
    """The supervisor has turned from one way to another."""

    no: int
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningEnded(Fact):
    """The supervisor is out: hung_up, asked, talk_over or took_over."""

    no: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkTakenOver(Fact):
    """A supervisor has taken the caller from the agent of leg `of`; his own leg is `leg`."""

    leg: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Fact):
    """For the payment that the agent of this leg takes: the recording is silent, no supervisor hears the caller, and
    the caller's keys reach nobody."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Fact):
    """All of that is over: asked, time (the queue's bound), left (the agent), talk_over, or failed (it could not be
    made silent)."""

    leg: int
    reason: str
