"""An agent at home: logs in from her own telephone, is called there over a trunk, and takes the call by a key.

The caller speaks at 440 Hz and the agent at 980 Hz.
"""

import pytest

from agents.presence.services import pause, unpause
from seatline.clock import now
from seatline.house.exchange import Telephone
from tenants.accounts.scope import telephony_scope
from tests.acceptance.rig import LOGIN_NUMBER, Rig
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    keys,
    state_of,
    wait_for_plan,
    wait_for_state,
)
from tests.builders.agents import PIN

HOME, STRANGER = "13700000001", "13700000002"
HERTZ = 980


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """A client with an agent who may take calls at home."""
    from agents.people.models import Agent
    from agents.people.services import allow_outside_phone
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "athome", agents=2, ring=15 * SECOND)
    with operator_scope():
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(Tenant.objects.get(code="athome"), "+8613")
        allow_outside_phone(Agent.objects.get(number=client.places[0].agent), f"+86{HOME}")
    wait_for_plan(rig)
    return client


def test_agent_at_home_logs_in_takes_a_call_and_logs_out(rig: Rig, client: Client) -> None:
    """Number and PIN by telephone; then a call goes there; dialling again logs out."""
    agent = client.places[0].agent
    dials_in = {"keys": keys((4, agent), (9, f"{PIN}#")), "hang_up_after": 12 * SECOND}
    rig.call(LOGIN_NUMBER, caller=STRANGER, **dials_in)
    assert state_of(agent) is None, "nobody logs in from a telephone that is not the agent's"
    rig.call(LOGIN_NUMBER, caller=HOME, **dials_in)
    wait_for_state(agent, "ready", 5)
    voice = write_tone(rig.folder / "tones" / "home.wav", HERTZ, 30)
    home = Telephone(answers_after=1 * SECOND, keys=((2 * SECOND, "1"),), speech=voice)
    with rig.exchange(**{f"n{HOME}": home}) as outside:
        call = rig.begin_call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=9 * SECOND)
        wait_for_state(agent, "talking", 10)
        result = call.result(30)
        report = rig.report(result)
        (taken,) = outside.calls
    assert (report["outcome"], report["agent"], taken.shown) == ("answered", agent, client.dialled)
    leg = report["legs"][1]
    assert (leg["kind"], leg["endpoint"], leg["number"], leg["trunk"]) == (
        "agent", f"tel:+86{HOME}", f"+86{HOME}", "carrier",
    )  # fmt: skip
    assert result.heard is not None and taken.heard is not None
    assert seconds_of_tone(result.heard, HERTZ) > 2, "the caller hears the agent"
    assert seconds_of_tone(taken.heard, CALLER_HERTZ) > 2, "the agent hears the caller"
    wait_for_state(agent, "ready", 6)
    a_caller_is_sent_on_to_the_agent_at_home(rig, client, home)
    rig.call(LOGIN_NUMBER, caller=HOME, hang_up_after=3 * SECOND)
    wait_for_state(agent, None, 5)


def a_caller_is_sent_on_to_the_agent_at_home(rig: Rig, client: Client, home: Telephone) -> None:
    """By REFER from a phone in the room; the agent at home takes the caller by a key, and the sender is free."""
    away, room = (place.agent for place in client.places)
    with telephony_scope():
        pause(f"tel:+86{HOME}", "", now())
    phone = client.at_work(1)
    with rig.exchange(**{f"n{HOME}": home}) as outside:
        call = rig.begin_call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=12 * SECOND)
        wait_for_state(room, "talking", 10)
        with telephony_scope():
            unpause(f"tel:+86{HOME}", now())
        wait_for_plan(rig)  # by then the switch has heard of it
        phone.refer(away)
        wait_for_state(away, "talking", 10)
        assert state_of(room) in ("wrap_up", "ready")
        report = rig.report(call.result(30))
        (taken,) = outside.calls
    assert [leg["agent"] for leg in report["legs"][1:]] == [room, away]
    assert taken.heard is not None and seconds_of_tone(taken.heard, CALLER_HERTZ) > 1
    wait_for_state(away, "ready", 6)
