"""Tables of this floor; each lives in its room."""

from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.plans.models import Flow, FlowVersion, Phone, Prompt, Queue, QueueSkill, Route, Trunk
from telephony.recordings.models import Recording
from telephony.trunks.models import OutsideRule

__all__ = [
    "Call",
    "Flow",
    "FlowVersion",
    "LedgerEntry",
    "Leg",
    "OutsideRule",
    "Phone",
    "Prompt",
    "Queue",
    "QueueSkill",
    "Recording",
    "Route",
    "Trunk",
]
