"""The acceptance rig: a real Asterisk, the real switch and AGI server as processes, real phones and real callers.

One for a test session: a folder, ports and a database of its own, in which everything is really committed (so stories
take no `django_db` mark). Phones and callers run on a loop in a thread of their own, so that a story is plain
synchronous code that may ask the database at any line.
"""

import asyncio
import os
import secrets
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import orjson
import pytest

from seatline.env import ROOT
from seatline.house.asterisk import Access, Asterisk, Carrier, Ports
from seatline.house.baresip import STEP, Baresip, PhoneAccount, free
from seatline.house.caller import CallerResult, CallPlan, place_call
from seatline.house.exchange import Exchange, Telephone
from seatline.house.keeper import describe
from seatline.house.phones import AgentAtPhone, Keying, make_speech
from seatline.house.postgres import free_port, new_secret
from seatline.house.prefix import Prefix
from seatline.house.processes import Process
from seatline.house.updown import get
from telephony.watch import heartbeat
from telephony.watch.heartbeat import Beat
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.waiting import wait_until
from tests.acceptance.wire import Wire

T = TypeVar("T")
LOGIN_NUMBER = "96968045"  # where agents outside the room log in
CARRIERS = (("carrier", "127.0.0.10"), ("reserve", "127.0.0.11"))
PREFIX = Prefix(ROOT / ".local" / "asterisk")
SPEECH = "This is the agent speaking. I can hear you well. How may I help you today?"
QUICK = Keying(
    number_after=timedelta(seconds=0.6), pin_after=timedelta(seconds=0.6), answer_after=timedelta(seconds=0.4)
)


