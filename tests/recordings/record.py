"""Record real conversations with Asterisk for the tests of the adapters: `python -m tests.recordings.record [STORY]`.

It starts a private Asterisk of the prefix that `./run` has fetched, a phone and a caller, lets the engine run the call
over the real socket, and writes what Asterisk sent, one message a line, under `ari/` and `ami/`. Ids are those of the
test builders, so that a replay meets the same call. DATABASE_URL and SEATLINE_SECRET_KEY are needed: Django asks.
"""

import asyncio
import hashlib
import json
import math
import sys
import tempfile
import wave
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import django
from panoramisk import Manager

from seatline.clock import now
from seatline.env import ROOT
from seatline.house.asterisk import Access, Asterisk, Carrier, Ports
from seatline.house.baresip import Baresip, PhoneAccount
from seatline.house.caller import CallPlan, parse_keys, place_call
from seatline.house.postgres import free_port, new_secret
from seatline.house.prefix import Prefix
from telephony.ari.client import AriClient, open_ari
from telephony.ari.execute import failed, requests
from telephony.ari.translate import offered, translate
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.engine import Engine, Work
from telephony.core.step import IllegalEvent
from tests.builders.calls import NUMBER, PROMPTS, a_call_id, a_plan, an_agent

HERE = Path(__file__).parent
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Story:
    """What caller and agent do."""

    keys: str = "#,0"
    hang_up_after: timedelta = 12 * SECOND
    number: str = "96968101"
    answers_ring: int | None = 1  # which ring the agent answers; None: never
    paused: bool = False
    stranger: bool = False  # somebody tries the phone's account with a wrong password, and the phone's events are kept


STORIES = {
    "caller_talks_to_an_agent": Story(),
    "agent_misses_once": Story(hang_up_after=18 * SECOND, answers_ring=2),
    "caller_abandons_in_queue": Story(hang_up_after=8 * SECOND, paused=True),
    "caller_hangs_up_while_the_phone_rings": Story(hang_up_after=7 * SECOND, answers_ring=None),
    "number_is_unassigned": Story(number="96968999", keys=""),
    "stranger_guesses_a_password": Story(number="96968999", keys="", stranger=True),
}


class Conversation:
    """The engine on a real socket; keeps every message."""

    def __init__(self, engine: Engine, ari: AriClient, app: str) -> None:
        self.engine, self.ari, self.app = engine, ari, app
        self.heard: list[dict] = []

    async def hear(self) -> None:
        """Until cancelled."""
        async for message in self.ari.events():
            self.heard.append(message)
            match message:
                case {"type": "CallBroadcast"}:
                    channel = message["channel"]["id"]
                    self.ari.send("POST", "events/claim", {"channelId": channel, "application": self.app})
                case {"type": "StasisStart", "args": ["inbound", *_]}:
                    source = f"channel:{message['channel']['id']}"
                    self.ari.send("POST", f"applications/{self.app}/subscription", {"eventSource": source})
                    self.happen(offered(message, a_call_id(), now(), canonical))
                case _ if not self.understood(message):
                    event = translate(message, self.engine.call_of, now())
                    if event is not None:
                        self.happen(event)

    def understood(self, message: dict) -> bool:
        """Whether a message was taken that is no event of ours; another kind of story knows some."""
        return False

    def happen(self, event: ev.Event) -> None:
        """One event."""
        with suppress(IllegalEvent):
            self.act(self.engine.handle(event))

    def act(self, work: Work) -> None:
        """Carry out; nothing is recorded, and timers other than those of wrap-up run."""
        for command in work.commands:
            if isinstance(command, cmd.KeepRecording):
                self.happen(ev.RecordingMissing(call=command.call, at=now(), name=command.name, why="not recorded"))
            for request in requests(command, self.app):
                answer = self.ari.send(request.method, request.uri, request.query, request.body)
                answer.add_done_callback(lambda done, command=command: self.answered(command, done))

    def answered(self, command: cmd.Command, done: asyncio.Future) -> None:
        """A refusal may be an event."""
        if not done.cancelled() and done.exception() is None and not done.result().ok:
            event = failed(command, now())
            if event is not None:
                self.happen(event)


def canonical(dialled: str) -> str:
    """E.164 of what the recording's trunk sends: eight local digits."""
    return f"+8621{dialled}" if len(dialled) == 8 else f"+86{dialled.removeprefix('0')}"


