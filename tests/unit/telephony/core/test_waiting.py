"""What waiting callers meet: announcements, offers by key, overflow, an emptied queue, and the agent they know."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import facts as fact
from telephony.core.acd.empty import NEVER, rule_of
from telephony.core.acd.estimate import UNKNOWN, expected_wait, learn, place_in_words
from telephony.core.acd.sticky import Talk
from telephony.core.flow import Finish, Say, ToQueue
from telephony.core.plan import Demand, MemberPlan
from telephony.core.values import AgentId, Outcome, QueueId
from tests.builders.calls import (
    FLOW,
    MUSEUM,
    NEIGHBOUR,
    NINE,
    NUMBER,
    QUEUE,
    World,
    a_call_id,
    a_flow,
    a_plan,
    a_queue,
    an_agent,
)

SECOND = timedelta(seconds=1)
LONG = 900 * SECOND
SECOND_QUEUE = QueueId(UUID(int=12))


class Evening(World):
    """A world that also keeps the commands that reached Asterisk."""

    def __init__(self, plan, *agents, **more):
        self.commands = []
        super().__init__(plan, *agents, **more)

    def _wrote(self, work):
        super()._wrote(work)
        self.commands += work.commands

    def caller(self, no=1, at=0 * SECOND, keys=("0",), number="02161234567", **habits):
        script = {"patience": LONG, "talk": 60 * SECOND} | habits
        self.asterisk.call(NINE + at, a_call_id(no), Caller(dialled=NUMBER, number=number, keys=("", *keys), **script))

    def presence(self, at, *agents):
        sessions = {one.agent: one for one in agents}
        self.asterisk.at(NINE + at, lambda: self.asterisk.act(self.engine.follow(sessions, self.asterisk.now)))

    def run(self, until=LONG * 2):
        self.asterisk.run(until=NINE + until)
        return self

    def offers(self):
        return [(one.call.int & 0xFFFF, one.agent.int) for one in self.facts if isinstance(one, fact.AgentOffered)]

    def left(self, no=1):
        return [one.reason for one in self.facts if isinstance(one, fact.QueueLeft) and one.call == a_call_id(no)]

    def outcome(self, no=1):
        return next(
            one.outcome for one in self.facts if isinstance(one, fact.CallEnded) and one.call == a_call_id(no)
        )  # fmt: skip

    def said(self):
        return [one.media for one in self.commands if isinstance(one, cmd.StartPrompt)]


def a_hall(*, node=None, nodes=None, prompts=(), other=None, **queue):
    """The museum with queue rules, what its queue's node has, further nodes, and perhaps a second queue."""
    plan = a_plan(**queue)
    agent = replace(ToQueue(queue=QUEUE), **(node or {}))
    queues = plan.queues | ({} if other is None else {SECOND_QUEUE: a_queue(id=SECOND_QUEUE, code="second", **other)})
    words = {(None, name, "zh"): f"sound:/zh/{name}" for name in prompts}
    return replace(
        plan, flows=plan.flows | {FLOW: a_flow(agent=agent, **(nodes or {}))}, queues=queues,
        prompts=plan.prompts | words,
    )  # fmt: skip


WORDS = (*(f"position-{no}" for no in range(1, 11)), "wait-5", "wait-10", "wait-3", "we-care", "visit-us")


# Announcements.


def test_waiting_callers_hear_place_and_wait_and_the_tenants_messages_in_turn():
    hall = a_hall(prompts=WORDS, announce_every=30 * SECOND, messages=("we-care", "visit-us"))
    world = Evening(hall, an_agent(1))
    world.caller(1, talk=200 * SECOND)
    world.caller(2, at=SECOND, number="02161230000", patience=80 * SECOND)
    world.run()
    told = [one for one in world.facts if isinstance(one, fact.WaitForeseen)]
    assert [(one.position, one.seconds, one.call) for one in told] == [(1, UNKNOWN, a_call_id(2))] * 2
    assert [media for media in world.said() if "sound:/zh/position-1" in media] == [
        ("sound:/zh/position-1", "sound:/zh/wait-5", "sound:/zh/we-care"),
        ("sound:/zh/position-1", "sound:/zh/wait-5", "sound:/zh/visit-us"),
    ]


