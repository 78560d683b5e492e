"""What is put on record of callbacks; the rules of `facts.py` hold, which has these too."""

from dataclasses import dataclass
from uuid import UUID

from telephony.core.fact_base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(Fact):
    """The caller is to be called back at `number` by the queue; `source` is key, or missed for one who hung up.

    `waited` are the seconds that the caller has waited already: the place in the queue is that much older.
    """

    queue: UUID
    queue_code: str
    number: str
    waited: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackBegun(Fact):
    """An agent is there for a customer who is to be called back at `number`: the first fact of a call that goes out.

    There is no leg 0; `attempt` counts these calls from 1, `waited` are the seconds since the customer began to wait.
    """

    callback: UUID
    attempt: int
    number: str
    queue: UUID
    queue_code: str
    dialled: str
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTook(Fact):
    """The agent has taken a callback and hears how the customer is called; AgentConnected follows when they talk."""

    leg: int
    agent: UUID
