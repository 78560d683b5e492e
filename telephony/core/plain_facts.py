"""Facts as plain values that fit JSON, and back: how the journal and the ledger keep them.

Rules of this file: a kind of fact that is not in `KINDS` cannot be kept. Kinds and fields are never renamed.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.core import facts as fact
from telephony.core.facts import Fact
from telephony.core.values import CallId, EndedBy, Outcome, TenantId

KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        fact.CallArrived, fact.CallAnswered, fact.FlowEntered, fact.NodesPassed, fact.QueueEntered, fact.QueueLeft,
        fact.WaitForeseen, fact.AgentOffered, fact.AgentMissed, fact.OutsideDialled, fact.OutsideAnswered,
        fact.OutsideConnected, fact.OutsideFailed, fact.AgentConnected, fact.RecordingStarted, fact.RecordingStored,
        fact.RecordingLost, fact.LegEnded, fact.CallEnded, fact.Consulted, fact.OrderConfirmed, fact.MessageStarted,
        fact.MessageStored, fact.MessageLost, fact.LegHeld, fact.LegResumed, fact.TransferBegun, fact.TransferFailed,
        fact.CallbackAsked, fact.CallbackBegun, fact.AgentTook, fact.ConsultBegun, fact.ConsultAnswered,
        fact.ConsultTurned, fact.ConsultEnded, fact.TransferCompleted, fact.TalkJoined,
        fact.ListeningBegan, fact.ListeningChanged, fact.ListeningEnded, fact.TalkTakenOver, fact.RecordingPaused,
        fact.RecordingResumed,
        fact.CallTakenUp, fact.DialBegun, fact.LineChanged,
    )
}  # fmt: skip
_HEAD = {field.name for field in fields(Fact)}
_OWN_FIELDS = {kind: [field.name for field in fields(kind) if field.name not in _HEAD] for kind in KINDS.values()}


def body(one: Fact) -> dict[str, Any]:
    """The fact's own fields as plain values that fit JSON."""
    return {name: _plain(getattr(one, name)) for name in _OWN_FIELDS[type(one)]}


def restore(kind: str, body: dict[str, Any], *, call: CallId, seq: int, at: datetime, tenant: TenantId | None) -> Fact:
    """The fact that `body` was made of; raises KeyError for a kind that this version does not know."""
    cls = KINDS[kind]
    values = dict(body)
    for field in fields(cls):
        if field.name in values:
            values[field.name] = _typed(field.type, values[field.name])
    return cls(call=call, seq=seq, at=at, tenant=tenant, **values)


def _plain(value: object) -> object:
    match value:
        case UUID():
            return str(value)
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


_TYPES: dict[Any, Callable[[Any], Any]] = {
    UUID: UUID,
    UUID | None: lambda value: UUID(value) if value else None,
    Outcome: Outcome,
    EndedBy: EndedBy,
    tuple[str, ...]: tuple,
}


def _typed(kind: Any, value: Any) -> Any:
    return _TYPES[kind](value) if kind in _TYPES else value
