"""An agent's telephone goes away in a talk, as with a page that is loaded again, and the caller is kept for him."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from telephony.ari.simulated import Caller
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.coming_back import COMES_BACK_WITHIN
from telephony.core.events import Wish
from telephony.core.values import Outcome
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
CALL = a_call_id()


def a_talk(*agents, talk=60 * SECOND):
    """A caller talks with the first agent from fifteen seconds after nine on."""
    world = World(a_plan(strategy="linear"), *agents)
    world.asterisk.call(NINE, CALL, Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=talk))
    world.asterisk.run(NINE + 15 * SECOND)
    world.asterisk.habits = replace(world.asterisk.habits, misses=0.0)
    return world


def wish(world, agent, what, after):
    def utter():
        at = world.asterisk.now
        world.asterisk.happen(
            ev.WishUttered(call=CALL, at=at, request=UUID(int=after), wish=what, agent=agent.agent)
        )  # fmt: skip

    world.asterisk.at(NINE + after * SECOND, utter)


def reachable(world, agent, there, after):
    world.asterisk.at(
        NINE + after * SECOND,
        lambda: world.asterisk.act(world.engine.phone(agent.endpoint, there, world.asterisk.now)),
    )  # fmt: skip


def to_its_end(world):
    world.asterisk.run()
    assert not world.engine.calls and not world.asterisk.phones and not world.asterisk.bridges, "nothing is left"
    return world.last(fact.CallEnded)


def told(world):
    return [one for one in world.kinds() if one.startswith(("AgentC", "AgentM", "Transfer", "Queue", "LegE"))]


def test_agent_who_loads_the_page_again_talks_on_with_his_caller():
    world = a_talk(first := an_agent(1), an_agent(2))
    wish(world, first, Wish.STEP_AWAY, 16)
    wish(world, first, Wish.COME_BACK, 18)
    end = to_its_end(world)
    assert (end.outcome, world.last(fact.AgentConnected).agent) == (Outcome.ANSWERED, first.agent)
    assert told(world) == [
        "QueueEntered", "QueueLeft", "AgentConnected", "TransferBegun", "LegEnded", "AgentConnected", "LegEnded",
        "LegEnded",
    ]  # fmt: skip


def test_agent_whose_browser_died_without_a_word_comes_back_all_the_same():
    world = a_talk(first := an_agent(1))
    wish(world, first, Wish.COME_BACK, 20)
    to_its_end(world)
    assert world.kinds().count("AgentConnected") == 2


def test_whoever_asks_before_his_telephone_has_registered_asks_again():
    world = a_talk(first := an_agent(1))
    wish(world, first, Wish.STEP_AWAY, 16)
    reachable(world, first, False, 17)
    wish(world, first, Wish.COME_BACK, 18)
    reachable(world, first, True, 19)
    wish(world, first, Wish.COME_BACK, 20)
    to_its_end(world)
    assert world.kinds().count("AgentConnected") == 2
    assert "TransferFailed" not in world.kinds()


def test_agent_who_does_not_come_back_leaves_the_caller_to_the_queue():
    first, second = an_agent(1), an_agent(2)
    world = a_talk(first, second, talk=120 * SECOND)
    wish(world, first, Wish.STEP_AWAY, 16)
    reachable(world, first, False, 17)
    to_its_end(world)
    connected = [one for one in world.facts if isinstance(one, fact.AgentConnected)]
    assert [one.agent for one in connected] == [first.agent, second.agent]
    assert connected[1].at - connected[0].at > COMES_BACK_WITHIN


def test_caller_who_hangs_up_meanwhile_leaves_nothing_behind():
    world = a_talk(first := an_agent(1), talk=8 * SECOND)
    wish(world, first, Wish.STEP_AWAY, 16)
    to_its_end(world)
    assert "AgentMissed" not in world.kinds()


def test_caller_hears_music_while_the_telephone_is_away():
    world = a_talk(first := an_agent(1))
    wish(world, first, Wish.STEP_AWAY, 16)
    world.asterisk.run(NINE + 17 * SECOND)
    call = world.engine.calls[CALL]
    assert call.aside == {0} and call.legs[1].ended_at is not None


def test_nobody_else_can_have_the_caller_of_one_who_went_away():
    world = a_talk(first := an_agent(1), second := an_agent(2))
    wish(world, first, Wish.STEP_AWAY, 16)
    wish(world, second, Wish.COME_BACK, 17)
    world.asterisk.run(NINE + 18 * SECOND)
    assert world.kinds().count("AgentConnected") == 1
