"""`./run bench rating`: a month's usage of many tenants to drafts, against one plain SQL aggregate of the same rows.

Ours is what finance starts: every contract's draft made anew, with everything that stands on it, written down. The
baseline is GROUP BY tenant, number and day with count, sums and nothing else, fetched into this process. Then both once
more with twice the calls: `growth` is how the time grew. The drafts must hold every call exactly once.
"""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from seatline.house.bench import Figures
from seatline.house.bench_database import database
from seatline.house.console import voice
from seatline.house.home import House

TENANTS, CALLS = 200, 1_000_000
SHORT_TENANTS, SHORT_CALLS = 10, 20_000
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of one size: ours and the baseline's medians, and whether every call stands on a draft."""

    ours: float
    baseline: float
    complete: bool


def measure(house: House) -> Figures:
    """A million calls of 200 tenants, and two million."""
    return _measure(house, TENANTS, CALLS)


def measure_short(house: House) -> Figures:
    """The same with so few calls that the ratios say nothing."""
    return _measure(house, SHORT_TENANTS, SHORT_CALLS)


def _measure(house: House, tenants: int, calls: int) -> Figures:
    with database(house, house.local / "bench" / "rating", "seatline_bench_rating"):
        from seatline.house import bench_rating_world as world  # noqa: PLC0415 - needs Django's settings

        with voice.step(f"{tenants} tenants, {calls:,} calls"):
            world.make_tenants(tenants)
            world.add_calls(tenants, calls)
        once = _round(world.drafts, world.aggregate, lambda: world.counted() == calls)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with voice.step(f"{calls:,} calls more"):
            world.add_calls(tenants, calls)
        twice = _round(world.drafts, world.aggregate, lambda: world.counted() == 2 * calls)
        mediated = world.mediation_rows_per_s()
    return Figures(
        ours={
            "seconds": round(once.ours, 3),
            "rows_per_s": round(calls / once.ours),
            "seconds_twice": round(twice.ours, 3),
            "growth": round(twice.ours / once.ours, 3),
            "peak_mb": round(peak, 1),
            "peak_mb_twice": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "mediation_rows_per_s": mediated,
            "calls": calls,
            "tenants": tenants,
        },
        baseline={
            "seconds": round(once.baseline, 3),
            "rows_per_s": round(calls / once.baseline),
            "seconds_twice": round(twice.baseline, 3),
            "growth": round(twice.baseline / once.baseline, 3),
        },
        ratios={
            "sql": round(once.ours / once.baseline, 3),
            "sql_twice": round(twice.ours / twice.baseline, 3),
            "growth": round(twice.ours / once.ours, 3),
        },
        ok=once.complete and twice.complete,
    )


def _round(ours: Callable[[], float], baseline: Callable[[], None], complete: Callable[[], bool]) -> Round:
    """Medians of both, turn by turn, after one turn that warms the database's cache for both."""
    baseline()
    ours_s, baseline_s = [], []
    for _ in range(ROUNDS):
        ours_s.append(ours())
        begun = perf_counter()
        baseline()
        baseline_s.append(perf_counter() - begun)
    return Round(median(ours_s), median(baseline_s), complete())
