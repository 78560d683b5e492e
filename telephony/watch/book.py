"""What happens in the fallback, as facts: of the kinds that the switch writes, so that bills know no difference.

Rules of this file: pure, but for the book itself, which is changed in place by one thread. It hears AMI's events of
Asterisk's queue and the two that the dialplan sends, and is told what still lives when some may have been missed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.core import facts as fact
from telephony.core.naming import call_of_caller
from telephony.core.values import CallId, ChannelId, EndedBy, Outcome, TenantId

NO_ANSWER = 19  # Q.850
NORMAL = 16
# QUEUESTATUS, as the application leaves it: https://docs.asterisk.org/Latest_API/API_Documentation/Dialplan_Applications/Queue/
_STATUS = {
    "TIMEOUT": Outcome.QUEUE_TIMEOUT, "FULL": Outcome.QUEUE_FULL, "JOINEMPTY": Outcome.NO_AGENT,
    "LEAVEEMPTY": Outcome.NO_AGENT, "JOINUNAVAIL": Outcome.NO_AGENT, "LEAVEUNAVAIL": Outcome.NO_AGENT,
}  # fmt: skip

Event = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Page:
    """One call of the fallback that has not ended; plain values alone, so that it can be kept in a file."""

    call: str
    tenant: str
    queue: str
    queue_code: str
    channel: str
    recorded: bool
    seq: int = 0
    waits: bool = False
    left_at: str = ""  #: when it left the queue, while it is not known how
    abandoned: bool = False
    agent_hung_up: bool = False
    connected: bool = False
    legs: int = 0
    open_legs: dict[str, int] = field(default_factory=dict)  #: by interface


class Book:
    """The open calls of the fallback, by Asterisk's channel."""

    def __init__(self, canonical: Callable[[str], str], pages: Collection[Mapping[str, Any]] = ()) -> None:
        self._canonical = canonical
        self._pages = {page.channel: page for page in (Page(**one) for one in pages)}

    @property
    def pages(self) -> list[Page]:
        """What is open now."""
        return list(self._pages.values())

    def page(self, channel: str) -> Page | None:
        """The open call of this channel."""
        return self._pages.get(channel)

    def hear(self, event: Event, at: datetime) -> list[fact.Fact]:
        """The facts that an event of AMI tells; none if it is not about a call of the fallback."""
        kind = event.get("UserEvent") or event.get("Event", "")
        if kind == "Fallback":
            return self._begin(event, at)
        page = self._pages.get(event.get("Uniqueid", ""))
        if page is None:
            return []
        match kind:
            case "QueueCallerJoin":
                page.waits = True
                place = int(event.get("Position") or 0)
                return [
                    _note(page, at, fact.QueueEntered, queue=UUID(page.queue), queue_code=page.queue_code,
                          position=place)
                ]  # fmt: skip
            case "AgentCalled":
                page.legs += 1
                page.open_legs[event["Interface"]] = page.legs
                return [
                    _note(page, at, fact.AgentOffered, leg=page.legs, agent=_agent(event),
                          endpoint=event["Interface"].removeprefix("PJSIP/"), channel=event.get("DestUniqueid", ""))
                ]  # fmt: skip
            case "AgentRingNoAnswer" if event["Interface"] in page.open_legs:
                leg = page.open_legs.pop(event["Interface"])
                return [_note(page, at, fact.AgentMissed, leg=leg, agent=_agent(event), cause=NO_ANSWER)]
            case "AgentConnect" if event["Interface"] in page.open_legs:
                return self._connect(page, event, at)
            case "AgentComplete" if event["Interface"] in page.open_legs:
                page.agent_hung_up = event.get("Reason") == "agent"
                return [_note(page, at, fact.LegEnded, leg=page.open_legs.pop(event["Interface"]), cause=NORMAL)]
            case "QueueCallerAbandon":
                page.abandoned = True
            case "QueueCallerLeave" if page.waits:
                page.left_at = at.isoformat()
            case "FallbackOver":
                return self._end(page, at, event.get("Status", ""), int(event.get("Cause") or 0))
        return []

    def close(self, living: Collection[str], at: datetime) -> list[fact.Fact]:
        """End the calls whose channels are gone: their end was missed, and is told as estimated."""
        gone = [page for page in self._pages.values() if page.channel not in living]
        return [one for page in gone for one in self._end(page, at, "", 0, estimated=True)]

    def _begin(self, event: Event, at: datetime) -> list[fact.Fact]:
        channel = ChannelId(event["Uniqueid"])
        page = Page(
            call=event.get("CallRef") or str(call_of_caller(channel)), tenant=event["Tenant"],
            queue=event["QueueId"], queue_code=event["QueueCode"], channel=channel,
            recorded=event.get("Recorded") == "1",
        )  # fmt: skip
        self._pages[page.channel] = page
        known = event.get("CallerIDNum", "")
        name = "".join(letter for letter in event.get("CallerIDName", "") if letter.isprintable())
        arrived = _note(
            page, at, fact.CallArrived, dialled=self._canonical(event["Dialled"]),
            caller=self._canonical("" if known == "<unknown>" else known),
            caller_name="" if name == "<unknown>" else name[:80],
            sip_call_id=event.get("SipCallId", ""), channel=page.channel,
        )  # fmt: skip
        return [arrived, _note(page, at, fact.CallAnswered)]

    def _connect(self, page: Page, event: Event, at: datetime) -> list[fact.Fact]:
        page.waits, page.connected = False, True
        leg = page.open_legs[event["Interface"]]
        told = [
            _note(page, at, fact.QueueLeft, reason="connected"),
            _note(page, at, fact.AgentConnected, leg=leg, agent=_agent(event)),
        ]
        if page.recorded:
            told.append(_note(page, at, fact.RecordingStarted, name=page.call))
        return told

    def _end(self, page: Page, at: datetime, status: str, cause: int, *, estimated: bool = False) -> list[fact.Fact]:
        del self._pages[page.channel]
        outcome = _outcome(page, status)
        told: list[fact.Fact] = []
        if page.waits:
            left_at = datetime.fromisoformat(page.left_at) if page.left_at else at
            told.append(_note(page, left_at, fact.QueueLeft, reason=outcome.value))
        for leg in (*page.open_legs.values(), 0):
            how = cause if leg == 0 else NORMAL
            told.append(_note(page, at, fact.LegEnded, leg=leg, cause=how, estimated=estimated))
        told.append(_note(page, at, fact.CallEnded, outcome=outcome, ended_by=_ended_by(page, outcome)))
        return told


def _outcome(page: Page, status: str) -> Outcome:
    if page.connected:
        return Outcome.ANSWERED
    if status in _STATUS:
        return _STATUS[status]
    return Outcome.ABANDONED if page.waits or page.abandoned else Outcome.ABANDONED_IN_MENU


def _ended_by(page: Page, outcome: Outcome) -> EndedBy:
    if page.agent_hung_up:
        return EndedBy.AGENT
    return EndedBy.SYSTEM if outcome in _STATUS.values() else EndedBy.CALLER


def _agent(event: Event) -> UUID:
    """Who a member is: his name is his number and his id."""
    return UUID(event["MemberName"].rpartition(":")[2])


def _note(page: Page, at: datetime, kind: type[fact.Fact], **details: Any) -> fact.Fact:
    page.seq += 1
    call, tenant = CallId(UUID(page.call)), TenantId(UUID(page.tenant))
    return kind(call=call, seq=page.seq, at=at, tenant=tenant, **details)
