"""Telephones outside, behind a trunk: Asterisk's INVITEs come to the carrier's address and are rung, answered, refused.

A user agent of a page, since SIPp takes one scenario for all numbers: here each number behaves in its own way. It
speaks as much SIP as a call over loopback needs; sound is `media.Voice`.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from seatline.house.media import Voice, a_law_of
from seatline.house.sip_text import answer, header, sound


@dataclass(frozen=True, slots=True)
class Telephone:
    """How a number behaves: it rings, and is answered after `answers_after`; or it is refused with a SIP code."""

    answers_after: timedelta | None = timedelta(seconds=0.5)  # None: it rings for ever
    refuses: int = 0  # a SIP code
    keys: tuple[tuple[timedelta, str], ...] = ()  # pressed so long after the answer
    speech: Path | None = None  # WAV, 8 kHz; silence if None
    hangs_up_after: timedelta | None = None  # after the answer


@dataclass
class Taken:
    """A call that came to a number, and what became of it."""

    number: str
    shown: str  # the caller ID
    answered: bool = False
    ended_by: str = ""  # "near" when Asterisk hung up, "telephone" when it did itself; "" while it goes on
    heard: Path | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Exchange(asyncio.DatagramProtocol):
    """The carrier's end of a trunk at `host:port`. `start` it, look at `calls`, `stop` it."""

    def __init__(
        self, host: str, port: int, folder: Path, telephones: Mapping[str, Telephone] | None = None,
        *, others: Telephone = Telephone(),
    ) -> None:  # fmt: skip
        self.host, self.port = host, port
        self.telephones = dict(telephones or {})
        self.others = others  # numbers that are not among the telephones
        self.silent = False  # nothing is answered, as by a machine that is off
        self.broken = 0  # a SIP code with which every call is refused, as by a carrier in trouble
        self.calls: list[Taken] = []
        self._folder = folder
        self._open: dict[str, _Dialogue] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Open the socket."""
        self._folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))

    async def stop(self) -> None:
        """End what goes on, and close the socket."""
        for dialogue in list(self._open.values()):
            await dialogue.end("telephone")
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A request, or an answer to one of ours, which nobody waits for."""
        text = data.decode(errors="replace")
        method = text.split(" ", 1)[0]
        if self.silent or method in ("SIP/2.0", "ACK"):
            return
        call = header(text, "Call-ID")
        if method == "INVITE":
            self._invited(text, addr, call)
        elif method in ("CANCEL", "BYE"):
            self.send(answer(text, 200), addr)
            if dialogue := self._open.get(call):
                dialogue.ended_by_asterisk(cancelled=method == "CANCEL")
        else:
            self.send(answer(text, 200), addr)

    def send(self, text: str, addr: tuple[str, int]) -> None:
        """One datagram."""
        assert self._transport is not None
        self._transport.sendto(text.encode(), addr)

    def forget(self, call: str) -> None:
        """A dialogue is over."""
        self._open.pop(call, None)

    def _invited(self, text: str, addr: tuple[str, int], call: str) -> None:
        if call in self._open:
            return  # said again: the answer is on its way
        user = re.match(r"INVITE sips?:([^@;>]+)@", text)
        number = user[1] if user else ""
        shown = re.search(r"sips?:([^@;>]+)@", header(text, "From"))
        taken = Taken(number, shown[1] if shown else "")
        self.calls.append(taken)
        telephone = self.telephones.get(number, self.others)
        refuses = self.broken or telephone.refuses
        if refuses:
            self.send(answer(text, refuses, tag=uuid4().hex[:8]), addr)
            return
        heard = self._folder / f"{len(self.calls):02}-{number}.wav"
        dialogue = _Dialogue(self, text, addr, telephone, taken, heard)
        self._open[call] = dialogue
        dialogue.begin()


class _Dialogue:
    """One call to one telephone."""

    def __init__(
        self, exchange: Exchange, invite: str, addr: tuple[str, int], telephone: Telephone, taken: Taken, heard: Path
    ) -> None:
        self._exchange = exchange
        self._invite = invite
        self._addr = addr
        self._telephone = telephone
        self._taken = taken
        self._heard = heard
        self._tag = uuid4().hex[:8]
        self._voice = Voice(a_law_of(telephone.speech) if telephone.speech else b"")
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Ring, and do what the telephone does."""
        self._reply(100)
        self._reply(180)
        self._do(self._live())

    def ended_by_asterisk(self, *, cancelled: bool) -> None:
        """A CANCEL, or a BYE."""
        if cancelled and not self._taken.answered:
            self._reply(487)
        self._do(self.end("near"))

    async def end(self, by: str) -> None:
        """Close the dialogue; with a BYE if the telephone hangs up."""
        if self._taken.ended_by:
            return
        self._taken.ended_by = by
        if by == "telephone" and self._taken.answered:
            self._exchange.send(self._bye(), self._addr)
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()
        await self._voice.stop()
        if self._taken.answered:
            self._voice.save(self._heard)
            self._taken.heard = self._heard
        self._exchange.forget(header(self._invite, "Call-ID"))
        self._taken.ended.set()

    async def _live(self) -> None:
        telephone = self._telephone
        await self._voice.start(self._exchange.host)
        if telephone.answers_after is None:
            return
        await asyncio.sleep(telephone.answers_after.total_seconds())
        far = re.search(r"^c=IN IP4 ([0-9.]+)", self._invite, re.MULTILINE)
        port = re.search(r"^m=audio ([0-9]+)", self._invite, re.MULTILINE)
        assert far and port
        self._taken.answered = True
        self._reply(200, sound(self._exchange.host, self._voice.port))
        self._voice.speak_to(far[1], int(port[1]))
        self._do(self._press())
        if telephone.hangs_up_after is not None:
            await asyncio.sleep(telephone.hangs_up_after.total_seconds())
            await self.end("telephone")

    async def _press(self) -> None:
        before = timedelta(0)
        for after, keys in self._telephone.keys:
            await asyncio.sleep((after - before).total_seconds())
            self._voice.key(keys)
            before = after

    def _do(self, work: "asyncio.Future[None] | object") -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _reply(self, code: int, body: str = "") -> None:
        exchange = self._exchange
        contact = f"<sip:{self._taken.number}@{exchange.host}:{exchange.port}>"
        with contextlib.suppress(OSError):
            exchange.send(answer(self._invite, code, tag=self._tag, contact=contact, body=body), self._addr)

    def _bye(self) -> str:
        invite, exchange = self._invite, self._exchange
        target = re.search(r"<([^>]+)>", header(invite, "Contact"))
        assert target
        return (
            f"BYE {target[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {exchange.host}:{exchange.port};branch=z9hG4bK{uuid4().hex[:12]}\r\n"
            f"From: {header(invite, 'To')};tag={self._tag}\r\nTo: {header(invite, 'From')}\r\n"
            f"Call-ID: {header(invite, 'Call-ID')}\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
