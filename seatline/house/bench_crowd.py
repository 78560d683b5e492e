"""`./run bench crowd`: from an agent's being free to the INVITE at that agent's phone, in a crowd.

A thousand agents are logged in to fifty queues; one of each queue takes calls, the others are paused, their telephones
away. Two hundred callers wait, and others come as fast as they are served. A phone talks for some seconds, hangs up,
and notes when; the next INVITE that comes to it is its agent's next caller. The same is done with Asterisk's own
queues, members and callers, on the same Asterisk, in turns. docs/speed.md explains the figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from seatline.house import secrets
from seatline.house.bench import Figures
from seatline.house.bench_sipp import HANGING_UP, Callers, Note
from seatline.house.bench_stand import OURS_FROM, QUEUE_FROM, Scene, Stand, standing
from seatline.house.console import voice
from seatline.house.home import House

QUEUES, AGENTS, WAITING = 50, 1000, 200
ROUNDS = 2
TURNS = 5  # calls that each working agent takes in a round, once the crowd stands
TALK_MS = 3000
FILL_RATE = 40  # callers a second
FIRST_NUMBER = "+8621969688"  # and two digits: the queue


def measure(house: House) -> Figures:
    """Start the stand, measure both sides in turns, take it down."""
    return _measure(house, ROUNDS)


def measure_short(house: House) -> Figures:
    """One round."""
    return _measure(house, 1)


def _measure(house: House, rounds: int) -> Figures:
    scene = Scene(
        "crowd", AGENTS, _world, phones=HANGING_UP.substitute(talk=TALK_MS), queue=False, crowd=_queues,
        context="bench-crowd", rtp=(27000, 31999), registered=QUEUES,
    )  # fmt: skip
    numbers = count(1)
    delays: dict[str, list[float]] = {"ours": [], "queue": []}
    failed = dict.fromkeys(delays, 0)
    with standing(house, scene) as stand:
        for _ in range(rounds):
            for name, host in (("queue", QUEUE_FROM), ("ours", OURS_FROM)):
                found, lost = _round(stand, name, host, numbers)
                delays[name] += found
                failed[name] += lost
                voice.say(
                    f"{name}: {len(found)} agents served, {lost} calls failed, p99 {_percentile(found, 0.99):.1f} ms"
                )
    mine, theirs = (_figures(delays[name], failed[name]) for name in ("ours", "queue"))
    ratios = {
        name.removesuffix("_ms"): round(mine[name] / theirs[name], 4) for name in ("p50_ms", "p99_ms") if theirs[name]
    }
    return Figures(ours=mine, baseline=theirs, ratios=ratios, ok=not mine["failed"] and not theirs["failed"])


def _round(stand: Stand, name: str, host: str, numbers: Iterator[int]) -> tuple[list[float], int]:
    """Milliseconds from free to INVITE while callers wait, and how many calls did not go to their end."""
    noted = len(stand.phones.noted())
    wanted = QUEUES + WAITING + QUEUES * TURNS
    calls = [f"139{next(numbers):08d};{FIRST_NUMBER}{no % QUEUES:02d}" for no in range(wanted)]
    callers = Callers(stand.folder, name, host, "[field1]", stand.asterisk.ports.sip, waits=True)
    port = secrets.free_port(19000, set())
    ended = sum(note.word == "ended" for note in callers.call(calls, FILL_RATE, port))
    stand.drain(60)
    return free_to_rung(stand.phones.noted()[noted:]), wanted - ended


def free_to_rung(notes: Sequence[Note]) -> list[float]:
    """Milliseconds from each `free` of a phone to the next `rung` of it; those who were not rung again are left out."""
    free: dict[str, float] = {}
    found = []
    for note in sorted(notes, key=lambda one: one.at):
        if note.word == "free":
            free[note.caller] = note.at
        elif note.caller in free:
            found.append((note.at - free.pop(note.caller)) * 1000)
    return found


def _percentile(delays: Sequence[float], share: float) -> float:
    ranked = sorted(delays)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def _figures(delays: Sequence[float], failed: int) -> dict[str, float]:
    return {
        "p50_ms": round(_percentile(delays, 0.5), 2), "p99_ms": round(_percentile(delays, 0.99), 2),
        "decisions": len(delays), "failed": failed, "agents": AGENTS, "queues": QUEUES, "waiting": WAITING,
    }  # fmt: skip


def _queues(endpoints: Sequence[str]) -> list[Mapping[str, str]]:
    """Asterisk's queues; all members but the first are paused, and away as ours are.

    Theirs are Local channels, whose state costs nothing. The others have no SIP accounts on either side: for each phone
    that registers Asterisk reads every account four times, a thousand of them kept it busy for minutes.
    """
    found: list[Mapping[str, str]] = []
    for no in range(QUEUES):
        first, *others = endpoints[no::QUEUES]
        lines = [f"member => PJSIP/{first},0,{first},PJSIP/{first},no,0,no"]
        lines += [f"member => Local/{one}@bench-crowd,0,{one},Local/{one}@bench-crowd,no,0,yes" for one in others]
        found.append({"name": f"crowd-{no:02d}", "members": "\n".join(lines)})
    return found


def _world(accounts: Mapping[str, str], at: datetime) -> None:
    """Our queues, one tenant each; the first agent of each takes calls, the others are paused."""
    from seatline.house import bench_world  # noqa: PLC0415 - needs Django's settings

    endpoints = list(accounts)
    for no in range(QUEUES):
        mine = {one: accounts[one] if place == 0 else "" for place, one in enumerate(endpoints[no::QUEUES])}
        seats = {one: endpoints.index(one) + 1 for one in mine}
        bench_world.make_tenant(f"crowd-{no:02d}", mine, seats, {f"{FIRST_NUMBER}{no:02d}": False}, at)
        bench_world.pause(list(mine)[1:], at + timedelta(seconds=1))
