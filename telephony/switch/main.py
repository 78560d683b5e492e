"""The switch as a process: connects to Asterisk and PostgreSQL, stays connected, and goes down in good order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from seatline import health
from seatline.clock import now
from seatline.ids import new_id
from telephony.ami.listener import AmiListener
from telephony.ami.translate import AmiEvent, FullyBooted, PhoneReachable, PhoneTaken, SecurityAlert
from telephony.ari.client import AriClient, AriSilent, AriUnreachable, open_ari
from telephony.core.acd.agents import State
from telephony.core.call import TALKS, Stage
from telephony.core.engine import Engine
from telephony.core.events import Event
from telephony.core.values import AgentId, BridgeId, CallId, ChannelId, SessionId
from telephony.journal.disk import Journal
from telephony.journal.services import last_talks
from telephony.journal.ship import ship
from telephony.plans.services import load_plan, phones
from telephony.recordings.files import day_of, path_of
from telephony.switch import figures, notices
from telephony.switch.accounts import Accounts
from telephony.switch.ailments import ailments
from telephony.switch.callbacks import Callbacks
from telephony.switch.carrier import Carrier
from telephony.switch.config import Settings
from telephony.switch.desk import Desk
from telephony.switch.fallback import Fallback, phones_elsewhere
from telephony.switch.fallback_record import FallbackRecord
from telephony.switch.leftover import complete_messages, complete_recordings, open_calls
from telephony.switch.lookups import LookUps
from telephony.switch.pulse import Pulse
from telephony.switch.recorder import Recorder
from telephony.switch.recovery import LiveChannel, adopt_all, reconcile
from telephony.switch.requests import Requests
from telephony.switch.sessions import end_leases, lease_ended, signed_in
from telephony.switch.shell import Shell
from telephony.switch.strays import look_after_strays
from telephony.watch.rescue import is_outside

log = structlog.get_logger(__name__)
LANES = 4  # sockets for requests about calls
AGAIN_AFTER = 1.0  # seconds between two tries to reach Asterisk or PostgreSQL
LEASES_EVERY = 15.0  # seconds between two looks at the clock for leases that end
#: Calls that a switch which goes down does not wait for: the next one has them as they are, at their place.
LEFT_TO_THE_NEXT = TALKS | {Stage.WAITING, Stage.STRANDED, Stage.ENDED}
GO_DOWN_WITHIN = timedelta(seconds=10)  # for callers who are not talking yet


class NotBootedError(Exception):
    """Asterisk answers, but what was asked is not loaded yet; holds the status."""


class Switch:
    """Everything that runs; `run` ends after SIGTERM or SIGINT."""

    def __init__(self, settings: Settings, journal: Journal, engine: Engine) -> None:
        self._settings = settings
        self._journal = journal
        self._engine = engine
        self._desk = Desk("desk")
        self._carrier = Carrier(journal)
        self._accounts = Accounts()
        self._ami = AmiListener(settings.ami_port, settings.ami_user, settings.ami_secret, self._heard_ami)
        self._recordings = settings.var / "recordings"
        self._spool = self._recordings / "spool"
        self._spool.mkdir(parents=True, exist_ok=True)
        recorder = Recorder(self._ami, self._spool, self._recording_path, now, self._happen)
        self._shell = Shell(
            engine,
            journal,
            recorder,
            settings.ari_app,
            now,
            lambda: CallId(new_id()),
            settings.canonical,
            self._depart,
            self._ami.mark,
            settings.outward,
        )
        self._fallback = Fallback(self._ami, engine, settings, now)
        self._fallback_record = FallbackRecord(self._desk, settings.fallback_journal, journal, self._recordings)
        self._pulse = Pulse(settings.var, now, self._condition, self._ailments)
        self._shell.late = self._pulse.lag
        self._look_ups = LookUps(now, self._happen)
        self._shell.asks = self._look_ups
        self._errands: set[asyncio.Task[None]] = set()
        self._news = {name: asyncio.Event() for name in notices.CHANNELS}
        self._requests_desk = Desk("requests")  # of its own: an agent waits for the answer
        self._requests = Requests(self._requests_desk, lambda call: call in engine.calls, self._happen, now)
        self._requests.have_answers = self._news["seatline_requests"].set
        self._shell.replies = self._requests.answer
        self._ari: AriClient | None = None
        self._greeted = False  # phones are known, and what was lost with an earlier socket is put right
        self._callbacks = Callbacks(
            self._desk, engine, self._shell.act, lambda: self._greeted and self._shell.claiming, now
        )
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Be the switch until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        health.serve(self._settings.metrics_port, {"asterisk": self._no_asterisk, "disk": self._no_disk})
        pulse = loop.create_task(self._pulse.run())
        await self._take_over()
        self._ami.start()
        tasks = [
            loop.create_task(work)
            for work in (
                self._stay_connected(),
                self._carrier.run(),
                notices.listen(self._heard_notice),
                self._follow("seatline_presence", self._follow_presence),
                self._follow("seatline_plan", self._follow_plan),
                self._follow("seatline_numbers", self._follow_plan),
                self._follow("seatline_callbacks", self._callbacks.follow),
                self._follow("seatline_requests", self._requests.follow),
                self._callbacks.watch(),
                self._watch_leases(),
                figures.tell(self._engine, self._journal, lambda: self._shell.unwritten, lambda: self._ari is not None),
                self._fallback.run(),
                self._fallback_record.run(),
                look_after_strays(lambda: self._ari, self._settings.ari_app, self._engine.call_of),
            )
        ]
        tasks += [pulse, loop.create_task(self._be_told_to_stop())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await self._go_down()
        for task in tasks:
            task.cancel()
        self._ami.stop()
        self._look_ups.close()
        self._desk.close()
        self._requests_desk.close()
        for task in done:
            task.result()  # a task that ended by itself ended with an error: let it be seen

    async def _be_told_to_stop(self) -> None:
        await self._stop.wait()

    def _depart(self, session: SessionId) -> None:
        """The agent's lease is over and the last call has ended: log the session out."""
        errand = asyncio.get_running_loop().create_task(self._log_out(session))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def _log_out(self, session: SessionId) -> None:
        await self._desk.try_to(partial(lease_ended, session))

    def _happen(self, event: Event) -> None:
        self._shell.happen(event)

    async def _take_over(self) -> None:
        """Before the first call: what the process before us left in journal and ledger."""
        while await self._desk.try_to(lambda: ship(self._journal)) != 0:  # noqa: ASYNC110  nothing tells when PostgreSQL is back
            await asyncio.sleep(AGAIN_AFTER)
        await self._fallback_record.ship()
        calls = await self._desk.do(lambda: open_calls(self._engine.plan))
        if self._engine.remembers:
            since = now() - self._engine.remembers
            self._engine.remember(await self._desk.do(lambda: last_talks(since)))
        await self._follow_presence()
        self._shell.act(adopt_all(self._engine, calls, now()))
        spool = self._spool
        kept = await self._desk.do(lambda: complete_recordings(spool, self._recordings, now()))
        kept += await self._desk.do(lambda: complete_messages(spool, self._recordings, now(), kept))
        self._journal.append(kept, [])

    async def _stay_connected(self) -> None:
        settings = self._settings
        while True:
            try:
                async with open_ari(
                    settings.ari_url, settings.ari_app, settings.ari_user, settings.ari_password, LANES
                ) as ari:
                    await self._be_connected(ari)
                log.error("asterisk closed the socket")
            except (AriUnreachable, AriSilent) as error:
                log.error("asterisk is away", cause=str(error))
            finally:
                self._ari, self._greeted = None, False
                self._shell.bind(None)
                self._callbacks.obey(())
            await asyncio.sleep(AGAIN_AFTER)

    async def _be_connected(self, ari: AriClient) -> None:
        self._ari = ari
        self._shell.bind(ari)
        self._accounts.forget()
        greeting = asyncio.create_task(self._greet_until_heard(ari))
        try:
            async for message in ari.events():
                if message.get("type") == "ApplicationReplaced":
                    log.error("another switch has taken this application's name")
                self._shell.hear(message)
        finally:
            greeting.cancel()

    async def _greet_until_heard(self, ari: AriClient) -> None:
        """An Asterisk that hangs may not answer: comparing again later does no harm, not comparing would."""
        while True:
            try:
                await self._greet(ari)
                return
            except (AriSilent, AriUnreachable, NotBootedError, TimeoutError, OSError) as error:
                log.error("asterisk does not answer the greeting", cause=repr(error))
                await asyncio.sleep(AGAIN_AFTER)

    async def _greet(self, ari: AriClient) -> None:
        """A new socket: compare both sides, and give Asterisk the phones."""
        application = await ari.request("GET", f"applications/{self._settings.ari_app}")
        mine = set(application.body["channel_ids"]) if application.ok else set()
        channels = await self._listed(ari, "channels")
        bridges = await self._listed(ari, "bridges")
        live = {
            ChannelId(one["id"]): LiveChannel(ChannelId(one["id"]), one["state"] == "Up")
            for one in channels
            if one["id"] in mine and not is_outside(one)
        }
        elsewhere = {ChannelId(one["id"]) for one in channels} - set(live)
        found = [BridgeId(one["id"]) for one in bridges]
        self._shell.act(reconcile(self._engine, live, found, now(), elsewhere))
        log.info("asterisk connected", channels=len(live), calls=len(self._engine.calls))
        for endpoint, taken in phones_elsewhere(self._engine, channels).items():
            self._engine.floor.taken(endpoint, taken)
        await self._push_phones()
        await self._look_at_phones()
        self._greeted = True
        await self._callbacks.follow()

    async def _listed(self, ari: AriClient, what: str) -> list[dict[str, Any]]:
        answer = await ari.request("GET", what)
        if not answer.ok:  # while Asterisk starts, its socket is there before what lists channels
            raise NotBootedError(answer.status)
        return list(answer.body)

    async def _push_phones(self) -> None:
        accounts = await self._desk.try_to(phones)
        if accounts is not None and self._ari is not None:
            await self._accounts.push(self._ari, accounts)

    async def _look_at_phones(self) -> None:
        """Which phones are there now; those that AMI does not list are not."""
        await self._ami.logged_in.wait()
        there = {one.endpoint: one.reachable for one in await self._ami.snapshot()}
        for agent in list(self._engine.floor.agents.values()):
            endpoint = agent.who.endpoint
            self._shell.act(self._engine.phone(endpoint, there.get(endpoint, False), now()))

    def _heard_ami(self, event: AmiEvent) -> None:
        match event:
            case PhoneReachable(endpoint, reachable):
                self._shell.act(self._engine.phone(endpoint, reachable, now()))
            case PhoneTaken(endpoint, taken):
                self._engine.floor.taken(endpoint, taken)
                self._shell.act(self._engine.tick(now()))
            case SecurityAlert(kind, account, address):
                log.warning("security alert", kind=kind, account=account, address=address)
            case FullyBooted():
                log.info("asterisk has booted")

    def _heard_notice(self, name: str, text: str, backend: int) -> None:
        """News of PostgreSQL. What we told of an agent is none to us, but for a pause: sessions have it only now."""
        if name == "seatline_presence" and backend == self._carrier.backend and not self._took_out(text):
            return
        self._news[name].set()

    def _took_out(self, agent_id: str) -> bool:
        """Whether the floor took this agent out for missed calls and does not know yet that the session is paused."""
        agent = self._engine.floor.agents.get(AgentId(UUID(agent_id)))
        return agent is not None and agent.state is State.PAUSED and not agent.who.paused

    async def _follow(self, name: str, errand: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do the errand after each notice; notices that come meanwhile are one."""
        news = self._news[name]
        while True:
            await news.wait()
            news.clear()
            await errand()

    async def _follow_presence(self) -> None:
        sessions = await self._desk.try_to(signed_in)
        if sessions is not None:
            self._shell.act(self._engine.follow(sessions, now()))
            self._fallback.news()

    async def _follow_plan(self) -> None:
        plan = await self._desk.try_to(load_plan)
        if plan is not None:
            self._engine.obey(plan)
            self._fallback.news()
            with suppress(AriSilent, AriUnreachable, TimeoutError):  # a new connection pushes them all
                await self._push_phones()

    def _no_asterisk(self) -> str:
        return "" if self._ari is not None else "there is no socket to Asterisk"

    def _no_disk(self) -> str:
        return f"{self._shell.unwritten} facts cannot be written" if self._shell.unwritten else ""

    def _condition(self) -> tuple[bool, int, int]:
        waiting = sum(call.stage in (Stage.WAITING, Stage.RINGING) for call in self._engine.calls.values())
        return self._ari is not None and self._shell.claiming, len(self._engine.calls), waiting

    def _ailments(self) -> dict[str, str]:
        return ailments(
            asterisk=self._ari is not None, ami=self._ami.logged_in.is_set(), database=self._desk.away,
            unwritten=self._shell.unwritten, recordings=self._recordings,
        )  # fmt: skip

    async def _watch_leases(self) -> None:
        while True:
            busy = [agent.who.session for agent in self._engine.floor.agents.values() if agent.call is not None]
            await self._desk.try_to(partial(end_leases, busy))
            await asyncio.sleep(LEASES_EVERY)

    async def _go_down(self) -> None:
        """Take no new call; finish those that are not talking, and recordings. Talking pairs stay for the next."""
        self._shell.claiming = False
        self._callbacks.obey(())
        end = asyncio.get_running_loop().time() + GO_DOWN_WITHIN.total_seconds()
        while asyncio.get_running_loop().time() < end:
            if all(call.stage in LEFT_TO_THE_NEXT for call in self._engine.calls.values()):
                break
            await asyncio.sleep(0.1)
        await self._carrier.stop()
        await self._desk.try_to(lambda: ship(self._journal))
        log.info("switch goes down", calls=len(self._engine.calls))

    def _recording_path(self, call_id: CallId) -> Path:
        call = self._engine.calls[call_id]
        tenant = call.plan.tenants.get(call.tenant) if call.tenant else None
        code = tenant.code if tenant else "operator"
        return self._recordings / path_of(code, day_of(call.legs[0].started_at), call_id)
