"""The switch as a process: connects to Asterisk and PostgreSQL, stays connected, and goes down in good order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog

from seatline.clock import now, wall
from seatline.ids import new_id
from telephony.ari.figures import nonsense_lately
from telephony.core.acd.agents import State
from telephony.core.call import TALKS, Stage
from telephony.core.engine import Engine
from telephony.core.events import Event
from telephony.core.values import AgentId, CallId, SessionId
from telephony.desk.phones import CHANNEL as PHONES
from telephony.desk.phones import accounts as browser_phones
from telephony.desk.phones import is_of_browser
from telephony.journal.disk import Journal
from telephony.journal.services import last_talks
from telephony.journal.ship import ship
from telephony.plans.services import PhoneAccount, load_plan, phones
from telephony.recordings.files import day_of, path_of
from telephony.switch import figures, notices
from telephony.switch.ailments import ailments
from telephony.switch.callbacks import Callbacks
from telephony.switch.carrier import Carrier
from telephony.switch.config import Settings
from telephony.switch.desk import Desk
from telephony.switch.fallback_record import FallbackRecord
from telephony.switch.leftover import complete_messages, complete_recordings, open_calls
from telephony.switch.lookups import LookUps
from telephony.switch.node import Managers, begun_by
from telephony.switch.nodes import Nodes
from telephony.switch.offers import Offers
from telephony.switch.places import Places
from telephony.switch.proxy_accounts import write as write_accounts
from telephony.switch.pulse import Pulse
from telephony.switch.recorder import Recorder
from telephony.switch.recovery import adopt_all
from telephony.switch.requests import Requests
from telephony.switch.sessions import end_leases, lease_ended, signed_in
from telephony.switch.shell import Shell

log = structlog.get_logger(__name__)
AGAIN_AFTER = 1.0  # seconds between two tries to reach PostgreSQL
LEASES_EVERY = 15.0  # seconds between two looks at the clock for leases that end
#: Calls that a switch which goes down does not wait for: the next one has them as they are, at their place.
LEFT_TO_THE_NEXT = TALKS | {Stage.WAITING, Stage.STRANDED, Stage.ENDED}
GO_DOWN_WITHIN = timedelta(seconds=10)  # for callers who are not talking yet


class Switch:
    """Everything that runs; `run` ends after SIGTERM or SIGINT."""

    def __init__(self, settings: Settings, journal: Journal, engine: Engine) -> None:
        self._settings = settings
        self._journal = journal
        self._engine = engine
        self._desk = Desk("desk")
        self._carrier = Carrier(journal)
        places = Places([place.name for place in settings.places], begun_by(engine))
        managers = Managers(places)
        self._recordings = settings.var / "recordings"
        self._spool = self._recordings / "spool"
        self._spool.mkdir(parents=True, exist_ok=True)
        recorder = Recorder(managers, self._spool, self._recording_path, now, self._happen)
        self._shell = Shell(
            engine,
            journal,
            recorder,
            settings.ari_app,
            now,
            lambda: CallId(new_id()),
            settings.canonical,
            self._depart,
            managers.mark,
            settings.outward,
        )
        self._shell.places = places
        self._nodes = Nodes(settings, engine, self._shell, self._ask_accounts, self._can_call, self._cannot_call)
        managers.nodes = self._nodes.all
        books = [settings.fallback_journal_of(place.name) for place in settings.places]
        self._fallback_record = FallbackRecord(self._desk, books, journal, self._recordings)
        self._shell.wall = wall
        self._pulse = Pulse(settings.var, wall, self._condition, self._ailments)
        self._shell.late = self._pulse.lag
        self._pulse.nodes = self._nodes.there
        self._shell.replaced = self.step_back
        self._look_ups = LookUps(now, self._happen)
        self._shell.asks = self._look_ups
        self._offers = Offers(engine.calls.get)
        self._shell.tells = self._offers.note
        self._errands: set[asyncio.Task[None]] = set()
        self._news = {name: asyncio.Event() for name in notices.CHANNELS}
        self._requests_desk = Desk("requests")  # of its own: an agent waits for the answer
        self._requests = Requests(self._requests_desk, lambda call: call in engine.calls, self._happen, now)
        self._requests.dial = self._dial
        self._requests.have_answers = self._news["seatline_requests"].set
        self._shell.replies = self._requests.answer
        self._callbacks = Callbacks(
            self._desk, engine, self._shell.act, lambda: self._nodes.home_is_ready and self._shell.claiming, now
        )
        self._stop = asyncio.Event()

    async def run(self) -> bool:
        """Be the switch until told to stop; False if another leads by now, and all that is known here is void."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        pulse = loop.create_task(self._pulse.run())
        await self._take_over()
        tasks = [
            loop.create_task(work)
            for work in (
                *self._nodes.work(),
                self._carrier.run(),
                notices.listen(self._heard_notice),
                self._follow("seatline_presence", self._follow_presence),
                self._follow("seatline_plan", self._follow_plan),
                self._follow("seatline_numbers", self._follow_plan),
                self._follow("seatline_callbacks", self._callbacks.follow),
                self._follow("seatline_requests", self._requests.follow),
                self._follow(PHONES, self._nodes.follow_phones),
                self._callbacks.watch(),
                self._offers.run(),
                self._watch_leases(),
                self._shell.write_again(),
                figures.tell(self._engine, self._journal, lambda: self._shell.unwritten, lambda: self._nodes.any_there),
                self._fallback_record.run(),
            )
        ]
        tasks += [pulse, loop.create_task(self._be_told_to_stop())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if self._shell.decides:
            await self._go_down()
        else:
            await self._carrier.stop()
        for task in tasks:
            task.cancel()
        self._nodes.stop()
        self._look_ups.close()
        self._desk.close()
        self._offers.close()
        self._requests_desk.close()
        for task in done:
            task.result()  # a task that ended by itself ended with an error: let it be seen
        return self._shell.decides

    def step_back(self) -> None:
        """Another switch leads: decide nothing from now on, and let `run` end."""
        self._shell.decides = False
        self._stop.set()

    async def _be_told_to_stop(self) -> None:
        await self._stop.wait()

    def _depart(self, session: SessionId) -> None:
        """The agent's lease is over and the last call has ended: log the session out."""
        errand = asyncio.get_running_loop().create_task(self._log_out(session))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def _log_out(self, session: SessionId) -> None:
        await self._desk.try_to(partial(lease_ended, session))

    def _dial(self, request: UUID, agent: AgentId, number: str) -> None:
        self._shell.act(self._engine.dial(request, agent, number, now()))

    def _happen(self, event: Event) -> None:
        self._shell.happen(event)

    async def _take_over(self) -> None:
        """Before the first call: what the process before us left in journal and ledger."""
        while (shipped := await self._desk.try_to(lambda: ship(self._journal))) != 0:
            if shipped is None:  # PostgreSQL is away, and nothing tells when it is back
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

    async def _ask_accounts(self) -> list[PhoneAccount] | None:
        accounts = await self._desk.try_to(lambda: [*phones(), *browser_phones(now())])
        if accounts is not None and self._settings.proxy:
            write_accounts(self._settings.proxy_accounts, accounts)
        return accounts

    async def _can_call(self) -> None:
        await self._callbacks.follow()

    def _cannot_call(self) -> None:
        self._callbacks.obey(())

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
            before = {agent.who.endpoint for agent in self._engine.floor.agents.values()}
            self._shell.act(self._engine.follow(sessions, now()))
            self._nodes.news()
            if any(map(is_of_browser, before - {one.endpoint for one in sessions.values()})):
                self._news[PHONES].set()  # the shift is over, and with it the account

    async def _follow_plan(self) -> None:
        plan = await self._desk.try_to(load_plan)
        if plan is not None:
            self._engine.obey(plan)
            self._nodes.news()
            await self._nodes.follow_phones()

    def no_asterisk(self) -> str:
        """Why no call can come, if so."""
        return "" if self._nodes.any_there else "there is no socket to Asterisk"

    def no_disk(self) -> str:
        """Why facts are in memory alone, if so."""
        return f"{self._shell.unwritten} facts cannot be written" if self._shell.unwritten else ""

    def _condition(self) -> tuple[bool, int, int]:
        waiting = sum(call.stage in (Stage.WAITING, Stage.RINGING) for call in self._engine.calls.values())
        return self._nodes.any_there and self._shell.claiming, len(self._engine.calls), waiting

    def _ailments(self) -> dict[str, str]:
        return ailments(
            away=self._nodes.away, nodes=len(self._nodes.all), ami=self._nodes.managed, database=self._desk.away,
            unwritten=self._shell.unwritten, recordings=self._recordings, nonsense=nonsense_lately(),
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
