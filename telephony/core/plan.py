"""The plan: everything the switch obeys, as one frozen snapshot.

A call keeps the plan with which it arrived, so that a flow which is published meanwhile cannot change it. Periods are
inside the plan: it stays right while time passes, and PostgreSQL may be away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.core.flow import Flow
from telephony.core.lines import OutsidePlan, TrunkPlan
from telephony.core.opening import Hours
from telephony.core.values import AgentId, FlowId, QueueId, TenantId

ALWAYS = Hours("UTC")
LONGEST_MASK = timedelta(minutes=3)  # of a payment's silence, where no queue says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPlan:
    """What routing needs to know of a tenant."""

    id: TenantId
    code: str
    name: str
    language: str  # of prompts: en or zh
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """From when to when a number leads to a flow, and for which tenant; None while the number is the operator's own."""

    flow: FlowId
    tenant: TenantId | None
    starts_at: datetime
    ends_at: datetime | None = None
    trial: bool = False  # a version of a flow is being tried: its calls are practice
    caller: str = ""  # digits with which the caller's number must end; empty: whoever calls

    def in_force(self, at: datetime) -> bool:
        """Whether the route holds at this instant; the end is exclusive."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The least levels of skills with which a caller is served who has waited `after`; later ones ask for less."""

    after: timedelta = timedelta(0)
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlan:
    """An agent named for a queue: penalty and position as in Asterisk's queues."""

    penalty: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """A queue's rules. Names follow Asterisk's queues.conf where it has one."""

    id: QueueId
    tenant: TenantId
    code: str
    strategy: str = "longest_idle"
    ring: timedelta = timedelta(seconds=20)
    wrap_up: timedelta = timedelta(seconds=15)
    max_wait: timedelta = timedelta(minutes=5)
    max_length: int = 0  # 0: no limit
    #: states in which an agent does not count as there for a caller who comes, in the words of app_queue's joinempty:
    #: paused, unavailable, inuse, ringing, wrapup. With `never` among them callers may always wait.
    join_empty: frozenset[str] = frozenset()
    #: the same for callers who wait: with nobody left who counts they are sent on. `never`: they may stay
    leave_empty: frozenset[str] = frozenset({"never"})
    retry: timedelta = timedelta(0)  # after a ring without an answer nobody is rung for the caller so long
    sticky: timedelta = timedelta(0)  # a caller who comes back within this gets the last agent if free; 0: off
    announce_every: timedelta = timedelta(0)  # 0: waiting callers are told nothing
    say_position: bool = True
    say_wait: bool = True
    messages: tuple[str, ...] = ()  # the tenant's own prompts, one after another at the announcements
    weight: int = 0
    ageing: float = 0.0  # points of priority that a minute of waiting is worth
    demands: tuple[Demand, ...] = ()
    #: agents named for the queue; if there are none, all of the tenant's who meet a demand serve it
    members: Mapping[AgentId, MemberPlan] = field(default_factory=dict)
    misses_allowed: int = 2  # so many calls missed in a row make an agent not ready
    music: str = "default"
    record: bool = True
    callback_hours: Hours = ALWAYS  # when customers may be called back; always, if not said
    longest_mask: timedelta = LONGEST_MASK  # of a payment: then the recording is resumed by itself
    missed_after: timedelta = timedelta(0)  # who hung up after waiting so long is called back; 0: nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A tenant's system that flows may ask, and the header with which we show who we are.

    `inside`: it may be at a private address, as behind a line between the two houses.
    """

    tenant: TenantId
    code: str
    base_url: str
    header: str = ""
    secret: str = field(default="", repr=False)
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Numbering:
    """How people here write numbers. The rules are `tenants.numbers`', and are handed in."""

    country: str = "86"
    read: Callable[[str], str] = lambda keyed: keyed  # E.164 of what was keyed; empty if it is no number
    write: Callable[[str], str] = lambda number: number  # the digits by which people know a number


AS_THEY_ARE = Numbering()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All routes, flows, queues and prompts at one moment."""

    version: int = 0
    tenants: Mapping[TenantId, TenantPlan] = field(default_factory=dict)
    routes: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)  # by E.164 number
    directory: Mapping[tuple[str, str], tuple[Route, ...]] = field(default_factory=dict)  # by number and merchant code
    flows: Mapping[FlowId, Flow] = field(default_factory=dict)
    queues: Mapping[QueueId, QueuePlan] = field(default_factory=dict)
    trunks: tuple[TrunkPlan, ...] = ()
    outside: Mapping[TenantId, OutsidePlan] = field(default_factory=dict)
    systems: Mapping[tuple[TenantId, str], System] = field(default_factory=dict)  # by tenant and code
    numbering: Numbering = AS_THEY_ARE
    #: media by tenant (None: the house's own), name and language
    prompts: Mapping[tuple[TenantId | None, str, str], str] = field(default_factory=dict)

    def media(self, tenant: TenantId | None, name: str, language: str) -> tuple[str, ...]:
        """What to play for a prompt: the tenant's own recording, else the house's; in the language, else in any."""
        for owner in (tenant, None):
            for wanted in (language, "zh", "en"):
                found = self.prompts.get((owner, name, wanted))
                if found:
                    return (found,)
        return ()
