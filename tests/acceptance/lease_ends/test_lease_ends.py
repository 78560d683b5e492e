"""The hours of a lease are over: who talks finishes the call and is out then, who waits is out at once."""

from datetime import timedelta

from seatline.clock import now
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, a_client, keys, reason_of, state_of, wait_for_state

NOTICED_WITHIN = 20  # seconds; the switch looks at the leases every fifteen


def test_call_goes_on_over_the_end_of_the_lease_and_no_new_one_comes(rig: Rig) -> None:
    """Two agents on one lease that ends in some seconds: one talks, one is idle."""
    client = a_client(rig, "evening", agents=2, lease_ends_at=now() + timedelta(seconds=9), strategy="linear")
    talker, idler = (place.agent for place in client.places)
    client.at_work(0)
    client.log_in(1)
    call = rig.begin_call(client.dialled, keys=keys((1, "0")), hang_up_after=32 * SECOND)
    wait_for_state(talker, "talking")
    wait_for_state(idler, None, 9 + NOTICED_WITHIN)
    assert reason_of(idler) == "lease_ended"
    wait_until(lambda: ends_when_free(talker), 5, "the talker to be marked")
    assert state_of(talker) == "talking"

    refused = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=12 * SECOND)
    assert rig.report(refused)["outcome"] == "no_agent"

    result = call.result(60)
    report = rig.report(result)
    assert (result.hung_up_by, report["outcome"], report["agent"]) == ("caller", "answered", talker)
    assert report["talk_ms"] > 25_000
    assert result.heard is not None
    assert seconds_of_tone(result.heard, client.places[0].hertz) > 25, "heard to the end"
    wait_for_state(talker, None, 5)
    assert reason_of(talker) == "lease_ended"


def ends_when_free(agent: str) -> bool:
    """Whether an agent is to be logged out after the call at hand."""
    from agents.presence.services import sessions_in_force
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        return any(one.ends_when_free for one in sessions_in_force() if one.agent_number == agent)
