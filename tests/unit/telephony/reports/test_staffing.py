"""Erlang against figures that are printed elsewhere, and against a queue that is played through."""

import heapq
from datetime import timedelta
from random import Random

import pytest

from telephony.reports.staffing import (
    Load,
    NoSuchLoad,
    TooManyAgents,
    agents_needed,
    blocked,
    erlang_a,
    erlang_c,
)

TWENTY = timedelta(seconds=20)
THREE_MINUTES = timedelta(minutes=3)


@pytest.mark.parametrize(
    ("erlang", "agents", "share"),
    # ITU-D, Teletraffic Engineering Handbook, table of Erlang's B formula.
    [(1.0, 1, 0.5), (2.0, 4, 0.0952), (5.0, 10, 0.0184), (10.0, 15, 0.0365), (20.0, 30, 0.0085)],
)
def test_blocking_is_that_of_the_table(erlang, agents, share):
    assert blocked(agents, erlang) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(
    ("agents", "must_wait", "level"),
    # 200 calls an hour of three minutes, 80/20: the worked example of the trade's textbooks.
    [(11, 0.682, 0.390), (12, 0.449, 0.640), (13, 0.285, 0.796), (14, 0.174, 0.888)],
)
def test_erlang_c_is_that_of_the_worked_example(agents, must_wait, level):
    forecast = erlang_c(agents, Load(200, THREE_MINUTES), TWENTY)
    assert (forecast.must_wait, forecast.service_level) == (
        pytest.approx(must_wait, abs=1e-3),
        pytest.approx(level, abs=1e-3),
    )
    assert agents_needed(Load(200, THREE_MINUTES), 0.8, TWENTY).agents == 14


def test_with_too_few_agents_the_wait_has_no_end():
    forecast = erlang_c(10, Load(200, THREE_MINUTES), TWENTY)
    assert (forecast.service_level, forecast.mean_wait) == (0.0, float("inf"))


@pytest.mark.parametrize("agents", [8, 12])
def test_erlang_a_agrees_with_a_queue_that_is_played_through(agents):
    load = Load(200, THREE_MINUTES, patience=timedelta(minutes=1))
    forecast = erlang_a(agents, load, TWENTY)
    in_time, gave_up = played(agents, load, 20.0, Random(7))
    assert forecast.service_level == pytest.approx(in_time, abs=0.01)
    assert forecast.give_up == pytest.approx(gave_up, abs=0.01)


def test_endless_patience_is_erlang_c():
    load = Load(200, THREE_MINUTES, patience=timedelta(days=300))
    assert erlang_a(14, load, TWENTY).service_level == pytest.approx(erlang_c(14, load, TWENTY).service_level, abs=1e-4)


def test_a_large_centre_is_reckoned_without_overflow():
    needed = agents_needed(Load(20_000, THREE_MINUTES, patience=timedelta(seconds=100)), 0.8, TWENTY)
    assert 850 < needed.agents < 900
    assert needed.service_level >= 0.8


def test_bad_questions_are_refused_with_the_reason():
    with pytest.raises(NoSuchLoad):
        Load(0, THREE_MINUTES)
    with pytest.raises(NoSuchLoad):
        agents_needed(Load(10, THREE_MINUTES), 1.0, TWENTY)
    with pytest.raises(TooManyAgents):
        agents_needed(Load(1_000_000, THREE_MINUTES), 0.8, TWENTY)


def played(agents: int, load: Load, in_time: float, chance: Random, calls: int = 60_000) -> tuple[float, float]:
    """The shares answered in time and given up, of a queue with callers by chance."""
    assert load.patience is not None
    free, now, answered, lost = [0.0] * agents, 0.0, 0, 0
    for _ in range(calls):
        now += chance.expovariate(load.calls / 3600)
        wait = max(0.0, free[0] - now)
        if wait > chance.expovariate(1 / load.patience.total_seconds()):
            lost += 1
            continue
        answered += wait <= in_time
        heapq.heapreplace(free, max(free[0], now) + chance.expovariate(1 / load.handling.total_seconds()))
    return answered / calls, lost / calls
