"""PostgreSQL dies while calls come in: none fails, none is lost, no fact comes twice, when it is back."""

import time

import pytest

from tests.acceptance.crowd import a_crowd
from tests.acceptance.doctoring import names, names_no_more
from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.world import a_client


@pytest.mark.parametrize(
    ("rate", "away"), [pytest.param(6, 7.0, id="short"), pytest.param(20, 60.0, id="long", marks=pytest.mark.faults)]
)
def test_no_call_and_no_fact_is_lost_or_doubled_under_load(rig: Rig, rate: int, away: float) -> None:
    """Callers dial, hear the menu and hang up before, while and after PostgreSQL is away."""
    client = a_client(rig, f"unshaken{rate}", agents=0)
    with a_crowd(rig, client, rate, away + (10 if away > 30 else 3)) as crowd:
        time.sleep(2)
        rig.do(rig.wire.cut())
        if away > 30:
            assert "PostgreSQL is away" in names(rig, "alarm database")
        time.sleep(away)
        rig.do(rig.wire.mend())
    crowd.nobody_failed()
    calls = crowd.on_record(90 if away > 30 else 25)
    facts = crowd.facts_are_whole(calls)
    figure(
        f"PostgreSQL away for {away:.0f} s at {rate} calls/s: {crowd.calls} calls answered, {crowd.calls - len(calls)} "
        f"lost, {facts} facts on record, none missing, none twice; the slowest answer "
        f"{crowd.longest_wait() * 1000:.0f} ms"
    )
    assert len(calls) == crowd.calls
    names_no_more(rig, "alarm database")
    assert {call.outcome for call in calls} == {"abandoned_in_menu"}