def test_nothing_is_announced_while_a_phone_rings_for_the_caller():
    hall = a_hall(prompts=WORDS, announce_every=5 * SECOND, ring=30 * SECOND, misses_allowed=1)
    world = Evening(hall, an_agent(1), misses=1.0)
    world.caller(patience=28 * SECOND)
    world.run()
    assert "WaitForeseen" not in world.kinds()


def test_music_stops_for_the_announcement_and_goes_on_behind_it():
    world = Evening(a_hall(prompts=WORDS, announce_every=30 * SECOND), an_agent(1, paused=True))
    world.caller(patience=60 * SECOND)
    world.run()
    kinds = [type(one) for one in world.commands if isinstance(one, cmd.StartMusic | cmd.StopMusic | cmd.StartPrompt)]
    assert kinds[-4:] == [cmd.StartMusic, cmd.StopMusic, cmd.StartPrompt, cmd.StartMusic]


# The estimate.


def test_estimate_is_place_times_mean_over_agents():
    assert expected_wait(3, 2, 100.0) == timedelta(seconds=150)
    assert expected_wait(1, 4, None) == timedelta(seconds=UNKNOWN / 4)
    assert expected_wait(1, 0, 100.0) is None
    assert learn(None, 80) == 80
    assert learn(100.0, 200) == pytest.approx(110)


def test_estimate_learns_from_the_queues_calls_with_their_wrap_up():
    world = Evening(a_hall(wrap_up=20 * SECOND), an_agent(1))
    world.caller(talk=60 * SECOND)
    world.run()
    handling = world.engine.floor.lines[QUEUE].handling
    assert 80 < handling < 90, "a ring of 2 to 6 s, 60 s of talk, 20 s of wrap-up"


@pytest.mark.parametrize(
    ("position", "seconds", "said"),
    [
        (1, 59, ["position-1", "wait-1"]),
        # A minute is not less than a minute.
        (2, 60, ["position-2", "wait-2"]),
        (11, 1799, ["position-many", "wait-30"]),
        (10, 1800, ["position-10", "wait-long"]),
        # Nobody is there: the place alone.
        (4, None, ["position-4"]),
    ],
)
def test_place_and_wait_in_words(position, seconds, said):
    wait = None if seconds is None else timedelta(seconds=seconds)
    assert place_in_words(a_queue(), position, wait) == tuple(map(Say, said))


def test_what_the_queue_does_not_want_told_is_not_said():
    assert place_in_words(a_queue(say_position=False, say_wait=False), 1, SECOND) == ()


# Offers by key.


def test_key_while_waiting_leads_to_its_node_and_is_a_reason_of_its_own():
    hall = a_hall(node={"keys": {"2": "tickets"}, "say": (Say("menu"),)})
    world = Evening(hall, an_agent(1, paused=True))
    world.caller(keys=("0", "2"))
    world.run()
    assert world.left() == ["exit_with_key"]
    assert world.last(fact.QueueLeft).key == "2"
    assert world.outcome() == Outcome.INFORMED


def test_key_while_a_phone_rings_stops_the_phone_and_frees_the_agent():
    hall = a_hall(node={"keys": {"2": "tickets"}, "say": (Say("menu"),)}, misses_allowed=1)
    world = Evening(hall, an_agent(1), misses=1.0)
    world.caller(keys=("0", "2"))
    world.run()
    assert world.left() == ["exit_with_key"]
    assert "AgentMissed" not in world.kinds(), "the agent has missed nothing"
    assert world.engine.floor.agents[an_agent(1).agent].available
    assert not world.asterisk.phones


def test_key_that_is_not_offered_changes_nothing():
    hall = a_hall(node={"keys": {"2": "tickets"}, "say": (Say("menu"),)})
    world = Evening(hall, an_agent(1))
    world.caller(keys=("0", "7"))
    world.run()
    assert world.outcome() == Outcome.ANSWERED


