"""The stays of one call in queues, as its facts tell them.

Rules of this file: pure, and as in `telephony.journal.projection`: facts in any order, more than once, some not come
yet; what has not ended has no end. A caller whom overflow or an agent sends on has a stay in each queue: reports of
queues count stays, reports of numbers count calls.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from telephony.core import facts as fact

CONNECTED = "connected"
ABANDONED = "abandoned"
#: A caller who was not let in: these are told apart from those who waited, never dropped.
REFUSED = frozenset({"no_agent", "queue_full"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRow:
    """One stay; the columns of `stays.models.QueueStay`.

    `left` is empty while the caller waits; then connected, abandoned, exit_with_key, the outcome of a vain wait, or
    of a call that ended under it, such as failed.
    `foreseen_seconds` is the first wait that was spoken to the caller, from `foreseen_at` on; None: none was.
    """

    no: int
    queue_id: UUID
    queue_code: str
    tenant_id: UUID | None = None  #: whose queue it is
    entered_at: datetime
    left_at: datetime | None = None
    left: str = ""
    position: int = 0
    agent_id: UUID | None = None
    foreseen_at: datetime | None = None
    foreseen_seconds: float | None = None


def stays_of(facts: Iterable[fact.Fact]) -> tuple[StayRow, ...]:
    """The stays of a call, in order; an empty tuple for one that was in no queue."""
    told = sorted({one.seq: one for one in facts}.values(), key=lambda one: one.seq)
    stays: list[StayRow] = []
    for one in told:
        match one:
            case fact.QueueEntered():
                _end(stays, one.at, "")
                stays.append(
                    StayRow(
                        no=len(stays) + 1, queue_id=one.queue, queue_code=one.queue_code, entered_at=one.at,
                        position=one.position, tenant_id=one.tenant,
                    )
                )  # fmt: skip
            case fact.QueueLeft():
                _end(stays, one.at, one.reason)
            case fact.AgentConnected() if stays and stays[-1].left == CONNECTED and stays[-1].agent_id is None:
                stays[-1] = replace(stays[-1], agent_id=one.agent)
            case fact.WaitForeseen() if stays and stays[-1].left_at is None and one.seconds >= 0:
                if stays[-1].foreseen_at is None:
                    stays[-1] = replace(stays[-1], foreseen_at=one.at, foreseen_seconds=one.seconds)
            case fact.CallEnded():
                _end(stays, one.at, one.outcome.value)
    return tuple(stays)


def _end(stays: list[StayRow], at: datetime, left: str) -> None:
    if stays and stays[-1].left_at is None:
        stays[-1] = replace(stays[-1], left_at=max(at, stays[-1].entered_at), left=left)
