"""What one event brings, as a value: facts to write, states of agents, commands, timers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core.acd.agents import Agent, State
from telephony.core.values import AgentId, CallId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """A fact of the floor: from this instant the agent is in this state."""

    session: UUID
    agent: UUID
    tenant: UUID
    at: datetime
    state: State
    call: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WrapUpTimer:
    """Call `Engine.wrap_up_over` with this agent and count after `delay`."""

    agent: AgentId
    count: int
    delay: timedelta


@dataclass(slots=True)
class Work:
    """What one event brought: facts to write first, then commands and timers."""

    facts: list[fact.Fact] = field(default_factory=list)
    states: list[AgentState] = field(default_factory=list)
    commands: list[cmd.Command] = field(default_factory=list)
    wrap_ups: list[WrapUpTimer] = field(default_factory=list)
    departures: list[SessionId] = field(default_factory=list)  #: sessions to log out: their lease is over
    looks: list[timedelta] = field(default_factory=list)  #: call `Engine.tick` after each of these

    def add(self, more: "Work") -> None:
        """Do this work after one's own."""
        self.facts += more.facts
        self.states += more.states
        self.commands += more.commands
        self.wrap_ups += more.wrap_ups
        self.departures += more.departures
        self.looks += more.looks

    def say(self, before: tuple[State, CallId | None], agent: Agent, at: datetime) -> None:
        """What the agent does now, if it is not what he did before."""
        if before == (agent.state, agent.call):
            return
        if agent.leaving and agent.call is None:
            return  # the logout, or the one to come, is the last word about this session
        missed_out = agent.state is State.PAUSED and not agent.who.paused
        self.states.append(
            AgentState(
                session=agent.who.session, agent=agent.who.agent, tenant=agent.who.tenant, at=at, state=agent.state,
                call=agent.call or (before[1] if agent.state is State.WRAP_UP else None),
                reason="missed" if missed_out else "",
            )
        )  # fmt: skip