@pytest.mark.parametrize(
    ("node", "keys", "patience", "outcome"),
    [
        # Never in a queue: hung up in the menu.
        ({}, ("", ""), 8, Outcome.ABANDONED_IN_MENU),
        # Left by a key, and hung up in what followed.
        ({"keys": {"2": "menu"}, "say": (Say("menu"),)}, ("", "0", "2"), 13, Outcome.LEFT_QUEUE),
        # Waited too long, was sent on, and hung up there.
        ({"otherwise": {Outcome.QUEUE_TIMEOUT: "menu"}}, ("", "0"), 38, Outcome.QUEUE_TIMEOUT),
        # Left by a key, came back, and gave up in the queue after all.
        ({"keys": {"2": "menu"}, "say": (Say("menu"),)}, ("", "0", "2", "0"), 25, Outcome.ABANDONED),
        # Left by a key, and heard what he had chosen to its end.
        ({"keys": {"2": "tickets"}, "say": (Say("menu"),)}, ("", "0", "2"), 60, Outcome.INFORMED),
    ],
)
def test_caller_who_hangs_up_behind_a_queue_counts_as_the_queue_let_him_go(node, keys, patience, outcome):
    """He used to be told as one who had hung up before any queue."""
    world = World(a_hall(node=node, max_wait=30 * SECOND), an_agent(1, paused=True))
    world.asterisk.call(
        NINE, a_call_id(), Caller(dialled=NUMBER, number="02161234567", keys=keys, patience=patience * SECOND)
    )
    world.asterisk.run()
    assert world.last(fact.CallEnded).outcome == outcome


# Overflow.


def test_overflow_to_another_queue_keeps_the_time_of_entry():
    second = {"members": {an_agent(2).agent: MemberPlan()}}
    first = {"members": {an_agent(1).agent: MemberPlan()}, "max_wait": 60 * SECOND}
    hall = a_hall(
        node={"otherwise": {Outcome.QUEUE_TIMEOUT: "second"}}, other=second, **first,
        nodes={
            "second": ToQueue(queue=SECOND_QUEUE),
            "menu": replace(a_flow().nodes["menu"], choices={"0": "agent", "1": "second"}),
        },
    )  # fmt: skip
    world = Evening(hall, an_agent(1, paused=True), an_agent(2, paused=True))
    world.caller(1)
    world.caller(2, at=40 * SECOND, keys=("1",), number="02161230000")
    world.presence(120 * SECOND, an_agent(1, paused=True), an_agent(2))
    world.run()
    assert world.left(1) == ["queue_timeout", "connected"]
    assert world.offers() == [(1, 2), (2, 2)], "the one who came first is served first, though he came over later"


# A queue that empties.


@pytest.mark.parametrize("leaves", [(), (an_agent(1, paused=True),)])
def test_callers_are_sent_on_when_the_last_agent_goes_or_pauses(leaves):
    hall = a_hall(
        leave_empty=frozenset({"paused"}), node={"otherwise": {Outcome.NO_AGENT: "sorry"}},
        nodes={"sorry": Finish(outcome=Outcome.NO_AGENT)},
    )  # fmt: skip
    world = Evening(hall, an_agent(1))
    world.caller(1, talk=20 * SECOND)
    world.caller(2, at=SECOND, number="02161230000")
    world.presence(25 * SECOND, *leaves)
    world.run()
    assert (world.left(1), world.left(2)) == (["connected"], ["no_agent"])
    assert world.outcome(2) == Outcome.NO_AGENT


def test_callers_stay_when_the_queue_lets_them():
    world = Evening(a_hall(), an_agent(1, paused=True))
    world.caller(patience=200 * SECOND)
    world.presence(60 * SECOND)
    world.presence(120 * SECOND, an_agent(1))
    world.run()
    assert world.left() == ["connected"]


@pytest.mark.parametrize(
    ("words", "joining", "rule"),
    [
        ("yes", True, NEVER), ("no", False, NEVER),
        # app_queue's no for joinempty and yes for leavewhenempty count out paused agents.
        ("no", True, {"paused"}), ("yes", False, {"paused"}),
        ("strict", True, {"paused", "unavailable"}), ("loose", False, set()),
        ("paused, wrapup", True, {"paused", "wrapup"}), ("penalty,inuse", False, {"inuse"}),
    ],
)  # fmt: skip
def test_words_for_empty_queues_mean_what_they_mean_to_app_queue(words, joining, rule):
    assert rule_of(words, joining=joining) == rule


def test_unknown_word_for_empty_queues_is_refused():
    with pytest.raises(ValueError, match="maybe"):
        rule_of("paused,maybe", joining=True)


# Demands, retry, sharing.


