"""Supervisors in a talk and payments that are taken in one, told as stories on the simulated Asterisk."""

from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import Stage
from telephony.core.listening import ListeningAsked, ListeningOver, MaskingFailed, Way
from telephony.core.resume import resume
from telephony.core.values import AgentId, ChannelId, Endpoint
from tests.builders.calls import NINE, NUMBER, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
CALL = a_call_id()
ALL = frozenset(Way)
REQUEST = UUID(int=0xA5)
HERTHA = UUID(int=0x5AFE)  # who supervises
OWN_PHONE = ChannelId("her-own-call")


class Talk(World):
    """A caller talks with the first agent; every command that follows is kept."""

    def __init__(self, *agents, talk=120 * SECOND, **queue):
        super().__init__(a_plan(strategy="linear", **queue), *(agents or (an_agent(1),)))
        self.ordered = []
        self.asterisk.call(NINE, CALL, Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=talk))
        self.asterisk.run(NINE + 15 * SECOND)
        assert self.call.stage is Stage.TALKING

    @property
    def call(self):
        return self.engine.calls[CALL]

    def _wrote(self, work):
        super()._wrote(work)
        if hasattr(self, "ordered"):
            self.ordered += work.commands

    def happens(self, event):
        before = len(self.ordered)
        self.asterisk.happen(event)
        return self.ordered[before:]

    def asks(self, way=Way.LISTEN, *, may=ALL, by=HERTHA, supervisor=None, channel=OWN_PHONE, agent=None):
        """A supervisor asks, at a telephone that dialled a code unless told otherwise; the answer."""
        done = self.happens(
            ListeningAsked(
                call=CALL, at=self.asterisk.now, request=REQUEST, by=by, way=way, may=may, agent=agent,
                supervisor=supervisor, endpoint=Endpoint("seat-9"), channel=channel,
            )
        )  # fmt: skip
        (answer,) = (one.reason for one in done if isinstance(one, cmd.AnswerRequest))
        return answer

    def listens(self, way=Way.LISTEN, **who):
        """The same, and she is there and has ears."""
        assert self.asks(way, **who) == ""
        done = self.up(OWN_PHONE)
        return done + (self.up(self.call.listeners[-1].ears) if self.call.listeners[-1].ears else [])

    def up(self, channel):
        return self.happens(ev.LegReady(call=CALL, at=self.asterisk.now, channel=channel))

    def keys(self, key, channel=OWN_PHONE):
        return self.happens(ev.KeyPressed(call=CALL, at=self.asterisk.now, key=key, channel=channel))

    def agent_keys(self, keys):
        return [one for key in keys for one in self.keys(key, self.call.agent_leg.channel)]

    def goes(self, channel):
        return self.happens(ev.ChannelEnded(call=CALL, at=self.asterisk.now, channel=channel, cause=16))

    def told(self, *kinds):
        return [type(one).__name__ for one in self.facts if isinstance(one, kinds)]


def of(commands, kind):
    return [one for one in commands if isinstance(one, kind)]


LISTENINGS = (fact.ListeningBegan, fact.ListeningChanged, fact.ListeningEnded, fact.TalkTakenOver)


def test_listener_is_behind_two_walls_and_never_in_the_bridge_of_the_talk():
    talk = Talk()
    done = talk.listens()
    (ears,) = of(done, cmd.GiveEars)
    assert (ears.channel, ears.aloud) == (talk.call.agent_leg.channel, False)
    joined = {channel: one for one in of(done, cmd.Connect) for channel in one.channels}
    assert joined[OWN_PHONE].muted and not joined[ears.ears].muted
    assert not any(one.bridge.endswith("-talk") for one in of(done, cmd.Connect))
    assert talk.told(*LISTENINGS) == ["ListeningBegan"]


def test_supervisors_telephone_is_rung_where_she_has_dialled_no_code():
    talk = Talk()
    assert talk.asks(channel=None) == ""
    (leg,) = of(talk.ordered, cmd.CreateLeg)[-1:]
    assert (leg.endpoint, leg.originator) == ("seat-9", None)
    assert of(talk.up(leg.channel), cmd.DialLeg)
    assert not talk.told(*LISTENINGS), "who does not answer has heard nothing"
    talk.happens(ev.LegAnswered(call=CALL, at=talk.asterisk.now, channel=leg.channel))
    assert talk.told(*LISTENINGS) == ["ListeningBegan"]


