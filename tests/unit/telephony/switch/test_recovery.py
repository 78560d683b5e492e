"""A switch that comes after another, or whose socket was away: what it does with the calls that it finds."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.acd.agents import State
from telephony.core.call import Call, Stage
from telephony.core.engine import Engine, Work
from telephony.core.resume import resume
from telephony.core.values import BridgeId, ChannelId, EndedBy, Leg, LegKind, Outcome, talk_bridge
from telephony.switch.recovery import LiveChannel, adopt_all, reconcile
from telephony.switch.strays import LEFT_FOR, Strays
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
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


def a_stranded_call() -> Call:
    """The same in a queue: its caller is to be had again."""
    return replace(a_waiting_call(), stage=Stage.STRANDED, queue=next(iter(a_plan().queues.values())), waits_on=True)


def test_caller_who_waited_is_had_again_once_there_is_a_socket_and_the_phone_silenced():
    engine = an_engine()
    assert adopt_all(engine, [a_stranded_call()], NINE).commands == [], "they would be lost"
    orders = reconcile(engine, THERE, [], NINE).commands
    assert [type(order) for order in orders] == [cmd.HangUp, cmd.SetTimer, cmd.ComeAgain]
    assert engine.calls[a_call_id()].stage is Stage.STRANDED


def test_caller_whom_the_watchdog_has_helped_meanwhile_is_left_to_the_fallback():
    engine = an_engine()
    adopt_all(engine, [a_stranded_call()], NINE)
    work = reconcile(engine, {PHONE: THERE[PHONE]}, [], NINE, elsewhere={CALLER})
    assert cmd.HangUp(call=a_call_id(), channel=PHONE) in work.commands
    ended = next(one for one in work.facts if type(one).__name__ == "CallEnded")
    assert (ended.outcome, ended.ended_by) == (Outcome.FAILED, EndedBy.SYSTEM)


def test_caller_of_a_switch_that_lives_is_had_again_after_its_socket_was_torn():
    """What was keyed and said meanwhile is not known; he is told the node again."""
    world = World(a_plan(), an_agent(1))
    world.asterisk.call(NINE, a_call_id(), Caller(dialled=NUMBER, number="1", keys=("",), patience=SECOND * 90))
    world.asterisk.run(until=NINE + SECOND)
    call = world.engine.calls[a_call_id()]
    assert call.stage is Stage.LISTENING
    orders = reconcile(world.engine, {call.channel: LiveChannel(call.channel, up=True)}, [], NINE + SECOND).commands
    assert cmd.ComeAgain(call=call.id, channel=call.channel) in orders
    assert cmd.StopPrompt(call=call.id, playback=call.playback) in orders


def test_caller_who_was_failed_is_given_to_the_dialplan_once_there_is_a_socket():
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


def test_what_has_come_since_asterisk_was_asked_is_not_missed_on_its_lists():
    engine = an_engine()
    adopt_all(engine, [a_waiting_call()], NINE)
    assert reconcile(engine, {}, [], NINE, known={}).facts == [], "the call came while the lists were on their way"
    orders = reconcile(engine, {CALLER: THERE[CALLER]}, [], NINE, known={a_call_id(): {CALLER}}).commands
    assert [order.channel for order in orders] == [CALLER], "so did the agent's telephone"


def test_pair_that_talks_is_left_alone_with_its_bridge():
    engine = an_engine()
    call = a_waiting_call()
    caller, agent = call.legs
    agent = replace(agent, agent=an_agent(1).agent, answered_at=NINE)
    adopt_all(engine, [replace(call, stage=Stage.TALKING, legs=(caller, agent), outcome=Outcome.ANSWERED)], NINE)
    work = reconcile(engine, THERE, [talk_bridge(call.id)], NINE)
    assert (work.commands, work.facts) == ([], [])


def test_bridge_that_belongs_to_no_call_is_ended():
    orders = reconcile(an_engine(), THERE, [BridgeId("old-talk"), BridgeId("a-conference")], NINE).commands
    assert [type(order).__name__ for order in orders] == ["DropBridge"]


def a_consulting_office(until: int) -> World:
    """An agent talks with a caller, and asks a colleague sixteen seconds after nine."""
    world = World(a_plan(strategy="linear"), an_agent(1), an_agent(2))
    caller = Caller(dialled=NUMBER, number="02161234567", keys=("", "0"))
    world.asterisk.call(NINE, a_call_id(), caller)
    world.asterisk.run(NINE + timedelta(seconds=15))
    wish = ev.WishUttered(
        call=a_call_id(), at=world.asterisk.now, request=UUID(int=1), wish=ev.Wish.CONSULT, target="2"
    )
    world.asterisk.happen(wish)
    world.asterisk.run(NINE + timedelta(seconds=until))
    return world


def taken_over(world: World) -> tuple[Engine, Work]:
    """A new switch on the facts of the old one, and what it does when it finds all channels there."""
    call = resume(a_call_id(), world.facts, a_plan())
    assert call is not None
    engine = World(a_plan(), an_agent(1), an_agent(2)).engine
    adopt_all(engine, [call], NINE)
    live = {leg.channel: LiveChannel(leg.channel, leg.answered_at is not None) for leg in call.legs}
    return engine, reconcile(engine, live, [talk_bridge(call.id)], NINE)


def test_consultation_goes_on_as_it_was_and_both_agents_are_busy():
    engine, work = taken_over(a_consulting_office(until=25))
    assert engine.calls[a_call_id()].stage is Stage.APART
    assert (work.commands, work.facts) == ([], []), "nobody is touched"
    assert {agent.state for agent in engine.floor.agents.values()} == {State.TALKING}


def test_colleague_who_still_rang_is_let_be_and_the_agent_has_the_caller_again():
    engine, work = taken_over(a_consulting_office(until=15))
    call = engine.calls[a_call_id()]
    assert call.stage is Stage.TALKING and not call.aside
    assert [type(one).__name__ for one in work.facts] == ["LegEnded", "ConsultEnded"]
    assert work.facts[-1].reason == "interrupted"
    caller, agent, colleague = call.legs
    assert cmd.HangUp(call=call.id, channel=colleague.channel) in work.commands
    assert cmd.StopMusic(call=call.id, channel=caller.channel) in work.commands
    back = cmd.Connect(call=call.id, bridge=talk_bridge(call.id), channels=(caller.channel,), there=True)
    assert back in work.commands
    assert agent.ended_at is None


def test_caller_who_was_being_sent_on_is_let_go_with_his_agents_time_on_record():
    world = a_consulting_office(until=15)
    world.asterisk._end(world.engine.calls[a_call_id()].legs[1].channel, 16)
    assert world.engine.calls[a_call_id()].stage is Stage.PASSING
    engine, work = taken_over(world)
    call = engine.calls[a_call_id()]
    assert call.stage is Stage.CLEARING and call.outcome is Outcome.ANSWERED
    assert {one.channel for one in work.commands} == {call.legs[0].channel, call.legs[2].channel}


def test_channel_that_belongs_to_no_call_is_looked_after_when_its_news_had_time_to_come():
    strays = Strays({CALLER: a_call_id()}.get)
    assert strays.look([CALLER, PHONE], 100.0) == []
    assert strays.look([CALLER, PHONE], 101.5) == []
    assert strays.look([CALLER, PHONE], 100.0 + LEFT_FOR) == [PHONE]
    assert strays.look([CALLER, PHONE], 103.5) == [], "once, then again after as long"
    assert strays.look([CALLER], 110.0) == []
