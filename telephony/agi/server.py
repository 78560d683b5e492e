"""The FastAGI server: Asterisk opens a connection for each code that an agent dials, and a child process serves it.

It forks because pyst2's `AGI` installs a signal handler, which only a main thread may do. No database connection
lives across the fork: the parent never opens one, and each child closes its own. pyst2 writes everything it hears to
its third stream, digits of PINs among it, so that stream leads nowhere.
"""

import signal
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from asterisk.agi import AGI, AGIException
from django.db import connections

from agents.presence.services import SessionInForce
from telephony.agi import figures
from telephony.agi.dialogue import Dialogue
from telephony.agi.ports import House, HungUp
from telephony.ami.fallback import member_of
from telephony.core.values import AgentId, Endpoint, TenantId, outside_number

log = structlog.get_logger(__name__)

# How long a key may take; also how long a PIN waits for a hash that does not come.
KEY_TIMEOUT = timedelta(seconds=6)
# Longer than the longest phrase and a question's silence: Asterisk says nothing for this long only if it hangs.
SILENCE_LIMIT = timedelta(seconds=60)
POLL = 0.3  # seconds until the parent looks whether it is to stop


class _Nowhere:
    def write(self, _text: str) -> None:
        """Forget it."""


class AsteriskPhone:
    """A `ports.Phone` that is a channel of Asterisk, through pyst2."""

    def __init__(self, stdin: Any, stdout: Any, sounds: Path, canonical: Callable[[str], str]) -> None:
        self._sounds = sounds
        with _hang_ups():
            self._agi = AGI(stdin, stdout, _Nowhere())
            self.dialled = str(self._agi.env.get("agi_network_script") or self._agi.env.get("agi_extension", ""))
            self.call = str(self._agi.env.get("agi_uniqueid", ""))
            self._agi.answer()
            self._agi.appexec("Wait", "0.3")  # until the voice path stands: the first word is not cut off
            self._endpoint = str(self._agi.get_variable("CHANNEL(endpoint)"))
            if self._endpoint.startswith("trunk-"):  # an agent outside the room: known by the number that calls
                number = canonical(str(self._agi.env.get("agi_callerid", "")))
                self._endpoint = f"tel:{number}" if number.startswith("+") else ""

    @property
    def endpoint(self) -> str:
        """The SIP account of the phone."""
        return self._endpoint

    @property
    def channel(self) -> str:
        """Asterisk's id of the channel."""
        return self.call

    def join(self) -> None:
        """The dialplan gives the channel to the switch afterwards."""
        with _hang_ups():
            self._agi.set_variable("SUPERVISES", "1")

    def say(self, phrase: str, language: str) -> None:
        """Play the phrase's file to its end."""
        with _hang_ups():
            self._agi.stream_file(str(self._sounds / language / phrase))

    def ask(self, phrase: str, language: str, most: int) -> str:
        """Play the phrase's file and gather digits, up to `most`, a hash or a silence."""
        with _hang_ups():
            milliseconds = KEY_TIMEOUT // timedelta(milliseconds=1)
            return str(self._agi.get_data(str(self._sounds / language / phrase), milliseconds, most))

    def sits_here(self, session: SessionInForce, *, gone: bool = False) -> None:
        """The switch tells Asterisk the same when it hears of it; while there is none, this is all that tells."""
        if outside_number(self._endpoint):
            return
        member = member_of(
            TenantId(session.tenant_id), AgentId(session.agent_id), session.agent_number, Endpoint(self._endpoint),
            paused=session.paused,
        )  # fmt: skip
        with _hang_ups():
            self._agi.appexec("RemoveQueueMember", f"{member.queue},{member.interface}")
            if not gone:
                where = f"{member.queue},{member.interface}"
                self._agi.appexec("AddQueueMember", f"{where},,,{member.name},{member.interface}")
                self._agi.appexec("PauseQueueMember" if member.paused else "UnpauseQueueMember", where)


@contextmanager
def _hang_ups() -> Iterator[None]:
    """Whatever pyst2 raises when the channel is gone, as one thing.

    A closed connection and Asterisk's HANGUP line are answers without a code, at which pyst2 raises ValueError.
    """
    try:
        yield
    except (AGIException, OSError, ValueError) as error:
        raise HungUp from error


class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
    """Listens on loopback; `house` does what the codes ask, `sounds` holds the spoken phrases."""

    allow_reuse_address = True
    request_queue_size = 128
    max_children = 400  # every seat of the room may dial at once
    block_on_close = False

    def __init__(
        self, port: int, house: House, sounds: Path, canonical: Callable[[str], str] = lambda number: number
    ) -> None:
        self.house = house
        self.canonical = canonical  # E.164 of what a trunk shows
        self.sounds = sounds
        self.timeout = POLL
        super().__init__(("127.0.0.1", port), _Handler)

    def serve_until(self, stopped: Callable[[], bool]) -> None:
        """Serve, looking about three times a second whether to stop; dialogues under way go on in their children."""
        while not stopped():
            self.handle_request()
            self.service_actions()
            figures.CHILDREN.set(len(self.active_children or ()))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Fork with no connection open, so that parent and child cannot talk to PostgreSQL on one."""
        connections.close_all()
        figures.DIALOGUES.inc()
        super().process_request(request, client_address)


class _Handler(socketserver.StreamRequestHandler):
    """One dialogue, in the child."""

    timeout = SILENCE_LIMIT.total_seconds()
    server: Server

    def setup(self) -> None:
        """Become a process of its own."""
        # The parent's way of stopping is not the child's, and its port must be free once it has stopped.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.server.socket.close()
        super().setup()

    def handle(self) -> None:
        """Speak with the agent. Nothing is raised: the child ends either way, and the log has it."""
        reader = self.connection.makefile("r", encoding="utf-8", errors="replace", newline="\n")
        writer = self.connection.makefile("w", encoding="utf-8", newline="\n")
        try:
            phone = AsteriskPhone(reader, writer, self.server.sounds, self.server.canonical)
            structlog.contextvars.bind_contextvars(channel=phone.call, endpoint=phone.endpoint)
            Dialogue(phone, self.server.house).run(phone.dialled)
        except HungUp:
            log.info("the agent hung up")
        except Exception:
            log.exception("a phone code failed")
        finally:
            connections.close_all()
