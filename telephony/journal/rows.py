"""What is shown of one call, as values: the columns of the tables that the ledger makes.

Rules of this file: pure, and data alone; `projection.py` makes them, `projector.py` writes them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core.values import LegKind

NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """One party's part; the columns of `journal.models.Leg`."""

    no: int
    kind: LegKind
    tenant_id: UUID | None = None  # of an agent's or outside's leg: for whom it was made
    agent_id: UUID | None = None
    endpoint: str = ""
    channel: str = ""
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    number: str = ""
    trunk: str = ""
    connected_at: datetime | None = None
    missed: bool = False
    talked: timedelta = NO_TIME
    held: timedelta = NO_TIME
    end_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRow:
    """The call's sound; the columns of `recordings.models.Recording` without its path."""

    name: str
    seconds: float
    peak_db: float
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningRow:
    """A supervisor's stay in the talk; the columns of `supervision.models.Listening`."""

    no: int
    leg: int
    agent_id: UUID
    by_id: UUID
    ways: str
    endpoint: str
    begun_at: datetime
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """What the caller ordered; the columns of `lookups.models.Order` that the ledger tells."""

    key: str
    system: str
    path: str
    content: dict[str, str]
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message; the columns of `voicemail.models.Voicemail` that the ledger tells, without its path."""

    name: str
    queue_id: UUID | None
    queue_code: str
    caller: str
    mail: str
    seconds: float
    peak_db: float
    size: int
    left_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRow:
    """A promise to call back; the columns of `callbacks.models.Callback` that the ledger tells."""

    queue_id: UUID
    queue_code: str
    number: str
    dialled: str
    source: str
    since: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """The columns of `journal.models.Call`, without its position."""

    id: UUID
    tenant_id: UUID | None = None
    direction: str = "inbound"
    dialled: str = ""
    caller: str = ""
    caller_name: str = ""
    sip_call_id: str = ""
    flow_code: str = ""
    flow_version: int | None = None
    merchant_code: str = ""
    language: str = ""
    queue_id: UUID | None = None
    queue_code: str = ""
    agent_id: UUID | None = None
    started_at: datetime
    answered_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    ended_by: str = ""
    waited: timedelta = NO_TIME
    rang: timedelta = NO_TIME
    talked: timedelta = NO_TIME
    practice: bool = False
    recording_name: str = ""
    callback_id: UUID | None = None
    witnessed: bool = False
    end_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """Everything that is shown of one call."""

    call: CallRow
    legs: tuple[LegRow, ...]
    recording: RecordingRow | None
    orders: tuple[OrderRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    callbacks: tuple[CallbackRow, ...] = ()