def test_demand_relaxes_while_the_caller_waits():
    demands = (Demand(skills={"dutch": 3}), Demand(after=30 * SECOND, skills={"dutch": 1}))
    world = Evening(a_hall(demands=demands), an_agent(1, dutch=1))
    world.caller()
    world.run()
    entered = next(one.at for one in world.facts if isinstance(one, fact.QueueEntered))
    offered = next(one.at for one in world.facts if isinstance(one, fact.AgentOffered))
    assert offered - entered == 30 * SECOND


def test_caller_rests_after_a_ring_without_an_answer_while_others_go_on():
    world = Evening(a_hall(retry=10 * SECOND, ring=20 * SECOND, misses_allowed=9), an_agent(1), misses=1.0)
    world.caller(patience=100 * SECOND)
    world.run()
    missed = [one.at for one in world.facts if isinstance(one, fact.AgentMissed)]
    offered = [one.at for one in world.facts if isinstance(one, fact.AgentOffered)]
    assert all(again - miss == 10 * SECOND for miss, again in zip(missed, offered[1:], strict=False))
    assert len(offered) == 4


def test_operators_agent_serves_two_clients_and_a_heavier_queue_does_not_starve_the_lighter():
    shared = an_agent(1)
    members = {shared.agent: MemberPlan()}
    heavy = {"tenant": MUSEUM, "weight": 9, "wrap_up": 0 * SECOND}
    hall = a_hall(
        other={"tenant": MUSEUM, "members": members, "wrap_up": 0 * SECOND, "max_wait": LONG}, members=members, **heavy,
        nodes={
            "second": ToQueue(queue=SECOND_QUEUE),
            "menu": replace(a_flow().nodes["menu"], choices={"0": "agent", "1": "second"}),
        },
    )  # fmt: skip
    world = Evening(hall, shared)
    world.caller(100, keys=("1",), number="02161230000", at=SECOND)
    for no in range(20):
        world.caller(no, at=30 * no * SECOND, talk=40 * SECOND, number=f"0216124{no:04}")
    world.run()
    light = next(one for one in world.facts if isinstance(one, fact.AgentConnected) and one.call == a_call_id(100))
    waited = light.at - NINE
    assert waited < timedelta(seconds=300), "overdue after three minutes, then first"


def test_neighbours_agent_is_not_offered_without_being_named():
    world = Evening(a_hall(), an_agent(1, tenant=NEIGHBOUR))
    world.caller()
    world.run()
    assert world.outcome() == Outcome.NO_AGENT


# The agent whom the caller knows.


def known_world(*agents, sticky=3600 * SECOND, **more):
    world = Evening(a_hall(sticky=sticky, wrap_up=0 * SECOND, **more), *agents)
    world.caller(1, talk=20 * SECOND)
    return world


def test_caller_who_comes_back_gets_the_same_agent_though_another_has_been_ready_longer():
    world = known_world(an_agent(1), an_agent(2))
    world.caller(2, at=100 * SECOND)
    assert world.run().offers() == [(1, 1), (2, 1)]


def test_without_sticky_the_one_who_has_been_ready_longer_gets_the_second_call():
    world = known_world(an_agent(1), an_agent(2), sticky=0 * SECOND)
    world.caller(2, at=100 * SECOND)
    assert world.run().offers() == [(1, 1), (2, 2)]


def test_after_the_set_time_or_while_he_talks_any_agent_serves():
    world = known_world(an_agent(1), an_agent(2), sticky=60 * SECOND)
    world.caller(2, at=200 * SECOND)
    assert world.run().offers() == [(1, 1), (2, 2)]
    busy = known_world(an_agent(1), an_agent(2))
    busy.caller(2, at=5 * SECOND, number="02161234567")
    assert busy.run().offers() == [(1, 1), (2, 2)]


def test_known_agent_who_does_not_answer_is_not_waited_for():
    world = Evening(a_hall(sticky=3600 * SECOND, misses_allowed=9), an_agent(1), an_agent(2), misses=1.0)
    world.engine.remember([Talk(MUSEUM, "02161234567", AgentId(UUID(int=2)), NINE - 60 * SECOND)])
    world.caller(patience=70 * SECOND)
    assert [agent for _, agent in world.run().offers()][:2] == [2, 1]
