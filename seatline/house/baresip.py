"""One scripted SIP phone: a baresip process, driven over its control socket by JSON in netstrings.

It registers by digest, dials, answers, keys digits as RFC 4733 events, speaks a sound file and can record both ways.
"""

import asyncio
import contextlib
import signal
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson

from seatline.errors import Unavailable

STEP = 10  # a phone takes its SIP port, the next one (TLS) and the control port: give each phone ten ports


class PhoneDoesNotStart(Unavailable):
    """The phone {name} does not start: {cause}"""


class PhoneNotRegistered(Unavailable):
    """The phone {name} is not registered at Asterisk: {cause}"""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """What a phone needs to be a phone: its name at Asterisk, its secret, and where Asterisk is."""

    endpoint: str
    secret: str = field(repr=False)
    sip_port: int
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """What happened at the phone, in baresip's words, such as CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED."""

    no: int  # counts the events of this phone
    type: str
    call: str
    peer: str
    text: str


class Baresip:
    """One running phone. Start it, send commands, wait for events, stop it."""

    def __init__(self, account: PhoneAccount, folder: Path, port: int, speech: Path, *, record: bool = False) -> None:
        self.account = account
        self.folder = folder / account.endpoint
        self.events: deque[PhoneEvent] = deque(maxlen=1000)
        self.on_event: Callable[[PhoneEvent], None] = lambda _: None
        self._port = port
        self._speech = speech
        self._record = record
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._arrived = asyncio.Condition()
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reader_task: asyncio.Task[None] | None = None
        self._tokens = 0
        self._noted = 0

    @property
    def recordings(self) -> list[Path]:
        """What it heard (`*-dec.wav`) and said (`*-enc.wav`), oldest first; only with `record`."""
        return sorted((self.folder / "heard").glob("*.wav"))

    @property
    def alive(self) -> bool:
        """The process runs and its control socket is open."""
        return (
            self._process is not None
            and self._process.returncode is None
            and self._reader_task is not None
            and not self._reader_task.done()
        )

    async def start(self) -> None:
        """Start the program and connect to its control socket."""
        for port in (self._port, self._port + 1, self._port + 2):
            if not free(port):
                raise PhoneDoesNotStart(name=self.account.endpoint, cause=f"port {port} is in use.")
        self._write_configuration()
        with (self.folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                # Whatever ends us, even SIGKILL, ends the phone: nobody else would.
                "setpriv", "--pdeathsig", "TERM", "baresip", "-f", str(self.folder),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        for _ in range(100):
            with contextlib.suppress(OSError):
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port + 2)
                self._reader_task = asyncio.create_task(self._read(reader))
                return
            if self._process.returncode is not None:
                break
            await asyncio.sleep(0.05)
        raise PhoneDoesNotStart(name=self.account.endpoint, cause=f"look into {self.folder}/log.")

    async def registered(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Wait until Asterisk accepted the phone."""
        # Events from before the control connection are lost: ask instead of waiting.
        said = ""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while "OK" not in said:
                    said = await self.command("reginfo")
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise PhoneNotRegistered(name=self.account.endpoint, cause=" ".join(said.split()) or "no answer.") from None

    async def command(self, name: str, parameter: str = "") -> str:
        """One of baresip's commands; its answer."""
        assert self._writer is not None, "start() comes first"
        self._tokens += 1
        token = str(self._tokens)
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        message = orjson.dumps({"command": name, "params": parameter, "token": token})
        self._writer.write(b"%d:%s," % (len(message), message))
        await self._writer.drain()
        try:
            return await asyncio.wait_for(answer, 5)
        finally:
            self._answers.pop(token, None)

    async def dial(self, number: str) -> None:
        """Call a number or a star code."""
        await self.command("dial", f"sip:{number}@{self.account.host}:{self.account.sip_port}")

    async def accept(self) -> None:
        """Answer the ringing call."""
        await self.command("accept")

    async def hang_up(self) -> None:
        """End the current call."""
        await self.command("hangup")

    async def key(self, digits: str) -> None:
        """Press keys, one after another, as a person does."""
        for digit in digits:
            await self.command("sndcode", digit)
            await asyncio.sleep(0.1)
            await self.command("sndcode", "\x04")  # baresip's word for: key released
            await asyncio.sleep(0.1)

    def mark(self) -> int:
        """How many events there were until now, for `wait_for`."""
        return self._noted

    async def wait_for(self, kind: str, patience: timedelta = timedelta(seconds=10), *, since: int = 0) -> PhoneEvent:
        """The first event of this type after the mark `since`, now or later."""
        async with asyncio.timeout(patience.total_seconds()), self._arrived:
            while True:
                for event in self.events:
                    if event.no > since and event.type == kind:
                        return event
                await self._arrived.wait()

    async def stop(self) -> None:
        """End the program; a call on it is hung up first by itself."""
        if self._writer is not None:
            self._writer.close()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), 3)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._reader_task is not None:
            self._reader_task.cancel()
            await asyncio.gather(self._reader_task, return_exceptions=True)

    def kill(self) -> None:
        """End the program without a word to Asterisk, as a pulled plug does; `stop` still tidies up after it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                message = orjson.loads(await reader.readexactly(length))
                await reader.readexactly(1)  # the comma
                if message.get("response"):
                    answer = self._answers.get(str(message.get("token")))
                    if answer is not None and not answer.done():
                        answer.set_result(str(message.get("data", "")))
                elif message.get("event"):
                    await self._note(message)

    async def _note(self, message: dict[str, object]) -> None:
        self._noted += 1
        event = PhoneEvent(
            no=self._noted,
            type=str(message.get("type", "")),
            call=str(message.get("id", "")),
            peer=str(message.get("peeruri", "")),
            text=str(message.get("param", "")),
        )
        async with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()
        self.on_event(event)

    def _write_configuration(self) -> None:
        heard = self.folder / "heard"
        heard.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for old in heard.glob("*.wav"):
            old.unlink()
        account, host = self.account, self.account.host
        recording = f"module sndfile.so\nsnd_path {heard}\n" if self._record else ""
        (self.folder / "config").write_text(
            f"sip_listen {host}:{self._port}\nnet_interface {host}\n"
            "call_local_timeout 120\ncall_max_calls 4\n"
            f"audio_player nil\naudio_source aufile,{self._speech}\naudio_alert nil\n"
            "ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n"
            # Any delay here, and what the phone heard is sometimes empty although packets arrive.
            "jitter_buffer_type off\njitter_buffer_delay 0-0\n"
            f"rtp_ports 28000-31999\nmodule_path {_modules()}\n"
            f"module g711.so\nmodule aufile.so\n{recording}"
            "module_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\n"
            f"module_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{self._port + 2}\n"
        )
        accounts = self.folder / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text(
            f"<sip:{account.endpoint}@{host}:{account.sip_port};transport=udp>;auth_user={account.endpoint};"
            f"auth_pass={account.secret};answermode=manual;regint=60;audio_codecs=pcma,pcmu;dtmfmode=rtpevent\n"
        )
        (self.folder / "contacts").write_text("")


def _modules() -> Path:
    common = Path("/usr/lib/baresip/modules")
    return common if common.is_dir() else next(Path("/usr/lib").glob("*/baresip/modules"), common)


def free(port: int) -> bool:
    """Nobody on loopback has this port, over TCP or UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
