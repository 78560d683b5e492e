"""The codes that agents dial: each is heard at the phone, changes presence, and decides who gets the next call.

What an agent hears is compared with the phrases' own files: the last thing spoken is the state that came of it, or the
reason of the refusal.
"""

import asyncio
from datetime import timedelta

import pytest

from seatline.clock import now
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import hears_phrase, length_of
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, keys, reason_of, state_of, wait_for_state
from tests.builders.agents import PIN


@pytest.fixture(scope="module")
def office(rig: Rig) -> Client:
    """Five seats and six agents."""
    from agents.people.services import add_pause_reason
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "bureau", agents=6, seats=5)
    with operator_scope():
        add_pause_reason("2", "Lunch")
    return client


@pytest.fixture(scope="module")
def phone(office: Client) -> RigPhone:
    """The first agent's phone; nobody is logged in."""
    return office.phone(0, record=True)


def hears(rig: Rig, phone: RigPhone, phrase: str, first: float | None = None) -> bool:
    """Whether the phone's newest call said this phrase of the house in English, or its `first` seconds."""
    return hears_phrase(phone.heard()[-1], rig.var / "sounds" / "en" / f"{phrase}.wav", first)


def endpoint_of(agent: str) -> str | None:
    """The phone at which an agent is logged in."""
    from agents.presence.services import sessions_in_force
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        return next((one.endpoint for one in sessions_in_force() if one.agent_number == agent), None)


