"""An agent at home: logs in from her own telephone, is called there over a trunk, and takes the call by a key.

The caller speaks at 440 Hz and the agent at 980 Hz.
"""

import pytest

from seatline.house.exchange import Telephone
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

    client = a_client(rig, "athome", ring=15 * SECOND)
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
    rig.call(LOGIN_NUMBER, caller=HOME, hang_up_after=3 * SECOND)
    wait_for_state(agent, None, 5)
