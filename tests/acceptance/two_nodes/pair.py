"""Two Asterisks behind one proxy, with a switch, an AGI server, watchdogs and witnesses of their own.

It shares the database with the rig, whose own switch rests meanwhile: of several only one leads.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from seatline.env import ROOT
from seatline.house.asterisk import Asterisk
from seatline.house.postgres import free_port
from seatline.house.processes import Process
from seatline.house.proxy import KamailioPrefix, Proxy
from seatline.house.updown import get
from tests.acceptance.rig import Rig, switch_database
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.waiting import wait_until

KAMAILIO = KamailioPrefix(ROOT / ".local" / "kamailio")
SECOND_NODE = "node-2"


class Pair(Rig):
    """The rig with a second Asterisk, and a proxy before both."""

    def __init__(self, folder: Path, database: str, sounds: Path) -> None:
        super().__init__(folder, database)
        self.var.mkdir(parents=True)
        (self.var / "sounds").symlink_to(sounds)
        proxy_port = free_port()
        address, middle = f"127.0.0.1:{proxy_port}", self.asterisk.ports.rtp_first + 200
        first = replace(self.asterisk.ports, rtp_last=middle - 1)
        ports = replace(first, sip=free_port(), http=free_port(), ami=free_port(), rtp_first=middle)
        self.asterisk = replace(self.asterisk, ports=first, proxy=address)
        self.second: Asterisk = replace(
            self.asterisk, folder=folder / "second", name=SECOND_NODE,
            ports=replace(ports, rtp_last=middle + 199),
        )  # fmt: skip
        nodes = [f"127.0.0.1:{one.ports.sip}" for one in self.both]
        self.proxy = Proxy(
            KAMAILIO, folder / "proxy", self.var / "proxy", "127.0.0.1", proxy_port, nodes, self.carriers
        )
        ami = f"127.0.0.1:{self.second.ports.ami}"
        self.more = {
            "SEATLINE_NODES": f"{SECOND_NODE}=http://127.0.0.1:{self.second.ports.http}/ari={ami}",
            "SEATLINE_PROXY": address,
        }

    @property
    def both(self) -> tuple[Asterisk, Asterisk]:
        """The nodes."""
        return self.asterisk, self.second

    @property
    def sip_port(self) -> int:
        """Where phones and carriers find the house: at the proxy."""
        return self.proxy.port

    def start(self) -> None:
        """The second node and what watches it, the proxy, and all that a rig has."""
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.second.start()
            super().start()
            for program in self.of_second:
                program.start()
            self.proxy.start()
            self.wait_for_node(SECOND_NODE)
            undo.pop_all()

    def stop(self) -> None:
        """All of it."""
        with ExitStack() as stack:
            stack.callback(self.second.stop)
            stack.callback(super().stop)
            stack.callback(self.proxy.stop)
            for program in self.of_second:
                stack.callback(program.stop)

    def _make_sounds(self) -> None:
        from seatline.house.phones import make_speech
        from tests.acceptance.rig import SPEECH

        make_speech(SPEECH, "en", self.var / "phones")

    @property
    def of_second(self) -> tuple[Process, Process]:
        """Witness and watchdog of the second node: each looks at one Asterisk."""
        own = {
            "SEATLINE_NODE": SECOND_NODE,
            "SEATLINE_CEL": str(self.second.folder / "log" / "cel-custom"),
            "SEATLINE_ARI_URL": f"http://127.0.0.1:{self.second.ports.http}/ari",
            "SEATLINE_AMI_PORT": str(self.second.ports.ami),
        }
        return tuple(
            replace(one, name=f"{one.name}-2", environment={**one.environment, **own})
            for one in (self.witness, self.watchdog)
        )  # type: ignore[return-value]

    def wait_for_node(self, name: str, there: bool = True) -> None:
        """Wait until the switch has a connection to a node, or none any more."""
        wait_until(lambda: (beat := self.beat()) is not None and (name in beat.nodes) is there, 20, f"{name}: {there}")

    def phone(self, endpoint: str, secret: str, **more: Any) -> RigPhone:
        """A phone of the pair; the proxy looks for new accounts every two seconds."""
        wait_until(lambda: endpoint in str(self.proxy.ask("htable.dump", "phones")), 5, f"{endpoint} at the proxy")
        return super().phone(endpoint, secret, **more)

    def channels(self, node: Asterisk) -> list[str]:
        """The names of a node's channels."""
        access = node.access
        body = get(f"http://127.0.0.1:{node.ports.http}/ari/channels", (access.ari_user, access.ari_password))
        return [one["name"] for one in orjson.loads(body or b"[]")]

    def kill_second(self) -> None:
        """It is gone without a word, with all its calls."""
        pid = self.second.process.pid()
        assert pid is not None, "the second node does not run"
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def pair(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes and their proxy; the rig's own switch rests meanwhile."""
    from django.db import connections
    from django.test import override_settings

    if not KAMAILIO.ready():
        pytest.skip("no Kamailio under .local/kamailio: ./run test acceptance fetches it")
    name = connections["default"].settings_dict["NAME"]
    rig.watchdog.stop()
    rig.switch.stop()
    two = Pair(tmp_path_factory.mktemp("pair"), switch_database(name), rig.var / "sounds")
    try:
        two.start()
        try:
            with override_settings(VAR=two.var):
                yield two
        finally:
            two.stop()
    finally:
        rig.start_switch()
        rig.watchdog.start()
