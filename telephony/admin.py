"""Pages of this floor in the operator's admin; each lives in its room."""

from telephony.callbacks import admin as callbacks
from telephony.desk import admin as desk
from telephony.journal import admin as journal
from telephony.lookups import admin as lookups
from telephony.plans import admin as plans
from telephony.plans import admin_flows as flows
from telephony.plans import admin_prompts as prompts
from telephony.plans import admin_queues as queues
from telephony.recordings import admin as recordings
from telephony.retention import admin as retention
from telephony.supervision import admin as supervision
from telephony.trunks import admin as trunks
from telephony.voicemail import admin as voicemail

__all__ = [
    "callbacks", "desk", "flows", "journal", "lookups", "plans", "prompts", "queues", "recordings", "retention",
    "supervision", "trunks", "voicemail",
]  # fmt: skip
