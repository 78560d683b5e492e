"""`python -m seatline.house.phones`: the demo's agents at their phones.

Each phone registers, dials *45 and keys agent number and PIN, waits for calls, answers after a second and speaks. When
its session is gone (end of a lease, a supervisor, a restart) it logs in again, ever more patiently while refused.
"""

import asyncio
import os
import signal
import wave
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import django
import structlog
from django.db import close_old_connections

from seatline.env import environment
from seatline.errors import SeatlineError
from seatline.house.baresip import STEP, Baresip, PhoneAccount, PhoneEvent
from seatline.house.cast import LOGIN_CODE, AgentPart, agents, phone_secret, pin_of

log = structlog.get_logger(__name__)
LOOK_EVERY = 3.0  # seconds between two looks at the session
PATIENCE = (10.0, 20.0, 60.0, 120.0, 300.0)  # seconds until the next try, after 1, 2, ... refusals
SPEECH_SECONDS = 1200  # baresip ends the call when its file ends
SPEECH = {
    "en": "Good day, how may I help you? Let me look that up for you. One moment please. Yes, I have found it.",
    "zh": "您好，请问有什么可以帮您？我为您查询一下，请稍等。好的，已经查到了。",
}


@dataclass(frozen=True, slots=True)
class Keying:
    """The rhythm in which a person keys after a prompt has begun. Keys interrupt prompts."""

    number_after: timedelta = timedelta(seconds=1.5)
    pin_after: timedelta = timedelta(seconds=1.5)
    answer_after: timedelta = timedelta(seconds=1.2)
    give_up_after: timedelta = timedelta(seconds=25)


@dataclass(slots=True)
class AgentAtPhone:
    """One agent: a phone, a number, a PIN. Knows nothing of the database: whoever runs it says when to log in."""

    number: str
    pin: str = field(repr=False)
    phone: Baresip = field(repr=False)
    keying: Keying = Keying()
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, *, answers: bool = True) -> None:
        """Register; from then on answer calls, unless told not to."""
        self.phone.on_event = self._heard if answers else lambda _: None
        await self.phone.start()
        await self.phone.registered()

    async def log_in(self, code: str = LOGIN_CODE) -> None:
        """Dial the code, key number and PIN, listen until the house hangs up. Whether it worked, it does not know."""
        since = self.phone.mark()
        await self.phone.dial(code)
        await self.phone.wait_for("CALL_ESTABLISHED", since=since)
        await asyncio.sleep(self.keying.number_after.total_seconds())
        await self.phone.key(self.number)  # no hash: the house knows how long a number is
        await asyncio.sleep(self.keying.pin_after.total_seconds())
        await self.phone.key(f"{self.pin}#")
        try:
            await self.phone.wait_for("CALL_CLOSED", self.keying.give_up_after, since=since)
        except TimeoutError:
            await self.phone.hang_up()

    async def dial_code(self, code: str) -> None:
        """Dial a code that asks nothing, such as *46, and listen to the end."""
        since = self.phone.mark()
        await self.phone.dial(code)
        await self.phone.wait_for("CALL_CLOSED", self.keying.give_up_after, since=since)

    def _heard(self, event: PhoneEvent) -> None:
        if event.type == "CALL_INCOMING":
            task = asyncio.create_task(self._answer())
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self) -> None:
        await asyncio.sleep(self.keying.answer_after.total_seconds())
        await self.phone.accept()


def make_speech(text: str, language: str, folder: Path) -> Path:
    """A sound file in which `text` is said again and again for twenty minutes."""
    from telephony.plans.speech import speak  # noqa: PLC0415 - rooms need Django's settings

    once, long = folder / f"once-{language}.wav", folder / f"speech-{language}.wav"
    if not speak(text, language, once) and long.exists():
        return long
    with wave.open(str(once)) as sound:
        frames, form = sound.readframes(sound.getnframes()), sound.getparams()
    fresh = long.with_suffix(".tmp")
    with wave.open(str(fresh), "wb") as sound:
        sound.setparams(form)
        for _ in range(1 + SPEECH_SECONDS * 8000 * 2 // len(frames)):
            sound.writeframes(frames)
    fresh.replace(long)
    return long


def has_session(endpoint: str) -> bool:
    """An agent is logged in at this phone."""
    from agents.presence.services import session_at  # noqa: PLC0415
    from tenants.accounts.scope import telephony_scope  # noqa: PLC0415

    close_old_connections()  # a thread of ours lives longer than a connection
    with telephony_scope():
        return session_at(endpoint) is not None


async def play(part: AgentPart, agent: AgentAtPhone) -> None:
    """Be this agent until cancelled."""
    refusals = 0
    try:
        while True:
            try:
                if not agent.phone.alive:
                    await agent.phone.stop()
                    await agent.start()
                if await asyncio.to_thread(has_session, part.endpoint):
                    refusals = 0
                    await asyncio.sleep(LOOK_EVERY)
                    continue
                await agent.log_in()
                await asyncio.sleep(1)
                if await asyncio.to_thread(has_session, part.endpoint):
                    log.info("logged in", agent=part.number, endpoint=part.endpoint)
                    continue
                log.info("login refused", agent=part.number, endpoint=part.endpoint, refusals=refusals + 1)
            except (SeatlineError, TimeoutError, OSError) as error:
                log.warning("phone in trouble", endpoint=part.endpoint, cause=str(error) or type(error).__name__)
            except Exception as error:  # a database that is away must not end the phones
                log.warning("cannot see sessions", endpoint=part.endpoint, cause=str(error))
            await asyncio.sleep(PATIENCE[min(refusals, len(PATIENCE) - 1)])
            refusals += 1
    finally:
        await agent.phone.stop()


async def run(var: Path, sip_port: int, first_port: int) -> None:
    """All played agents, until SIGTERM."""
    folder = var / "phones"
    speech = {language: make_speech(text, language, folder) for language, text in SPEECH.items()}
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = []
    for place, part in enumerate(part for part in agents() if part.played):
        account = PhoneAccount(part.endpoint, phone_secret(part.endpoint), sip_port)
        language = "en" if place % 2 else "zh"
        phone = Baresip(account, folder, first_port + place * STEP, speech[language])
        tasks.append(asyncio.create_task(play(part, AgentAtPhone(part.number, pin_of(part.number), phone))))
        await asyncio.sleep(0.3)  # not all at the same instant: people do not do that either
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Read the environment that `./run` gives and play."""
    django.setup()
    asyncio.run(
        run(
            environment.path("SEATLINE_VAR"),
            environment.number("SEATLINE_SIP_PORT"),
            int(os.environ["HOUSE_PHONES_PORT"]),
        )
    )


if __name__ == "__main__":
    main()
