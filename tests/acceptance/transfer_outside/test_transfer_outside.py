"""The agent brings the caller to a number outside, with a consultation and without one, over the tenant's own trunk.

The caller speaks at 440 Hz, the agent and the outside each at a frequency of its own.
"""

import time

import pytest

from seatline.house.exchange import Telephone
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.wishing import wish
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    state_of,
    wait_for_plan,
    wait_for_state,
)

EXPERT, ABROAD, FORBIDDEN = "13800000003", "0015550100100", "15900000000"
EXPERT_HERTZ = 920


@pytest.fixture(scope="module")
def house(rig: Rig) -> Client:
    """A client that may call mobile numbers of one carrier, over one trunk."""
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "experts", wrap_up=1 * SECOND)
    with operator_scope():
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(Tenant.objects.get(code="experts"), "+8613")
        allow_outside(Tenant.objects.get(code="experts"), "+1")  # the house's own rule says no to that
    wait_for_plan(rig)
    return client


@pytest.fixture(scope="module")
def phone(house: Client) -> RigPhone:
    """The agent's phone."""
    return house.at_work(record=True)


@pytest.fixture(scope="module")
def expert(rig: Rig) -> Telephone:
    """Somebody outside who answers after a second."""
    voice = write_tone(rig.folder / "tones" / "expert.wav", EXPERT_HERTZ, 30)
    return Telephone(answers_after=1 * SECOND, speech=voice)


def test_expert_outside_is_consulted_and_takes_the_caller(
    rig: Rig, house: Client, phone: RigPhone, expert: Telephone
) -> None:
    """The outside hears the agent, then the caller; numbers that no rule allows are refused before."""
    agent = house.places[0]
    with rig.exchange(**{f"n{EXPERT}": expert}) as outside:
        call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=13 * SECOND)
        wait_for_state(agent.agent, "talking")
        assert wish(house, 0, "consult", FORBIDDEN) == "not_allowed"
        assert wish(house, 0, "consult", ABROAD) == "not_allowed"
        assert wish(house, 0, "consult", EXPERT) == ""
        time.sleep(3.5)
        assert wish(house, 0, "complete") == ""
        wait_for_state(agent.agent, "wrap_up", 3)
        result = call.result(30)
        report = rig.report(result)
        (taken,) = outside.calls
    assert taken.shown == house.dialled, "the tenant's own number is shown"
    assert (report["outcome"], report["ended_by"]) == ("answered", "caller")
    leg = report["legs"][2]
    assert (leg["kind"], leg["number"], leg["trunk"], leg["missed"]) == ("outside", f"+86{EXPERT}", "carrier", False)
    assert leg["talk_ms"] > 4000
    assert facts_of(report).count("OutsideDialled") == 1
    assert result.heard is not None and taken.heard is not None
    assert seconds_of_tone(phone.heard()[-1], EXPERT_HERTZ) > 1.2, "the agent hears the expert"
    assert seconds_of_tone(taken.heard, agent.hertz) > 1.2, "the expert hears the agent"
    assert seconds_of_tone(taken.heard, CALLER_HERTZ) > 1.5, "then the caller"
    assert seconds_of_tone(result.heard, EXPERT_HERTZ) > 1.5, "who hears the expert"


def test_caller_is_sent_to_outside_by_the_agents_phone_and_back_if_nobody_answers(
    rig: Rig, house: Client, phone: RigPhone, expert: Telephone
) -> None:
    """By SIP REFER: busy the first time, and the agent has the caller again; taken the second."""
    agent = house.places[0]
    wait_for_state(agent.agent, "ready", 5)
    with rig.exchange(**{f"n{EXPERT}": expert, "n13800000004": Telephone(refuses=486)}) as outside:
        call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=13 * SECOND)
        wait_for_state(agent.agent, "talking")
        phone.refer("13800000004")
        wait_for_state(agent.agent, "ringing", 4)
        wait_for_state(agent.agent, "talking", 4)
        time.sleep(1)
        phone.refer(EXPERT)
        wait_for_state(agent.agent, "wrap_up", 4)
        result = call.result(30)
        report = rig.report(result)
        assert state_of(agent.agent) in ("wrap_up", "ready")
        assert [one.answered for one in outside.calls] == [False, True]
        heard = outside.calls[1].heard
    assert [(leg["kind"], leg["missed"]) for leg in report["legs"][1:]] == [
        ("agent", False), ("outside", True), ("agent", False), ("outside", False),
    ]  # fmt: skip
    assert result.heard is not None and heard is not None
    assert seconds_of_tone(heard, CALLER_HERTZ) > 1.5
    assert seconds_of_tone(result.heard, EXPERT_HERTZ) > 1.5