class Rig:
    """Everything that runs."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.var = folder / "var"
        first = 16000 + 400 * secrets.randbelow(20)
        ports = Ports(free_port(), free_port(), free_port(), free_port(), first, first + 399)
        # Ports of their own for the carriers' ends, so that several rigs can run on one machine.
        self.carriers = tuple(Carrier(name, host, free_port()) for name, host in CARRIERS)
        self.asterisk = Asterisk(
            PREFIX, folder / "asterisk", self.var / "sounds", ports, Access(new_secret(), new_secret()),
            carriers=self.carriers, login_number=LOGIN_NUMBER,
        )  # fmt: skip
        self._database = urlsplit(database)
        self.wire = Wire(self._database.hostname or "127.0.0.1", self._database.port or 5432)
        self.more: dict[str, str] = {}  # of the programs' environment
        self._phones: list[RigPhone] = []
        self.past_the_switch: set[str] = set()  # numbers that a story has answered by Asterisk's own applications
        self._phones_port = 24400 + 600 * secrets.randbelow(5)  # below the range in which phones' sound is
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="phones and callers", daemon=True)
        self.speech = self.var / "phones" / "speech-en.wav"  # twenty minutes, for phones
        self.once = self.var / "phones" / "once-en.wav"  # once, for callers, who begin it again

    @property
    def sip_port(self) -> int:
        """Where phones and carriers find the house."""
        return self.asterisk.ports.sip

    # ---- life

    def start(self) -> None:
        """Start all of it; what was started is stopped again if a later part fails."""
        self._thread.start()
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.do(self.wire.mend())
            self._make_sounds()
            self.asterisk.start()
            self.witness.start()
            self.agi.start()
            self.switch.start()
            self.watchdog.start()
            self.wait_for_switch()
            undo.pop_all()

    def stop(self) -> None:
        """Stop all of it, in the other order, whatever state it is in."""
        with ExitStack() as stack:
            stack.callback(self._stop_loop)
            stack.callback(lambda: self.do(self.wire.cut()))
            stack.callback(self.asterisk.stop)
            stack.callback(self.witness.stop)
            stack.callback(self.agi.stop)
            stack.callback(self.switch.stop)
            stack.callback(self.standby.stop)
            stack.callback(self.watchdog.stop)
            for phone in self._phones:
                stack.callback(phone.stop)

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _make_sounds(self) -> None:
        from seatline.house.prompts import make_prompts

        make_prompts(self.var / "sounds")
        make_speech(SPEECH, "en", self.var / "phones")

    @property
    def switch(self) -> Process:
        """The switch; kill it, stop it, start it again."""
        return self.program("switch")

    @property
    def standby(self) -> Process:
        """A second switch; it runs only where a story starts it, and waits for the lead then."""
        return self.program("standby", (sys.executable, str(ROOT / "manage.py"), "switch"))

    @property
    def witness(self) -> Process:
        """The program that takes Asterisk's channel events on record."""
        return self.program("witness")

    @property
    def agi(self) -> Process:
        """The FastAGI server."""
        return self.program("agi")

    @property
    def watchdog(self) -> Process:
        """Rescues callers and keeps the fallback's record; it starts no program again unless a story has it so."""
        return self.program("watchdog", (sys.executable, "-m", "seatline.house.watchdog", str(self._kept)))

    @property
    def _kept(self) -> Path:
        return self.folder / "run" / "kept.json"

    @contextmanager
    def kept_alive(self, *programs: Process) -> Iterator[None]:
        """The watchdog starts these again if they die, until the story is over."""
        describe(programs, self._kept)
        try:
            yield
        finally:
            describe((), self._kept)

    def beat(self) -> Beat | None:
        """What the switch last said of itself; None if that was long ago."""
        beat = heartbeat.read(heartbeat.path_in(self.var))
        age = heartbeat.age(beat)
        return beat if age is not None and age < 2 else None

    def program(self, name: str, command: tuple[str, ...] = ()) -> Process:
        """A program of ours beside this rig's Asterisk and database; without a command manage.py's of this name."""
        ports, access = self.asterisk.ports, self.asterisk.access
        return Process(
            name=name,
            command=command or (sys.executable, str(ROOT / "manage.py"), name),
            folder=self.folder / "run",
            log_folder=self.folder / "log",
            environment={
                **os.environ,
                "DATABASE_URL": urlunsplit(self._database._replace(netloc=self._by_wire())),
                "SEATLINE_VAR": str(self.var),
                "SEATLINE_CEL": str(self.asterisk.folder / "log" / "cel-custom"),
                "SEATLINE_ARI_URL": f"http://127.0.0.1:{ports.http}/ari",
                "SEATLINE_ARI_USER": access.ari_user,
                "SEATLINE_ARI_PASSWORD": access.ari_password,
                "SEATLINE_ARI_APP": self.asterisk.app,
                "SEATLINE_AMI_PORT": str(ports.ami),
                "SEATLINE_AMI_USER": access.ami_user,
                "SEATLINE_AMI_SECRET": access.ami_secret,
                "SEATLINE_AGI_PORT": str(ports.agi),
                "SEATLINE_SIP_PORT": str(ports.sip),
                **self.more,
            },
            directory=ROOT,
        )

    def _by_wire(self) -> str:
        user = self._database.netloc.rpartition("@")[0]
        return f"{user}@127.0.0.1:{self.wire.port}"

    def kill_switch(self) -> None:
        """End it without a word, as a machine's power does."""
        pid = self.switch.pid()
        assert pid is not None, "the switch does not run"
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.switch.pid() is None, 5, "the end of the switch")

    def start_switch(self) -> None:
        """Start a new one and wait until it is at Asterisk."""
        self.switch.start()
        self.wait_for_switch()

    @contextmanager
    def frozen_switch(self) -> Iterator[None]:
        """The switch hangs, and goes on afterwards as if nothing had been."""
        pid = self.switch.pid()
        assert pid is not None, "the switch does not run"
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def wait_for_switch(self, patience: float = 20.0) -> None:
        """Wait until the switch's application is at Asterisk."""

        def there() -> bool:
            self.switch.check()
            return self.ari(f"applications/{self.asterisk.app}") is not None

        wait_until(there, patience, "the switch at ARI")

    # ---- things that people do

    def do(self, work: Coroutine[Any, Any, T], patience: float = 120.0) -> T:
        """Run something of the phones' loop to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience)

    def call(self, number: str, **plan: Any) -> CallerResult:
        """A caller dials and the call goes to its end; keywords are `CallPlan`'s."""
        return self.begin_call(number, **plan).result(180)

    def begin_call(self, number: str, **plan: Any) -> "Future[CallerResult]":
        """A caller dials; the story goes on meanwhile."""
        whole = CallPlan(number, **plan)
        work = place_call(whole, sip_port=self.sip_port, folder=self.folder / "calls" / whole.sip_call_id[:8])
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def phone(
        self,
        endpoint: str,
        secret: str,
        *,
        number: str = "",
        pin: str = "",
        answers: bool = True,
        record: bool = False,
        speech: Path | None = None,
        endpoint_folder: str = "phones",
    ) -> RigPhone:
        """A phone that registers as soon as the switch has pushed its account; it answers calls unless told not to.

        It says the words of `speech`, which must last longer than any call: at its end the phone hangs up.
        """
        wait_until(lambda: self.ari(f"endpoints/PJSIP/{endpoint}"), 10, f"{endpoint} pushed to Asterisk")
        account = PhoneAccount(endpoint, secret, self.sip_port)
        while not all(map(free, range(self._phones_port, self._phones_port + STEP))):
            self._phones_port += STEP
        baresip = Baresip(
            account, self.folder / endpoint_folder, self._phones_port, speech or self.speech, record=record
        )
        self._phones_port += STEP
        phone = RigPhone(self, AgentAtPhone(number, pin, baresip, QUICK))
        self._phones.append(phone)
        self.do(phone.agent.start(answers=answers))
        return phone

    @contextmanager
    def exchange(self, name: str = "carrier", **telephones: Telephone) -> Iterator[Exchange]:
        """Telephones outside behind a trunk, by the numbers that are dialled there, with `n` before the digits."""
        carrier = next(one for one in self.carriers if one.name == name)
        by_number = {number.removeprefix("n"): telephone for number, telephone in telephones.items()}
        exchange = Exchange(carrier.host, carrier.port, self.folder / "outside" / name, by_number)
        self.do(exchange.start())
        try:
            yield exchange
        finally:
            self.do(exchange.stop())

    # ---- what is seen

    def ari(self, path: str) -> Any:
        """GET something of ARI; None if it is not there."""
        access = self.asterisk.access
        body = get(f"http://127.0.0.1:{self.asterisk.ports.http}/ari/{path}", (access.ari_user, access.ari_password))
        return None if body is None else orjson.loads(body)

    def report(self, result: CallerResult, patience: float = 15.0) -> dict[str, Any]:
        """The record of a call, once it has ended and the ledger tells it."""
        from telephony.journal.services import call_report
        from tenants.accounts.scope import operator_scope

        def ended() -> dict[str, Any] | None:
            with operator_scope():
                found = call_report(result.sip_call_id)
            return found if found and found.get("outcome") else None

        found = wait_until(ended, patience, f"the record of {result.sip_call_id}")
        assert found is not None
        return found


def switch_database(name: str) -> str:
    """The test database as the switch's own role where `./run test` gives it, else as the caller's."""
    url = urlsplit(os.environ.get("SEATLINE_TEST_SWITCH_URL") or os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def rig(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Rig]:
    """The rig, started once; whatever happens, everything of it is stopped at the end and its database dropped.

    pytest-django makes a database only for tests with its mark, which roll back; ours commit, so they have their own.
    """
    from django.db import connections
    from django.test import override_settings
    from django.test.utils import setup_databases, teardown_databases

    if not PREFIX.ready():
        pytest.skip("no Asterisk under .local/asterisk: ./run test acceptance fetches it")
    settings = connections["default"].settings_dict
    settings["TEST"]["NAME"] = f"{settings['TEST']['NAME'] or 'test_' + settings['NAME']}_acceptance"
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set())
        try:
            world = Rig(tmp_path_factory.mktemp("rig"), switch_database(connections["default"].settings_dict["NAME"]))
            world.start()
            try:
                with override_settings(VAR=world.var):
                    yield world
            finally:
                world.stop()
        finally:
            teardown_databases(made, verbosity=0)
