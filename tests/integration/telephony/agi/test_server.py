"""The real server process, spoken to as Asterisk does, with the real services behind it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.db import connection

from agents.presence.services import sessions_in_force
from seatline.clock import now
from seatline.env import ROOT
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.agents import PIN, an_agent
from tests.builders.tenants import a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)


class Asterisk:
    """The other side of FastAGI: one channel on which an agent dialled a code and keys answers."""

    def __init__(self, port: int, code: str, *keys: str, endpoint: str = "seat-001") -> None:
        self.heard: list[str] = []
        self._keys = list(keys)
        self._endpoint = endpoint
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._lines = self._socket.makefile("rw", encoding="utf-8", newline="\n")
        self._send(f"agi_network: yes\nagi_network_script: {code}\nagi_uniqueid: 1700000000.1\n")

    def talk(self) -> list[str]:
        """Answer commands until the server closes; the phrases heard."""
        with self._socket, self._lines:
            for line in self._lines:
                self._send(self._answer(line.strip()))
        return self.heard

    def hang_up_at_the_first_command(self) -> None:
        """As Asterisk says it when the caller is gone."""
        with self._socket, self._lines:
            self._lines.readline()
            self._send("HANGUP")

    def _answer(self, command: str) -> str:
        if command.startswith("GET VARIABLE"):
            return f"200 result=1 ({self._endpoint})"
        if command.startswith(("STREAM FILE", "GET DATA")):
            path = command.split('"')[1] if '"' in command.split(" ")[2] else command.split(" ")[2]
            self.heard.append("/".join(path.split("/")[-2:]))
        if command.startswith("GET DATA"):
            return f"200 result={self._keys.pop(0)}" if self._keys else "200 result= (timeout)"
        return "200 result=0"

    def _send(self, text: str) -> None:
        self._lines.write(text + "\n")
        self._lines.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url(port: int | None = None) -> str:
    """Of the test's own database, or of one at a port where nobody is."""
    known = connection.settings_dict
    password = quote(known["PASSWORD"], safe="")
    return f"postgresql://{known['USER']}:{password}@{known['HOST']}:{port or known['PORT']}/{known['NAME']}"


@contextmanager
def running(url: str, log):
    """`manage.py agi` on a free port; stopped by SIGTERM, and then it has ended well."""
    port = free_port()
    environment = os.environ | {"DATABASE_URL": url, "SEATLINE_AGI_PORT": str(port)}
    with log.open("wb") as stderr:
        process = subprocess.Popen([sys.executable, "manage.py", "agi"], cwd=ROOT, env=environment, stderr=stderr)
        try:
            deadline = time.monotonic() + 20
            while b"agi ready" not in log.read_bytes():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0


@pytest.fixture
def museum():
    with operator_scope():
        a_room(5)
        tenant = a_tenant("museum")
        a_lease(tenant, 1, starts_at=now(), at=now())
        an_agent(tenant, "1001")
        an_agent(tenant, "1002")
        return tenant


def test_agents_log_in_pause_and_log_out_by_code(museum, tmp_path):
    log = tmp_path / "agi.log"
    with running(database_url(), log) as port:
        heard = Asterisk(port, "*45", "1001", "9999", "1001", PIN).talk()
        assert heard[:5] == ["en/key-agent-number", "zh/key-agent-pin", "zh/wrong-login", "zh/tries-left", "zh/digit-4"]
        assert heard[-1] == "zh/logged-in"
        with telephony_scope():
            (session,) = sessions_in_force()
        assert (session.endpoint, session.agent_number) == ("seat-001", "1001")
        assert Asterisk(port, "*46").talk() == ["zh/paused"]
        # The second agent on one seat, on another phone.
        assert Asterisk(port, "*451002", PIN, endpoint="seat-002").talk()[-1] == "zh/seats-full"
        # Somebody hangs up in the middle, and the server goes on.
        Asterisk(port, "*45").hang_up_at_the_first_command()
        assert Asterisk(port, "*44").talk() == ["zh/logged-out"]
    text = log.read_text()
    assert "Traceback" not in text
    assert PIN not in text and "9999" not in text


def test_a_dead_database_is_heard_and_logged(tmp_path):
    log = tmp_path / "agi.log"
    with running(database_url(port=free_port()), log) as port:
        assert Asterisk(port, "*45").talk() == ["en/server-trouble"]
    assert "a phone code failed" in log.read_text()


def test_a_port_in_use_is_an_error_in_words(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "agi"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "SEATLINE_AGI_PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} for the phone codes cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