def test_agent_logs_in_by_number_and_pin(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*45, asked for both, and told that it worked; the next caller is connected."""
    phone.log_in()
    assert hears(rig, phone, "key-agent-number", 0.5), "until the first key"
    assert hears(rig, phone, "key-agent-pin", 0.5)
    assert hears(rig, phone, "logged-in")
    assert state_of(phone.agent.number) == "ready"
    result = rig.call(office.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    assert rig.report(result)["agent"] == phone.agent.number
    wait_for_state(phone.agent.number, "ready")


def test_paused_agent_gets_no_call(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*46 and *462 pause, *40 tells it, and *460 ends it; a caller meanwhile waits."""
    phone.dial_code("*462")
    assert hears(rig, phone, "paused")
    assert hears(rig, phone, "pause-reason")
    assert (state_of(phone.agent.number), reason_of(phone.agent.number)) == ("paused", "2")
    since = phone.mark()
    result = rig.call(office.dialled, keys=keys((1, "0")), hang_up_after=3 * SECOND)
    assert rig.report(result)["outcome"] == "abandoned"
    assert not phone.happened("CALL_INCOMING", since)
    phone.dial_code("*40")
    assert hears(rig, phone, "paused")
    phone.dial_code("*460")
    assert hears(rig, phone, "ready")
    assert state_of(phone.agent.number) == "ready"


def test_toggle_pauses_and_goes_on(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*46 twice."""
    phone.dial_code("*46")
    assert hears(rig, phone, "paused")
    phone.dial_code("*46")
    assert hears(rig, phone, "ready")
    assert state_of(phone.agent.number) == "ready"


def test_reason_that_nobody_made_pauses_nobody(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*469: told so, and ready as before."""
    phone.dial_code("*469")
    assert hears(rig, phone, "no-such-reason")
    assert state_of(phone.agent.number) == "ready"


def test_agent_hears_how_many_callers_wait(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*47 during a pause with two callers in the queue: two, and the own state."""
    from tests.acceptance.world import open_calls

    phone.dial_code("*46")
    calls = [rig.begin_call(office.dialled, keys=keys((1, "0")), hang_up_after=11 * SECOND) for _ in range(2)]
    wait_until(lambda: sum(bool(call.queue_code) for call in open_calls(office.dialled)) == 2, 5, "two who wait")
    phone.dial_code("*47")
    assert hears(rig, phone, "callers-waiting")
    assert hears(rig, phone, "digit-2")
    assert hears(rig, phone, "paused")
    for call in calls:
        assert rig.report(call.result(20))["outcome"] == "abandoned"
    phone.dial_code("*46")


def test_second_login_elsewhere_ends_the_first(rig: Rig, office: Client, phone: RigPhone) -> None:
    """The agent takes another phone; the next call rings there and not at the old one."""
    other = office.phone(5, record=True)
    other.agent.number = phone.agent.number
    other.log_in()
    assert hears(rig, other, "logged-in")
    assert endpoint_of(phone.agent.number) == other.endpoint
    since, since_other = phone.mark(), other.mark()
    result = rig.call(office.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    assert rig.report(result)["legs"][1]["endpoint"] == other.endpoint
    assert other.happened("CALL_ESTABLISHED", since_other)
    assert not phone.happened("CALL_INCOMING", since)
    other.dial_code("*44")
    assert hears(rig, other, "logged-out")
    assert state_of(phone.agent.number) is None
    other.stop()


def test_taken_phone_is_refused_to_another_agent(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*45 with another number behind it, on a phone where somebody is logged in."""
    office.log_in(0)
    phone.dial_code(f"*45{office.places[1].agent}")
    assert hears(rig, phone, "another-agent-here")
    assert endpoint_of(office.places[0].agent) == phone.endpoint
    assert state_of(office.places[1].agent) is None


def test_toggle_logs_out(rig: Rig, office: Client, phone: RigPhone) -> None:
    """*45 on a phone where somebody is logged in; *40 then knows of nobody."""
    phone.dial_code("*45")
    assert hears(rig, phone, "logged-out")
    assert state_of(phone.agent.number) is None
    phone.dial_code("*40")
    assert hears(rig, phone, "not-logged-in")


def test_sixth_agent_on_five_seats_is_refused(rig: Rig, office: Client, phone: RigPhone) -> None:
    """Told why; and in as soon as one of the five has gone."""
    for place in range(1, 6):
        office.log_in(place)
    phone.log_in()
    assert hears(rig, phone, "seats-full")
    assert state_of(phone.agent.number) is None
    office.log_out(5)
    phone.log_in()
    assert hears(rig, phone, "logged-in")
    for place in range(5):
        office.log_out(place)


def test_wrong_pin_is_counted_and_locks(rig: Rig, office: Client, phone: RigPhone) -> None:
    """Told how many tries are left; the fifth wrong one locks the number, for the right PIN too."""
    from agents.people.services import PinWrong, check_pin

    number = office.places[1].agent
    code = f"*45{number}"
    for _ in range(3):  # at another phone, an hour ago
        with pytest.raises(PinWrong):
            check_pin(number, "8888", now() - timedelta(hours=1))
    key_pins(rig, phone, code, "8888", "8888")
    assert hears(rig, phone, "wrong-login")
    assert hears(rig, phone, "tries-left")
    assert hears(rig, phone, "digit-1")
    assert hears(rig, phone, "agent-pin-locked")
    assert failed_pins(number) == 5
    key_pins(rig, phone, code, PIN)
    assert hears(rig, phone, "agent-pin-locked")
    assert not hears(rig, phone, "logged-in")
    assert state_of(number) is None


def key_pins(rig: Rig, phone: RigPhone, code: str, *pins: str) -> None:
    """Dial a login code and key PINs, each as soon as the house has said that the one before was wrong."""

    async def key_them() -> None:
        line = phone.agent.phone
        since = line.mark()
        await line.dial(code)
        await line.wait_for("CALL_ESTABLISHED", since=since)
        for place, pin in enumerate(pins):
            await asyncio.sleep(told_wrong + 1 if place else 0.8)
            await line.key(f"{pin}#")
        await line.wait_for("CALL_CLOSED", timedelta(seconds=30), since=since)

    phrases = ("wrong-login", "tries-left", "digit-4")
    told_wrong = sum(length_of(rig.var / "sounds" / "en" / f"{phrase}.wav") for phrase in phrases)
    rig.do(key_them())


def failed_pins(number: str) -> int:
    """How many wrong PINs in a row the house has counted."""
    from agents.people.models import AgentPin
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        return AgentPin.objects.get(agent__number=number).failed_pins


def test_nobody_logs_in_at_an_hour_without_lease(rig: Rig) -> None:
    """The lease was over an hour ago; told so."""
    client = a_client(rig, "unleased", lease_ends_at=now() - timedelta(hours=1))
    phone = client.phone(record=True)
    phone.log_in()
    assert hears(rig, phone, "no-seat-leased")
    assert state_of(phone.agent.number) is None


def test_code_that_is_none_is_told_so(rig: Rig, phone: RigPhone) -> None:
    """*43 is no code; the phone is not left in silence."""
    phone.dial_code("*43")
    assert hears(rig, phone, "unknown-code")
