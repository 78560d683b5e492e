"""Consultations, talks of three and numbers outside, told as stories on the simulated Asterisk: who hears whom."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ari.simulated import Caller, Telephone
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.agents import State
from telephony.core.call import Stage
from telephony.core.events import Wish
from telephony.core.plan import Numbering
from telephony.core.values import EndedBy, Endpoint, Outcome
from telephony.journal.projection import fold
from tests.builders.calls import NINE, NUMBER, RESCUE, World, a_call_id, a_plan, an_agent

SECOND = timedelta(seconds=1)
CALL = a_call_id()


def as_keyed(keyed):
    """E.164 of what people here key."""
    return keyed if keyed.startswith("+") else f"+86{keyed}" if keyed.startswith("1") else ""


HERE = Numbering(country="86", read=as_keyed)
FIRST, OTHER = an_agent(1), an_agent(2)


class Office(World):
    """A caller talks with the first agent from fifteen seconds after nine on; requests are answered into `answers`."""

    def __init__(self, *agents, plan=None, talk=60 * SECOND, misses=0.0):
        self.answers = []
        plan = replace(plan or a_plan(strategy="linear"), numbering=HERE)
        super().__init__(plan, *(agents or (FIRST, OTHER)))
        self.asterisk.call(NINE, CALL, Caller(dialled=NUMBER, number="02161234567", keys=("", "0"), talk=talk))
        self.until(15)
        self.asterisk.habits = replace(self.asterisk.habits, misses=misses)
        assert self.call.stage is Stage.TALKING

    def _wrote(self, work):
        super()._wrote(work)
        self.answers += [one.reason for one in work.commands if isinstance(one, cmd.AnswerRequest)]

    @property
    def call(self):
        return self.engine.calls[CALL]

    def until(self, seconds):
        """Let time pass to so long after nine."""
        self.asterisk.run(NINE + seconds * SECOND)
        self.asterisk.now = NINE + seconds * SECOND
        return self

    def wish(self, wish, target="", agent=None, after=0):
        """An agent asks; the answer comes at once."""
        self.asterisk.happen(
            ev.WishUttered(
                call=CALL, at=self.asterisk.now, request=UUID(int=len(self.answers)), wish=Wish(wish), target=target,
                agent=agent,
            )
        )  # fmt: skip
        return self.answers[-1]

    def key(self, keys, leg=1):
        """Somebody keys digits."""
        for key in keys:
            self.asterisk.happen(
                ev.KeyPressed(call=CALL, at=self.asterisk.now, key=key, channel=self.call.legs[leg].channel)
            )

    def hangs_up(self, leg):
        """A party hangs up."""
        self.asterisk._end(self.call.legs[leg].channel, 16)

    def talk(self):
        """The numbers of the legs in the talk, and of those who hear music; when Asterisk has done what it was told."""
        self.asterisk.run(self.asterisk.now + timedelta(milliseconds=5))
        channels = {leg.channel: leg.no for leg in self.call.legs}
        (inside,) = self.asterisk.bridges.values()
        return {channels[one] for one in inside}, {channels[one] for one in self.asterisk.music}

    def end(self):
        """Let the call come to its end; what is on record then."""
        self.asterisk.run()
        assert not self.engine.calls and not self.engine.lines.busy, "the call is forgotten, and its lines are free"
        assert not self.asterisk.phones and not self.asterisk.bridges and not self.asterisk.music, "nothing is left"
        assert all(agent.call is None for agent in self.engine.floor.agents.values())
        return fold(CALL, self.facts)


def consulting(*agents, **changes):
    """The first agent consults the second, and both talk; the caller hears music."""
    office = Office(*agents, **changes)
    assert office.wish("consult", "2") == ""
    office.until(25)
    assert office.call.stage is Stage.APART and office.talk() == ({1, 2}, {0})
    return office


def states_of(office, agent):
    return [state.state for state in office.states if state.agent == agent.agent]


def test_caller_on_hold_hears_music_until_he_is_taken_back():
    office = Office()
    assert office.wish("hold") == "" and office.talk() == ({1}, {0})
    assert office.wish("hold") == "not_now", "he is held already"
    office.until(25)
    assert office.wish("resume") == "" and office.talk() == ({0, 1}, set())
    assert office.wish("resume") == "not_now"
    told = office.end()
    assert states_of(office, FIRST)[:4] == [State.RINGING, State.TALKING, State.HOLD, State.TALKING]
    assert told.legs[1].held == 10 * SECOND


def test_caller_is_left_to_the_colleague_who_was_consulted():
    office = consulting()
    office.until(30)
    assert office.wish("complete") == ""
    assert office.talk() == ({0, 2}, set()) and office.call.stage is Stage.TALKING
    told = office.end()
    caller, first, other = told.legs
    assert told.call.outcome == Outcome.ANSWERED and told.call.agent_id == FIRST.agent
    assert caller.held == 15 * SECOND, "from the wish to the end of the consultation"
    assert first.ended_at == NINE + 30 * SECOND and first.held == other.answered_at - NINE - 15 * SECOND
    assert first.talked + first.held == first.ended_at - first.answered_at
    assert other.held == timedelta(0) and other.talked == caller.ended_at - other.answered_at
    assert told.call.talked == caller.talked + caller.held, "what two agents talk at once counts once"


def test_agent_who_hangs_up_in_a_consultation_leaves_the_caller_to_the_colleague():
    office = consulting()
    office.hangs_up(1)
    assert office.talk() == ({0, 2}, set())
    assert "TransferCompleted" in office.kinds()
    assert office.end().call.ended_by == EndedBy.CALLER


def test_agent_takes_the_caller_back_and_the_colleague_is_free():
    office = consulting()
    assert office.wish("cancel") == ""
    assert office.talk() == ({0, 1}, set()) and office.call.stage is Stage.TALKING
    assert office.last(fact.ConsultEnded).reason == "cancelled"
    office.end()
    assert states_of(office, OTHER) == [State.RINGING, State.TALKING, State.WRAP_UP, State.READY]


def test_agent_turns_from_the_one_to_the_other_and_back():
    office = consulting()
    assert office.wish("toggle") == "" and office.talk() == ({0, 1}, {2})
    office.until(30)
    assert office.wish("toggle") == "" and office.talk() == ({1, 2}, {0})
    office.until(32)
    assert office.wish("toggle") == "" and office.wish("complete") == ""
    assert office.talk() == ({0, 2}, set())
    assert office.end().legs[2].held == 5 * SECOND


@pytest.mark.parametrize(
    ("leaves", "left", "stage"),
    [(0, {1, 2}, Stage.TOGETHER), (1, {0, 2}, Stage.TALKING), (2, {0, 1}, Stage.TALKING)],
)
def test_talk_of_three_goes_on_without_whoever_leaves_it(leaves, left, stage):
    office = consulting()
    assert office.wish("add") == ""
    assert office.talk() == ({0, 1, 2}, set()) and office.call.stage is Stage.TOGETHER
    office.until(30)
    office.hangs_up(leaves)
    assert office.talk() == (left, set()) and office.call.stage is stage
    office.until(32)
    office.hangs_up(max(left))
    told = office.end()
    assert told.call.ended_at < NINE + 34 * SECOND, "with one alone it is over"
    assert all(leg.talked > 6 * SECOND for leg in told.legs)


@pytest.mark.parametrize("turned", [False, True])
def test_caller_who_hangs_up_leaves_agent_and_colleague_together(turned):
    office = consulting()
    if turned:
        office.wish("toggle")
    office.hangs_up(0)
    assert office.talk() == ({1, 2}, set())
    assert office.wish("leave", agent=OTHER.agent) == ""
    assert office.end().call.ended_by == EndedBy.AGENT


@pytest.mark.parametrize("turned", [False, True])
def test_colleague_who_hangs_up_gives_the_caller_back(turned):
    office = consulting()
    if turned:
        office.wish("toggle")
    office.hangs_up(2)
    assert office.talk() == ({0, 1}, set()) and office.call.stage is Stage.TALKING
    office.end()


@pytest.mark.parametrize(
    ("agents", "misses", "reason"),
    [((FIRST, OTHER), 1.0, "not_answered"), ((FIRST,), 0.0, "unknown"), ((FIRST, an_agent(2, paused=True)), 0, "busy")],
)
def test_caller_is_back_with_the_agent_if_the_colleague_cannot_be_reached(agents, misses, reason):
    office = Office(*agents, misses=misses)
    said = office.wish("consult", "2")
    office.until(40)
    assert office.talk() == ({0, 1}, set()) and office.call.stage is Stage.TALKING
    told = office.last(fact.ConsultEnded if misses else fact.TransferFailed)
    assert (told.reason, said) == (reason, "" if misses else reason)
    office.end()


def test_agent_who_hangs_up_while_the_colleague_is_called_has_sent_the_caller_on():
    office = Office()
    office.wish("consult", "2")
    office.hangs_up(1)
    assert office.call.stage is Stage.PASSING
    office.until(26)
    assert office.talk() == ({0, 2}, set())
    assert [one.to for one in office.facts if isinstance(one, fact.TransferBegun)] == ["agent"]
    office.end()


def test_caller_who_hangs_up_while_the_colleague_is_called_ends_the_call():
    office = Office()
    office.wish("consult", "2")
    office.hangs_up(0)
    told = office.end()
    assert (told.call.outcome, told.call.ended_by) == ("answered", "caller")
    assert states_of(office, OTHER) == [State.RINGING, State.READY]


def test_agent_consults_whoever_is_free_in_a_queue():
    office = Office(FIRST, replace(OTHER, paused=True))
    assert office.wish("consult", "tickets") == ""
    office.until(25)
    assert office.call.stage is Stage.ENQUIRING, "nobody is free"
    sessions = {FIRST.agent: FIRST, OTHER.agent: OTHER}
    office.asterisk.act(office.engine.follow(sessions, office.asterisk.now))
    office.until(33)
    assert office.talk() == ({1, 2}, {0})
    office.wish("complete")
    assert office.talk() == ({0, 2}, set())
    office.end()
    assert office.kinds().count("QueueEntered") == 1, "the caller has waited in a queue once"


def test_agent_who_leaves_while_a_queue_is_consulted_leaves_the_caller_waiting_there():
    office = Office(FIRST, replace(OTHER, paused=True))
    office.wish("consult", "tickets")
    assert office.wish("leave") == ""
    assert office.talk()[0] == set() and office.call.stage is Stage.WAITING
    office.end()


def test_number_outside_is_consulted_and_takes_the_caller():
    office = Office()
    assert office.wish("consult", RESCUE[0].removeprefix("+86")) == "", "as people key it"
    office.until(25)
    assert office.talk() == ({1, 2}, {0})
    office.wish("complete")
    assert office.talk() == ({0, 2}, set())
    told = office.end()
    assert (told.legs[2].kind, told.legs[2].number) == ("outside", RESCUE[0])
    assert told.legs[2].talked == told.legs[0].ended_at - told.legs[2].connected_at
    assert told.call.outcome == "answered"


def test_caller_is_sent_to_a_number_outside():
    office = Office()
    assert office.wish("blind_transfer", RESCUE[0]) == ""
    office.until(30)
    assert office.talk() == ({0, 2}, set())
    assert office.end().legs[2].number == RESCUE[0]


def test_number_outside_that_is_busy_gives_the_caller_back():
    office = Office()
    office.asterisk.outside = {RESCUE[0]: Telephone(answers_after=None)}
    office.wish("blind_transfer", RESCUE[0])
    office.until(30)
    assert office.last(fact.TransferFailed).reason == "busy"
    assert [one.agent for one in office.facts if isinstance(one, fact.AgentConnected)] == [FIRST.agent] * 2
    office.end()


def test_number_outside_is_tried_on_another_trunk_if_the_first_fails():
    office = Office()
    office.asterisk.broken = {"first": 34}
    office.wish("consult", RESCUE[0])
    office.until(30)
    assert office.talk() == ({1, 3}, {0}) and office.call.legs[3].trunk == "second"
    office.end()


@pytest.mark.parametrize("number", ["+15550100100", "+8615900000000", "010"])
def test_number_that_no_rule_allows_is_not_called(number):
    office = Office()
    said = office.wish("consult", number)
    assert said == ("unknown" if number == "010" else "not_allowed")
    assert office.talk() == ({0, 1}, set()) and "OutsideDialled" not in office.kinds()
    office.end()


def test_colleague_at_home_is_consulted_and_takes_the_call_by_a_key():
    office = Office(FIRST, replace(OTHER, endpoint=Endpoint("tel:+8613700000000")))
    office.wish("consult", "2")
    office.until(30)
    assert office.talk() == ({1, 2}, {0})
    office.wish("add")
    assert office.talk() == ({0, 1, 2}, set())
    office.end()


def test_codes_of_the_telephone_do_what_requests_do():
    office = Office()
    office.key("*5")
    assert office.talk() == ({1}, {0})
    office.key("*5")
    office.key("*22")
    office.until(19)  # three seconds without a key
    assert office.call.stage is Stage.ENQUIRING
    office.until(29)
    office.key("*4")
    assert office.talk() == ({0, 1}, {2})
    office.key("*4")
    office.key("*3")
    assert office.talk() == ({0, 1, 2}, set())
    office.key("*2")
    assert office.talk() == ({0, 2}, set())
    office.end()


def test_codes_of_the_caller_and_other_keys_mean_nothing():
    office = Office()
    office.key("*22#", leg=0)
    office.key("1*9##*5", leg=0)
    office.key("17")
    assert office.call.stage is Stage.TALKING and office.talk() == ({0, 1}, set()) and office.call.typed is None
    office.key("##2#")
    assert office.call.stage is Stage.PASSING
    office.end()


def test_agent_who_is_not_in_the_call_can_ask_for_nothing():
    office = Office()
    assert office.wish("hang_up", agent=OTHER.agent) == "not_in_call"
    assert office.wish("add") == "not_now" and office.wish("cancel") == "not_now"
    assert office.wish("hang_up", agent=FIRST.agent) == ""
    assert office.end().call.ended_by == EndedBy.AGENT
