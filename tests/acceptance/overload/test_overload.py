"""More callers than the machine carries: those above are told so before anything is charged, those inside talk on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.world import SECOND, a_client, caller_voice, keys, wait_for_state


@pytest.fixture(autouse=True)
def room_for_one(rig: Rig) -> Iterator[None]:
    """A machine that carries one caller, for as long as the story lasts."""
    replace(rig.asterisk, most_callers=1).configure()
    rig.asterisk.ask("dialplan reload")
    yield
    rig.asterisk.configure()
    rig.asterisk.ask("dialplan reload")


def test_caller_above_the_bound_is_refused_early_and_the_one_inside_is_not_harmed(rig: Rig) -> None:
    """The second is answered by nobody, gets 503, and the carrier may try elsewhere."""
    client = a_client(rig, "crowded")
    client.at_work()
    inside = rig.begin_call(client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=16 * SECOND)
    wait_for_state(client.places[0].agent, "talking")
    refused = rig.call(client.dialled, hang_up_after=4 * SECOND)
    figure(f"overload: the caller above the bound was refused with {refused.code}")
    assert (refused.answered, refused.code) == (False, 503)
    talked = inside.result(40)
    assert talked.hung_up_by == "caller"
    assert talked.heard is not None
    assert seconds_of_tone(talked.heard, client.places[0].hertz) > 10
    assert rig.report(talked, 30)["outcome"] == "answered"
