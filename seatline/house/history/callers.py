"""Who calls when in the demo's past, and what they key: a plausible curve of the day and the week for each tenant.

Rules of this file: pure; chance comes from the seed and the day. Callers come from a pool, some of them often. Their
numbers are of a range that no subscriber has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from seatline.house import cast
from seatline.house.world import ZONE
from seatline.house.world.tenants import canonical
from seatline.ids import uuid7
from telephony.ari.simulated import Caller
from telephony.core.values import CallId
from tenants.seats.rules import instant

POOL = 700  # different callers of one tenant
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
NOTHING = ""  # a prompt is listened to, no key is pressed
NOT_IN_SERVICE = "12504004"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A caller dials."""

    at: datetime
    call: CallId
    caller: Caller


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls a day, their weights by weekday (Monday first) and by hour, and what callers key, by weight."""

    a_day: int
    weekdays: Sequence[float]
    hours: Sequence[int]
    keys: Sequence[tuple[float, tuple[str, ...]]]


_WRONG = (3.0, ("7", "8", "7"))
DEMAND: Mapping[str, Demand] = {
    "museum": Demand(
        34,
        (0.5, 0.9, 0.9, 0.9, 1.1, 1.5, 1.4),
        (1, 1, 1, 1, 1, 2, 4, 10, 30, 55, 60, 50, 35, 45, 55, 50, 35, 20, 14, 10, 8, 5, 3, 2),
        ((62.0, ("0",)), (14.0, ("1",)), (12.0, ("2",)), (6.0, ("3",)), (6.0, ("9", "0")), (2.0, ("8", "1")), _WRONG),
    ),
    "harbour": Demand(
        32,
        (1.4, 1.2, 1.1, 1.1, 1.1, 0.6, 0.5),
        (1, 0, 0, 0, 0, 1, 2, 6, 30, 55, 60, 48, 30, 40, 52, 50, 42, 34, 26, 20, 14, 9, 4, 2),
        ((46.0, ("1",)), (44.0, ("2",)), (3.0, ("9", "1")), (3.0, ("0",)), (2.0, ("5", "2")), (2.0, ("6", "7", "8"))),
    ),
    "lotus": Demand(
        16,
        (0.9, 0.9, 0.9, 1.0, 1.2, 1.2, 0.9),
        (18, 10, 6, 4, 3, 3, 6, 9, 2, 1, 1, 1, 2, 1, 1, 1, 1, 2, 3, 4, 45, 60, 50, 32),
        ((90.0, ("1",)), (4.0, ("0",)), (3.0, ("9", "1")), (3.0, ("3", "4", "5"))),
    ),
}


def calls_on(seed: int, day: date, since: datetime, until: datetime) -> Iterator[Arrival]:
    """The calls of one day that arrive within [since, until), in no order."""
    midnight = instant(day, time(0), ZONE)
    for part in cast.TENANTS:
        chance = Random(f"{seed} calls {part.code} {day}")  # noqa: S311 - a play, no secret
        demand = DEMAND[part.code]
        for _ in range(_about(demand.a_day * demand.weekdays[day.weekday()], chance)):
            (hour,) = chance.choices(range(24), demand.hours)
            at = midnight + (hour + chance.random()) * _HOUR
            arrival = Arrival(at, _call_id(at, chance), _caller(part, demand, chance))
            if since <= at < until:
                yield arrival
    yield from _strays(seed, day, midnight, since, until)


def _about(mean: float, chance: Random) -> int:
    """A count that varies around its mean as independent calls do."""
    return max(round(chance.gauss(mean, mean**0.5)), 0)


def _call_id(at: datetime, chance: Random) -> CallId:
    return CallId(uuid7(int(at.timestamp() * 1000), chance.randbytes(10)))


def _caller(part: cast.TenantPart, demand: Demand, chance: Random) -> Caller:
    (keys,) = chance.choices([keys for _, keys in demand.keys], [weight for weight, _ in demand.keys])
    dialled = chance.choices((part.local, part.national, cast.SHORT), (45, 20, 35))[0]
    script = [NOTHING, *keys]
    if dialled == cast.SHORT:
        mistaken = ["909"] if chance.random() < 0.05 else []
        script = [NOTHING, *mistaken, part.merchant, *script]
    patience = 15 + chance.expovariate(1 / 200)
    if chance.random() < 0.04:
        patience = chance.uniform(1, 8)  # hangs up in the menu
    return Caller(
        dialled=canonical(dialled),
        number=_number(part, chance),
        keys=script,
        think=chance.uniform(1.2, 3.5) * _SECOND,
        patience=patience * _SECOND,
        talk=min(max(chance.lognormvariate(5.0, 0.6), 15), 480) * _SECOND,
        agent_hangs_up=chance.random() < 0.15,
    )


def _number(part: cast.TenantPart, chance: Random) -> str:
    """Some call often and most seldom. Shanghai's numbers do not begin with 90."""
    place = int(POOL * chance.random() ** 2)
    return f"+862190{part.first_seat:02d}{place:04d}"


def _strays(seed: int, day: date, midnight: datetime, since: datetime, until: datetime) -> Iterator[Arrival]:
    """Callers of a number that nobody holds, and of merchants that are not listed."""
    chance = Random(f"{seed} strays {day}")  # noqa: S311 - a play, no secret
    for dialled, keys in ((NOT_IN_SERVICE, ()), (cast.SHORT, (NOTHING, "404", "405", "406"))):
        if chance.random() < 0.4:
            at = midnight + chance.uniform(8, 21) * _HOUR
            caller = Caller(dialled=canonical(dialled), number="+862190990001", keys=keys)
            if since <= at < until:
                yield Arrival(at, _call_id(at, chance), caller)
