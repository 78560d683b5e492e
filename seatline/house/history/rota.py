"""Who works when in the demo's past: shifts that turn in cycles, with pauses.

Rules of this file: pure; chance comes from the seed and the day, so that a day is the same in every history of a seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from seatline.house import cast
from seatline.house.world import ZONE
from tenants.seats.rules import instant

MEAL, SHORT_BREAK = "1", "2"  # digits after *46
STAY_AT_LEAST = timedelta(minutes=45)  # nobody comes for less
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause within a shift."""

    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One agent's stay at the seat; `ends_at` is when the agent wants to go."""

    agent: str
    seat: int
    starts_at: datetime
    ends_at: datetime
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """Shifts by name as hours from midnight (above 24: the next morning), and the cycle in which agents work them."""

    hours: Mapping[str, tuple[float, float]]
    cycle: tuple[str, ...]  # each agent is one day further in it than the next


OFF = "off"
ROTAS: Mapping[str, Rota] = {
    # Day and night; shifts overlap, so that the line is never without an agent.
    "museum": Rota(
        {"early": (5.8, 14.1), "late": (13.8, 22.1), "night": (21.8, 30.1)},
        ("early", "early", "late", "late", "night", OFF),
    ),
    "harbour": Rota({"early": (7.8, 15.1), "late": (13.9, 22.1)}, ("early", "early", OFF, "late", "late", OFF, OFF)),
    # Never before the lease begins at 20:00, nor after it ends at 8:00.
    "lotus": Rota({"evening": (20.05, 26.1), "night": (25.5, 31.9)}, ("evening", "evening", OFF, "night", OFF, OFF)),
}


def shifts(seed: int, first: date, last: date, since: datetime, until: datetime) -> Iterator[Shift]:
    """All shifts of these days within [since, until), also what is left of the night before the first."""
    day = first - _DAY
    while day <= last:
        for tenant in cast.TENANTS:
            for shift in _on(seed, tenant, day):
                cut = _cut(shift, since, until)
                if cut is not None:
                    yield cut
        day += _DAY


def _on(seed: int, tenant: cast.TenantPart, day: date) -> Iterator[Shift]:
    rota = ROTAS[tenant.code]
    midnight = instant(day, time(0), ZONE)
    for place, agent in enumerate(tenant.agents):
        name = rota.cycle[(day.toordinal() + place) % len(rota.cycle)]
        if name == OFF:
            continue
        chance = Random(f"{seed} shift {agent} {day}")  # noqa: S311 - a play, no secret
        begin, end = (timedelta(hours=hours) for hours in rota.hours[name])
        starts_at = midnight + begin + chance.uniform(0, 4) * _MINUTE
        ends_at = midnight + end - chance.uniform(0, 3) * _MINUTE
        alone = tenant.code == "museum" and name == "night"
        yield Shift(agent, tenant.seat_of(agent), starts_at, ends_at, tuple(_pauses(starts_at, ends_at, alone, chance)))


def _pauses(starts_at: datetime, ends_at: datetime, alone: bool, chance: Random) -> Iterator[Pause]:
    """A meal in the middle or a short break after it, or both; whoever is alone takes no more than a few minutes."""
    length = ends_at - starts_at
    at = starts_at + length * chance.uniform(0.35, 0.55)
    if alone:
        yield Pause(at, at + chance.uniform(4, 7) * _MINUTE, SHORT_BREAK)
        return
    if chance.random() < 0.7:
        yield Pause(at, at + chance.uniform(20, 32) * _MINUTE, MEAL)
    if chance.random() < 0.25:
        at = starts_at + length * chance.uniform(0.7, 0.85)
        yield Pause(at, at + chance.uniform(5, 12) * _MINUTE, SHORT_BREAK)


def _cut(shift: Shift, since: datetime, until: datetime) -> Shift | None:
    # Whoever was there before the beginning comes just after it, one after the other.
    starts_at = max(shift.starts_at, since + shift.seat * timedelta(seconds=1))
    ends_at = min(shift.ends_at, until + timedelta(minutes=15))
    if ends_at - starts_at < STAY_AT_LEAST:
        return None
    pauses = tuple(one for one in shift.pauses if starts_at < one.starts_at and one.ends_at < ends_at)
    return replace(shift, starts_at=starts_at, ends_at=ends_at, pauses=pauses)
