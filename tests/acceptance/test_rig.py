"""The rig itself: a pushed phone registers and logs in by keys, a caller reaches an agent, and both are heard."""

from datetime import timedelta

import pytest

from seatline.clock import now
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.waiting import wait_until
from tests.builders.agents import PIN, an_agent
from tests.builders.telephony import a_published_flow, a_queue
from tests.builders.tenants import a_lease, a_number, a_room, a_tenant

SECRET = "a-phone-secret-of-the-rig"
NUMBER = "+862196968109"


@pytest.fixture(scope="module")
def phone(rig: Rig) -> RigPhone:
    """A tenant with a number, a queue, one agent and one phone; the phone is registered, nobody logged in."""
    from telephony.plans.services import make_phone
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.services import assign_number

    since = now() - timedelta(days=1)
    with operator_scope():
        a_room(3)
        tenant = a_tenant("rig")
        a_lease(tenant, 2, starts_at=since, at=since)
        number = a_number(NUMBER)
        assign_number(number, tenant, since)
        a_queue(tenant, wrap_up=timedelta(seconds=1))
        a_published_flow(tenant, answers=NUMBER)
        an_agent(tenant, "1901")
        make_phone("seat-001", SECRET, seat=1)
    return rig.phone("seat-001", SECRET, number="1901", pin=PIN, record=True)


def test_agent_who_keys_number_and_pin_is_logged_in(rig: Rig, phone: RigPhone) -> None:
    """Registered by digest; keys go as RFC 4733 through Asterisk and AGI into PostgreSQL."""
    from agents.presence.services import session_at
    from tenants.accounts.scope import telephony_scope

    phone.log_in()
    with telephony_scope():
        session = session_at("seat-001")
    assert session is not None
    assert session.agent_number == "1901"


def test_caller_who_chooses_the_agent_is_answered_and_recorded(rig: Rig, phone: RigPhone) -> None:
    """SIPp calls from the carrier's address, keys 0, hears the agent, hangs up."""
    result = rig.call(
        "96968109", keys=((timedelta(seconds=1.5), "0"),), hang_up_after=timedelta(seconds=14), speech=rig.once
    )
    assert result.answered
    assert result.hung_up_by == "caller"
    assert result.heard_seconds > 5
    report = rig.report(result)
    assert report["outcome"] == "answered"
    assert report["agent"] == "1901"
    recording = wait_until(lambda: rig.report(result)["recording"], 10, "the recording")
    assert recording["seconds"] > 2
    assert recording["peak_db"] > -20


def test_caller_of_a_number_that_nobody_has_is_told(rig: Rig) -> None:
    """The switch claims every call, also this one: nobody falls to the dialplan's notice."""
    result = rig.call("96968777", hang_up_after=timedelta(seconds=12))
    assert rig.report(result)["outcome"] == "unassigned"


def test_stranger_with_a_wrong_secret_does_not_register(rig: Rig, phone: RigPhone) -> None:
    """401 for good, and the phone that is registered stays so."""
    from seatline.house.baresip import PhoneNotRegistered

    with pytest.raises(PhoneNotRegistered):
        rig.phone("seat-001", "guessed", endpoint_folder="stranger")
