"""What is put on record of calls that go out to customers; the rules of `facts.py` hold, which has these too."""

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
class DialBegun(Fact):
    """An agent calls a number outside, in E.164 if it is one: the first fact of such a call. There is no leg 0.

    `queue` is the one by whose rules he does so.
    """

    agent: UUID
    number: str
    queue: UUID
    queue_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTook(Fact):
    """The agent has taken a call that goes out, and hears how the customer is called; AgentConnected follows when they
    talk. With a `channel` his telephone was not rung for it: he called from there."""

    leg: int
    agent: UUID
    endpoint: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChanged(Fact):
    """The agent of this leg is heard on this line of his telephone from here on; both are channels. `other` is the line
    that he has beside it, empty if there is none any more."""

    leg: int
    line: str
    other: str = ""
