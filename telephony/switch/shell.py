"""The shell around the engine: events in, facts to the disk, then commands out.

Rules of this file: `hear` and `act` never wait. One thread, the event loop's, drives the engine, so events of a call
keep their order; requests go out on one socket in the order of the commands, agents' legs first.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from telephony.ari.client import Answer, AriClient
from telephony.ari.execute import failed, requests
from telephony.ari.figures import not_understood
from telephony.ari.translate import account_of, offered, translate
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.call import TALKS, Stage
from telephony.core.engine import AgentState, Engine, Work, WrapUpTimer
from telephony.core.facts import Fact
from telephony.core.naming import call_of_caller
from telephony.core.step import IllegalEvent
from telephony.core.values import CallId, ChannelId, SessionId
from telephony.switch.figures import CallFigures, heard
from telephony.switch.places import HOME, Places
from telephony.switch.shell_ports import Asks, Nobody, Records, Writes

log = structlog.get_logger(__name__)
DIALLED = "dialled"  # the context in which calls of agents' telephones are offered (asterisk_etc/extensions.conf)
CLAIM_WITHIN = 0.2  # seconds after a call was offered: of the half second that the dialplan waits
DESTROYED_WITHIN = 1.0  # seconds after StasisEnd
AGAIN_AFTER = 1.0  # seconds between two tries to write what the disk has refused
GONE_WITHIN = 0.3  # seconds between the end of a prompt that was broken off and that of its channel


class Shell:
    """Drives one engine. Give it a socket with `bind`, and each message of that socket with `hear`."""

    def __init__(
        self, engine: Engine, journal: Writes, recorder: Records, app: str, clock: Callable[[], datetime],
        new_call: Callable[[], CallId],
        canonical: Callable[[str], str],
        depart: Callable[[SessionId], None],
        mark: Callable[[ChannelId, Mapping[str, str]], None],
        outward: Callable[[str], str] = lambda number: number,
    ) -> None:  # fmt: skip
        self.engine = engine
        self._journal = journal
        self._recorder = recorder
        self._app = app
        self._clock = clock
        self._new_call = new_call
        self._canonical = canonical
        self._mark = mark
        self._outward = outward
        self._depart = depart
        self.asks: Asks = Nobody(self.happen, clock)
        self.tells: Callable[[list[Fact]], None] = lambda facts: None  #: hears of facts that are written
        self.replies: Callable[[UUID, str], None] = lambda request, reason: None  #: takes answers to requests
        self.places = Places((HOME,), lambda _call: None)
        self._sockets: dict[str, AriClient] = {}
        self._unwritten: tuple[list[Fact], list[AgentState]] = ([], [])
        self._refused_at = 0.0  # by the monotonic clock
        self._figures = CallFigures()
        self.late: Callable[[float], None] = lambda _seconds: None  #: is told how late each event comes
        self.wall = clock  #: the clock that Asterisk has, too, by which an event is late
        self.decides = True  #: False once another switch leads: nothing is heard, written or sent any more
        self.replaced: Callable[[], None] = lambda: None  #: is told that another has taken our name at an Asterisk
        self.claiming = True  #: False while the switch is going down: new calls are left to another, or to the fallback

    def bind(self, ari: AriClient | None, node: str = HOME) -> None:
        """Requests about this Asterisk's calls go to this socket from now on; None while there is none."""
        self._sockets.pop(node, None)
        if ari is not None:
            self._sockets[node] = ari

    def hear(self, message: dict[str, Any], node: str = HOME) -> None:
        """One message of an Asterisk; one that cannot be understood is logged, and the next is heard."""
        if message.get("type") == "ApplicationReplaced":
            log.critical("another switch has taken this application's name", node=node)
            self.replaced()
        if not self.decides:
            return
        lag = heard(message, self.wall())
        self.late(lag)
        try:
            self._understand(message, lag, node)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            not_understood()
            log.error("message not understood", kind=str(message.get("type")), cause=repr(error))

    def _understand(self, message: dict[str, Any], lag: float, node: str) -> None:
        kind = message.get("type")
        if kind == "CallBroadcast":
            # One who is behind with his work leaves new calls to the fallback, which is not.
            if self.claiming and lag < CLAIM_WITHIN and self._is_for_us(message["channel"]):
                channel = message["channel"]["id"]
                self._send(
                    "POST", "events/claim", {"channelId": channel, "application": self._app}, lane=channel, node=node
                )
            return
        if kind == "StasisStart" and message["args"][:1] in (["inbound"], ["again"]):
            self._caller_came(message, node)
            self._subscribe(message, node)
            return
        if kind == "StasisStart" and message["args"][:1] == ["dial"]:
            self._agent_dialled(message, node)
            self._subscribe(message, node)
            return
        if kind == "StasisStart" and message["args"][:1] == ["supervise"]:
            self._subscribe(message, node)  # who dialled a code is known by his channel, and comes as any leg does
        if kind == "StasisEnd":
            self._expect_end(ChannelId(message["channel"]["id"]))
            return
        event = translate(message, self.engine.call_of, self._clock())
        if isinstance(event, ev.MessageEnded) or (isinstance(event, ev.PromptEnded) and event.failed):
            self._expect_hang_up(event)
        elif event is not None:
            self.happen(event)

    def _subscribe(self, message: dict[str, Any], node: str) -> None:
        """Without it a caller who was never bridged ends with StasisEnd alone, and nobody tells the cause."""
        source = f"channel:{message['channel']['id']}"
        self._send("POST", f"applications/{self._app}/subscription", {"eventSource": source}, lane=source, node=node)

    def _is_for_us(self, channel: dict[str, Any]) -> bool:
        """A caller always; what the telephone of an agent dials, if there is anything to do about it."""
        where = channel["dialplan"]
        return where["context"] != DIALLED or self.engine.may_call(account_of(channel["name"]), where["exten"])

    def _agent_dialled(self, message: dict[str, Any], node: str) -> None:
        """The telephone of an agent calls us, to be connected with somebody."""
        channel = ChannelId(message["channel"]["id"])
        account = account_of(message["channel"]["name"])
        work = self.engine.dialled(account, channel, message["args"][1], self._clock())
        self.places.note(self.engine.call_of(channel) or call_of_caller(channel), node)
        self.act(work)

    def _caller_came(self, message: dict[str, Any], node: str) -> None:
        """A new caller; or one whom we, or the switch before us, had sent through the dialplan to have him again."""
        channel = ChannelId(message["channel"]["id"])
        call = self.engine.call_of(channel) if message["args"][0] == "again" else None
        if call is not None and self.engine.calls[call].stage is Stage.STRANDED:
            self.happen(ev.CallerReturned(call=call, at=self._clock(), channel=channel))
        else:
            offer = offered(message, self._call_for(message["channel"]), self._clock(), self._canonical)
            self.places.note(offer.call, node)
            self.happen(offer)

    def _call_for(self, channel: dict[str, Any]) -> CallId:
        """The call's id is in its caller's channel; a channel that had a call of ours before begins another."""
        had_one = (channel.get("channelvars") or {}).get("CALLREF")
        return self._new_call() if had_one else call_of_caller(ChannelId(channel["id"]))

    def _expect_hang_up(self, event: ev.PromptEnded | ev.MessageEnded) -> None:
        """A caller who hangs up breaks a prompt or a message off, and only then is gone: let that be heard first."""

        def broken_off() -> None:
            self.happen(replace(event, at=self._clock()))

        asyncio.get_running_loop().call_later(GONE_WITHIN, broken_off)

    def _expect_end(self, channel: ChannelId) -> None:
        """A channel has left the application. ChannelDestroyed with the cause follows, unless it went elsewhere."""
        call = self.engine.call_of(channel)
        if call is None or self.engine.calls[call].stage is Stage.STRANDED:  # he is on his way back to us
            return

        def look() -> None:
            there = self.engine.calls.get(call)
            leg = there.leg_of(channel) if there is not None else None
            if leg is None or leg.ended_at is not None:
                return  # it was destroyed, and we have heard of it
            asked = self._send("GET", f"channels/{channel}", lane=channel, node=self.places.of_call(call))
            if asked is not None:
                asked.add_done_callback(lambda done: self._left(call, channel, done))

        asyncio.get_running_loop().call_later(DESTROYED_WITHIN, look)

    def _left(self, call: CallId, channel: ChannelId, done: "asyncio.Future[Answer]") -> None:
        """Whether a channel that is no longer ours lives on elsewhere, as in the fallback, or is gone."""
        if done.cancelled() or done.exception() is not None:
            return  # the socket is torn; at the next connect both sides are compared
        there = self.engine.calls.get(call)
        lives = done.result().ok and there is not None and there.stage not in TALKS
        kind = ev.CallerTaken if lives else ev.ChannelEnded
        self.happen(kind(call=call, at=self._clock(), channel=channel))

    @property
    def unwritten(self) -> int:
        """How many facts and states the disk has refused so far; they are in memory alone."""
        return len(self._unwritten[0]) + len(self._unwritten[1])

    def happen(self, event: ev.Event) -> None:
        """Let an event happen now."""
        if not self.decides:
            return
        try:
            work = self.engine.handle(event)
        except IllegalEvent as error:
            log.error("event refused", call_id=str(event.call), cause=str(error))
            return
        self.act(work)

    def act(self, work: Work) -> None:
        """Write the facts, then carry out the commands and set the timers."""
        work = work if self.decides else Work()
        self._write(work)
        for command in sorted(work.commands, key=_later):
            match command:
                case cmd.SetTimer():
                    self._set_timer(command)
                case cmd.Mark(channel=channel, variables=variables):
                    self._mark(channel, variables)
                case cmd.StartRecording() | cmd.MaskRecording() | cmd.KeepRecording() | cmd.KeepMessage():
                    self._record(command)
                case cmd.LookUp() | cmd.CheckPin():
                    self.asks.begin(command)
                case cmd.AnswerRequest(request=request, reason=reason):
                    self.replies(request, reason)
                case _:
                    self._carry_out(command)
        for session in work.departures:
            self._depart(session)
        for delay in work.looks:
            asyncio.get_running_loop().call_later(delay.total_seconds(), self._look_again)
        for timer in work.wrap_ups:
            self._set_wrap_up(timer)

    def _record(self, command: cmd.Command) -> None:
        match command:
            case cmd.StartRecording(channel=channel, name=name):
                self._recorder.start(command.call, channel, name)
            case cmd.MaskRecording(channel=channel, on=on):
                self._recorder.mask(command.call, channel, on=on)
            case cmd.KeepRecording(name=name):
                self._recorder.keep(command.call, name)
            case cmd.KeepMessage(name=name):
                self._recorder.keep_message(command.call, name)

    async def write_again(self) -> None:
        """Try again and again what the disk has refused, also when nothing happens; never ends."""
        while True:
            await asyncio.sleep(AGAIN_AFTER)
            if self.unwritten:
                self.act(Work())

    def _write(self, work: Work) -> None:
        facts, states = self._unwritten[0] + work.facts, self._unwritten[1] + work.states
        if not facts and not states:
            return
        if self.unwritten and time.monotonic() - self._refused_at < AGAIN_AFTER:
            self._unwritten = (facts, states)  # many by now: to try all of them at each event would hold calls up
            return
        try:
            self._journal.append(facts, states)
        except Exception as error:
            # A full disk must not end calls: they go on, and what could not be written is tried again and again.
            self._unwritten, self._refused_at = (facts, states), time.monotonic()
            log.critical("journal refuses to write", waiting=len(facts) + len(states), cause=str(error))
            return
        self._unwritten = ([], [])
        self._figures.note(facts)
        self.tells(facts)

    def _carry_out(self, command: cmd.Command) -> None:
        node, lane = self.places.of_call(command.call), _lane(command)
        for request in requests(command, self._app, self._outward):
            future = self._send(request.method, request.uri, request.query, request.body, lane=lane, node=node)
            if future is not None:
                future.add_done_callback(lambda done: self._answered(command, done))

    def _send(
        self, method: str, uri: str, query: dict[str, str] | None = None, body: dict[str, Any] | None = None,
        *, lane: Hashable, node: str,
    ) -> "asyncio.Future[Answer] | None":  # fmt: skip
        # With no socket a command is dropped: at the next connect, recovery compares both sides and puts things right.
        ari = self._sockets.get(node)
        return ari.send(method, uri, query, body, lane) if ari is not None else None

    def _answered(self, command: cmd.Command, done: "asyncio.Future[Answer]") -> None:
        if done.cancelled() or done.exception() is not None or done.result().ok:
            return
        status = done.result().status
        # 404: the channel, or what was on it, has ended meanwhile. Its news is on the way.
        tell = log.debug if status == 404 else log.warning
        tell("asterisk refuses", call_id=str(command.call), command=type(command).__name__, status=status)
        event = failed(command, self._clock())
        if event is not None:
            self.happen(event)

    def _set_timer(self, command: cmd.SetTimer) -> None:
        def fire() -> None:
            self.happen(ev.TimerFired(call=command.call, at=self._clock(), timer=command.timer, count=command.count))

        asyncio.get_running_loop().call_later(command.delay.total_seconds(), fire)

    def _look_again(self) -> None:
        self.act(self.engine.tick(self._clock()))

    def _set_wrap_up(self, timer: WrapUpTimer) -> None:
        def fire() -> None:
            self.act(self.engine.wrap_up_over(timer.agent, timer.count, self._clock()))

        asyncio.get_running_loop().call_later(timer.delay.total_seconds(), fire)


def _lane(command: cmd.Command) -> Hashable:
    """What a command's requests must keep their order with. A phone's ringing waits for nothing of its caller's."""
    return command.channel if isinstance(command, cmd.CreateLeg | cmd.DialLeg) else command.call


def _later(command: cmd.Command) -> bool:
    """Whether a command gives way to others of the same event: agents' legs are made first.

    A leg takes Asterisk two milliseconds, of which ring time is made, and nothing else depends on its being there.
    """
    return not isinstance(command, cmd.CreateLeg)
