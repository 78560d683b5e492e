"""A working stand-in for Asterisk in virtual time: takes the engine's commands and gives back the events that Asterisk
would send. Callers follow a script; agents answer or miss by chance.

For tests of the core, and for the demo's month of history: both run the engine that live calls run. It keeps to what
the real one does (docs/adr/0001-own-ari-client.md); `tests/contracts` compares them.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.engine import Engine, Work
from telephony.core.values import CallId, ChannelId, Endpoint, PlaybackId

PROMPT = timedelta(seconds=4)  # every prompt lasts as long
AT_ONCE = timedelta(milliseconds=3)  # what Asterisk takes for a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What a caller does. `keys` are pressed one by one, each `think` after a prompt began."""

    dialled: str
    number: str
    keys: Sequence[str] = ()
    think: timedelta = timedelta(seconds=2)
    patience: timedelta = timedelta(minutes=3)  # hangs up so long after the call began, unless talking by then
    talk: timedelta = timedelta(minutes=3)
    message: timedelta = timedelta(seconds=12)  # how long a message is spoken, where one is taken
    agent_hangs_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHabits:
    """How agents behave at the phone; times are spread evenly from half to one and a half of the figure."""

    answers_after: timedelta = timedelta(seconds=4)
    misses: float = 0.0  # share of rings that are not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """A telephone outside. Without `answers_after` it ends the ringing with `cause`, a Q.850 number."""

    answers_after: timedelta | None = timedelta(seconds=5)
    cause: int = 17
    presses: str = "1"  # when it is asked to take the call; a mailbox presses nothing
    talk: timedelta = timedelta(minutes=3)  # of a customer who is called back, and then hangs up


@dataclass(slots=True)
class _Line:
    """A caller's channel."""

    script: Caller
    keys: list[str]
    prompt: PlaybackId | None = None
    connected: bool = False


@dataclass(slots=True)
class _Phone:
    """An agent's channel."""

    call: CallId
    up: bool = False
    number: str = ""  # of a telephone outside
    trunk: str = ""
    connected: bool = False
    prompts: set[PlaybackId] = field(default_factory=set)


