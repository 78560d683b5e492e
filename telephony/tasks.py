"""Jobs of this floor; each lives in its room. The job queue looks for this name in every app."""

from telephony.journal import jobs as journal
from telephony.lookups import jobs as lookups
from telephony.recordings import jobs as recordings
from telephony.retention import jobs as retention
from telephony.voicemail import jobs as voicemail

__all__ = ["journal", "lookups", "recordings", "retention", "voicemail"]