def test_keys_turn_listening_into_whisper_and_barge_and_back():
    talk = Talk()
    first = talk.listens()
    done = talk.keys("5")
    assert of(done, cmd.HangUp)[0].channel == of(first, cmd.GiveEars)[0].ears
    (ears,) = of(done, cmd.GiveEars)
    assert ears.aloud and ears.ears != of(first, cmd.GiveEars)[0].ears
    assert not any(one.muted for one in of(talk.up(ears.ears), cmd.Connect))
    done = talk.keys("6")
    (joined,) = of(done, cmd.Connect)
    assert joined.bridge.endswith("-talk") and not joined.keys, "her keys reach nobody"
    done = talk.keys("4")
    assert of(done, cmd.TakeOut) and not of(done, cmd.GiveEars)[0].aloud
    assert [one.way for one in talk.facts if isinstance(one, fact.ListeningChanged)] == ["whisper", "barge", "listen"]


def test_key_of_a_way_for_which_she_has_no_right_does_nothing():
    talk = Talk()
    talk.listens(may=frozenset({Way.LISTEN}))
    assert not talk.keys("6") and not talk.keys("5")
    assert talk.call.listeners[0].way is Way.LISTEN


def test_second_request_of_the_same_supervisor_turns_her_and_rings_nobody():
    talk = Talk()
    talk.listens()
    assert talk.asks(Way.WHISPER, channel=None) == ""
    assert not of(talk.ordered, cmd.CreateLeg)[1:], "only the agent's own leg was ever made"
    assert [one.way for one in talk.call.listeners] == [Way.WHISPER]


def test_supervisor_who_hangs_up_harms_nobody():
    talk = Talk()
    talk.listens(Way.BARGE)
    talk.goes(OWN_PHONE)
    assert talk.call.stage is Stage.TALKING and not talk.call.listeners
    assert talk.told(*LISTENINGS) == ["ListeningBegan", "ListeningEnded"]


def test_supervisor_is_out_when_the_talk_is():
    talk = Talk()
    done = talk.listens()
    talk.asterisk.run()
    ears = of(done, cmd.GiveEars)[0].ears
    gone = {one.channel for one in of(talk.ordered, cmd.HangUp)}
    assert {OWN_PHONE, ears} <= gone
    assert [one.reason for one in talk.facts if isinstance(one, fact.ListeningEnded)] == ["talk_over"]
    assert not talk.engine.calls and not talk.engine._channels, "nothing is remembered"


def test_supervisor_is_out_when_she_asks_and_when_she_never_came():
    talk = Talk()
    talk.listens()
    talk.happens(ListeningOver(call=CALL, at=talk.asterisk.now, request=REQUEST, by=HERTHA))
    assert not talk.call.listeners and talk.told(*LISTENINGS) == ["ListeningBegan", "ListeningEnded"]
    assert talk.asks() == ""
    talk.asterisk.run(talk.asterisk.now + 31 * SECOND)
    assert not talk.call.listeners and len(talk.told(*LISTENINGS)) == 2


def test_taken_over_the_supervisor_talks_with_the_caller_and_the_agent_wraps_up():
    first, second = an_agent(1), an_agent(2)
    talk = Talk(first, second)
    talk.listens(supervisor=second.agent, by=second.agent)
    assert talk.asks(Way.TAKE_OVER, by=second.agent, supervisor=second.agent) == ""
    assert talk.call.stage is Stage.TALKING
    assert talk.call.agent_leg.agent == second.agent
    told = {one.agent: one.state for one in talk.states}
    assert (told[first.agent], told[second.agent]) == (State.WRAP_UP, State.TALKING)
    assert talk.told(*LISTENINGS) == ["ListeningBegan", "ListeningEnded", "TalkTakenOver"]
    talk.goes(OWN_PHONE)
    assert talk.call.stage is Stage.CLEARING, "her leg is the agent's now"


@pytest.mark.parametrize("way", [Way.WHISPER, Way.BARGE, Way.TAKE_OVER])
def test_she_is_taken_out_of_the_bridge_where_she_heard_before_it_is_destroyed(way):
    """Asterisk destroys a bridge in its own time: she was let go out of the talk that she had just joined, unheard."""
    second = an_agent(2)
    talk = Talk(an_agent(1), second)
    talk.listens(supervisor=second.agent, by=second.agent)
    before = len(talk.ordered)
    assert talk.asks(way, by=second.agent, supervisor=second.agent) == ""
    done = talk.ordered[before:]
    (out,) = of(done, cmd.TakeOut)
    (dropped,) = (one for one in of(done, cmd.DropBridge) if one.bridge == out.bridge)
    assert out.channel == OWN_PHONE
    assert done.index(out) < done.index(dropped)
    assert all(done.index(out) < done.index(joined) for joined in of(done, cmd.Connect))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"agent": AgentId(UUID(int=99))}, "not_in_call"),
        ({"supervisor": an_agent(1).agent}, "yourself"),
        ({"way": Way.TAKE_OVER}, "no_agent"),  # nobody who is known as an agent
    ],
)
def test_what_cannot_be_is_refused_in_a_word_and_changes_nothing(asked, reason):
    talk = Talk()
    assert talk.asks(**asked) == reason
    assert not talk.call.listeners


