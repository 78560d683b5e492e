"""The play: callers ring a simulated Asterisk, agents come, pause and go through presence, facts go into the ledger.

The shell of the live switch in virtual time. One difference is meant: nothing is recorded, since there is no sound.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import TracebackType
from uuid import UUID

from agents.people.services import find_agent
from agents.presence.services import (
    LEASE_ENDED,
    NotLoggedIn,
    SessionInForce,
    expire_leases,
    log_out,
    open_session,
    pause,
    session_at,
    unpause,
)
from seatline.house import cast
from seatline.house.history.callers import Arrival
from seatline.house.history.rota import Pause, Shift
from telephony.ari.simulated import AgentHabits, SimulatedAsterisk
from telephony.core.acd.agents import State
from telephony.core.engine import AgentState, Engine, Work
from telephony.core.facts import Fact
from telephony.core.plan import Plan
from telephony.core.values import AgentId
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.switch.sessions import on_the_floor

BATCH = 2000  # facts and states that are shipped at once
AGAIN = timedelta(seconds=20)  # whoever wants to go looks so often whether the call is over
BACK_AFTER = timedelta(minutes=3)  # whoever was taken out for missed calls says ready again
HABITS = AgentHabits(answers_after=timedelta(seconds=4), misses=0.03)


class Play:
    """One history, to be played inside the telephony scope and left by `with`."""

    def __init__(self, plan: Plan, seed: int, since: datetime) -> None:
        silent = {key: replace(queue, record=False) for key, queue in plan.queues.items()}
        chance = Random(f"{seed} play")  # noqa: S311 - a play, no secret
        self._engine = Engine(replace(plan, queues=silent), chance)
        self._asterisk = SimulatedAsterisk(self._engine, chance, self._wrote, since, HABITS)
        self._sessions: dict[UUID, SessionInForce] = {}  # by agent
        self._facts: list[Fact] = []
        self._states: list[AgentState] = []
        self._folder = TemporaryDirectory(prefix="seatline-history-")
        self._journal = Journal(Path(self._folder.name, "journal.sqlite3"))

    def __enter__(self) -> "Play":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journal.close()
        self._folder.cleanup()

    def ring(self, arrival: Arrival) -> None:
        """Somebody will call."""
        self._asterisk.call(arrival.at, arrival.call, arrival.caller)

    def expect(self, shift: Shift) -> None:
        """An agent will come."""
        self._asterisk.at(shift.starts_at, lambda: self._come(shift))

    def end_leases(self, at: datetime) -> None:
        """At this instant the switch will look whose lease is over."""
        self._asterisk.at(at, self._end_leases)

    def run(self, until: datetime | None = None) -> None:
        """Let time pass, and bring into the ledger what happened."""
        self._asterisk.run(until)
        self._ship()

    def _wrote(self, work: Work) -> None:
        self._facts += work.facts
        self._states += work.states
        for state in work.states:
            if state.state is State.PAUSED and state.reason:
                self._asterisk.at(state.at + BACK_AFTER, lambda session=state.session: self._come_back(session))  # type: ignore[misc]
        for departed in work.departures:
            self._asterisk.at(self._asterisk.now, lambda session=departed: self._log_out(session, LEASE_ENDED))  # type: ignore[misc]
        if len(self._facts) + len(self._states) >= BATCH:
            self._ship()

    def _ship(self) -> None:
        self._journal.append(self._facts, self._states)
        self._facts, self._states = [], []
        while ship(self._journal, BATCH):
            pass

    def _come(self, shift: Shift) -> None:
        endpoint = cast.endpoint_of(shift.seat)
        session = open_session(find_agent(shift.agent), endpoint, shift.seat, self._asterisk.now)
        self._changed(session)
        for one in shift.pauses:
            self._asterisk.at(one.starts_at, lambda one=one: self._pause(session, one))  # type: ignore[misc]
            self._asterisk.at(one.ends_at, lambda: self._unpause(session))
        self._asterisk.at(shift.ends_at, lambda: self._go(session))

    def _pause(self, session: SessionInForce, one: Pause) -> None:
        with suppress(NotLoggedIn):
            self._changed(pause(session.endpoint, one.reason, self._asterisk.now))

    def _unpause(self, session: SessionInForce) -> None:
        with suppress(NotLoggedIn):
            self._changed(unpause(session.endpoint, self._asterisk.now))

    def _come_back(self, session_id: UUID) -> None:
        """Say ready after missed calls. Presence must have heard of them first."""
        agent = next((one for one in self._sessions.values() if one.session_id == session_id), None)
        if agent is None:
            return
        self._ship()
        session = session_at(agent.endpoint)
        if session is not None and session.session_id == session_id:
            self._changed(session)
            self._unpause(session)

    def _go(self, session: SessionInForce) -> None:
        """Log out as soon as no call is at hand and the last one is wrapped up."""
        agent = self._engine.floor.agents.get(AgentId(session.agent_id))
        if agent is not None and agent.state in (State.RINGING, State.TALKING, State.WRAP_UP):
            self._asterisk.at(self._asterisk.now + AGAIN, lambda: self._go(session))
            return
        self._log_out(session.session_id, "code")

    def _log_out(self, session_id: UUID, reason: str) -> None:
        with suppress(NotLoggedIn):
            before = log_out(session_id=session_id, at=self._asterisk.now, reason=reason)
            del self._sessions[before.agent_id]
            self._follow()

    def _end_leases(self) -> None:
        busy = [agent.who.session for agent in self._engine.floor.agents.values() if agent.call is not None]
        for one in expire_leases(self._asterisk.now, busy):
            if one.ends_when_free:
                self._sessions[one.agent_id] = one
            else:
                del self._sessions[one.agent_id]
        self._follow()

    def _changed(self, session: SessionInForce) -> None:
        self._sessions[session.agent_id] = session
        self._follow()

    def _follow(self) -> None:
        sessions = {AgentId(key): on_the_floor(one) for key, one in self._sessions.items()}
        self._asterisk.act(self._engine.follow(sessions, self._asterisk.now))