@dataclass(slots=True)
class SimulatedAsterisk:
    """Drives `engine`. `wrote` gets each Work before its commands are carried out, as a journal would."""

    engine: Engine
    chance: Random
    wrote: Callable[[Work], None]
    now: datetime
    habits: AgentHabits = field(default_factory=AgentHabits)
    _todo: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    lines: dict[ChannelId, _Line] = field(default_factory=dict)
    phones: dict[ChannelId, _Phone] = field(default_factory=dict)
    bridges: dict[str, set[ChannelId]] = field(default_factory=dict)  #: who hears whom
    music: set[ChannelId] = field(default_factory=set)  #: who hears music
    outside: dict[str, Telephone] = field(default_factory=dict)  #: by number; one that is not here answers
    #: what tenants' systems and tables answer: the result, and values; None: nothing at all
    answers: Callable[[cmd.LookUp | cmd.CheckPin], tuple[str, dict[str, str]] | None] = lambda _: ("failed", {})
    broken: dict[str, int | None] = field(default_factory=dict)  #: trunks that refuse with a cause, or are silent

    def call(self, at: datetime, call: CallId, script: Caller) -> None:
        """A caller will dial at this instant."""
        channel = ChannelId(f"caller-{call}")

        def dial() -> None:
            self.lines[channel] = _Line(script, list(script.keys))
            self.happen(
                ev.CallOffered(
                    call=call, at=self.now, channel=channel, dialled=script.dialled, caller=script.number,
                    sip_call_id=f"simulated-{call}",
                )
            )  # fmt: skip

        self.at(at, dial)
        self.at(at + script.patience, lambda: self._impatient(channel))

    def dial(self, at: datetime, endpoint: Endpoint, digits: str) -> ChannelId:
        """An agent's telephone will call us at this instant, if it is let."""
        channel = ChannelId(f"{endpoint}-{next(self._order)}")

        def dial() -> None:
            if self.engine.may_call(endpoint, digits):
                work = self.engine.dialled(endpoint, channel, digits, self.now)
                call = self.engine.call_of(channel)
                if call is not None:
                    self.phones[channel] = _Phone(call, up=True)
                self.act(work)

        self.at(at, dial)
        return channel

    def at(self, at: datetime, work: Callable[[], None]) -> None:
        """Something happens at an instant."""
        heapq.heappush(self._todo, (at, next(self._order), work))

    def run(self, until: datetime | None = None) -> None:
        """Let time pass until nothing is left to happen, or to `until`."""
        while self._todo and (until is None or self._todo[0][0] <= until):
            self.now, _, work = heapq.heappop(self._todo)
            work()

    def happen(self, event: ev.Event) -> None:
        """Give the engine an event now."""
        self.act(self.engine.handle(event))

    def act(self, work: Work) -> None:
        """Write, then carry out: as the switch's shell does."""
        self.wrote(work)
        for command in work.commands:
            self._carry_out(command)
        for delay in work.looks:
            self.at(self.now + delay, lambda: self.act(self.engine.tick(self.now)))
        for timer in work.wrap_ups:
            self.at(
                self.now + timer.delay,
                lambda timer=timer: self.act(self.engine.wrap_up_over(timer.agent, timer.count, self.now)),  # type: ignore[misc]
            )

    def _soon(self, work: Callable[[], None], delay: timedelta = AT_ONCE) -> None:
        self.at(self.now + delay, work)

    def _carry_out(self, command: cmd.Command) -> None:  # noqa: PLR0912  a branch for each command
        match command:
            case cmd.StartPrompt(call=call, channel=channel, playback=playback):
                self._start_prompt(call, channel, playback)
            case cmd.StopPrompt(call=call, playback=playback):
                self._soon(lambda: self._end_prompt(call, playback))
            case cmd.SetTimer(call=call, timer=timer, count=number, delay=delay):
                self._soon(lambda: self.happen(ev.TimerFired(call=call, at=self.now, timer=timer, count=number)), delay)
            case cmd.CreateLeg() | cmd.CreateOutside():
                self._make_phone(command)
            case cmd.DialLeg(channel=channel, ring=ring):
                self._ring(channel, ring)
            case cmd.Connect(bridge=bridge, channels=channels):
                there = {one for one in channels if one in self.lines or one in self.phones}
                self.bridges.setdefault(bridge, set()).update(there)
                self._talk(channels)
            case cmd.TakeOut(bridge=bridge, channel=channel):
                self.bridges.get(bridge, set()).discard(channel)
            case cmd.DropBridge(bridge=bridge):
                self.bridges.pop(bridge, None)
            case cmd.StartMusic(channel=channel) if channel in self.lines or channel in self.phones:
                self.music.add(channel)
            case cmd.StopMusic(channel=channel):
                self.music.discard(channel)
            case cmd.HangUp(channel=channel, cause=cause):
                self._soon(lambda: self._end(channel, cause))
            case cmd.LookUp(call=call, count=number) | cmd.CheckPin(call=call, count=number):
                self._soon(lambda: self._answer_question(command, call, number))
            case cmd.StartMessage(call=call, channel=channel, name=name):
                self._speak_message(call, channel, name)
            case cmd.KeepMessage(call=call, name=name):
                self._soon(lambda: self.happen(ev.MessageMissing(call=call, at=self.now, name=name, why="simulated")))
            case cmd.KeepRecording(call=call, name=name):
                self._soon(lambda: self._keep(call, name), timedelta(seconds=1))

    def _answer_question(self, command: cmd.LookUp | cmd.CheckPin, call: CallId, number: int) -> None:
        answer = self.answers(command)
        if answer is None:
            return
        result, values = answer
        self.happen(ev.LookedUp(call=call, at=self.now, count=number, result=result, values=values))

    def _speak_message(self, call: CallId, channel: ChannelId, name: str) -> None:
        line = self.lines.get(channel)
        if line is not None:
            self._soon(lambda: self._end_message(call, channel, name), line.script.message)

    def _end_message(self, call: CallId, channel: ChannelId, name: str) -> None:
        if channel in self.lines:
            self.happen(ev.MessageEnded(call=call, at=self.now, name=name))

    def _make_phone(self, command: cmd.CreateLeg | cmd.CreateOutside) -> None:
        call, channel = command.call, command.channel
        self.phones[channel] = (
            _Phone(call, number=command.number, trunk=command.trunk)
            if isinstance(command, cmd.CreateOutside)
            else _Phone(call)
        )
        self._soon(lambda: self.happen(ev.LegReady(call=call, at=self.now, channel=channel)))

    def _start_prompt(self, call: CallId, channel: ChannelId, playback: PlaybackId) -> None:
        phone = self.phones.get(channel)
        if phone is not None and phone.number:
            self._soon(lambda: self.happen(ev.PromptEnded(call=call, at=self.now, playback=playback)), PROMPT)
            self._soon(lambda: self._take(channel, phone), PROMPT / 2)
            return
        if phone is not None:  # of an agent, who hears it until it is stopped
            phone.prompts.add(playback)
            return
        line = self.lines.get(channel)
        if line is None:
            self._soon(lambda: self.happen(ev.PromptEnded(call=call, at=self.now, playback=playback, failed=True)))
            return
        line.prompt = playback
        self._soon(lambda: self._end_prompt(call, playback), PROMPT)
        if line.keys:
            key = line.keys.pop(0)
            self._soon(lambda: self._press(call, channel, key), line.script.think)

    def _end_prompt(self, call: CallId, playback: PlaybackId) -> None:
        for line in self.lines.values():
            if line.prompt == playback:
                line.prompt = None
                self.happen(ev.PromptEnded(call=call, at=self.now, playback=playback))
                return
        for phone in self.phones.values():
            if playback in phone.prompts:
                phone.prompts.remove(playback)
                self.happen(ev.PromptEnded(call=call, at=self.now, playback=playback))
                return

    def _press(self, call: CallId, channel: ChannelId, key: str) -> None:
        if channel in self.lines:
            for one in key:
                self.happen(ev.KeyPressed(call=call, at=self.now, key=one))

    def _ring(self, channel: ChannelId, ring: timedelta) -> None:
        phone = self.phones.get(channel)
        if phone is None:
            return
        if phone.number:
            self._call_outside(channel, phone, ring)
            return
        answers_after = self.habits.answers_after * self.chance.uniform(0.5, 1.5)
        if self.chance.random() < self.habits.misses or answers_after >= ring:
            self._soon(lambda: self._end(channel, 0), ring)
        else:
            self._soon(lambda: self._answer(channel), answers_after)

    def _call_outside(self, channel: ChannelId, phone: _Phone, ring: timedelta) -> None:
        if phone.trunk in self.broken:
            cause = self.broken[phone.trunk]
            self._soon(lambda: self._end(channel, cause or 0), AT_ONCE if cause else ring)
            return
        self._soon(lambda: self._rings(channel, phone))
        there = self.outside.get(phone.number, Telephone())
        if there.answers_after is None:
            self._soon(lambda: self._end(channel, there.cause), 2 * AT_ONCE)
        elif there.answers_after >= ring:
            self._soon(lambda: self._end(channel, 0), ring)
        else:
            self._soon(lambda: self._answer(channel), there.answers_after)

    def _rings(self, channel: ChannelId, phone: _Phone) -> None:
        if channel in self.phones:
            self.happen(ev.LegRinging(call=phone.call, at=self.now, channel=channel))

    def _take(self, channel: ChannelId, phone: _Phone) -> None:
        for key in self.outside.get(phone.number, Telephone()).presses:
            if channel in self.phones:
                self.happen(ev.KeyPressed(call=phone.call, at=self.now, key=key, channel=channel))

    def _answer(self, channel: ChannelId) -> None:
        phone = self.phones.get(channel)
        if phone is not None and not phone.up:
            phone.up = True
            self.happen(ev.LegAnswered(call=phone.call, at=self.now, channel=channel))

    def _talk(self, channels: Sequence[ChannelId]) -> None:
        caller, *others = channels
        line, customer = self.lines.get(caller), self.phones.get(caller)
        if customer is not None and customer.number and not customer.connected:  # who is called back
            customer.connected = True
            self._soon(lambda: self._end(caller, 16), self.outside.get(customer.number, Telephone()).talk)
        if line is not None and others and not line.connected:  # later he is only brought together with somebody else
            line.connected = True
            first = others[0] if line.script.agent_hangs_up else caller
            self._soon(lambda: self._end(first, 16), line.script.talk)

    def _impatient(self, channel: ChannelId) -> None:
        line = self.lines.get(channel)
        if line is not None and not line.connected:
            self._end(channel, 16)

    def _end(self, channel: ChannelId, cause: int) -> None:
        call = self.engine.call_of(channel)
        there = self.lines.pop(channel, None) or self.phones.pop(channel, None)
        self.music.discard(channel)
        for inside in self.bridges.values():
            inside.discard(channel)
        if there is not None and call is not None:
            self.happen(ev.ChannelEnded(call=call, at=self.now, channel=channel, cause=cause))

    def _keep(self, call: CallId, name: str) -> None:
        # History has no sound: the record honestly says that none was kept.
        self.happen(ev.RecordingMissing(call=call, at=self.now, name=name, why="simulated"))
