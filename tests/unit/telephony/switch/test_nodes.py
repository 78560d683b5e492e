"""What becomes of calls and telephones when one of several Asterisks goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.ami.translate import PhoneReachable, PhoneTaken
from telephony.core.acd.agents import State
from telephony.core.call import Call, Stage
from telephony.core.values import ChannelId, Leg, LegKind, Outcome, agent_channel
from telephony.switch.node import begun_by
from telephony.switch.nodes import Nodes
from telephony.switch.places import HOME, Place, Places
from telephony.switch.shell import Shell
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent
from tests.unit.telephony.switch.test_config import HERE

SECOND = "node-2"


class Nothing:
    """Stands for journal and recorder."""

    def append(self, facts, states): ...

    def start(self, call, channel, name): ...

    def keep(self, call, name): ...


@pytest.fixture
async def nodes() -> Nodes:
    """Two Asterisks, each with a talk that an agent has; nobody is connected to anything."""
    engine = World(a_plan(), an_agent(1), an_agent(2)).engine
    for no, name in ((1, HOME), (2, SECOND)):
        engine.adopt(a_talk(no, name), NINE)
    settings = replace(HERE, others=(Place(SECOND, "http://10.0.0.2/ari", "10.0.0.2", 5038),))
    places = Places([place.name for place in settings.places], begun_by(engine))
    shell = Shell(
        engine, Nothing(), Nothing(), "app", lambda: NINE + timedelta(hours=1), a_call_id, str, lambda _: None,
        lambda *_: None,
    )  # fmt: skip
    shell.places = places

    async def nobody(): ...

    return Nodes(settings, engine, shell, nobody, nobody, lambda: None)


def a_talk(no: int, name: str) -> Call:
    """A talk whose caller came in by this node."""
    caller = ChannelId(f"{name}-1764000000.{no}")
    agent = replace(
        Leg(no=1, kind=LegKind.AGENT, channel=agent_channel(a_call_id(no), 1), started_at=NINE),
        agent=an_agent(no).agent, endpoint=an_agent(no).endpoint, answered_at=NINE,
    )  # fmt: skip
    legs = (Leg(no=0, kind=LegKind.CALLER, channel=caller, started_at=NINE, answered_at=NINE), agent)
    return Call(
        id=a_call_id(no), plan=a_plan(), stage=Stage.TALKING, channel=caller, dialled=NUMBER, legs=legs,
        outcome=Outcome.ANSWERED,
    )  # fmt: skip


def state(nodes: Nodes, no: int) -> State:
    return nodes._engine.floor.agents[an_agent(no).agent].state


async def test_a_node_that_has_ended_takes_its_own_calls_with_it_and_its_agents_are_free(nodes):
    nodes.lost(SECOND, refused=True)
    assert list(nodes._engine.calls) == [a_call_id(1)]
    assert state(nodes, 1) is State.TALKING
    assert state(nodes, 2) is not State.TALKING


async def test_a_node_that_is_only_cut_off_keeps_its_calls(nodes):
    nodes.lost(SECOND, refused=False)
    assert set(nodes._engine.calls) == {a_call_id(1), a_call_id(2)}


async def test_a_telephone_is_there_and_taken_while_any_node_says_so(nodes):
    phone = an_agent(1).endpoint
    for name in (HOME, SECOND):
        nodes._heard(name, PhoneReachable(phone, True))
        nodes._heard(name, PhoneTaken(phone, True))
    nodes._heard(HOME, PhoneReachable(phone, False))
    nodes._heard(HOME, PhoneTaken(phone, False))
    assert there(nodes, phone) == (True, True)
    nodes.lost(SECOND, refused=False)
    assert there(nodes, phone) == (False, False)


def there(nodes: Nodes, phone) -> tuple[bool, bool]:
    agent = next(one for one in nodes._engine.floor.agents.values() if one.who.endpoint == phone)
    return agent.reachable, agent.elsewhere
