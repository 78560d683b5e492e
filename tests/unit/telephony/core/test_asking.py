"""Digits, look-ups, PINs, orders and messages, told as stories on the simulated Asterisk."""

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.asking import Digits, Lookup, Order, Pin, Voicemail
from telephony.core.flow import Finish, Say, ToQueue
from telephony.core.plain_facts import body
from telephony.core.plan import System
from telephony.core.say import SayValue
from telephony.core.values import EndedBy, Outcome
from tests.builders.calls import FLOW, MUSEUM, NINE, NUMBER, QUEUE, World, a_call_id, a_flow, a_plan, an_agent

SECOND = timedelta(seconds=1)
SHOP = System(tenant=MUSEUM, code="shop", base_url="https://shop.example", header="X-Key", secret="open sesame")
WHY = (Say("greeting"),)
PIN = Pin(
    say=WHY, say_pin=WHY, into="account", system="shop", path="/accounts/{account}/pin", most=4, length=6,
    take={"balance": "balance"}, next="told", otherwise="giveup", locked="locked",
)  # fmt: skip


def a_world(answers=lambda _: ("failed", {}), *agents, **nodes):
    told = Finish(outcome=Outcome.INFORMED, say=(SayValue(variable="balance", how="amount"),))
    flow = a_flow(told=told, locked=Finish(outcome=Outcome.CLOSED), **nodes)
    parts = {(None, f"say-{name}", "zh"): f"sound:/zh/say-{name}" for name in (*range(11), "yuan", "jiao", "hundred")}
    plan = a_plan()
    plan = replace(
        plan, flows=plan.flows | {FLOW: flow}, systems={(MUSEUM, "shop"): SHOP}, prompts={**plan.prompts, **parts}
    )
    world = World(plan, *agents)
    world.asked = []
    world.commands = []
    wrote = world.asterisk.wrote

    def answer(command):
        world.asked.append(command)
        return answers(command)

    def watch(work):
        world.commands += work.commands
        wrote(work)

    world.asterisk.answers = answer
    world.asterisk.wrote = watch
    return world


def a_story(world, *keys, **changes):
    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=keys, **changes))
    world.asterisk.run()
    assert not world.engine.calls, "the call is forgotten when it is over"
    return world.last(fact.CallEnded)


def said(world):
    return [one.media for one in world.commands if isinstance(one, cmd.StartPrompt)]


DIGITS = Digits(say=WHY, into="article", next="told", otherwise="giveup", most=4)


@pytest.mark.parametrize(
    ("keys", "changes", "value"),
    [
        # As many as there can be.
        (("1252",), {}, "1252"),
        # Fewer, and the end of them.
        (("12#",), {}, "12"),
        # Fewer, and a silence.
        (("12",), {}, "12"),
        # Begun anew.
        (("19*12#",), {}, "12"),
        # Read back and confirmed.
        (("12#", "1"), {"read_back": True}, "12"),
        # Read back, wrong, keyed again.
        (("13#", "2", "12#", "1"), {"read_back": True}, "12"),
        # Too few at first.
        (("1#", "12#"), {"least": 2}, "12"),
    ],
)
def test_digits_become_a_variable(keys, changes, value):
    world = a_world(start=replace(DIGITS, next="ask", **changes), ask=a_lookup(key="{article}"))
    a_story(world, *keys)
    assert [one.key for one in world.asked] == [value]


def a_lookup(**changes):
    return Lookup(**({"table": "stock", "found": "told", "missing": "closed", "failed": "giveup"} | changes))


@pytest.mark.parametrize("keys", [(), ("#", "#"), ("9#", "8#", "7#")])
def test_no_digits_of_use_three_times_lead_elsewhere(keys):
    world = a_world(start=replace(DIGITS, least=2))
    assert a_story(world, *keys, patience=timedelta(minutes=5)).outcome == Outcome.WRONG_KEYS


