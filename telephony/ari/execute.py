"""From our commands to Asterisk's requests: each command is one or two requests, sent at once and in order.

A channel can vanish under every request, so 404 and its kin are normal answers here: the news of the channel's end
is on its way. Only an answer after which no news would come is turned into an event by `failed`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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


def requests(  # noqa: PLR0912  a branch for each command
    command: cmd.Command, app: str, outward: Callable[[str], str] = lambda number: number
) -> Iterator[Request]:
    """The requests that carry a command out, in their order. `outward` makes of E.164 what carriers want."""
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
        case cmd.CreateLeg() | cmd.CreateOutside():
            yield _create(command, app, outward)
        case cmd.DialLeg(channel=channel, ring=ring):
            yield Request("POST", f"channels/{_id(channel)}/dial", {"timeout": str(int(ring.total_seconds()))})
        case cmd.Connect(bridge=bridge, channels=channels, there=there, keys=keys, muted=muted):
            if not there:
                # Without `dtmf_events` Asterisk may join two phones past itself, and hears no codes of theirs any more.
                yield Request("POST", f"bridges/{_id(bridge)}", {"type": "mixing,dtmf_events"})
            how = {} if keys else {"absorbDTMF": "true"}
            how |= {"mute": "true"} if muted else {}
            yield Request("POST", f"bridges/{_id(bridge)}/addChannel", {"channel": ",".join(channels), **how})
        case cmd.GiveEars(channel=channel, ears=ears, aloud=aloud):
            # Without whisper Asterisk throws away whatever is sent into it: there is no way from it into the talk.
            how = {"spy": "both", "whisper": "out" if aloud else "none", "app": app, "appArgs": "ears"}
            yield Request("POST", f"channels/{_id(channel)}/snoop/{_id(ears)}", how)
        case cmd.TakeOut(bridge=bridge, channel=channel):
            yield Request("POST", f"bridges/{_id(bridge)}/removeChannel", {"channel": channel})
        case cmd.TellPhone(channel=channel, state=state):
            yield Request("POST", f"channels/{_id(channel)}/transfer_progress", {"states": state})
        case cmd.DropBridge(bridge=bridge):
            yield Request("DELETE", f"bridges/{_id(bridge)}")
        case cmd.HangUp(channel=channel, cause=cause):
            yield Request("DELETE", f"channels/{_id(channel)}", {"reason_code": str(cause)})
        case cmd.StartMessage():
            limits = {"maxDurationSeconds": _seconds(command.longest), "maxSilenceSeconds": _seconds(command.silence)}
            how = {"name": command.name, "format": "wav", "ifExists": "overwrite", "terminateOn": "#"}
            yield Request("POST", f"channels/{_id(command.channel)}/record", {**how, **limits})
        case cmd.StopMessage(name=name):
            yield Request("POST", f"recordings/live/{_id(name)}/stop")
        case cmd.LetGo(channel=channel):
            where = {"context": "nobody", "extension": "s", "priority": "1"}
            yield Request("POST", f"channels/{_id(channel)}/continue", where)
        case cmd.TurnAway(channel=channel):
            where = {"context": "turned-away", "extension": "s", "priority": "1"}
            yield Request("POST", f"channels/{_id(channel)}/continue", where)
        case cmd.ComeAgain(channel=channel):
            where = {"context": "again", "extension": "s", "priority": "1"}
            yield Request("POST", f"channels/{_id(channel)}/continue", where)
        case cmd.Label(channel=channel, variables=variables):
            yield Request("POST", f"channels/{_id(channel)}/variables", body={"variables": dict(variables)})


def failed(command: cmd.Command, at: datetime) -> ev.Event | None:
    """The event that a refused command is, where Asterisk will not send one itself."""
    match command:
        case cmd.CreateLeg(channel=channel) | cmd.CreateOutside(channel=channel) | cmd.DialLeg(channel=channel):
            # 20: subscriber absent. The phone is not registered, or the channel could not be made.
            return ev.ChannelEnded(call=command.call, at=at, channel=channel, cause=20)
        case cmd.GiveEars(ears=ears):
            return ev.ChannelEnded(call=command.call, at=at, channel=ears)
        case cmd.StartMessage(name=name):
            return ev.MessageEnded(call=command.call, at=at, name=name, failed=True)
        case cmd.StartPrompt(playback=playback):
            return ev.PromptEnded(call=command.call, at=at, playback=playback, failed=True)
    return None


def _create(command: cmd.CreateLeg | cmd.CreateOutside, app: str, outward: Callable[[str], str]) -> Request:
    if isinstance(command, cmd.CreateLeg):
        endpoint, shown = f"PJSIP/{command.endpoint}", _shown(command.caller, command.caller_name)
        # The agent's phone may send the caller on by REFER: we are asked, and Asterisk's dialplan is not.
        shown = {**shown, "PJSIP_TRANSFER_HANDLING()": "ari-only"}
    else:
        endpoint = f"PJSIP/{outward(command.number)}@trunk-{command.trunk}"
        shown = _shown(outward(command.caller_id), "")
    where = {
        "endpoint": endpoint, "app": app, "appArgs": "leg", "channelId": command.channel,
        **({"originator": command.originator} if command.originator else {}),
    }  # fmt: skip
    return Request("POST", "channels/create", where, {"variables": {**command.variables, **shown}})


def _shown(number: str, name: str) -> dict[str, str]:
    """What the far side shows: an agent's phone the caller and for whom to answer, the outside the tenant's number."""
    # `i` inhibits updates to other channels; without a presentation the far side is shown "anonymous".
    return {
        "CONNECTEDLINE(num,i)": number,
        "CONNECTEDLINE(name,i)": name,
        "CONNECTEDLINE(num-pres,i)": "allowed",
        "CONNECTEDLINE(name-pres,i)": "allowed",
    }


def _seconds(length: timedelta) -> str:
    return str(int(length.total_seconds()))


def _id(name: str) -> str:
    return quote(name, safe="")
