"""`./run bench ring`: from the caller's INVITE to the agent's, our whole path against Asterisk's own Queue().

Both on one Asterisk, with the same phones, in turns, so that what else the machine does falls on both. Ours does all
that a real call needs: claim, number, tenant, flow, queue, assignment, facts on disk before each command, shipping to
PostgreSQL, presence. Neither side records; a figure with recording is given beside. docs/speed.md explains the figures.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median

from seatline.house import secrets
from seatline.house.bench import Figures
from seatline.house.bench_sipp import Callers, Note
from seatline.house.bench_stand import NUMBER, OURS_FROM, QUEUE_FROM, RECORDED, Stand, standing
from seatline.house.console import voice
from seatline.house.home import House

ROUNDS, CALLS, RATE = 3, 160, 20  # latency: so many rounds of so many calls, at calls a second
RATES = (40, 60, 80, 100, 120, 140, 160, 180, 200)  # tried in turn until calls fail twice at one of them
RATE_SECONDS = 2.5
HOLD_MS = 300  # from the caller's answer to the caller's hang-up
CEILING_WITHIN = 75.0  # seconds for the search of the highest rate, both sides together


@dataclass(frozen=True, slots=True)
class Round:
    """What became of some calls at one rate."""

    wanted: int
    delays_ms: tuple[float, ...]  # caller's INVITE to agent's, sorted, of calls that went to their end
    rate: float  # calls a second as they were really begun
    cpu_ms: dict[str, float]  # used meanwhile, by program

    @property
    def failed(self) -> int:
        """Calls that did not ring exactly one agent, or did not end as they should."""
        return self.wanted - len(self.delays_ms)

    def percentile(self, share: float) -> float:
        """The delay that this share of the calls did not exceed; 0 if all failed."""
        if not self.delays_ms:
            return 0.0
        return self.delays_ms[min(len(self.delays_ms) - 1, int(share * len(self.delays_ms)))]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared."""

    name: str
    callers: Callers
    port: int
    ledger: bool  # whether our ledger must tell of each call

    def round(self, stand: Stand, numbers: Sequence[str], rate: int) -> Round:
        """Place one call from each number and wait until everything of them is over and written."""
        from seatline.house.bench_world import answered  # noqa: PLC0415 - needs Django's settings

        told, rung, used = answered(), len(stand.phones.rung()), stand.cpu_ms()
        noted = self.callers.call(numbers, rate, self.port)
        stand.drain()
        cpu = {name: ms - used.get(name, 0.0) for name, ms in stand.cpu_ms().items()}
        delays, begun = match(noted, stand.phones.rung()[rung:])
        if self.ledger:  # what the ledger does not tell was not done
            delays = delays[: max(0, answered() - told)]
        return Round(len(numbers), tuple(sorted(delays)), begun, cpu)


def match(callers: Sequence[Note], phones: Sequence[Note]) -> tuple[list[float], float]:
    """Milliseconds of each call that rang exactly one phone and that its caller ended; calls begun a second.

    A number is shown to the agent as the side writes it, with or without a country code: the last eight digits count.
    """
    rung: dict[str, list[float]] = {}
    for note in phones:
        rung.setdefault(note.caller[-8:], []).append(note.at)
    invited = {note.caller[-8:]: note.at for note in callers if note.word == "invited"}
    ended = {note.caller[-8:] for note in callers if note.word == "ended"}
    delays = [(rung[one][0] - at) * 1000 for one, at in invited.items() if one in ended and len(rung.get(one, ())) == 1]
    lasted = max(invited.values(), default=0.0) - min(invited.values(), default=0.0)
    return delays, (len(invited) - 1) / lasted if lasted > 0 else 0.0


def measure(house: House) -> Figures:
    """Start the stand, measure, take it down."""
    numbers = (f"139{number:08d}" for number in count(1))
    with standing(house) as stand:
        ours, queue = _side("ours", stand, OURS_FROM, NUMBER), _side("queue", stand, QUEUE_FROM, NUMBER)
        rounds: dict[str, list[Round]] = {"ours": [], "queue": []}
        for place in range(ROUNDS + 1):
            for side in (queue, ours):
                done = side.round(stand, _take(numbers, CALLS if place else CALLS // 4), RATE)
                if place:  # the first is to warm up
                    rounds[side.name].append(done)
                    voice.say(f"{side.name}: {_words(done)}")
        highest = _highest_rates(stand, (queue, ours), numbers)
        recorded = _side("recorded", stand, OURS_FROM, RECORDED).round(stand, _take(numbers, CALLS // 2), RATE)
        voice.say(f"ours with recording: {_words(recorded)}")
    mine, theirs = _figures(rounds["ours"]), _figures(rounds["queue"])
    mine["cps"], theirs["cps"] = highest["ours"], highest["queue"]
    ratios = {
        name.removesuffix("_ms"): round(mine[name] / theirs[name], 3)
        for name in ("p50_ms", "p99_ms", "cps", "cpu_ms_per_call")
        if theirs[name]
    }
    mine |= {
        "recorded_p50_ms": round(recorded.percentile(0.5), 2), "recorded_p99_ms": round(recorded.percentile(0.99), 2),
        "recorded_failed": recorded.failed,
    }  # fmt: skip
    return Figures(
        ours=mine,
        baseline=theirs,
        ratios=ratios,
        ok=not mine["failed"] and not theirs["failed"],
    )


def _side(name: str, stand: Stand, host: str, number: str) -> Side:
    callers = Callers(stand.folder, name, host, number, stand.asterisk.ports.sip, HOLD_MS)
    return Side(name, callers, secrets.free_port(19000, set()), ledger=host == OURS_FROM)


def _take(numbers: Iterator[str], wanted: int) -> list[str]:
    return [next(numbers) for _ in range(wanted)]


def _figures(rounds: Sequence[Round]) -> dict[str, float]:
    """Medians of the rounds; CPU of all of them together, by call."""
    calls = sum(one.wanted for one in rounds)
    cpu = {name: sum(one.cpu_ms[name] for one in rounds) / calls for name in rounds[0].cpu_ms}
    return {
        "p50_ms": round(median(one.percentile(0.5) for one in rounds), 2),
        "p99_ms": round(median(one.percentile(0.99) for one in rounds), 2),
        "cpu_ms_per_call": round(sum(cpu.values()), 2),
        **{f"{name}_cpu_ms_per_call": round(ms, 2) for name, ms in cpu.items()},
        "calls": calls,
        "failed": sum(one.failed for one in rounds),
    }


def _highest_rates(stand: Stand, sides: Sequence[Side], numbers: Iterator[str]) -> dict[str, float]:
    """For each side the highest of `RATES` at which no call failed, as it was really reached; 0 if none."""
    highest = dict.fromkeys((side.name for side in sides), 0.0)
    going = list(sides)
    end = time.monotonic() + CEILING_WITHIN
    for rate in RATES:
        for side in list(going):
            for _ in range(2):
                if time.monotonic() > end:
                    return highest
                done = side.round(stand, _take(numbers, int(rate * RATE_SECONDS)), rate)
                voice.say(f"{side.name} at {rate}/s: {_words(done)}")
                if not done.failed:
                    highest[side.name] = round(done.rate, 1)
                    break
            else:
                going.remove(side)
    return highest


def _words(done: Round) -> str:
    return (
        f"{done.wanted} calls, {done.failed} failed, p50 {done.percentile(0.5):.2f} ms,"
        f" p99 {done.percentile(0.99):.2f} ms, {done.rate:.1f} calls/s"
    )