def test_nobody_is_listened_to_who_does_not_talk_yet():
    world = World(a_plan(), an_agent(1))
    world.asterisk.call(NINE, CALL, Caller(dialled=NUMBER, number="02161234567", keys=("", "0")))
    world.asterisk.run(NINE + 2 * SECOND)
    asked = ListeningAsked(call=CALL, at=world.asterisk.now, request=REQUEST, by=HERTHA, way=Way.LISTEN, may=ALL)
    (answer,) = of(world.engine.handle(asked).commands, cmd.AnswerRequest)
    assert answer.reason == "not_now"


def test_payment_silences_the_recording_and_the_callers_keys_and_ends_by_the_same_code():
    talk = Talk()
    done = talk.agent_keys("*6")
    assert [one.on for one in of(done, cmd.MaskRecording)] == [True]
    (joined,) = of(done, cmd.Connect)
    assert joined.channels == (talk.call.channel,) and not joined.keys
    done = talk.agent_keys("*6")
    assert [one.on for one in of(done, cmd.MaskRecording)] == [False]
    assert of(done, cmd.Connect)[0].keys
    assert talk.told(fact.RecordingPaused, fact.RecordingResumed) == ["RecordingPaused", "RecordingResumed"]


def test_callers_keys_and_those_of_a_supervisor_begin_no_payment():
    talk = Talk()
    talk.listens(Way.BARGE)
    for channel in (talk.call.channel, OWN_PHONE):
        for key in "*6":
            talk.keys(key, channel)
    assert talk.call.masked is None and not talk.told(fact.RecordingPaused)


@pytest.mark.parametrize("way", [Way.LISTEN, Way.WHISPER, Way.BARGE])
def test_while_a_payment_is_taken_no_supervisor_hears_and_afterwards_she_does(way):
    talk = Talk()
    talk.listens(way)
    done = talk.agent_keys("*6")
    gone = {one.channel for one in of(done, cmd.TakeOut)} | {one.channel for one in of(done, cmd.HangUp)}
    assert gone, "out of the bridge, or her ears are"
    assert not talk.keys("4") or not of(talk.ordered[-3:], cmd.GiveEars), "no key gives her ears back"
    done = talk.agent_keys("*6")
    back = talk.call.listeners[0].way
    assert of(done, cmd.GiveEars) if back is not Way.BARGE else OWN_PHONE in of(done, cmd.Connect)[-1].channels


def test_payment_ends_by_itself_after_the_queues_bound_and_with_the_talk():
    talk = Talk(longest_mask=10 * SECOND)
    talk.agent_keys("*6")
    talk.asterisk.run(talk.asterisk.now + 11 * SECOND)
    assert talk.call.masked is None
    talk.agent_keys("*6")
    talk.goes(talk.call.channel)
    assert [one.reason for one in talk.facts if isinstance(one, fact.RecordingResumed)] == ["time", "talk_over"]


def test_recording_that_does_not_obey_tells_the_agent():
    talk = Talk()
    talk.agent_keys("*6")
    done = talk.happens(MaskingFailed(call=CALL, at=talk.asterisk.now))
    assert [one.media for one in of(done, cmd.StartPrompt)] == [("sound:/zh/not-possible",)]
    assert talk.facts[-1].reason == "failed"


def test_new_switch_knows_who_listens_how_and_that_a_payment_is_being_taken():
    talk = Talk()
    talk.listens()
    talk.keys("5")
    talk.agent_keys("*6")
    again = resume(CALL, talk.facts, talk.engine.plan)
    (before,), (after,) = talk.call.listeners, again.listeners
    assert (after.way, after.channel, after.leg, after.may) == (before.way, OWN_PHONE, before.leg, ALL)
    assert again.masked == talk.call.masked and again.timers
    talk.agent_keys("*6")
    again = resume(CALL, talk.facts, talk.engine.plan)
    assert again.listeners[0].ears == talk.call.listeners[0].ears and again.masked is None
