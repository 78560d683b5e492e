"""Channel events as Asterisk writes them, with good defaults."""

import json
from datetime import datetime, timedelta
from typing import Any

from telephony.witness.rules import Kind, Seen
from tests.builders.tenants import NINE

CALLER, AGENT = "seatline-1795510800.7", "seatline-1795510800.8"
SEATS_CHANNEL = "PJSIP/seat-001-00000008"
TRUNKS_CHANNEL = "PJSIP/trunk-carrier-00000007"


def an_event(kind: Kind, after: float = 0, *, since: datetime = NINE, **parts: Any) -> Seen:
    """One event of the caller's channel, so many seconds after nine."""
    own = {"channel": CALLER, "linked": CALLER, "channel_name": TRUNKS_CHANNEL, "context": "from-trunk"}
    return Seen(kind=kind, at=since + timedelta(seconds=after), **{**own, **parts})


def a_line(event: Seen) -> bytes:
    """The line of cel_custom that tells the event."""
    named = event.kind is Kind.USER_DEFINED
    micro = round((event.at - datetime.fromtimestamp(0, event.at.tzinfo)) / timedelta(microseconds=1))
    told = {
        "eventtype": event.name if named else event.kind.value, "userdeftype": event.name,
        "eventtime": f"{micro // 1_000_000}.{micro % 1_000_000:06}",
        "uniqueid": event.channel, "linkedid": event.linked,
        "channame": event.channel_name, "num": event.caller, "name": event.caller_name, "dnid": "",
        "exten": event.exten, "context": event.context, "appname": event.app, "accountcode": "", "tenantid": "",
        "peer": "", "eventextra": json.dumps(dict(event.extra)) if event.extra else "",
    }  # fmt: skip
    return json.dumps(told).encode() + b"\n"


def a_fallback_call(*, answered: bool = True, mark: str = "FALLBACK", dialled: str = "96968101") -> list[Seen]:
    """Nobody claims the call; Asterisk's own queue rings seat-001 after a second, who talks from 4 s to 14 s."""
    caller = {"exten": dialled, "caller": "02161234567"}
    agent = {"channel": AGENT, "channel_name": SEATS_CHANNEL, "context": "phones"}
    events = [
        an_event(Kind.CHAN_START, 0, **caller),
        an_event(Kind.USER_DEFINED, 0.5, name=mark, extra={"extra": f"{dialled}:TIMEOUT"}, **caller),
        an_event(Kind.ANSWER, 0.6, **caller),
        an_event(Kind.CHAN_START, 1, **agent),
    ]
    if answered:
        bridge = {"extra": {"bridge_id": "b1"}}
        events += [
            an_event(Kind.ANSWER, 3.9, **agent),
            an_event(Kind.BRIDGE_ENTER, 4, **bridge, **caller),
            an_event(Kind.BRIDGE_ENTER, 4, **bridge, **agent),
        ]
    gone = {"extra": {"hangupcause": 16, "hangupsource": TRUNKS_CHANNEL}}
    return [
        *events,
        an_event(Kind.HANGUP, 14, **gone, **caller),
        an_event(Kind.CHAN_END, 14, **caller),
        an_event(Kind.HANGUP, 14.1, **gone, **agent),
        an_event(Kind.CHAN_END, 14.1, **agent),
    ]
