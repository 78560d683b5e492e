"""What every command has."""

from dataclasses import dataclass

from telephony.core.values import CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to do for one call; commands of one call are carried out in their order."""

    call: CallId
