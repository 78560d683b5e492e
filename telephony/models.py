"""Tables of this floor; each lives in its room."""

from telephony.board.models import Kiosk, QueueAlarm
from telephony.callbacks.models import Callback
from telephony.desk.models import Disposed, Disposition, Offer, PopAddress, WebPhone
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.queue_log_table import QueueLog
from telephony.lookups.models import Order, PinGuard, System, TableRow
from telephony.plans.models import (
    Flow,
    FlowSave,
    FlowTrial,
    FlowVersion,
    Phone,
    Prompt,
    Queue,
    QueueMember,
    QueueSkill,
    Route,
    Trunk,
)
from telephony.recordings.models import Recording, RecordingShare
from telephony.requests.models import CallRequest
from telephony.retention.models import Destroyed, LegalHold, RetentionRule
from telephony.stays.models import QueueStay
from telephony.supervision.models import Listening, Supervisor
from telephony.trunks.models import DoNotCall, OutsideRule
from telephony.voicemail.models import Voicemail
from telephony.witness.models import CelBookmark, ChannelEvent

__all__ = [
    "Call",
    "CallRequest",
    "Callback",
    "CelBookmark",
    "ChannelEvent",
    "Destroyed",
    "Disposed",
    "Disposition",
    "DoNotCall",
    "Flow",
    "FlowSave",
    "FlowTrial",
    "FlowVersion",
    "Kiosk",
    "LedgerEntry",
    "Leg",
    "LegalHold",
    "Listening",
    "Offer",
    "Order",
    "OutsideRule",
    "Phone",
    "PinGuard",
    "PopAddress",
    "Prompt",
    "Queue",
    "QueueAlarm",
    "QueueLog",
    "QueueMember",
    "QueueSkill",
    "QueueStay",
    "Recording",
    "RecordingShare",
    "RetentionRule",
    "Route",
    "Supervisor",
    "System",
    "TableRow",
    "Trunk",
    "Voicemail",
    "WebPhone",
]
