"""From Asterisk's events to ours. Pure: a message that means nothing to a call gives None.

Times are those of arrival here, so that all facts of a call follow one clock; Asterisk's own times come by CEL.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from telephony.core import events as ev
from telephony.core.values import CallId, ChannelId, Endpoint, PlaybackId

CallOf = Callable[[ChannelId], CallId | None]


def translate(message: Mapping[str, Any], call_of: CallOf, at: datetime) -> ev.Event | None:
    """The event that a message of Asterisk is for one of our calls, or None."""
    kind = message.get("type")
    if kind == "PlaybackFinished":
        return _prompt_ended(message["playback"], call_of, at)
    if kind in ("RecordingFinished", "RecordingFailed"):
        return _message_ended(message["recording"], call_of, at, failed=kind == "RecordingFailed")
    if kind == "ChannelTransfer":
        return _blind_asked(message, call_of, at)
    channel = message.get("channel")
    if not channel:
        return None
    name = ChannelId(channel["id"])
    call = call_of(name)
    if call is None:
        return None
    match kind:
        case "StasisStart":
            return ev.LegReady(call=call, at=at, channel=name)
        case "ChannelStateChange" if channel["state"] == "Up" and name.startswith(f"{call}-"):  # a leg that we made
            return ev.LegAnswered(call=call, at=at, channel=name)
        case "ChannelStateChange" if channel["state"] == "Ringing" and name.startswith(f"{call}-"):
            return ev.LegRinging(call=call, at=at, channel=name)
        case "ChannelDtmfReceived":
            return ev.KeyPressed(call=call, at=at, key=message["digit"], channel=name)
        case "ChannelHold":
            return ev.LegHeld(call=call, at=at, channel=name)
        case "ChannelUnhold":
            return ev.LegResumed(call=call, at=at, channel=name)
        case "ChannelDestroyed":
            return ev.ChannelEnded(call=call, at=at, channel=name, cause=int(message.get("cause") or 0))
    return None


def _prompt_ended(playback: Mapping[str, Any], call_of: CallOf, at: datetime) -> ev.Event | None:
    target = str(playback["target_uri"])
    call = call_of(ChannelId(target.removeprefix("channel:")))
    if call is None:
        return None
    return ev.PromptEnded(call=call, at=at, playback=PlaybackId(playback["id"]), failed=playback["state"] == "failed")


def _blind_asked(message: Mapping[str, Any], call_of: CallOf, at: datetime) -> ev.Event | None:
    """A phone asks by REFER that the other party be sent on; with Replaces to whoever is on its own other line, which
    is in `destination_channel` then."""
    channel = ChannelId(message["referred_by"]["source_channel"]["id"])
    call = call_of(channel)
    wanted = str(message["refer_to"]["requested_destination"]["destination"])
    target = wanted.removeprefix("<").removeprefix("sip:").partition("@")[0].partition(";")[0]
    other = message["refer_to"].get("destination_channel")
    replaces = ChannelId(other["id"]) if other else None
    return ev.BlindAsked(call=call, at=at, channel=channel, target=target[:40], replaces=replaces) if call else None


def _message_ended(recording: Mapping[str, Any], call_of: CallOf, at: datetime, *, failed: bool) -> ev.Event | None:
    call = call_of(ChannelId(str(recording["target_uri"]).removeprefix("channel:")))
    return ev.MessageEnded(call=call, at=at, name=str(recording["name"]), failed=failed) if call else None


def account_of(channel_name: str) -> Endpoint:
    """The account behind a channel: seat-001 of PJSIP/seat-001-00000012."""
    return Endpoint(channel_name.partition("/")[2].rpartition("-")[0])


def offered(message: Mapping[str, Any], call: CallId, at: datetime, canonical: Callable[[str], str]) -> ev.CallOffered:
    """The new call of a StasisStart whose first argument is `inbound` and whose second is the number dialled.

    `canonical` makes E.164 of what the trunk sent.

    The caller's name is cut to 80 characters and loses control characters: it comes from outside and goes to screens.
    """
    channel = message["channel"]
    caller = channel["caller"]
    name = "".join(letter for letter in caller.get("name") or "" if letter.isprintable())[:80]
    variables = channel.get("channelvars") or {}
    return ev.CallOffered(
        call=call,
        at=at,
        channel=ChannelId(channel["id"]),
        dialled=canonical(message["args"][1]),
        caller=canonical(caller.get("number") or ""),
        caller_name=name,
        sip_call_id=str(variables.get("SIPCALLID") or ""),
    )
