"""From our commands to Asterisk's requests: each command is one or two requests, sent at once and in order.

A channel can vanish under every request, so 404 and its kin are normal answers here: the news of the channel's end
is on its way. Only an answer after which no news would come is turned into an event by `failed`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from telephony.core import commands as cmd
from telephony.core import events as ev


@dataclass(frozen=True, slots=True)
class Request:
    """One request to ARI."""

    method: str
    uri: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def requests(command: cmd.Command, app: str) -> Iterator[Request]:
    """The requests that carry a command out, in their order."""
    match command:
        case cmd.Answer(channel=channel):
            yield Request("POST", f"channels/{_id(channel)}/answer")
        case cmd.StartPrompt(channel=channel, playback=playback, media=media):
            yield Request("POST", f"channels/{_id(channel)}/play/{_id(playback)}", {"media": ",".join(media)})
        case cmd.StopPrompt(playback=playback):
            yield Request("DELETE", f"playbacks/{_id(playback)}")
        case cmd.StartMusic(channel=channel, music=music):
            yield Request("POST", f"channels/{_id(channel)}/moh", {"mohClass": music})
        case cmd.StopMusic(channel=channel):
            yield Request("DELETE", f"channels/{_id(channel)}/moh")
        case cmd.CreateLeg():
            yield Request(
                "POST",
                "channels/create",
                {
                    "endpoint": f"PJSIP/{command.endpoint}",
                    "app": app,
                    "appArgs": "leg",
                    "channelId": command.channel,
                    "originator": command.originator,
                },
                {"variables": {**command.variables, **_shown_caller(command)}},
            )
        case cmd.DialLeg(channel=channel, ring=ring):
            yield Request("POST", f"channels/{_id(channel)}/dial", {"timeout": str(int(ring.total_seconds()))})
        case cmd.Connect(bridge=bridge, channels=channels):
            yield Request("POST", f"bridges/{_id(bridge)}", {"type": "mixing"})
            yield Request("POST", f"bridges/{_id(bridge)}/addChannel", {"channel": ",".join(channels)})
        case cmd.DropBridge(bridge=bridge):
            yield Request("DELETE", f"bridges/{_id(bridge)}")
        case cmd.HangUp(channel=channel, cause=cause):
            yield Request("DELETE", f"channels/{_id(channel)}", {"reason_code": str(cause)})
        case cmd.LetGo(channel=channel):
            where = {"context": "nobody", "extension": "s", "priority": "1"}
            yield Request("POST", f"channels/{_id(channel)}/continue", where)
        case cmd.Label(channel=channel, variables=variables):
            yield Request("POST", f"channels/{_id(channel)}/variables", body={"variables": dict(variables)})


def failed(command: cmd.Command, at: datetime) -> ev.Event | None:
    """The event that a refused command is, where Asterisk will not send one itself."""
    match command:
        case cmd.CreateLeg(channel=channel) | cmd.DialLeg(channel=channel):
            # 20: subscriber absent. The phone is not registered, or the channel could not be made.
            return ev.ChannelEnded(call=command.call, at=at, channel=channel, cause=20)
        case cmd.StartPrompt(playback=playback):
            return ev.PromptEnded(call=command.call, at=at, playback=playback, failed=True)
    return None


def _shown_caller(command: cmd.CreateLeg) -> dict[str, str]:
    """What the agent's phone shows: the caller's number, and for whom to answer."""
    # `i` inhibits updates to other channels; without a presentation the far side is shown "anonymous".
    return {
        "CONNECTEDLINE(num,i)": command.caller,
        "CONNECTEDLINE(name,i)": command.caller_name,
        "CONNECTEDLINE(num-pres,i)": "allowed",
        "CONNECTEDLINE(name-pres,i)": "allowed",
    }


def _id(name: str) -> str:
    return quote(name, safe="")
