"""A switch that comes after another, or whose socket was away: what it does with the calls that it finds."""

from dataclasses import replace

from telephony.core import commands as cmd
from telephony.core.call import Call, Stage
from telephony.core.engine import Engine
from telephony.core.values import BridgeId, ChannelId, Leg, LegKind, Outcome, talk_bridge
from telephony.switch.recovery import LiveChannel, adopt_all, reconcile
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent

CALLER, PHONE = ChannelId("caller"), ChannelId("phone")
THERE = {channel: LiveChannel(channel, up=True) for channel in (CALLER, PHONE)}


def a_waiting_call() -> Call:
    """A call whose switch was killed while an agent's phone rang, as its facts tell it."""
    legs = (
        Leg(no=0, kind=LegKind.CALLER, channel=CALLER, started_at=NINE, answered_at=NINE),
        Leg(no=1, kind=LegKind.AGENT, channel=PHONE, started_at=NINE),
    )
    return Call(id=a_call_id(), plan=a_plan(), stage=Stage.CLEARING, channel=CALLER, dialled=NUMBER, legs=legs)


def an_engine() -> Engine:
    """One that has no calls yet."""
    return World(a_plan(), an_agent(1)).engine


def test_caller_who_waited_is_given_to_the_dialplan_once_there_is_a_socket():
    engine = an_engine()
    assert adopt_all(engine, [a_waiting_call()], NINE).commands == [], "they would be lost"
    orders = reconcile(engine, THERE, [], NINE).commands
    assert orders == [cmd.LetGo(call=a_call_id(), channel=CALLER), cmd.HangUp(call=a_call_id(), channel=PHONE)]


def test_caller_who_had_talked_is_hung_up_and_not_excused():
    engine = an_engine()
    adopt_all(engine, [replace(a_waiting_call(), outcome=Outcome.ANSWERED)], NINE)
    assert cmd.HangUp(call=a_call_id(), channel=CALLER) in reconcile(engine, THERE, [], NINE).commands


def test_call_whose_channels_are_gone_is_closed():
    engine = an_engine()
    adopt_all(engine, [a_waiting_call()], NINE)
    facts = reconcile(engine, {}, [], NINE).facts
    assert type(facts[-1]).__name__ == "CallEnded"
    assert facts[-1].outcome is Outcome.FAILED


def test_pair_that_talks_is_left_alone_with_its_bridge():
    engine = an_engine()
    call = a_waiting_call()
    caller, agent = call.legs
    agent = replace(agent, agent=an_agent(1).agent, answered_at=NINE)
    adopt_all(engine, [replace(call, stage=Stage.TALKING, legs=(caller, agent), outcome=Outcome.ANSWERED)], NINE)
    work = reconcile(engine, THERE, [talk_bridge(call.id)], NINE)
    assert (work.commands, work.facts) == ([], [])


def test_channel_and_bridge_that_belong_to_no_call_are_ended():
    orders = reconcile(an_engine(), THERE, [BridgeId("old-talk"), BridgeId("a-conference")], NINE).commands
    assert [type(order).__name__ for order in orders] == ["HangUp", "HangUp", "DropBridge"]
