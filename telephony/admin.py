"""Pages of this floor in the operator's admin; each lives in its room."""

from telephony.journal import admin as journal
from telephony.plans import admin as plans
from telephony.recordings import admin as recordings

__all__ = ["journal", "plans", "recordings"]
