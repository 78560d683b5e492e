"""Which agent gets the next caller.

Rules of this file: a strategy is a pure function of what it is given. It does not know the clock, the database or
Asterisk, and never changes an agent. Ties are broken by the agent's number, so the same input gives the same answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from telephony.core.values import AgentId


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is ready and may serve this caller."""

    agent: AgentId
    number: str
    ready_since: datetime
    level: int  # least level among the skills that the queue asks for; 0 if it asks for none


Strategy = Callable[[Sequence[Candidate]], AgentId | None]


def longest_idle(candidates: Sequence[Candidate]) -> AgentId | None:
    """The agent who has been ready longest; nobody if nobody is ready."""
    ranked = sorted(candidates, key=lambda c: (c.ready_since, c.number))
    return ranked[0].agent if ranked else None


def most_skilled(candidates: Sequence[Candidate]) -> AgentId | None:
    """The best-skilled agent; among equals, the one who has been ready longest."""
    top = max((c.level for c in candidates), default=0)
    return longest_idle([c for c in candidates if c.level == top])


def linear(candidates: Sequence[Candidate]) -> AgentId | None:
    """The agent with the lowest number."""
    ranked = sorted(candidates, key=lambda c: c.number)
    return ranked[0].agent if ranked else None


STRATEGIES: Mapping[str, Strategy] = {
    "longest_idle": longest_idle,
    "most_skilled": most_skilled,
    "linear": linear,
}
