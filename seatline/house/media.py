"""One party's sound over RTP: speaks a WAV file as A-law, keys digits as RFC 4733 events, keeps what it hears.

SIPp can send DTMF only by replaying captured packets through a raw socket, which needs root. So a scripted caller's
SIP is SIPp's and its sound is this: an ordinary UDP socket, for any user.
"""

import asyncio
import secrets
import wave
from array import array
from pathlib import Path

FRAME = 160  # samples of 20 ms at 8 kHz
_FRAME_SECONDS = 0.02
_A_LAW, _EVENTS = 8, 101  # RTP payload types; the second is the one in the caller's SDP
_DIGITS = "0123456789*#ABCD"
_LOUD = 600  # of 32768: speech is far above, the silence that Asterisk sends far below
_PAUSE = 1.2  # seconds of silence after which it is our turn; within a prompt pauses are shorter
_EVENT_FRAMES = 6  # a key is held for 120 ms


def _decode(code: int) -> int:
    """One A-law byte as a linear sample of 16 bits (ITU-T G.711)."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if code & 0x80 else -size


LINEAR = tuple(_decode(code) for code in range(256))
_BY_VALUE = sorted(range(256), key=LINEAR.__getitem__)


def _table() -> bytes:
    """The A-law byte nearest to each sample, for samples without their lowest 4 bits: index is (sample >> 4) + 2048."""
    table, place = bytearray(4096), 0
    for index in range(4096):
        sample = ((index - 2048) << 4) + 8
        while place < 255 and abs(LINEAR[_BY_VALUE[place + 1]] - sample) <= abs(LINEAR[_BY_VALUE[place]] - sample):
            place += 1
        table[index] = _BY_VALUE[place]
    return bytes(table)


_ALAW = _table()


def a_law_of(path: Path) -> bytes:
    """A mono WAV file of 16 bits at 8 kHz as A-law."""
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000), path
        samples = array("h", sound.readframes(sound.getnframes()))
    return bytes(_ALAW[(sample >> 4) + 2048] for sample in samples)


class Voice(asyncio.DatagramProtocol):
    """The media side of a call. `start` before the call, `speak_to` when the far address is known, `stop` after it."""

    def __init__(self, speech: bytes) -> None:
        self._speech = speech or bytes([_ALAW[2048]]) * FRAME
        self._heard = bytearray()
        self._transport: asyncio.DatagramTransport | None = None
        self._far: tuple[str, int] | None = None
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._sequence = secrets.randbelow(30000)
        self._source = secrets.token_bytes(4)
        self._loud_at = 0.0  # when something loud was last heard, on the loop's clock
        self.port = 0

    async def start(self, host: str) -> None:
        """Open the socket; its number is `port`."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        self.port = int(self._transport.get_extra_info("sockname")[1])

    def speak_to(self, host: str, port: int) -> None:
        """Begin to speak; a second call only changes the address."""
        self._far = (host, port)
        if self._task is None:
            self._task = asyncio.create_task(self._send())

    def key(self, digits: str) -> None:
        """Press these keys, one after another, as soon as the earlier ones are done."""
        for digit in digits:
            self._keys.put_nowait(digit)

    async def asked(self) -> None:
        """Wait until the far side has said something since the last key, and then fell silent."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        while True:
            if self._keys.empty() and self._loud_at > since and loop.time() - self._loud_at > _PAUSE:
                return
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Fall silent and close the socket."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    def save(self, path: Path) -> float:
        """Write what was heard as a WAV file; its length in seconds."""
        samples = array("h", (LINEAR[code] for code in self._heard))
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(samples.tobytes())
        return len(samples) / 8000

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep A-law sound; packets come in order on loopback."""
        if len(data) > 12 and data[1] & 0x7F == _A_LAW:
            self._heard += data[12:]
            if max(abs(LINEAR[code]) for code in data[12:]) > _LOUD:
                self._loud_at = asyncio.get_running_loop().time()

    def error_received(self, exc: Exception) -> None:
        """The far side closed its port first: the end of the call is on its way by SIP."""

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        next_at, stamp, place = loop.time(), secrets.randbelow(1 << 30), 0
        while True:
            if not self._keys.empty():
                digit = self._keys.get_nowait()
                for frame in range(_EVENT_FRAMES + 10):  # the last 10: 200 ms between two keys
                    if frame < _EVENT_FRAMES:
                        self._event(digit, stamp, frame)
                    next_at += _FRAME_SECONDS
                    await asyncio.sleep(max(0.0, next_at - loop.time()))
                stamp += (_EVENT_FRAMES + 10) * FRAME
                continue
            chunk = self._speech[place : place + FRAME]
            place = (place + FRAME) % max(len(self._speech) - FRAME, FRAME)
            self._packet(_A_LAW, stamp, chunk.ljust(FRAME, bytes([_ALAW[2048]])))
            stamp += FRAME
            next_at += _FRAME_SECONDS
            await asyncio.sleep(max(0.0, next_at - loop.time()))

    def _event(self, digit: str, stamp: int, frame: int) -> None:
        last = frame == _EVENT_FRAMES - 1
        duration = (frame + 1) * FRAME
        payload = bytes([_DIGITS.index(digit.upper()), (0x80 if last else 0) | 10]) + duration.to_bytes(2, "big")
        for _ in range(3 if last else 1):  # the end is said three times: RFC 4733, 2.5.1.4
            self._packet(_EVENTS, stamp, payload, first=frame == 0)

    def _packet(self, kind: int, stamp: int, payload: bytes, *, first: bool = False) -> None:
        assert self._transport is not None
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = bytes([0x80, (0x80 if first else 0) | kind]) + self._sequence.to_bytes(2, "big")
        self._transport.sendto(head + (stamp & 0xFFFFFFFF).to_bytes(4, "big") + self._source + payload, self._far)
