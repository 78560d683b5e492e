"""The shell between Asterisk's socket and the engine: what goes out in which order, and only after the disk has it."""

import asyncio
from datetime import timedelta
from random import Random

from telephony.ari.client import Answer
from telephony.core.engine import Engine
from telephony.switch import shell as rules
from telephony.switch.shell import Shell
from tests.builders.calls import NINE, NUMBER, a_call_id, a_flow, a_plan, an_agent


class Told:
    """Stands for journal, recorder and socket; remembers in which order they were asked."""

    def __init__(self):
        self.log: list[str] = []
        self.full = False  # the disk

    def append(self, facts, states):
        if self.full:
            raise OSError("No space left on device")
        self.log += [f"wrote {type(fact).__name__}" for fact in facts]

    def send(self, method, uri, query=None, body=None, lane=None):
        self.log.append(f"{method} {uri.replace('caller-1/', '')}")
        future = asyncio.get_running_loop().create_future()
        future.set_result(Answer(204))
        return future

    def start(self, call, channel, name): ...

    def keep(self, call, name): ...


def a_start(number=NUMBER):
    return {
        "type": "StasisStart", "args": ["inbound", number],
        "channel": {"id": "caller-1", "caller": {"number": "02161234567", "name": ""}, "channelvars": {}},
    }  # fmt: skip


def a_shell(told):
    """A shell whose one agent waits for callers."""
    call, plan = a_call_id(), a_plan()
    flow = next(iter(plan.flows.values()))
    flow.nodes["start"] = a_flow().nodes["agent"]  # straight to the queue
    engine = Engine(plan, Random(1))
    engine.follow({an_agent(1).agent: an_agent(1)}, NINE - timedelta(minutes=1))
    shell = Shell(
        engine, told, told, "app", lambda: NINE, lambda: call, lambda number: number, lambda _: None, lambda *_: None
    )
    shell.bind(told)
    return shell


async def test_facts_are_on_disk_before_any_request_and_the_agents_leg_is_the_first_of_them():
    told = Told()
    a_shell(told).hear(a_start())
    wrote = [line for line in told.log if line.startswith("wrote")]
    assert told.log[: len(wrote)] == wrote
    assert "wrote AgentOffered" in wrote
    assert told.log[len(wrote)] == "POST channels/create"
    assert "POST channels/answer" in told.log
    assert told.log[-1] == "POST applications/app/subscription"


async def test_facts_that_a_full_disk_refuses_are_written_when_there_is_room_although_nothing_happens(monkeypatch):
    monkeypatch.setattr(rules, "AGAIN_AFTER", 0.01)
    told = Told()
    shell = a_shell(told)
    told.full = True
    shell.hear(a_start())
    waiting = shell.unwritten
    assert "POST channels/create" in told.log, "the call goes on"
    again = asyncio.create_task(shell.write_again())
    await asyncio.sleep(0.05)
    assert shell.unwritten == waiting > 0
    told.full = False
    await asyncio.sleep(0.05)
    again.cancel()
    assert shell.unwritten == 0
    assert told.log.count("wrote CallArrived") == 1


async def test_switch_that_another_has_replaced_hears_writes_and_sends_nothing_any_more():
    told = Told()
    shell = a_shell(told)
    shell.replaced = lambda: setattr(shell, "decides", False)
    shell.hear({"type": "ApplicationReplaced", "application": "app"})
    shell.hear(a_start())
    assert told.log == []
