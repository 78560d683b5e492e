"""A small world for tests of the core: one tenant with a flow and a queue, a directory, agents."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID

from telephony.ari.simulated import AgentHabits, SimulatedAsterisk
from telephony.core.acd.agents import SignedIn
from telephony.core.engine import AgentState, Engine, Work
from telephony.core.facts import Fact
from telephony.core.flow import Directory, Finish, Flow, Forward, Menu, Opening, Play, Say, Speak, Target, ToQueue
from telephony.core.lines import HeldNumber, OutsidePlan, TrunkPlan
from telephony.core.opening import Hours, Span
from telephony.core.plan import Demand, Plan, QueuePlan, Route, TenantPlan
from telephony.core.values import AgentId, CallId, Endpoint, FlowId, Outcome, QueueId, SessionId, TenantId

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai, a Tuesday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MUSEUM = TenantId(UUID(int=1))
NEIGHBOUR = TenantId(UUID(int=2))
QUEUE = QueueId(UUID(int=11))
FLOW = FlowId(UUID(int=21))
DIRECTORY = FlowId(UUID(int=22))
NUMBER = "+862196968101"
SHARED = "+861252"
RESCUE = ("+8613800000001", "+8613800000002")  # numbers outside whom roadside rescue calls, in this order
PROMPTS = ("greeting", "menu", "wrong", "tickets", "code", "closed", "no-agent", "queue-full", "queue-timeout",
           "wrong-keys", "no-merchant", "not-in-service", "suspended", "technical-trouble", "goodbye",
           "take-call", "tone", "message-kept", "not-possible", "dial-not-allowed")  # fmt: skip


def a_queue(**changes: object) -> QueuePlan:
    """The museum's queue; `skills` is short for one demand of them."""
    skills = changes.pop("skills", {})
    if changes.pop("join_empty", False):
        changes["join_empty"] = frozenset({"never"})
    demands = {"demands": (Demand(skills=skills),)} if skills else {}
    return QueuePlan(**({"id": QUEUE, "tenant": MUSEUM, "code": "tickets"} | demands | changes))  # type: ignore[arg-type]


def a_flow(**nodes: object) -> Flow:
    """Greeting, hours, a menu: 0 goes to the queue, 2 tells of tickets, 8 leads nowhere."""
    always = {
        "start": Play(say=(Say("greeting"),), next="hours"),
        "hours": Opening(
            hours=Hours("Asia/Shanghai", (Span(frozenset(range(7)), time(8), time(20)),)), open="menu", closed="closed"
        ),
        "closed": Finish(outcome=Outcome.CLOSED),
        "menu": Menu(
            say=(Say("menu"),), wrong=(Say("wrong"),), otherwise="giveup",
            choices={"0": "agent", "2": "tickets", "8": "nowhere", "9": "english"},
        ),
        "english": Speak(language="en", next="menu"),
        "tickets": Finish(outcome=Outcome.INFORMED, say=(Say("tickets"),)),
        "giveup": Finish(outcome=Outcome.WRONG_KEYS),
        "agent": ToQueue(queue=QUEUE),
    }  # fmt: skip
    return Flow(id=FLOW, code="museum", version=1, tenant=MUSEUM, start="start", nodes=always | nodes)  # type: ignore[arg-type]


def a_plan(*, active: bool = True, **queue: object) -> Plan:
    """The museum has a number of its own and code 101 on the shared number."""
    directory = Flow(
        id=DIRECTORY, code="directory", version=1, tenant=None, start="ask",
        nodes={
            "ask": Directory(say=(Say("code"),), wrong=(Say("wrong"),), otherwise="giveup"),
            "giveup": Finish(outcome=Outcome.NO_MERCHANT),
        },
    )  # fmt: skip
    return Plan(
        tenants={MUSEUM: TenantPlan(id=MUSEUM, code="museum", name="City Museum", language="zh", active=active)},
        routes={
            NUMBER: (Route(flow=FLOW, tenant=MUSEUM, starts_at=LONG_AGO),),
            SHARED: (Route(flow=DIRECTORY, tenant=None, starts_at=LONG_AGO),),
        },
        directory={(SHARED, "101"): (Route(flow=FLOW, tenant=MUSEUM, starts_at=LONG_AGO),)},
        flows={FLOW: a_flow(), DIRECTORY: directory},
        queues={QUEUE: a_queue(**queue)},
        trunks=(TrunkPlan(name="first", priority=1, capacity=1), TrunkPlan(name="second", priority=2)),
        outside={
            MUSEUM: OutsidePlan(
                numbers=(HeldNumber(number=NUMBER, starts_at=LONG_AGO),), prefixes=frozenset({"+8613", "+8621"})
            )
        },
        prompts={(None, name, "zh"): f"sound:/zh/{name}" for name in PROMPTS},
    )


def an_agent(number: int, *, tenant: TenantId = MUSEUM, paused: bool = False, **skills: int) -> SignedIn:
    """An agent who has been logged in since a quarter to nine; a higher number came a second later."""
    return SignedIn(
        session=SessionId(UUID(int=1000 + number)), agent=AgentId(UUID(int=number)), tenant=tenant, number=str(number),
        name=f"Agent {number}", endpoint=Endpoint(f"seat-{number}"), paused=paused, skills=skills,
        since=NINE - timedelta(minutes=15) + timedelta(seconds=number),
    )  # fmt: skip


def a_forward(*numbers: str, **changes: object) -> Forward:
    """A node that calls these numbers outside, each for 20 s, and gives up in words."""
    given = {
        "numbers": tuple(Target(number, timedelta(seconds=20)) for number in numbers or RESCUE),
        "otherwise": "giveup",
    }
    return Forward(**(given | changes))  # type: ignore[arg-type]


def a_call_id(number: int = 1) -> CallId:
    """A call's id."""
    return CallId(UUID(int=0xCA11 << 64 | number))


class World:
    """An engine on a simulated Asterisk, and all that it wrote."""

    def __init__(self, plan: Plan | None = None, *agents: SignedIn, misses: float = 0.0, seed: int = 1252) -> None:
        self.facts: list[Fact] = []
        self.states: list[AgentState] = []
        self.engine = Engine(plan or a_plan(), Random(seed))
        self.asterisk = SimulatedAsterisk(self.engine, Random(seed), self._wrote, NINE, AgentHabits(misses=misses))
        self.asterisk.act(self.engine.follow({one.agent: one for one in agents}, NINE))

    def _wrote(self, work: Work) -> None:
        self.facts += work.facts
        self.states += work.states

    def kinds(self, call: CallId | None = None) -> list[str]:
        """The kinds of facts on record, in order."""
        return [type(fact).__name__ for fact in self.facts if call is None or fact.call == call]

    def last(self, kind: type[Fact]) -> Fact:
        """The newest fact of a kind."""
        return next(fact for fact in reversed(self.facts) if isinstance(fact, kind))
