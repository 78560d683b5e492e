"""An agent consults by a second call of the telephone: hold, call a third, leave the caller to it by REFER, or not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import Stage
from telephony.core.resume import resume
from telephony.core.values import ChannelId, Endpoint, Outcome, talk_bridge
from telephony.journal.projection import fold
from telephony.journal.queue_log import call_rows
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent
from tests.unit.telephony.core.test_callback_stories import HERE

SECOND = timedelta(seconds=1)
CALL = a_call_id()
MOBILE = "013800000002"
LINE_ONE = ChannelId(f"{CALL}-1")


class Desk(World):
    """Agent 1 talks with a caller, and has a telephone of two lines; agent 2 is ready."""

    def __init__(self, **queue):
        self.orders = []
        plan = replace(a_plan(**{"strategy": "linear"} | queue), numbering=HERE)
        super().__init__(plan, an_agent(1), an_agent(2))
        script = Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=120 * SECOND)
        self.asterisk.call(NINE, CALL, script)
        self.passes(25)
        assert self.call.stage is Stage.TALKING

    def _wrote(self, work):
        super()._wrote(work)
        self.orders += work.commands

    @property
    def call(self):
        return self.engine.calls[CALL]

    @property
    def agent(self):
        return self.call.legs[1]

    @property
    def inside(self):
        return self.asterisk.bridges[talk_bridge(CALL)]

    def happens(self, kind, channel, **details):
        self.asterisk.happen(kind(call=CALL, at=self.asterisk.now, channel=channel, **details))

    def passes(self, seconds):
        until = self.asterisk.now + seconds * SECOND
        self.asterisk.run(until)
        self.asterisk.now = until

    def asks(self, target="2", held=True, seconds=10):
        """The telephone holds line 1 and calls on line 2; who is called has answered after some seconds."""
        if held:
            self.happens(ev.LegHeld, LINE_ONE)
        line = self.asterisk.dial(self.asterisk.now, Endpoint("seat-1"), target)
        self.passes(seconds)
        return line


@pytest.fixture
def desk():
    return Desk()


def outcome(desk):
    desk.asterisk.run()
    assert not desk.engine.calls and not desk.engine._channels, "nothing is left behind"
    return desk.last(fact.CallEnded).outcome


def test_caller_is_left_to_the_third_by_refer_with_replaces(desk):
    line = desk.asks()
    caller = desk.call.channel
    assert desk.call.stage is Stage.APART
    assert desk.inside == {line, desk.call.legs[2].channel}, "agent, on line 2, and third"
    assert (desk.agent.channel, desk.agent.line.channel, desk.agent.line.held) == (line, LINE_ONE, True)
    desk.happens(ev.BlindAsked, LINE_ONE, target="2", replaces=line)
    assert desk.call.stage is Stage.TALKING
    desk.passes(1)
    assert desk.inside == {caller, desk.call.legs[2].channel}
    tells = [one for one in desk.orders if isinstance(one, cmd.TellPhone)]
    assert [(one.channel, one.state) for one in tells] == [(LINE_ONE, "channel_answered")]
    gone = {one.channel for one in desk.orders if isinstance(one, cmd.HangUp)}
    assert {LINE_ONE, line} <= gone, "both lines of the telephone are free"
    assert outcome(desk) is Outcome.ANSWERED
    kinds = [one for one in desk.kinds() if one.startswith(("Consult", "Transfer", "Line", "Leg"))]
    assert kinds[:7] == [
        "LegHeld", "ConsultBegun", "LegResumed", "LineChanged", "ConsultAnswered", "LegEnded", "TransferCompleted",
    ]  # fmt: skip
    folded = fold(CALL, desk.facts)
    caller_leg, agent, third = folded.legs
    assert caller_leg.held == pytest.approx(10 * SECOND, abs=SECOND)
    assert (agent.held + agent.talked, third.agent_id) == (agent.ended_at - agent.answered_at, an_agent(2).agent)
    rows = [row.event for row in call_rows(desk.facts, {})]
    assert "ATTENDEDTRANSFER" in rows
    assert desk.kinds().count("RecordingStarted") == 1


@pytest.mark.parametrize("target", [MOBILE, "tickets"])
def test_third_may_be_a_number_outside_or_whoever_is_free_in_a_queue(target):
    desk = Desk()
    line = desk.asks(target)
    assert desk.call.stage is Stage.APART
    desk.happens(ev.BlindAsked, LINE_ONE, target=target, replaces=line)
    assert outcome(desk) is Outcome.ANSWERED


@pytest.mark.parametrize("answered", [True, False])
def test_line_2_is_hung_up_and_the_caller_hears_music_until_line_1_is_taken_from_hold(desk, answered):
    line = desk.asks(seconds=10 if answered else 1)
    caller = desk.call.channel
    assert desk.call.stage is (Stage.APART if answered else Stage.ENQUIRING)
    desk.asterisk._end(line, 16)
    assert (desk.call.stage, desk.agent.channel, desk.agent.line) == (Stage.TALKING, LINE_ONE, None)
    assert caller in desk.asterisk.music and desk.agent.held
    desk.happens(ev.LegResumed, LINE_ONE)
    assert desk.inside >= {caller, LINE_ONE} and not desk.asterisk.music
    assert not desk.agent.held and not desk.call.aside
    assert desk.last(fact.ConsultEnded).reason == "cancelled"
    assert outcome(desk) is Outcome.ANSWERED


def test_line_1_is_taken_back_and_line_2_again_who_does_not_talk_hears_music(desk):
    line = desk.asks()
    caller, third = desk.call.channel, desk.call.legs[2].channel
    desk.happens(ev.LegHeld, line)
    desk.happens(ev.LegResumed, LINE_ONE)
    assert desk.inside == {caller, LINE_ONE} and desk.asterisk.music == {third}
    desk.happens(ev.LegHeld, LINE_ONE)
    desk.happens(ev.LegResumed, line)
    assert desk.inside == {third, line} and desk.asterisk.music == {caller}
    desk.happens(ev.BlindAsked, line, target="2", replaces=LINE_ONE)
    desk.passes(1)
    assert desk.inside == {caller, third}
    assert outcome(desk) is Outcome.ANSWERED


def test_line_1_taken_back_while_line_2_still_rings_ends_the_asking(desk):
    desk.asks(seconds=1)
    desk.happens(ev.LegResumed, LINE_ONE)
    assert (desk.call.stage, desk.agent.channel, desk.agent.line) == (Stage.TALKING, LINE_ONE, None)
    assert desk.inside >= {desk.call.channel, LINE_ONE}
    assert outcome(desk) is Outcome.ANSWERED


def test_line_1_is_hung_up_and_the_caller_is_not_lost(desk):
    line = desk.asks()
    desk.asterisk._end(LINE_ONE, 16)
    assert (desk.call.stage, desk.agent.channel, desk.agent.line) == (Stage.APART, line, None)
    desk.asterisk._end(line, 16)
    assert desk.call.stage is Stage.TALKING, "caller and third, as if completed"
    assert desk.kinds().count("TransferCompleted") == 1
    assert outcome(desk) is Outcome.ANSWERED


def test_three_talk_on_line_2_and_line_1_is_only_a_line(desk):
    line = desk.asks()
    for key in "*3":
        desk.happens(ev.KeyPressed, line, key=key)
    assert desk.call.stage is Stage.TOGETHER
    assert desk.inside == {desk.call.channel, line, desk.call.legs[2].channel}
    desk.asterisk._end(LINE_ONE, 16)
    assert desk.inside == {desk.call.channel, line, desk.call.legs[2].channel}
    desk.asterisk._end(line, 16)
    assert desk.call.stage is Stage.TALKING
    assert outcome(desk) is Outcome.ANSWERED


def test_third_who_hangs_up_gives_the_caller_back_on_line_1(desk):
    line = desk.asks()
    desk.asterisk._end(desk.call.legs[2].channel, 16)
    assert (desk.call.stage, desk.agent.channel) == (Stage.TALKING, LINE_ONE)
    assert line in {one.channel for one in desk.orders if isinstance(one, cmd.HangUp)}
    desk.happens(ev.LegResumed, LINE_ONE)
    assert not desk.call.aside
    assert outcome(desk) is Outcome.ANSWERED


def test_caller_who_hangs_up_leaves_the_two_and_line_1_goes_with_the_talk(desk):
    desk.asks()
    desk.asterisk._end(desk.call.channel, 16)
    assert desk.call.stage is Stage.TOGETHER
    desk.asterisk._end(desk.agent.channel, 16)
    desk.passes(1)
    assert outcome(desk) is Outcome.ANSWERED


@pytest.mark.parametrize("target", ["9999", "2"])
def test_second_call_that_cannot_be_is_turned_away_in_words_and_nothing_changes(target):
    desk = Desk()
    if target == "2":
        desk.asterisk.act(desk.engine.follow({an_agent(1).agent: an_agent(1)}, NINE + 25 * SECOND))
    line = desk.asks(target)
    assert [one.channel for one in desk.orders if isinstance(one, cmd.TurnAway)] == [line]
    assert (desk.call.stage, desk.agent.channel, desk.agent.line) == (Stage.TALKING, LINE_ONE, None)
    assert desk.agent.held, "the telephone holds line 1 still"
    assert desk.engine.call_of(line) is None
    desk.happens(ev.LegResumed, LINE_ONE)
    assert outcome(desk) is Outcome.ANSWERED


def test_third_line_is_turned_away(desk):
    desk.asks()
    third = desk.asks("2", held=False)
    assert [one.channel for one in desk.orders if isinstance(one, cmd.TurnAway)] == [third]
    assert desk.call.stage is Stage.APART


def test_consultation_by_telephone_outlives_the_switch(desk):
    line = desk.asks()
    again = resume(CALL, [one for one in desk.facts if one.call == CALL], desk.engine.plan)
    assert again.stage is Stage.APART
    leg = again.legs[1]
    assert (leg.channel, leg.line.channel, again.transfer.line) == (line, LINE_ONE, line)
    assert desk.engine.floor.agents[an_agent(1).agent].state is State.TALKING
