"""A desk telephone of two lines: registers, answers, holds, calls on the other line, and joins the two by REFER.

baresip and SIPp have no attended transfer, so this is a user agent of its own, as `seatline.house.exchange` is for the
carriers. It speaks as much SIP as that takes over loopback, without retransmissions; sound is `media.Voice`.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from seatline.house.media import Voice, a_law_of
from seatline.house.sip_text import answer, header, sound

HOST = "127.0.0.1"
ANSWERS_AFTER = 0.3  # seconds of ringing
WITHIN = 8.0  # seconds for an answer


class NotAnswered(AssertionError):
    """Asterisk refused a request, or said nothing; holds the code."""


@dataclass
class Line:
    """One call of the telephone; addresses as they stand in From and To of what it sends."""

    call_id: str
    near: str
    far: str = ""
    target: str = ""  # where requests of the call go
    cseq: int = 1
    version: int = 1
    voice: Voice = field(default_factory=lambda: Voice(b""), repr=False)
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    told: list[str] = field(default_factory=list)  # status lines of NOTIFY: how a REFER goes
    up: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def tag(self, of: str) -> str:
        """The tag in an address."""
        return re.search(r";tag=([^;>]+)", of).group(1)  # type: ignore[union-attr]


class DeskPhone(asyncio.DatagramProtocol):
    """`start` it; calls that come in are answered and are in `lines`, oldest first, as are those of `dial`."""

    def __init__(self, endpoint: str, secret: str, sip_port: int, speech: Path) -> None:
        self._endpoint, self._secret = endpoint, secret
        self._asterisk = (HOST, sip_port)
        self._speech = a_law_of(speech)
        self.lines: list[Line] = []
        self._answers: dict[tuple[str, str], asyncio.Future[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Open the socket and register."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        await self._registers(300)

    async def stop(self) -> None:
        """Hang up, give the registration back, close the socket."""
        for line in self.lines:
            if not line.ended.is_set():
                await self.hang_up(line)
        await self._registers(0)
        assert self._transport is not None
        self._transport.close()

    async def _registers(self, seconds: int) -> None:
        here = f"<sip:{self._endpoint}@{self._asterisk[0]}>"
        line = Line(uuid4().hex, f"{here};tag={uuid4().hex[:8]}", here)
        line.target = f"sip:{self._asterisk[0]}:{self._asterisk[1]}"
        await self._request(line, "REGISTER", (f"Expires: {seconds}",))

    async def dial(self, number: str) -> Line:
        """Call somebody on a free line; ends when it is answered."""
        host, port = self._asterisk
        line = Line(uuid4().hex, f"<sip:{self._endpoint}@{host}>;tag={uuid4().hex[:8]}", f"<sip:{number}@{host}>")
        line.target = f"sip:{number}@{host}:{port}"
        await self._speaks(line)
        self.lines.append(line)
        await self._offers(line, "sendrecv")
        line.up.set()
        return line

    async def hold(self, line: Line) -> None:
        """Put the other on hold."""
        await self._offers(line, "sendonly")

    async def take_back(self, line: Line) -> None:
        """Take the other back."""
        await self._offers(line, "sendrecv")

    async def join(self, line: Line, other: Line) -> None:
        """Leave whoever is on `line` to whoever is on `other`: REFER with Replaces (RFC 3891, 5589)."""
        address = re.search(r"<([^>;]+)", other.far)
        replaces = f"{other.call_id}%3Bto-tag%3D{other.tag(other.far)}%3Bfrom-tag%3D{other.tag(other.near)}"
        assert address
        refer = f"Refer-To: <{address[1]}?Replaces={replaces}>"
        await self._request(line, "REFER", (refer, f"Referred-By: <sip:{self._endpoint}@{HOST}>"))

    async def hang_up(self, line: Line) -> None:
        """End a line."""
        await self._request(line, "BYE")
        await self._over(line)

    def heard(self, line: Line, folder: Path) -> Path:
        """What was heard on a line, as a file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._endpoint}-{self.lines.index(line) + 1}.wav"
        line.voice.save(path)
        return path

    # ---- what it says

    async def _offers(self, line: Line, way: str) -> None:
        line.version += 1
        body = sound(HOST, line.voice.port, way, line.version)
        accepted = await self._request(line, "INVITE", ("Content-Type: application/sdp",), body)
        line.far = header(accepted, "To")
        line.target = _uri(header(accepted, "Contact"))
        self._send(self._text(line, "ACK", line.cseq))
        self._listens(line, accepted)

    async def _request(self, line: Line, method: str, more: tuple[str, ...] = (), body: str = "") -> str:
        """Say it, once more with a password if that is asked for; the accepting answer. Raises NotAnswered."""
        proof: tuple[str, ...] = ()
        for _ in range(2):
            line.cseq += 1
            coming = self._answers[line.call_id, f"{line.cseq} {method}"] = asyncio.get_running_loop().create_future()
            self._send(self._text(line, method, line.cseq, (*more, *proof), body))
            told: str = await asyncio.wait_for(coming, WITHIN)
            code = int(told.split(" ", 2)[1])
            if code < 300:
                return told
            if method == "INVITE":
                self._send(self._text(line, "ACK", line.cseq, far=header(told, "To"), via=header(told, "Via")))
            if code not in (401, 407) or proof:
                raise NotAnswered(f"{method}: {code}")
            proof = (self._proof(header(told, "WWW-Authenticate"), method, line.target),)
        raise NotAnswered(method)

    def _text(
        self, line: Line, method: str, cseq: int, more: tuple[str, ...] = (), body: str = "", *, far: str = "",
        via: str = "",
    ) -> str:  # fmt: skip
        assert self._transport is not None
        port = self._transport.get_extra_info("sockname")[1]
        lines = [
            f"{method} {line.target} SIP/2.0",
            f"Via: {via or f'SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK{uuid4().hex[:12]}'}",
            f"From: {line.near}",
            f"To: {far or line.far}",
            f"Call-ID: {line.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self._endpoint}@{HOST}:{port}>",
            "Max-Forwards: 70",
            *more,
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _proof(self, challenge: str, method: str, uri: str) -> str:
        """RFC 2617 with qop=auth."""
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        fresh = uuid4().hex[:8]
        first = _md5(f"{self._endpoint}:{asked['realm']}:{self._secret}")
        proof = _md5(f"{first}:{asked['nonce']}:00000001:{fresh}:auth:{_md5(f'{method}:{uri}')}")
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{self._endpoint}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{proof}", algorithm=MD5, cnonce="{fresh}", qop=auth, nc=00000001{opaque}'
        )

    def _send(self, text: str) -> None:
        assert self._transport is not None
        self._transport.sendto(text.encode(), self._asterisk)

    # ---- what it is told

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A request, or an answer to one of ours."""
        text = data.decode(errors="replace")
        if text.startswith("SIP/2.0 "):
            coming = self._answers.get((header(text, "Call-ID"), header(text, "CSeq")))
            if coming is not None and not coming.done() and not text.startswith("SIP/2.0 1"):
                coming.set_result(text)
            return
        method = text.split(" ", 1)[0]
        line = next((one for one in self.lines if one.call_id == header(text, "Call-ID")), None)
        if method == "INVITE" and line is None:
            self._do(self._rings(text))
        elif method != "ACK":
            self._told(text, method, line)

    def _told(self, text: str, method: str, line: Line | None) -> None:
        body = sound(HOST, line.voice.port) if method == "INVITE" and line is not None else ""
        port = self._transport.get_extra_info("sockname")[1]  # type: ignore[union-attr]
        self._send(answer(text, 200, contact=f"<sip:{self._endpoint}@{HOST}:{port}>", body=body))
        if line is None:
            return
        if method == "NOTIFY":
            line.told.append(text.partition("\r\n\r\n")[2].strip())
        elif method == "INVITE":
            self._listens(line, text)
        elif method in ("BYE", "CANCEL"):
            self._do(self._over(line))

    async def _rings(self, invite: str) -> None:
        near = f"{header(invite, 'To')};tag={uuid4().hex[:8]}"
        line = Line(header(invite, "Call-ID"), near, header(invite, "From"), _uri(header(invite, "Contact")))
        self.lines.append(line)
        await self._speaks(line)
        port = self._transport.get_extra_info("sockname")[1]  # type: ignore[union-attr]
        here = f"<sip:{self._endpoint}@{HOST}:{port}>"
        self._send(answer(invite, 180, tag=line.tag(near), contact=here))
        await asyncio.sleep(ANSWERS_AFTER)
        self._send(answer(invite, 200, tag=line.tag(near), contact=here, body=sound(HOST, line.voice.port)))
        self._listens(line, invite)
        line.up.set()

    async def _speaks(self, line: Line) -> None:
        line.voice = Voice(self._speech)
        await line.voice.start(HOST)

    def _listens(self, line: Line, described: str) -> None:
        host = re.search(r"^c=IN IP4 ([0-9.]+)", described, re.MULTILINE)
        port = re.search(r"^m=audio ([0-9]+)", described, re.MULTILINE)
        if host and port:
            line.voice.speak_to(host[1], int(port[1]))

    async def _over(self, line: Line) -> None:
        await line.voice.stop()
        line.ended.set()

    def _do(self, work: "asyncio.Future[None] | object") -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _uri(contact: str) -> str:
    return re.search(r"<([^>]+)>", contact).group(1)  # type: ignore[union-attr]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
