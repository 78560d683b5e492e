"""Record how a telephone of two lines joins them by REFER with Replaces: `python -m tests.recordings.record_two_lines`.

As `record.py`, with a desk telephone for the agent who asks and a baresip for the one who is asked.
"""

import asyncio
import json
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import django

from seatline.clock import now
from seatline.env import ROOT
from seatline.house.asterisk import Access, Asterisk, Carrier, Ports
from seatline.house.baresip import Baresip, PhoneAccount
from seatline.house.caller import CallPlan, parse_keys, place_call
from seatline.house.postgres import free_port, new_secret
from seatline.house.prefix import Prefix
from telephony.ari.client import AriClient, open_ari
from telephony.ari.translate import account_of
from telephony.core.engine import Engine
from telephony.core.flow import Opening
from telephony.core.opening import Hours
from telephony.core.values import ChannelId
from tests.acceptance.desk_phone import DeskPhone
from tests.builders.calls import FLOW, PROMPTS, a_flow, a_plan, an_agent
from tests.recordings.record import HERE, Conversation, answering, canonical, phone_objects, tone
from tests.recordings.record import Story as Ring

NAME = "agent_joins_two_lines"
SECOND = timedelta(seconds=1)


class TwoLines(Conversation):
    """A conversation in which an agent's telephone calls, too."""

    def understood(self, message: dict[str, Any]) -> bool:
        """Whether that was the telephone of an agent; as the switch's shell takes it."""
        if message["type"] != "StasisStart" or message["args"][:1] != ["dial"]:
            return False
        channel = message["channel"]
        self.ari.send("POST", f"applications/{self.app}/subscription", {"eventSource": f"channel:{channel['id']}"})
        self.act(self.engine.dialled(account_of(channel["name"]), ChannelId(channel["id"]), message["args"][1], now()))
        return True


async def record(asterisk: Asterisk, folder: Path) -> None:
    """Agent 1 talks, holds, calls agent 2 on line 2, and joins the two."""
    speech = tone(folder / "speech.wav", 30)
    media = str(tone(asterisk.sounds / "zh" / "tone.wav").with_suffix(""))
    plan = a_plan(ring=4 * SECOND, strategy="linear")
    # Open at whatever hour it is recorded.
    open_now = a_flow(hours=Opening(hours=Hours("UTC"), open="menu", closed="closed"))
    prompts = {(None, prompt, "zh"): f"sound:{media}" for prompt in PROMPTS}
    plan = replace(plan, prompts=prompts, flows=plan.flows | {FLOW: open_now})
    engine = Engine(plan, Random(1252))
    url = f"http://127.0.0.1:{asterisk.ports.http}/ari"
    async with open_ari(url, asterisk.app, "seatline", asterisk.access.ari_password) as ari:
        talk = TwoLines(engine, ari, asterisk.app)
        task = asyncio.create_task(talk.hear())
        secrets = {name: new_secret() for name in ("seat-1", "seat-2")}
        for name, secret in secrets.items():
            await _account(ari, name, secret)
        desk = DeskPhone("seat-1", secrets["seat-1"], asterisk.ports.sip, speech)
        await desk.start()
        other = Baresip(
            PhoneAccount("seat-2", secrets["seat-2"], asterisk.ports.sip), folder / "phones", free_port(), speech
        )
        await other.start()
        await other.registered()
        other.on_event = answering(other, Ring())
        talk.act(engine.follow({one.agent: one for one in (an_agent(1), an_agent(2))}, now()))
        call = CallPlan("96968101", keys=parse_keys("#,0"), hang_up_after=20 * SECOND, speech=speech)
        placed = asyncio.create_task(place_call(call, sip_port=asterisk.ports.sip, folder=folder / "caller"))
        await asyncio.wait_for(_talks(desk, task), 30)
        await asyncio.sleep(1)
        await desk.hold(desk.lines[0])
        two = await desk.dial("2")
        await asyncio.sleep(2)
        await desk.join(desk.lines[0], two)
        await placed
        await asyncio.sleep(1)
        await desk.stop()
        await other.stop()
        task.cancel()
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in talk.heard]
    (HERE / "ari" / f"{NAME}.jsonl").write_text("".join(lines))


async def _talks(desk: DeskPhone, hears: "asyncio.Task[None]") -> None:
    while not (desk.lines and desk.lines[0].up.is_set()):
        await asyncio.sleep(0.1)
        if hears.done():
            hears.result()


async def _account(ari: AriClient, name: str, secret: str) -> None:
    for kind, fields in phone_objects(name, secret).items():
        body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
        await ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)


def main() -> None:
    """Record it."""
    django.setup()
    assert canonical("96968101")
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
            asyncio.run(record(asterisk, folder))
        finally:
            asterisk.stop()


if __name__ == "__main__":
    main()
