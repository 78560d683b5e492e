"""Jobs of this floor; each lives in its room. The job queue looks for this name in every app."""

from telephony.journal import jobs as journal
from telephony.lookups import jobs as lookups
from telephony.voicemail import jobs as voicemail

__all__ = ["journal", "lookups", "voicemail"]