def test_digits_are_read_back_one_by_one():
    world = a_world(start=replace(DIGITS, read_back=True))
    a_story(world, "20#", "1")
    assert ("sound:/zh/say-2", "sound:/zh/say-0") in said(world)


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("found", Outcome.INFORMED), ("missing", Outcome.CLOSED), ("failed", Outcome.WRONG_KEYS)],
)
def test_answer_leads_to_its_node(result, outcome):
    world = a_world(lambda _: (result, {"balance": "100.50"}), start=a_lookup(key="{caller}"))
    assert a_story(world).outcome == outcome
    assert world.last(fact.Consulted).result == result


def test_answer_is_spoken_and_not_on_record():
    world = a_world(lambda _: ("found", {"balance": "100.50"}), start=a_lookup(key="{caller}"))
    a_story(world)
    assert [part.rpartition("say-")[2] for part in said(world)[-1]] == ["1", "hundred", "yuan", "5", "jiao"]
    assert "100.50" not in str(world.facts)


def test_what_was_keyed_stays_one_segment_of_the_path():
    ask = a_lookup(table="", system="shop", path="/orders/{article}?all=1", send={"who": "{caller}", "what": "order"})
    world = a_world(start=replace(DIGITS, next="ask"), ask=ask)
    a_story(world, "12#")
    (asked,) = world.asked
    assert (asked.path, asked.system, asked.tenant) == ("/orders/12?all=1", SHOP, MUSEUM)
    assert asked.body == {"who": "02161234567", "what": "order"}


def test_system_that_never_answers_does_not_hold_the_caller():
    world = a_world(lambda _: None, start=a_lookup(key="1", say=WHY, deadline=3 * SECOND))
    end = a_story(world)
    assert end.outcome == Outcome.WRONG_KEYS
    assert world.last(fact.Consulted).seconds == 5.0


def test_system_that_the_tenant_does_not_have_is_a_failure():
    world = a_world(start=a_lookup(table="", system="neighbours", path="/"))
    assert a_story(world).outcome == Outcome.WRONG_KEYS
    assert not world.asked


def test_caller_who_hangs_up_while_the_system_thinks_is_gone():
    world = a_world(lambda _: None, start=a_lookup(key="1", deadline=30 * SECOND))
    end = a_story(world, patience=2 * SECOND)
    assert (end.outcome, end.ended_by) == (Outcome.ABANDONED_IN_MENU, EndedBy.CALLER)


def test_right_pin_lets_the_caller_hear_the_balance():
    world = a_world(lambda _: ("found", {"balance": "5"}), start=PIN)
    assert a_story(world, "1001", "4711#").outcome == Outcome.INFORMED
    (asked,) = world.asked
    assert (asked.account, asked.pin, asked.path) == ("1001", "4711", "/accounts/1001/pin")
    assert said(world)[-1] == ("sound:/zh/say-5", "sound:/zh/say-yuan")


def test_pin_is_wrong_three_times():
    world = a_world(lambda _: ("missing", {}), start=PIN)
    end = a_story(world, "1001", "1111#", "1001", "2222#", "1001", "333333", patience=timedelta(minutes=9))
    assert end.outcome == Outcome.WRONG_KEYS
    assert [one.pin for one in world.asked] == ["1111", "2222", "333333"]


@pytest.mark.parametrize(("result", "outcome"), [("locked", Outcome.CLOSED), ("failed", Outcome.WRONG_KEYS)])
def test_pin_that_cannot_be_checked_leads_elsewhere(result, outcome):
    world = a_world(lambda _: (result, {}), start=PIN)
    assert a_story(world, "1001", "4711#").outcome == outcome
    assert len(world.asked) == 1


def test_pin_is_nowhere_but_in_its_one_command():
    world = a_world(lambda _: ("missing", {}), start=PIN)
    seen = []
    step = world.engine.handle

    def handle(event):
        work = step(event)
        seen.append(repr(event) + repr(work) + repr([replace(call, plan=None) for call in world.engine.calls.values()]))
        return work

    world.engine.handle = handle
    a_story(world, "1001", "986532", "1001", "986532", "1001", "986532")
    assert len(world.asked) == 3
    assert not [one for one in seen if "986532" in one or ", keys='" in one]
    assert "986532" not in str([body(one) for one in world.facts])


