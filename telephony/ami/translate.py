"""From Asterisk's manager events to ours. Pure: an event that means nothing to us gives None."""

from collections.abc import Mapping
from dataclasses import dataclass

from telephony.core.values import Endpoint

# https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Events/ContactStatus/
_REACHABLE = {"NonQualified": True, "Created": True, "Reachable": True, "Removed": False, "Unreachable": False}


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """A phone has registered or answers again; or is gone."""

    endpoint: Endpoint
    reachable: bool


@dataclass(frozen=True, slots=True)
class SecurityAlert:
    """Somebody tried what he may not: a wrong password, an unknown account, a forbidden address."""

    kind: str
    account: str
    address: str


@dataclass(frozen=True, slots=True)
class FullyBooted:
    """Asterisk has come up anew: everything it knew of calls is gone."""


@dataclass(frozen=True, slots=True)
class PhoneTaken:
    """A phone rings or talks in Asterisk's own queue, or is free of it again: the fallback's business, not ours."""

    endpoint: Endpoint
    taken: bool


AmiEvent = PhoneReachable | SecurityAlert | FullyBooted | PhoneTaken

# https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Events/AgentCalled/ and its neighbours
_TAKEN = {"AgentCalled": True, "AgentRingNoAnswer": False, "AgentComplete": False, "AgentDump": False}

_ALERTS = frozenset(
    {
        "InvalidPassword", "InvalidAccountID", "FailedACL", "ChallengeResponseFailed", "InvalidTransport",
        "UnexpectedAddress",
    }
)  # fmt: skip


def translate(event: Mapping[str, str]) -> AmiEvent | None:
    """The event in our words, or None."""
    kind = event.get("Event", "")
    if kind == "ContactStatus":
        reachable = _REACHABLE.get(event.get("ContactStatus", ""))
        name = event.get("EndpointName") or event.get("AOR", "")
        return None if reachable is None or not name else PhoneReachable(Endpoint(name), reachable)
    if kind in _ALERTS:
        # RemoteAddress is like IPV4/UDP/127.0.0.1/5060.
        address = [*event.get("RemoteAddress", "").split("/"), "", "", ""][2]
        return SecurityAlert(kind, event.get("AccountID", ""), address)
    if kind in _TAKEN:
        return PhoneTaken(Endpoint(event.get("Interface", "").removeprefix("PJSIP/")), _TAKEN[kind])
    if kind == "FullyBooted":
        return FullyBooted()
    return None
