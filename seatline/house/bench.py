"""`./run bench NAME --json`: measurements of our own path against a baseline in the same run, on the same machine.

A bench registers itself under its name and returns figures; the last line it prints is one JSON object
{name, machine, ours{}, baseline{}, ratios{}, ok}.
"""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from seatline.errors import BadInput
from seatline.house.console import voice
from seatline.house.home import House

# Name -> the module that measures it; its `measure(house) -> Figures` is called, or `measure_short` for a trial.
BENCHES = {
    "ring": "seatline.house.bench_ring",
    "assign": "seatline.house.bench_assign",
    "crowd": "seatline.house.bench_crowd",
    "load": "seatline.house.bench_load",
    "rating": "seatline.house.bench_rating",
    "board": "seatline.house.bench_board",
    "soak": "seatline.house.bench_soak",
}


class NoSuchBench(BadInput):
    """There is no bench {name}; there are {names}."""


class NoShortForm(BadInput):
    """The bench {name} has no short form."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a bench measured. `ratios` are ours divided by the baseline's; `ok`: both sides did the whole work."""

    ours: dict[str, float]
    baseline: dict[str, float]
    ratios: dict[str, float]
    ok: bool


def machine() -> dict[str, Any]:
    """Where it was measured."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123 - a file of the kernel, read line by line
            model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}


def bench(house: House, name: str, *, as_json: bool, short: bool = False) -> bool:
    """Run one bench and print it; True if it measured what it should. A short one shows that it runs, no more."""
    if name not in BENCHES:
        raise NoSuchBench(name=name, names=", ".join(BENCHES))
    measure: Callable[[House], Figures] | None = getattr(
        import_module(BENCHES[name]), "measure_short" if short else "measure", None
    )
    if measure is None:
        raise NoShortForm(name=name)
    figures = measure(house)
    if not as_json:
        voice.table(name, ["figure", "ours", "baseline", "ratio"], [
            [figure, f"{value:g}", f"{figures.baseline.get(figure, float('nan')):g}",
             f"{figures.ratios.get(figure, float('nan')):.2f}"]
            for figure, value in figures.ours.items()
        ])  # fmt: skip
    print(json.dumps({"name": name, "machine": machine(), **asdict(figures)}), flush=True)
    return figures.ok
