"""A phone and a house that work, in memory: what is keyed is read, what is spoken is kept."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agents.people.services import AgentUnknown, PinLocked, PinWrong
from agents.presence.services import AnotherAgentHere, NotLoggedIn, PauseReasonUnknown, PresenceState, SessionInForce
from telephony.agi.ports import HungUp
from telephony.core.listening import Way
from telephony.supervision.services import NoSuchTalk

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TENANT = UUID(int=1)


class Keypad:
    """A phone on which somebody keys `keys`, one answer to each question, and hangs up when there are no more."""

    def __init__(self, keys: Iterable[str] = (), endpoint: str = "seat-001", hangs_up_at: str = "") -> None:
        self.endpoint = endpoint
        self.heard: list[str] = []
        self.channel = f"call-of-{endpoint}"
        self.joined = False
        self.members: list[str] = []  # what Asterisk's own queue was told
        self._keys = deque(keys)
        self._hangs_up_at = hangs_up_at

    def say(self, phrase: str, language: str) -> None:
        if phrase == self._hangs_up_at:
            raise HungUp
        self.heard.append(f"{language} {phrase}")

    def ask(self, phrase: str, language: str, most: int) -> str:
        self.say(phrase, language)
        if not self._keys:
            raise HungUp
        return self._keys.popleft()[:most]

    def join(self) -> None:
        self.joined = True

    def sits_here(self, session: SessionInForce, *, gone: bool = False) -> None:
        state = "gone" if gone else "paused" if session.paused else "ready"
        self.members.append(f"{session.agent_number} {state}")


class SmallHouse:
    """Agent 1001 speaks Chinese, 1002 English; both have the PIN 4711. The third wrong PIN locks."""

    LANGUAGES = {"1001": "zh", "1002": "en"}
    PIN = "4711"

    def __init__(self, refuses: Exception | None = None, waiting: int | None = None) -> None:
        self.sessions: dict[str, SessionInForce] = {}
        self.states: dict[str, PresenceState] = {}
        self.wrong = 0
        self.supervised: list[tuple[Way, UUID, str, str, str]] = []
        self.refusal = ""  # the switch's, to a supervisor
        self._refuses = refuses
        self._waiting = waiting

    def language_of(self, agent_number: str) -> str | None:
        return self.LANGUAGES.get(agent_number)

    def session_at(self, endpoint: str) -> SessionInForce | None:
        return self.sessions.get(endpoint)

    def state_of(self, session: SessionInForce) -> PresenceState:
        idle = PresenceState.PAUSED if session.paused else PresenceState.READY
        return self.states.get(session.endpoint, idle)

    def minutes_until(self, until: datetime) -> int:
        return (until - NINE) // timedelta(minutes=1)

    def callers_waiting(self, tenant_id: UUID) -> int | None:
        return self._waiting

    def log_in(self, agent_number: str, pin: str, endpoint: str) -> SessionInForce:
        if self._refuses:
            raise self._refuses
        if agent_number not in self.LANGUAGES:
            raise AgentUnknown(number=agent_number)
        if pin != self.PIN:
            self.wrong += 1
            if self.wrong == 3:
                raise PinLocked(number=agent_number, until=NINE + timedelta(minutes=15))
            raise PinWrong(number=agent_number, tries_left=3 - self.wrong)
        if endpoint in self.sessions:
            raise AnotherAgentHere(endpoint=endpoint)
        self.sessions[endpoint] = SessionInForce(
            session_id=UUID(int=int(agent_number)),
            agent_id=UUID(int=int(agent_number)),
            agent_number=agent_number,
            agent_name=f"Agent {agent_number}",
            tenant_id=TENANT,
            endpoint=endpoint,
            seat=1,
            logged_in_at=NINE,
            language=self.LANGUAGES[agent_number],
            paused=False,
            paused_since=None,
            pause_reason="",
            wrap_up_done_at=None,
            ends_when_free=False,
            skills={},
        )
        return self.sessions[endpoint]

    def log_out(self, endpoint: str) -> SessionInForce:
        self._change(endpoint)
        return self.sessions.pop(endpoint)

    def pause(self, endpoint: str, reason_code: str) -> SessionInForce:
        if reason_code not in {"", "1"}:
            raise PauseReasonUnknown(code=reason_code)
        return self._change(endpoint, paused=True, pause_reason=reason_code)

    def unpause(self, endpoint: str) -> SessionInForce:
        return self._change(endpoint, paused=False, pause_reason="")

    def finish_wrap_up(self, endpoint: str) -> SessionInForce:
        self.states.pop(endpoint, None)
        return self._change(endpoint)

    SUPERVISORS = frozenset({UUID(int=1002)})
    TALKS = frozenset({"1001"})

    def is_supervisor(self, agent_id: UUID) -> bool:
        return agent_id in self.SUPERVISORS

    def check_pin(self, agent_number: str, pin: str) -> UUID:
        if agent_number not in self.LANGUAGES:
            raise AgentUnknown(number=agent_number)
        if pin != self.PIN:
            self.wrong += 1
            raise PinWrong(number=agent_number, tries_left=3 - self.wrong)
        return UUID(int=int(agent_number))

    def supervise(self, way: Way, supervisor: UUID, agent_number: str, endpoint: str, channel: str) -> str:
        if agent_number not in self.TALKS:
            raise NoSuchTalk
        self.supervised.append((way, supervisor, agent_number, endpoint, channel))
        return self.refusal

    def _change(self, endpoint: str, **fields: object) -> SessionInForce:
        if self._refuses:
            raise self._refuses
        if endpoint not in self.sessions:
            raise NotLoggedIn
        self.sessions[endpoint] = replace(self.sessions[endpoint], **fields)
        return self.sessions[endpoint]