ORDER = Order(
    say=(SayValue(variable="article", how="digits"),), system="shop", path="/orders", next="told", cancelled="closed",
    otherwise="giveup", send={"article": "{article}", "caller": "{caller}"},
)  # fmt: skip


def test_confirmed_order_is_on_record_with_what_is_to_be_sent():
    world = a_world(start=replace(DIGITS, next="order"), order=ORDER)
    assert a_story(world, "12#", "1").outcome == Outcome.INFORMED
    order = world.last(fact.OrderConfirmed)
    assert (order.system, order.path, order.key) == ("shop", "/orders", f"{a_call_id()}-order")
    assert order.content == {"article": "12", "caller": "02161234567"}


def test_order_stands_although_the_line_drops_after_the_confirmation():
    world = a_world(start=replace(DIGITS, next="order"), order=replace(ORDER, next="tickets"))
    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=("12#", "1")))
    world.asterisk.run(until=NINE + 4.5 * SECOND)
    assert world.kinds().count("OrderConfirmed") == 1
    world.asterisk._end(world.engine.calls[a_call_id()].channel, 16)
    world.asterisk.run()
    assert world.kinds().count("OrderConfirmed") == 1


@pytest.mark.parametrize(("keys", "outcome"), [(("2",), Outcome.CLOSED), (("5", "6", "7"), Outcome.WRONG_KEYS)])
def test_order_that_is_not_confirmed_is_none(keys, outcome):
    world = a_world(start=replace(DIGITS, next="order"), order=ORDER)
    assert a_story(world, "12#", *keys).outcome == outcome
    assert "OrderConfirmed" not in world.kinds()


def test_second_order_of_a_call_has_a_key_of_its_own():
    world = a_world(start=replace(DIGITS, next="order"), order=replace(ORDER, next="start"))
    a_story(world, "12#", "1", "13#", "1")
    keys = [one.key for one in world.facts if isinstance(one, fact.OrderConfirmed)]
    assert keys == [f"{a_call_id()}-order", f"{a_call_id()}-order#2"]


MESSAGE = Voicemail(say=WHY, longest=60 * SECOND, mail="service@museum.example")


def test_caller_leaves_a_message_and_is_thanked():
    world = a_world(start=MESSAGE)
    end = a_story(world)
    assert (end.outcome, end.ended_by) == (Outcome.VOICEMAIL, EndedBy.SYSTEM)
    assert world.last(fact.MessageStarted).mail == "service@museum.example"
    assert "MessageLost" in world.kinds(), "a simulated caller has no voice"


def test_caller_who_hangs_up_after_the_tone_has_left_a_message():
    end = a_story(a_world(start=MESSAGE), message=timedelta(minutes=1), patience=20 * SECOND)
    assert (end.outcome, end.ended_by) == (Outcome.VOICEMAIL, EndedBy.CALLER)


def test_caller_who_hangs_up_during_the_greeting_has_not():
    end = a_story(a_world(start=MESSAGE), patience=2 * SECOND)
    assert end.outcome == Outcome.ABANDONED_IN_MENU


def test_message_whose_end_is_never_told_ends():
    world = a_world(start=MESSAGE)
    forever = timedelta(hours=1)
    assert a_story(world, message=forever, patience=timedelta(minutes=9)).outcome == Outcome.VOICEMAIL
    assert any(isinstance(one, cmd.StopMessage) for one in world.commands)


def test_queue_that_is_in_vain_leads_to_a_message():
    queue = ToQueue(queue=QUEUE, otherwise={Outcome.NO_AGENT: "message"})
    world = a_world(start=queue, message=MESSAGE)
    assert a_story(world).outcome == Outcome.VOICEMAIL
    world = a_world(lambda _: ("failed", {}), an_agent(1), start=queue, message=MESSAGE)
    assert a_story(world, talk=9 * SECOND).outcome == Outcome.ANSWERED


def test_key_is_not_shown():
    assert "7" not in repr(ev.KeyPressed(call=None, at=None, key="7"))
