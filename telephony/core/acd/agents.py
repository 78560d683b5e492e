"""An agent on the floor, as presence and calls make him."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from telephony.core.values import AgentId, CallId, Endpoint, QueueId, SessionId, TenantId


class State(StrEnum):
    """What an agent is doing; the words of `agents.presence`."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session as presence knows it: an agent who logged in at a phone."""

    session: SessionId
    agent: AgentId
    tenant: TenantId
    number: str
    name: str
    endpoint: Endpoint
    since: datetime
    paused: bool = False
    wrap_up_done_at: datetime | None = None  #: when the agent last said that the wrap-up was over
    leaving: bool = False  #: the lease is over: no new calls, and out when the one at hand ends
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Agent:
    """Changed in place by the floor alone."""

    who: SignedIn
    state: State
    since: datetime
    call: CallId | None = None
    queue: QueueId | None = None  #: of the call at hand, or of the one being wrapped up
    reachable: bool = True
    elsewhere: bool = False  #: his phone is taken by a call that is not the switch's
    missed: int = 0  #: calls missed in a row
    rung_at: datetime | None = None  #: when the call at hand began to ring
    leaving: bool = False  #: logged out or lease over in a call: goes when it is over
    count: int = 0  #: counts wrap-ups, so that an old one's timer is known as such

    @property
    def available(self) -> bool:
        """Whether a call may be offered now."""
        return self.state is State.READY and self.reachable and not self.elsewhere and not self.leaving

    @property
    def at_work(self) -> bool:
        """Whether he takes calls now or after the one at hand."""
        return self.state is not State.PAUSED and self.reachable and not self.leaving

    def discounted(self, rule: frozenset[str]) -> bool:
        """Whether he does not count as there by these words; see `empty`."""
        return (
            ("paused" in rule and self.state is State.PAUSED)
            or ("unavailable" in rule and not self.reachable)
            or ("inuse" in rule and (self.state in (State.TALKING, State.HOLD) or self.elsewhere))
            or ("ringing" in rule and self.state is State.RINGING)
            or ("wrapup" in rule and self.state is State.WRAP_UP)
        )
