"""Keeps Asterisk's fallback ready while all is well, so that it needs nobody when something is not.

Numbers, queues and members are compared with what Asterisk has and only differences are written; after each connect of
AMI Asterisk is asked anew. docs/adr/0027-fallback-queue.md says what the fallback is.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from telephony.ami import fallback as words
from telephony.ami.listener import AmiListener
from telephony.core.acd.agents import Agent, State
from telephony.core.engine import Engine
from telephony.core.refuge import refuges
from telephony.core.values import ChannelId, Endpoint, outside_number
from telephony.switch.config import Settings

log = structlog.get_logger(__name__)
EVERY = 10.0  # seconds between two comparisons without news: routes begin and end by the clock


class Fallback:
    """One switch's care for one Asterisk; `run` never ends."""

    def __init__(self, ami: AmiListener, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ami = ami
        self._engine = engine
        self._clock = clock
        self._spell = _speller(settings)
        self._file = settings.var / "fallback" / "queues.conf"
        self._entries: dict[str, str] | None = None
        self._members: dict[tuple[str, str], words.Member] | None = None
        self._seen = 0  # of the AMI connections
        self._queues: str | None = None  # what Asterisk has read of the file
        self._news = asyncio.Event()

    def news(self) -> None:
        """Plan or presence has changed: compare soon."""
        self._news.set()

    async def run(self) -> None:
        """Compare at each news, and now and then without any."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), EVERY)
            self._news.clear()
            await self._ami.logged_in.wait()
            try:
                await self._follow()
            except (TimeoutError, OSError) as error:
                log.error("fallback is not kept", cause=repr(error))
                self._seen = 0
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        if self._seen != self._ami.connects:  # Asterisk may have anything now: ask it first
            self._entries = self._members = self._queues = None
            self._seen = self._ami.connects
        await self._follow_numbers()
        queues = words.queues({one.id: one.code for one in self._engine.plan.tenants.values()})
        _replace(self._file, queues)
        if queues != self._queues:  # several Asterisks read the one file
            await self._ami.do({"Action": "QueueReload", "Parameters": "yes", "Members": "no", "Rules": "no"})
            self._queues = queues
        await self._follow_members()

    async def _follow_numbers(self) -> None:
        if self._entries is None:
            self._entries = words.entries(await self._ami.list({"Action": "DBGetTree", "Family": words.FAMILY}))
        wanted = words.database(refuges(self._engine.plan, self._clock()), self._spell)
        there, self._entries = self._entries, None  # unknown, should one of these not be answered
        for key in set(there) - set(wanted):
            await self._ami.do({"Action": "DBDel", "Family": words.FAMILY, "Key": key})
        for key, value in wanted.items():
            if there.get(key) != value:
                await self._ami.do({"Action": "DBPut", "Family": words.FAMILY, "Key": key, "Val": value})
        self._entries = wanted

    async def _follow_members(self) -> None:
        if self._members is None:
            self._members = words.members(await self._ami.list({"Action": "QueueStatus"}))
        wanted = members_of(self._engine.floor.agents.values())
        actions = words.changes(self._members, wanted)
        self._members = None
        refused = [action for action in actions if not await self._ami.do(action)]
        if refused:
            log.error("asterisk refuses members of the fallback", refused=len(refused), first=refused[0])
        self._members = {(member.queue, member.interface): member for member in wanted} if not refused else None


def members_of(agents: Iterable[Agent]) -> list[words.Member]:
    """Who is to take calls in the fallback: all who are logged in at a phone of the room."""
    return [
        words.member_of(
            agent.who.tenant, agent.who.agent, agent.who.number, agent.who.endpoint,
            paused=agent.who.paused or agent.state is State.PAUSED,
        )
        for agent in agents
        if not agent.leaving and not outside_number(agent.who.endpoint)
    ]  # fmt: skip


def phones_elsewhere(engine: Engine, channels: Iterable[Mapping[str, Any]]) -> dict[Endpoint, bool]:
    """Of each agent's phone whether it is in a call that is not ours; `channels` is ARI's list."""
    strangers = [one["name"] for one in channels if engine.call_of(ChannelId(one["id"])) is None]
    endpoints = [agent.who.endpoint for agent in engine.floor.agents.values()]
    return {one: any(name.startswith(f"PJSIP/{one}-") for name in strangers) for one in endpoints}


def _speller(settings: Settings) -> Callable[[str], list[str]]:
    known: dict[str, list[str]] = {}

    def spell(number: str) -> list[str]:
        if number not in known:
            known[number] = words.spellings(number, settings.country, settings.area, settings.canonical)
        return known[number]

    return spell


def _replace(file: Path, text: str) -> None:
    """Write a file whole, unless it says this already."""
    if file.exists() and file.read_text() == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_suffix(".tmp")
    written.write_text(text)
    written.replace(file)
