"""What a closed call is to billing: a quantity on a meter, or a reason why it is not billed.

Rules of this file: pure; one table, `OUTCOMES`. A call that is not answered by an agent is not billed, with one
exception: a caller whom the flow itself informed is counted on a meter of its own, which a contract may price or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

#: Calls answered by an agent, in and out, and calls that the flow brought to a good end by itself.
CALL_IN = "call_in"
CALL_OUT = "call_out"
CALL_INFORMED = "call_informed"

PRACTICE = "practice"
UNASSIGNED = "unassigned"
UNKNOWN_OUTCOME = "unknown_outcome"

#: outcome -> the meter on which it counts, or None: then the outcome itself is the reason.
OUTCOMES: dict[str, str | None] = {
    "answered": CALL_IN,
    "forwarded": CALL_IN,  # served, by a telephone outside
    "informed": CALL_INFORMED,
    "abandoned": None,
    "abandoned_in_menu": None,
    "closed": None,
    "no_agent": None,
    "queue_full": None,
    "queue_timeout": None,
    "wrong_keys": None,
    "no_merchant": None,
    "unassigned": None,
    "suspended": None,
    "failed": None,
}


class ClosedCall(Protocol):
    """What telephony tells of a call that has ended (`telephony.journal.services.ClosedCall`)."""

    @property
    def call_id(self) -> UUID: ...
    @property
    def position(self) -> int: ...
    @property
    def tenant_id(self) -> UUID | None: ...
    @property
    def direction(self) -> str: ...
    @property
    def dialled(self) -> str: ...
    @property
    def merchant_code(self) -> str | None: ...
    @property
    def flow_code(self) -> str | None: ...
    @property
    def queue_code(self) -> str | None: ...
    @property
    def agent_number(self) -> str | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def talk(self) -> timedelta: ...
    @property
    def waited(self) -> timedelta: ...
    @property
    def practice(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What one call says on its meter. Two equal readings of a call are the same fact told twice."""

    tenant_id: UUID | None
    meter: str
    quantity: Decimal
    duration: timedelta
    occurred_at: datetime
    reason: str
    facts: Mapping[str, str]


def read(call: ClosedCall) -> Reading:
    """The reading of a closed call: exactly one, whatever became of the call."""
    meter, reason = _meter_and_reason(call)
    facts = {
        "outcome": call.outcome,
        "dialled": call.dialled,
        "merchant_code": call.merchant_code,
        "flow": call.flow_code,
        "queue": call.queue_code,
        "agent": call.agent_number,
    }
    return Reading(
        tenant_id=call.tenant_id,
        meter=meter,
        quantity=Decimal(1),
        duration=call.talk,
        # When the call began: the caller's month is the one in which he called, and the prices of then hold.
        occurred_at=call.started_at,
        reason=reason,
        facts={name: str(value) for name, value in facts.items() if value},
    )


def _meter_and_reason(call: ClosedCall) -> tuple[str, str]:
    usual = CALL_OUT if call.direction == "outbound" else CALL_IN
    if call.practice:
        return usual, PRACTICE
    if call.tenant_id is None:
        return usual, UNASSIGNED
    if call.outcome not in OUTCOMES:
        # Telephony has learnt a word that billing has not: seen on the board of exceptions, billed to nobody.
        return usual, UNKNOWN_OUTCOME
    meter = OUTCOMES[call.outcome]
    if meter is None:
        return usual, call.outcome
    return (usual if meter == CALL_IN else meter), ""
