"""What a dialogue needs: a phone that speaks and listens, and a house that does what the agent asks.

Rules of this file: shapes only. `server.py` makes a phone of Asterisk's channel, `house.py` a house of our services;
the tests have a working keypad and need neither.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from agents.presence.services import PresenceState, SessionInForce
from telephony.core.listening import Way


class HungUp(Exception):
    """The agent has put the phone down; nothing more can be said."""


class Phone(Protocol):
    """The telephone on which a code was dialled."""

    @property
    def endpoint(self) -> str:
        """The SIP account of the phone."""

    @property
    def channel(self) -> str:
        """Asterisk's id of this call of the telephone."""

    def join(self) -> None:
        """Leave the telephone to the switch when the dialogue is over. Raises HungUp."""

    def say(self, phrase: str, language: str) -> None:
        """Speak a phrase to its end. Raises HungUp."""

    def ask(self, phrase: str, language: str, most: int) -> str:
        """Speak a phrase and give back the digits keyed, at most so many, without the hash. Raises HungUp."""

    def sits_here(self, session: SessionInForce, *, gone: bool = False) -> None:
        """Tell Asterisk's own queue who takes calls at this phone; with `gone`: no longer. Raises HungUp."""


class House(Protocol):
    """The services behind the codes, each in a scope and a transaction of its own, now."""

    def language_of(self, agent_number: str) -> str | None:
        """The agent's language; None for a number nobody has."""

    def session_at(self, endpoint: str) -> SessionInForce | None:
        """Who is logged in on the phone."""

    def state_of(self, session: SessionInForce) -> PresenceState:
        """What the agent is doing, as far as has been told."""

    def minutes_until(self, until: datetime) -> int:
        """Whole minutes from now to an instant, rounded up, at least one."""

    def callers_waiting(self, tenant_id: UUID) -> int | None:
        """How many callers wait in the tenant's queues; None if nobody counts them."""

    def log_in(self, agent_number: str, pin: str, endpoint: str) -> SessionInForce:
        """See `agents.presence.services.log_in`."""

    def log_out(self, endpoint: str) -> SessionInForce:
        """See `agents.presence.services.log_out`."""

    def pause(self, endpoint: str, reason_code: str) -> SessionInForce:
        """See `agents.presence.services.pause`."""

    def unpause(self, endpoint: str) -> SessionInForce:
        """See `agents.presence.services.unpause`."""

    def finish_wrap_up(self, endpoint: str) -> SessionInForce:
        """See `agents.presence.services.finish_wrap_up`."""

    def is_supervisor(self, agent_id: UUID) -> bool:
        """Whether the agent looks after any talks."""

    def check_pin(self, agent_number: str, pin: str) -> UUID:
        """The agent of this number and PIN; see `agents.people.services.check_pin`."""

    def supervise(self, way: Way, supervisor: UUID, agent_number: str, endpoint: str, channel: str) -> str:
        """Have the supervisor brought into the agent's talk; why not, empty if it is done. Raises NoSuchTalk,
        NotASupervisor, MayNot, CallIsOver."""
