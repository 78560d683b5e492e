"""`./run bench load`: what the house holds: many talks at once, many calls a second, and a burst.

Everything is on one machine, SIPp included: the switch, its shipper, the witness, PostgreSQL, one Asterisk. Every call
is recorded and goes the whole way to an agent. Three parts: 370 talks with sound at once; 20 calls a second; 40 a
second. The baseline of each figure is what was promised; `ok` says whether every promise was kept.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from threading import Thread

from seatline.house import secrets, updown
from seatline.house.bench import Figures
from seatline.house.bench_sipp import Callers, Note
from seatline.house.bench_stand import OURS_FROM, Scene, Stand, cpu_ms, standing, wait
from seatline.house.console import voice
from seatline.house.home import House
from seatline.house.processes import Process

NUMBER = "+862196968997"
SEATS = 370
LAG = "seatline_switch_event_lag_seconds_bucket"
PROMISED = {"failed": 0.0, "answer_p99_ms": 200.0, "event_lag_p99_ms": 250.0, "rtp_lost": 0.0}


@dataclass(frozen=True, slots=True)
class Part:
    """So many calls a second for so long, each `hold` seconds."""

    name: str
    rate: int
    calls: int
    hold: float
    sound: bool = False


FULL = (Part("talks", 10, SEATS, 600, sound=True), Part("rate", 20, 6000, 3), Part("burst", 40, 2400, 3))
SHORT = (Part("talks", 10, 60, 15, sound=True), Part("rate", 20, 300, 2), Part("burst", 40, 400, 1.5))


def measure(house: House) -> Figures:
    """All that was promised; takes seventeen minutes."""
    return _measure(house, FULL, SEATS)


def measure_short(house: House) -> Figures:
    """A trial of two minutes: the same rates for a moment, and sixty talks at once."""
    return _measure(house, SHORT, 100)


def _measure(house: House, parts: Sequence[Part], seats: int) -> Figures:
    scene = Scene("load", seats, _world, queue=False, rtp=(27000, 31999))
    numbers = count(1)
    ours: dict[str, float] = {}
    kept = True
    with standing(house, scene) as stand:
        stand.witness.start()
        wait(lambda: updown.readiness(_port(stand.witness))[0], 30, "the second witness", stand)
        speech = stand.folder / "speech.al"
        speech.write_bytes(bytes(range(256)) * 320)  # ten seconds; every byte is a sound in A-law
        for part in parts:
            found = _run(stand, part, [f"139{next(numbers):08d}" for _ in range(part.calls)], str(speech))
            voice.say(f"{part.name}: " + ", ".join(f"{name} {value:g}" for name, value in found.items()))
            kept &= all(found.get(name, 0.0) <= most for name, most in PROMISED.items())
            ours |= {f"{part.name}_{name}": value for name, value in found.items()}
    promised = {f"{part.name}_{name}": most for part in parts for name, most in PROMISED.items()
                if f"{part.name}_{name}" in ours}  # fmt: skip
    ratios = {name: round(ours[name] / most, 3) for name, most in promised.items() if most}
    return Figures(ours=ours, baseline=promised, ratios=ratios, ok=kept)


def _run(stand: Stand, part: Part, numbers: Sequence[str], speech: str) -> dict[str, float]:
    from seatline.house.bench_world import recorded, witnessed  # noqa: PLC0415 - needs Django's settings

    before, told, used, begun = witnessed(), _buckets(stand), _cpu_ms(stand), time.monotonic()
    sounds = recorded()
    callers = Callers(
        stand.folder, part.name, OURS_FROM, NUMBER, stand.asterisk.ports.sip, int(part.hold * 1000),
        speech=speech if part.sound else "",
    )  # fmt: skip
    noted: list[Note] = []
    calling = Thread(target=lambda: noted.extend(callers.call(numbers, part.rate, secrets.free_port(19000, set()))))
    calling.start()
    lost = _rtp_lost(stand, part) if part.sound else None
    calling.join()
    spent = time.monotonic() - begun
    lag = p99_of(told, _buckets(stand))
    cpu = {name: ms - used.get(name, 0.0) for name, ms in _cpu_ms(stand).items()}
    stand.drain(60)
    give_time(lambda: witnessed() - before >= len(numbers) and recorded() - sounds >= len(numbers))
    answers, ended = sorted(answer_times(noted)), [note for note in noted if note.word == "ended"]
    found = {
        "calls": float(len(numbers)),
        "failed": float(len(numbers) - min(len(ended), witnessed() - before, recorded() - sounds)),
        "answer_p50_ms": _percentile(answers, 0.5),
        "answer_p99_ms": _percentile(answers, 0.99),
        "event_lag_p99_ms": lag * 1000,
        **{f"{name}_cpu_share": round(ms / spent / 1000, 3) for name, ms in cpu.items()},
    }
    return found | ({"rtp_lost": float(lost)} if lost is not None else {})


def _cpu_ms(stand: Stand) -> dict[str, float]:
    """Of all that runs but the callers: the second witness and the phones beside what every bench counts."""
    others = {"witness": stand.witness.pid(), "phones": stand.phones.process.pid()}
    return stand.cpu_ms() | {name: cpu_ms(pid) for name, pid in others.items()}


def _rtp_lost(stand: Stand, part: Part) -> int:
    """Packets that Asterisk missed from anybody, just before the first talk ends."""
    from telephony.witness.alive import Asterisk  # noqa: PLC0415 - telephony's rooms need Django's settings

    time.sleep(part.hold - 1)
    access, lost = stand.asterisk.access, 0
    asterisk = Asterisk(f"http://127.0.0.1:{stand.asterisk.ports.http}/ari", access.ari_user, access.ari_password)
    for channel in asterisk.get("channels"):
        try:
            lost += int(asterisk.get(f"channels/{channel['id']}/rtp_statistics")["rxploss"])
        except (OSError, KeyError):
            continue  # it has ended meanwhile, or no sound has come yet
    return lost


def give_time(look: Callable[[], bool], patience: float = 45.0) -> None:
    """Wait for it, but not for ever: what is missing then has failed."""
    end = time.monotonic() + patience
    while not look() and time.monotonic() < end:
        time.sleep(0.2)


def answer_times(notes: Sequence[Note]) -> list[float]:
    """Milliseconds from each caller's INVITE to the answer."""
    invited = {note.caller: note.at for note in notes if note.word == "invited"}
    return [(note.at - invited[note.caller]) * 1000 for note in notes if note.word == "answered"]


def p99_of(before: Mapping[float, float], after: Mapping[float, float]) -> float:
    """The bound below which 99 of 100 observations lie that came between two looks at a histogram; 0 if none came.

    What lies above the last bound counts as ten seconds.
    """
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    whole = max(counts.values(), default=0.0)
    return min(next((bound for bound, below in counts.items() if whole and below >= 0.99 * whole), 0.0), 10.0)


def _buckets(stand: Stand) -> dict[float, float]:
    """The switch's histogram of event lag: bound -> how many observations lie below."""
    text = (updown.get(f"http://127.0.0.1:{_port(stand.switch)}/metrics") or b"").decode()
    lines = [line for line in text.splitlines() if line.startswith(LAG)]
    return {float(line.split('"')[1]): float(line.rpartition(" ")[2]) for line in lines}


def _port(process: Process) -> int:
    return int(process.environment["SEATLINE_METRICS_PORT"])


def _percentile(ranked: Sequence[float], share: float) -> float:
    return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 2) if ranked else 0.0


def _world(accounts: Mapping[str, str], at: datetime) -> None:
    from seatline.house import bench_world  # noqa: PLC0415 - needs Django's settings

    bench_world.make(accounts, {NUMBER: True}, at)
