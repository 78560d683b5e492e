"""One Asterisk as the switch has it: its sockets, its accounts, its fallback. Stays connected whatever happens."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import structlog

from seatline.clock import now
from telephony.ami.listener import AmiListener
from telephony.ami.translate import AmiEvent
from telephony.ari.client import AriClient, AriSilent, AriUnreachable, open_ari
from telephony.core.engine import Engine
from telephony.core.values import BridgeId, CallId, ChannelId, Endpoint
from telephony.plans.services import PhoneAccount
from telephony.switch.accounts import Accounts
from telephony.switch.config import Settings
from telephony.switch.fallback import Fallback, phones_elsewhere
from telephony.switch.places import Place, Places
from telephony.switch.recovery import NOBODY, LiveChannel, known_now, reconcile
from telephony.switch.shell import Shell
from telephony.switch.strays import look_after_strays
from telephony.watch.rescue import is_outside

log = structlog.get_logger(__name__)
LANES = 4  # sockets for requests about calls
AGAIN_AFTER = 1.0  # seconds between two tries to reach Asterisk


class NotBootedError(Exception):
    """Asterisk answers, but what was asked is not loaded yet; holds the status."""


class Listens(Protocol):
    """Who hears of a node's telephones, and of the node itself."""

    def phones_there(self, name: str, there: Mapping[Endpoint, bool]) -> None:
        """Which telephones the node has, all of them."""

    def phones_taken(self, name: str, taken: Mapping[Endpoint, bool]) -> None:
        """Of agents' telephones, whether they are in a call that is not ours."""

    def lost(self, name: str, refused: bool) -> None:
        """There is no socket any more; `refused`: nor does anybody listen there, so it has ended with all its calls."""

    async def accounts(self) -> Sequence[PhoneAccount] | None:
        """The telephones that it should know; None while PostgreSQL is away."""

    async def greeted(self, name: str) -> None:
        """Its telephones are known, and what was lost with an earlier socket is put right."""


class Node:
    """One Asterisk; `run` never ends."""

    def __init__(
        self, place: Place, settings: Settings, engine: Engine, shell: Shell, listens: Listens,
        heard: Callable[[str, AmiEvent], None],
    ) -> None:  # fmt: skip
        self.place = place
        self.name = place.name
        self.ari: AriClient | None = None
        self.greeted = False
        self.ami = AmiListener(
            place.ami_port, settings.ami_user, settings.ami_secret, lambda event: heard(place.name, event),
            host=place.ami_host,
        )  # fmt: skip
        self.fallback = Fallback(self.ami, engine, settings, now)
        self._settings = settings
        self._engine = engine
        self._shell = shell
        self._listens = listens
        self._accounts = Accounts(settings.proxy)

    def work(self) -> list[Coroutine[None, None, None]]:
        """All that is done for this node; none of it ends."""
        self.ami.start()
        app, call_of = self._settings.ari_app, self._engine.call_of
        return [self._stay_connected(), self.fallback.run(), look_after_strays(lambda: self.ari, app, call_of)]

    async def _stay_connected(self) -> None:
        settings = self._settings
        while True:
            refused = False
            try:
                async with open_ari(
                    self.place.ari_url, settings.ari_app, settings.ari_user, settings.ari_password, LANES
                ) as ari:
                    await self._be_connected(ari)
                log.error("asterisk closed the socket", node=self.name)
            except (AriUnreachable, AriSilent) as error:
                log.error("asterisk is away", node=self.name, cause=str(error))
                refused = isinstance(error.__cause__, ConnectionRefusedError)
            finally:
                self.ari, self.greeted = None, False
                self._shell.bind(None, self.name)
                self._listens.lost(self.name, refused)
            await asyncio.sleep(AGAIN_AFTER)

    async def _be_connected(self, ari: AriClient) -> None:
        self.ari = ari
        self._shell.bind(ari, self.name)
        self._accounts.forget()
        greeting = asyncio.create_task(self._greet_until_heard(ari))
        try:
            async for message in ari.events():
                self._shell.hear(message, self.name)
        finally:
            greeting.cancel()

    async def _greet_until_heard(self, ari: AriClient) -> None:
        """An Asterisk that hangs may not answer: comparing again later does no harm, not comparing would."""
        while True:
            try:
                await self._greet(ari)
                return
            except (AriSilent, AriUnreachable, NotBootedError, TimeoutError, OSError) as error:
                log.error("asterisk does not answer the greeting", node=self.name, cause=repr(error))
                await asyncio.sleep(AGAIN_AFTER)

    async def _greet(self, ari: AriClient) -> None:
        """A new socket: compare both sides, and give Asterisk the phones."""
        known = self._known()
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
        self._compare(known, live, found, elsewhere)
        log.info("asterisk connected", node=self.name, channels=len(live), calls=len(self._engine.calls))
        self._listens.phones_taken(self.name, phones_elsewhere(self._engine, channels))
        await self.push_phones(await self._listens.accounts())
        await self.ami.logged_in.wait()
        self._listens.phones_there(self.name, {one.endpoint: one.reachable for one in await self.ami.snapshot()})
        self.greeted = True
        await self._listens.greeted(self.name)

    def give_up(self) -> None:
        """Asterisk has ended, and all calls that it had."""
        self._compare(self._known(), {}, [], set())

    def _known(self) -> dict[CallId, set[ChannelId]]:
        return known_now(self._engine, self._shell.places.on(self.name, self._engine.calls))

    def _compare(
        self, known: Mapping[CallId, set[ChannelId]], live: Mapping[ChannelId, LiveChannel],
        bridges: Sequence[BridgeId], elsewhere: set[ChannelId],
    ) -> None:  # fmt: skip
        self._shell.places.note(NOBODY, self.name)
        self._shell.act(reconcile(self._engine, live, bridges, now(), elsewhere, known))

    async def _listed(self, ari: AriClient, what: str) -> list[dict[str, Any]]:
        answer = await ari.request("GET", what)
        if not answer.ok:  # while Asterisk starts, its socket is there before what lists channels
            raise NotBootedError(answer.status)
        return list(answer.body)

    async def push_phones(self, accounts: Sequence[PhoneAccount] | None) -> None:
        """Give it these telephones, if it is there and they are known."""
        if accounts is not None and self.ari is not None:
            await self._accounts.push(self.ari, accounts)

    async def follow_phones(self, accounts: Sequence[PhoneAccount] | None) -> None:
        """The same, but whoever cannot take them now gets them all with his next connection."""
        with suppress(AriSilent, AriUnreachable, TimeoutError):
            await self.push_phones(accounts)


class Managers:
    """The nodes' manager interfaces as one: what concerns a channel goes to the node that has it."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.nodes: dict[str, Node] = {}

    async def record(self, channel: ChannelId, raw: Path) -> bool:
        """Record both directions of a channel; False if refused."""
        return await self._of(channel).record(channel, raw)

    async def mask(self, channel: ChannelId, *, on: bool) -> bool:
        """Record a channel in silence, or with sound again; False if refused."""
        return await self._of(channel).mask(channel, on=on)

    def mark(self, channel: ChannelId, variables: Mapping[str, str]) -> None:
        """Set variables of a channel; does not wait."""
        self._of(channel).mark(channel, variables)

    def _of(self, channel: ChannelId) -> AmiListener:
        return self.nodes[self._places.of_channel(channel)].ami


def begun_by(engine: Engine) -> Callable[[CallId], ChannelId | None]:
    """What `Places` asks: the first channel of a call that goes on."""

    def first(call: CallId) -> ChannelId | None:
        there = engine.calls.get(call)
        return there.legs[0].channel if there is not None and there.legs else None

    return first
