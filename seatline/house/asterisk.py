"""A private Asterisk: rendered, started through its own loader, asked, and stopped by its own pid.

Nothing of it is outside two folders: the prefix with the unpacked packages, which several may share, and `folder`
with everything that changes. So a second one with other ports can run beside it, as root or as an ordinary user.
"""

import ctypes
import hashlib
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from seatline.errors import Unavailable
from seatline.house import render
from seatline.house.prefix import Prefix
from seatline.house.processes import Process

REALM = "seatline"  # part of every phone's digest: changing it makes all phones' secrets void


class AsteriskDoesNotStart(Unavailable):
    """Asterisk does not start: {cause} Its logs are in {folder}/log."""


class AsteriskDoesNotAnswer(Unavailable):
    """Asterisk does not answer on its console: {cause} Start it with `./run up`."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A trunk that is known by its address."""

    name: str
    host: str
    port: int = 5060
    qualify: int = 0  # ask every so many seconds whether it is there; 0: never, calls show it


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on loopback; `rtp_first` to `rtp_last` are UDP."""

    sip: int
    http: int
    ami: int
    agi: int
    rtp_first: int
    rtp_last: int


@dataclass(frozen=True, slots=True)
class Access:
    """Users and secrets of ARI and AMI."""

    ari_password: str
    ami_secret: str
    ari_user: str = "seatline"
    ami_user: str = "seatline"


@dataclass(frozen=True, slots=True)
class Asterisk:
    """One Asterisk: where it lies, its ports and secrets, and what else its templates ask for."""

    prefix: Prefix
    folder: Path
    sounds: Path  # system phrases: sounds/en/*.wav, sounds/zh/*.wav
    ports: Ports
    access: Access = field(repr=False)
    app: str = "seatline"
    name: str = "seatline"  # begins the names of its channels; several Asterisks of one switch need different ones
    proxy: str = ""  # host:port of the SIP proxy that stands before it (docs/nodes.md); empty: nobody does
    carriers: tuple[Carrier, ...] = (Carrier("carrier", "127.0.0.10"),)
    login_number: str = ""  # where agents outside the room log in, as carriers send it; empty: nowhere
    tone_zone: str = "cn"
    most_callers: int = 450  # so many callers at once; the machine carries more (docs/speed.md), those above hear so
    bench: tuple[str, ...] = ()  # phones that sit in the bench's queue; empty outside a bench
    crowd: tuple[Mapping[str, str], ...] = ()  # more queues of a bench: name, and members as lines
    site_folder: Path = Path("/nonexistent")

    @property
    def configuration(self) -> Path:
        """The main configuration file."""
        return self.folder / "etc" / "asterisk.conf"

    @property
    def run_folder(self) -> Path:
        """Where the control socket lies: in the folder, unless the path would be too long for a socket."""
        inside = self.folder / "run"
        if len(str(inside / "asterisk.ctl")) < 100:
            return inside
        return Path(tempfile.gettempdir()) / f"seatline-{hashlib.sha256(str(inside).encode()).hexdigest()[:12]}"

    @property
    def process(self) -> Process:
        """The server as a process; `-f` keeps it in the foreground so that its pid is the one we started."""
        return Process(
            name="asterisk",
            command=(*self.prefix.asterisk, "-f", "-C", str(self.configuration)),
            folder=self.folder,
            log_folder=self.folder / "log",
            directory=self.folder,
        )

    def values(self) -> render.Values:
        """What the templates may use."""
        return {
            "etc_folder": str(self.folder / "etc"),
            "module_folder": str(self.prefix.modules),
            "data_folder": str(self.prefix.data),
            "program_folder": str(self.prefix.folder / "usr" / "sbin"),
            "folder": str(self.folder),
            "run_folder": str(self.run_folder),
            "sounds_folder": str(self.sounds),
            "site_folder": str(self.site_folder),
            "fallback_folder": str(self.sounds.parent / "fallback"),
            "most_callers": str(self.most_callers),
            "system_name": self.name,
            "proxy": self.proxy,
            "sip_port": str(self.ports.sip),
            "http_port": str(self.ports.http),
            "ami_port": str(self.ports.ami),
            "agi_port": str(self.ports.agi),
            "rtp_first": str(self.ports.rtp_first),
            "rtp_last": str(self.ports.rtp_last),
            "ari_user": self.access.ari_user,
            "ari_password_crypted": crypted(self.access.ari_password),
            "ami_user": self.access.ami_user,
            "ami_secret": self.access.ami_secret,
            "app": self.app,
            "realm": REALM,
            "trunks": [
                {"name": one.name, "host": one.host, "port": str(one.port), "qualify": str(one.qualify)}
                for one in self.carriers
            ],
            "login_number": self.login_number,
            "tone_zone": self.tone_zone,
            "bench": self.bench,
            "crowd": self.crowd,
        }

    def configure(self) -> list[str]:
        """Render all templates and make the folders; the names of the files that changed."""
        changed = render.write(render.render(self.values()), self.folder / "etc")
        for name in ("lib", "cache", "spool", "log", "log/cel-custom"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._share_spool()
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self.run_folder.chmod(0o700)
        return changed

    def _share_spool(self) -> None:
        """Messages that ARI records go where the switch completes all recordings: the folder beside the sounds."""
        theirs, ours = self.folder / "spool" / "recording", self.sounds.parent / "recordings" / "spool"
        ours.mkdir(parents=True, exist_ok=True)
        if not theirs.is_symlink():
            if theirs.is_dir():
                theirs.rmdir()
            theirs.symlink_to(ours.resolve())

    def start(self, patience: timedelta = timedelta(seconds=45)) -> None:
        """Configure, start, and wait until every module is there."""
        self.configure()
        self.process.start()
        end = time.monotonic() + patience.total_seconds()
        while True:
            if self.process.pid() is None:
                raise AsteriskDoesNotStart(cause=self.process.last_words(), folder=self.folder)
            try:
                if "fully booted" in self.ask("core waitfullybooted"):
                    return
            except AsteriskDoesNotAnswer as error:
                if time.monotonic() > end:
                    raise AsteriskDoesNotStart(cause=str(error), folder=self.folder) from error
                time.sleep(0.1)

    def stop(self) -> None:
        """End it; calls on it are cut."""
        self.process.stop()

    def ask(self, command: str) -> str:
        """One console command, such as `pjsip show endpoints`; what it prints."""
        try:
            done = subprocess.run(
                [*self.prefix.asterisk, "-C", str(self.configuration), "-rx", command],
                capture_output=True, text=True, errors="replace", timeout=15, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise AsteriskDoesNotAnswer(cause="it was silent for 15 seconds.") from error
        if done.returncode != 0:
            raise AsteriskDoesNotAnswer(cause=" ".join((done.stderr or done.stdout).split())[-300:])
        return done.stdout


def crypted(password: str) -> str:
    """A machine-made password as crypt(3) keeps it, by a method that takes a microsecond.

    ARI checks the password anew for every request, also on its WebSocket: SHA-512's 1000 rounds, the least there are,
    took a third of Asterisk's time. Rounds slow down who guesses; nobody guesses 192 random bits, so `$3$` (one MD4,
    no salt) keeps the password from the reader of the file just as well. Not for passwords that people choose.
    """
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    result = library.crypt(password.encode(), b"$3$$")
    assert isinstance(result, bytes)
    return result.decode()
