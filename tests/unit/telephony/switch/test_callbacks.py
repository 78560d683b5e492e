"""The switch calls customers back while it can, and no phone rings for nobody while it cannot."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from telephony.core.callbacks import Promise
from telephony.core.engine import Engine
from telephony.core.values import CallbackId
from telephony.switch.callbacks import Callbacks
from tests.builders.calls import MUSEUM, NINE, QUEUE, RESCUE, a_plan, an_agent

PROMISE = Promise(
    id=CallbackId(UUID(int=5)), tenant=MUSEUM, queue=QUEUE, number=RESCUE[0], since=NINE, next_try_at=NINE
)


class ADesk:
    """PostgreSQL, which is away while `told` is None."""

    def __init__(self, told):
        self.told = told

    async def try_to(self, errand):
        return self.told


def followed(*, able=True, told=(PROMISE,)):
    """The kinds of commands that came of one look at the list, with an agent who is ready."""
    engine = Engine(a_plan(), Random(1))
    engine.follow({an_agent(1).agent: an_agent(1)}, NINE)
    done = []
    desk = ADesk(None if told is None else list(told))
    callbacks = Callbacks(desk, engine, lambda work: done.extend(work.commands), lambda: able, lambda: NINE)
    asyncio.run(callbacks.follow())
    return engine, callbacks, [type(one).__name__ for one in done]


def test_agent_is_rung_for_a_customer_on_the_list():
    engine, _, commands = followed()
    assert commands == ["CreateLeg"] and len(engine.calls) == 1


@pytest.mark.parametrize("how", [{"able": False}, {"told": None}, {"told": ()}])
def test_nobody_is_rung_without_asterisk_or_without_a_list(how):
    engine, _, commands = followed(**how)
    assert commands == [] and not engine.calls
    assert engine.floor.agents[an_agent(1).agent].available


def test_whoever_holds_a_place_loses_it_when_the_switch_cannot_call_any_more():
    engine, callbacks, _ = followed(told=(PROMISE,), able=True)
    (call,) = engine.calls
    callbacks.obey(())
    assert engine.floor.position(call) == 0