def tone(path: Path, seconds: float = 3.0) -> Path:
    """A soft tone as 8 kHz WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        for step in range(int(8000 * seconds)):
            file.writeframesraw(int(3000 * math.sin(step / 3)).to_bytes(2, "little", signed=True))
    return path


async def record(name: str, story: Story, asterisk: Asterisk, folder: Path) -> None:
    """Let the story happen and write its two files."""
    speech = tone(folder / "speech.wav", 30)
    media = str(tone(asterisk.sounds / "zh" / "tone.wav").with_suffix(""))
    plan = a_plan(ring=4 * SECOND, misses_allowed=5)
    plan = replace(plan, prompts={(None, prompt, "zh"): f"sound:{media}" for prompt in PROMPTS})
    engine = Engine(plan, Random(1252))
    events: list[str] = []
    ami = Manager(
        host="127.0.0.1", port=asterisk.ports.ami, username=asterisk.access.ami_user, secret=asterisk.access.ami_secret
    )
    ami.register_event("*", lambda _, event: events.append("".join(f"{key}: {event[key]}\n" for key in event)))  # type: ignore[no-untyped-call]
    ami.connect(run_forever=False)
    secret = new_secret()
    async with open_ari(
        f"http://127.0.0.1:{asterisk.ports.http}/ari", asterisk.app, "seatline", asterisk.access.ari_password
    ) as ari:
        talk = Conversation(engine, ari, asterisk.app)
        task = asyncio.create_task(talk.hear())
        for kind, fields in phone_objects("seat-1", secret).items():
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            await ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/seat-1", body=body)
        phone = Baresip(PhoneAccount("seat-1", secret, asterisk.ports.sip), folder / "phones", free_port(), speech)
        await phone.start()
        await phone.registered()
        phone.on_event = answering(phone, story)
        agent = an_agent(1, paused=story.paused)
        talk.act(engine.follow({agent.agent: agent}, now()))
        calls = CallPlan(story.number, keys=parse_keys(story.keys), hang_up_after=story.hang_up_after, speech=speech)
        print(name, await place_call(calls, sip_port=asterisk.ports.sip, folder=folder / "caller"))  # noqa: T201
        if story.stranger:
            account = PhoneAccount("seat-1", "guessed", asterisk.ports.sip)
            stranger = Baresip(account, folder / "stranger", free_port(), speech)
            await stranger.start()
            await asyncio.sleep(1)
            await stranger.stop()
        await asyncio.sleep(2)
        left = await ari.request("GET", f"applications/{asterisk.app}")
        assert not left.body["channel_ids"] and not left.body["bridge_ids"], left.body
        await phone.stop()
        await asyncio.sleep(0.5)
        task.cancel()
    ami.close()
    if story.stranger:
        wanted = [one for one in events if "Event: ContactStatus" in one or "Privilege: security,all" in one]
        (HERE / "ami" / f"{name}.txt").write_text("\n".join(wanted))
    else:
        lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in talk.heard]
        (HERE / "ari" / f"{name}.jsonl").write_text("".join(lines))


def answering(phone: Baresip, story: Story) -> Callable[..., None]:
    """Answer the story's ring."""
    rings = 0

    def on_event(event: object) -> None:
        nonlocal rings
        if getattr(event, "type", "") == "CALL_INCOMING":
            rings += 1
            if rings == story.answers_ring:
                task = asyncio.get_running_loop().create_task(phone.accept())
                task.add_done_callback(lambda _: None)

    return on_event


def phone_objects(name: str, secret: str) -> dict[str, dict[str, str]]:
    """The three sorcery objects of a phone."""
    digest = hashlib.md5(f"{name}:seatline:{secret}".encode()).hexdigest()
    return {
        "auth": {"auth_type": "digest", "username": name, "realm": "seatline", "password_digest": f"MD5:{digest}"},
        "aor": {"max_contacts": "1", "remove_existing": "yes", "qualify_frequency": "30"},
        "endpoint": {
            "context": "phones", "auth": name, "aors": name, "disallow": "all", "allow": "alaw,ulaw",
            "direct_media": "no", "rtp_symmetric": "yes", "accountcode": name, "transport": "transport-udp",
        },
    }  # fmt: skip


def main(names: list[str]) -> None:
    """Record the named stories, or all."""
    django.setup()
    assert canonical("96968101") == NUMBER
    for name in names or STORIES:
        with tempfile.TemporaryDirectory(prefix="seatline-record-") as place:
            folder = Path(place)
            ports = Ports(
                sip=free_port(), http=free_port(), ami=free_port(), agi=free_port(), rtp_first=26300, rtp_last=26400
            )
            asterisk = Asterisk(
                prefix=Prefix(ROOT / ".local" / "asterisk"), folder=folder / "asterisk", sounds=folder / "sounds",
                ports=ports, access=Access(new_secret(), new_secret()), carriers=(Carrier("carrier", "127.0.0.10"),),
            )  # fmt: skip
            asterisk.start()
            try:
                asyncio.run(record(name, STORIES[name], asterisk, folder))
            finally:
                asterisk.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
