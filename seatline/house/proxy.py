"""Kamailio before several Asterisks: its programs, its files, and the process. docs/nodes.md says what it does."""

import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatline.env import ROOT
from seatline.errors import Unavailable
from seatline.house import debian, render
from seatline.house.asterisk import REALM, Carrier
from seatline.house.prefix import SUITES
from seatline.house.processes import Process
from telephony.switch import proxy_accounts

TEMPLATES = ROOT / "kamailio_etc"
CHILDREN = 4  # processes that read from the socket; each carries some hundred calls a second


class ProxyDoesNotStart(Unavailable):
    """The SIP proxy does not start: {cause} Its log is in {folder}/log."""


@dataclass(frozen=True, slots=True)
class KamailioPrefix:
    """A folder with Kamailio's packages unpacked."""

    folder: Path

    @property
    def modules(self) -> Path:
        """Kamailio's modules."""
        return debian.libraries(self.folder) / "kamailio" / "modules"

    @property
    def kamailio(self) -> tuple[str, ...]:
        """The command that starts the program, without arguments."""
        return debian.command(self.folder, "sbin/kamailio", debian.libraries(self.folder) / "kamailio")

    def ready(self) -> bool:
        """The program runs."""
        try:
            done = subprocess.run(
                [*self.kamailio, "-v"],
                capture_output=True,
                text=True,
                timeout=20,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return False
        return re.match(r"version: kamailio (?:[6-9]|5\.[6-9])", done.stdout) is not None

    def fetch(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make the folder if it is not ready; about 32 MB. Raises PackagesCannotBeFetched."""
        if not self.ready():
            packages = ("kamailio", "libc6")
            debian.unpack("Kamailio", self.folder, packages, SUITES, lambda one: KamailioPrefix(one).ready(), say)


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy: where it listens, which nodes are behind it (host:port of SIP), which carriers before it."""

    prefix: KamailioPrefix
    folder: Path
    accounts: Path  # the folder into which the switch writes telephones' accounts
    host: str
    port: int
    nodes: Sequence[str]
    carriers: Sequence[Carrier]

    @property
    def address(self) -> str:
        """For telephones and nodes."""
        return f"{self.host}:{self.port}"

    @property
    def process(self) -> Process:
        """The server as a process; `-DD` keeps it in the foreground, so its pid is the one we started."""
        etc, run = self.folder / "etc" / "kamailio.conf", self.folder / "run"
        command = (
            *self.prefix.kamailio, "-DD", "-E", "-f", str(etc), "-w", str(run), "-Y", str(run), "-m", "64", "-M", "8"
        )  # fmt: skip
        return Process("proxy", command, self.folder, self.folder / "log", directory=self.folder)

    def configure(self) -> None:
        """Write its files; accounts are empty until a switch has written them."""
        for name in ("run", "log", "etc"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        if not (self.accounts / "phones").exists():
            proxy_accounts.write(self.accounts, ())
        nodes = self.folder / "etc" / "nodes.list"
        nodes.write_text("".join(f"1 sip:{node}\n" for node in self.nodes))
        values: render.Values = {
            "host": self.host, "port": str(self.port), "children": str(CHILDREN), "realm": REALM,
            "modules_folder": str(self.prefix.modules), "accounts_folder": str(self.accounts),
            "nodes_file": str(nodes), "run_folder": str(self.folder / "run"),
            "trunks": [{"name": one.name, "host": one.host} for one in self.carriers],
        }  # fmt: skip
        render.write(render.render(values, TEMPLATES, comment="#"), self.folder / "etc")

    @property
    def _questions(self) -> Path:
        return self.folder / "run" / "rpc.sock"

    def ask(self, method: str, *words: str) -> Any:
        """What it answers to a question such as `dispatcher.list` or `htable.dump phones`.

        Raises OSError where it does not answer, and KeyError where it refuses.
        """
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.bind(f"{folder}/answers")
            line.settimeout(2)
            question = {"jsonrpc": "2.0", "method": method, "params": words, "id": 1}
            line.sendto(json.dumps(question).encode(), str(self._questions))
            return json.loads(line.recv(1_000_000))["result"]

    def start(self, patience: float = 15.0) -> None:
        """Configure, start, and wait until its own socket is there."""
        self.configure()
        self._questions.unlink(missing_ok=True)
        self.process.start()
        end = time.monotonic() + patience
        while not self._questions.exists():
            if self.process.pid() is None or time.monotonic() > end:
                raise ProxyDoesNotStart(cause=self.process.last_words(), folder=self.folder)
            time.sleep(0.05)

    def stop(self) -> None:
        """End it. Sound does not pass through it: who talks goes on talking."""
        self.process.stop()
