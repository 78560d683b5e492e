"""What a fact of the floors below is to billing: a quantity on a meter, or a reason why it is not billed.

Rules of this file: pure; one reading for every fact. Of calls one table decides, `OUTCOMES`: a call that is not
answered by an agent is not billed, with one exception: a caller whom the flow itself informed is counted on a meter of
its own, which a contract may price or not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from billing.mediation.facts import ClosedCall, Order, OutsideLeg, SaidOfCall, Shift

#: Calls answered by an agent, in and out, and calls that the flow brought to a good end by itself.
CALL_IN = "call_in"
CALL_OUT = "call_out"
CALL_INFORMED = "call_informed"
OUTSIDE_CALL = "outside_call"
ORDER = "order"
STAFF_SHIFT, STAFF_PAUSE = "staff_shift", "staff_pause"
RECORDING_GB = "recording_gb"

#: Meters whose source is the call itself.
OF_CALLS = (CALL_IN, CALL_OUT, CALL_INFORMED)

PRACTICE = "practice"
UNASSIGNED = "unassigned"
UNKNOWN_OUTCOME = "unknown_outcome"
NOT_ANSWERED = "not_answered"
OWN_STAFF = "own_staff"

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
    "voicemail": None,
    "left_queue": None,
    "callback_promised": None,  # the callback itself is billed, as a call out
    "not_reached": None,
    "withdrawn": None,
    "not_allowed": None,
    "failed": None,
}

_NO_TIME = timedelta(0)
_GB = 1_000_000_000
_ONE = Decimal(1)
_MORE_PAUSES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one fact says on its meter. Two equal readings of a source are the same fact told twice."""

    tenant_id: UUID | None
    meter: str
    quantity: Decimal = _ONE
    duration: timedelta = _NO_TIME
    waited: timedelta = _NO_TIME
    value: Decimal = Decimal(0)  # money that it is worth
    number: str = ""  # number outside
    label: str = ""  # of a call its outcome, of a pause its reason, of a milestone its code
    days_after: int = 0  # of a cancellation
    belongs_to: UUID | None = None  # the call or the shift that it is a part of
    occurred_at: datetime
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


#: By source; None: a fact that was told before and is no more.
Readings = Mapping[UUID, Reading | None]


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
        duration=call.talk,
        waited=call.waited,
        label=call.outcome,
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


def read_calls(calls: Iterable[ClosedCall]) -> dict[UUID, Reading | None]:
    """The readings of calls and of their legs to numbers outside; of a call told twice the last word."""
    found: dict[UUID, Reading | None] = {}
    for call in sorted(calls, key=lambda one: one.position):
        found[call.call_id] = read(call)
        for leg in call.outside:
            found[leg.leg_id] = _outside(call, leg)
    return found


def _outside(call: ClosedCall, leg: OutsideLeg) -> Reading:
    answered = leg.answered_at is not None and leg.ended_at is not None
    if call.practice:
        reason = PRACTICE
    elif call.tenant_id is None:
        reason = UNASSIGNED
    else:
        reason = "" if answered else NOT_ANSWERED
    return Reading(
        tenant_id=call.tenant_id,
        meter=OUTSIDE_CALL,
        # As the carrier counts: from the answer, whether or not the parties were connected by then.
        duration=leg.ended_at - leg.answered_at if leg.answered_at and leg.ended_at else _NO_TIME,
        number=leg.number,
        belongs_to=call.call_id,
        occurred_at=leg.answered_at or leg.started_at,
        reason=reason,
    )


def read_shift(shift: Shift) -> dict[UUID, Reading | None]:
    """The readings of a shift and its pauses; a pause has no id that lasts, so it is named by its place.

    Pauses that were told earlier and are no more are taken back; staff of the tenant itself is not billed.
    """
    reason = "" if shift.by_operator else OWN_STAFF
    facts = {"agent": shift.agent_number}
    found: dict[UUID, Reading | None] = {
        shift.session_id: Reading(
            tenant_id=shift.tenant_id,
            meter=STAFF_SHIFT,
            duration=shift.ends_at - shift.starts_at,
            belongs_to=shift.session_id,
            occurred_at=shift.starts_at,
            reason=reason,
            facts=facts,
        )
    }
    for place, pause in enumerate(shift.pauses):
        found[uuid5(shift.session_id, f"pause {place}")] = Reading(
            tenant_id=shift.tenant_id,
            meter=STAFF_PAUSE,
            duration=pause.ends_at - pause.starts_at,
            label=pause.reason,
            belongs_to=shift.session_id,
            occurred_at=pause.starts_at,
            reason=reason,
            facts=facts,
        )
    for place in range(len(shift.pauses), len(shift.pauses) + _MORE_PAUSES):
        found[uuid5(shift.session_id, f"pause {place}")] = None
    return found


def read_order(order: Order) -> dict[UUID, Reading | None]:
    """The reading of an order confirmed in a flow: a success with its value."""
    return {
        order.order_id: Reading(
            tenant_id=order.tenant_id,
            meter=ORDER,
            value=order.value,
            belongs_to=order.call_id,
            occurred_at=order.confirmed_at,
        )
    }


def read_said(said: SaidOfCall) -> dict[UUID, Reading | None]:
    """The reading of what agents said of a call: one success of no value of its own, or none (any more)."""
    success = Reading(
        tenant_id=said.tenant_id, meter=ORDER, value=Decimal(0), belongs_to=said.call_id, occurred_at=said.said_at
    )
    return {uuid5(said.call_id, "said of the call"): success if said.success else None}


def read_stock(bytes_by_tenant: Mapping[UUID, int], day_ends_at: datetime, day: str) -> dict[UUID, Reading | None]:
    """The readings of what each tenant keeps at the end of a day, in GB of 1,000,000,000 bytes."""
    return {
        uuid5(tenant_id, f"recordings {day}"): Reading(
            tenant_id=tenant_id,
            meter=RECORDING_GB,
            quantity=(Decimal(size) / _GB).quantize(Decimal("0.000001")),
            # The last instant of the day, so that it counts for that day in the zone it was taken in.
            occurred_at=day_ends_at - timedelta(microseconds=1),
        )
        for tenant_id, size in bytes_by_tenant.items()
    }
