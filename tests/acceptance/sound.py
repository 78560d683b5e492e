"""Who hears whom: parties speak tones that are found again by their frequency, and phrases by how their loudness runs.

Rules of this file: it knows sound files, nothing of calls. Everything is 16 bits at 8 kHz.
"""

import math
import wave
from array import array
from functools import cache
from pathlib import Path

RATE = 8000
BLOCK = 800  # samples: a tenth of a second, in which every tone of whole tens of hertz has whole waves
QUIET = 100.0  # root mean square below which a block is silence; A-law's own noise is below 10
STEP = 160  # samples of one point of a loudness curve
LIKENESS = 0.9  # correlation of loudness curves above which the one is the other


def write_tone(path: Path, hertz: int, seconds: float = 4.0) -> Path:
    """Make a mono file with a tone of a quarter of full scale."""
    wave_of = [round(8192 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE)]
    frames = array("h", wave_of * math.ceil(seconds))[: round(seconds * RATE)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(frames.tobytes())
    return path


def samples_of(path: Path, channel: int = 0) -> array:
    """One channel of a file; 0 is the left one."""
    with wave.open(str(path)) as sound:
        assert (sound.getsampwidth(), sound.getframerate()) == (2, RATE), path
        return array("h", sound.readframes(sound.getnframes()))[channel :: sound.getnchannels()]


def channels_of(path: Path) -> int:
    """1 for mono, 2 for stereo."""
    with wave.open(str(path)) as sound:
        return sound.getnchannels()


def length_of(path: Path) -> float:
    """Seconds from beginning to end."""
    return len(samples_of(path)) / RATE


def seconds_of_tone(path: Path, hertz: int, channel: int = 0) -> float:
    """For how long this tone, and nothing beside it, is heard."""
    return sum(_is_tone(block, hertz) for block in _blocks(samples_of(path, channel))) * BLOCK / RATE


def seconds_of_tones(path: Path, *hertz: int, channel: int = 0) -> float:
    """For how long all these tones are heard at once, none of them much fainter than the others, and nothing else."""
    least = 0.5 / len(hertz)
    found = 0
    for block in _blocks(samples_of(path, channel)):
        if _loudness(block) > QUIET:
            shares = [_share(block, one) for one in hertz]
            found += min(shares) > least and sum(shares) > 0.85
    return found * BLOCK / RATE


def seconds_of_sound(path: Path, channel: int = 0) -> float:
    """For how long anything is heard."""
    return sum(_loudness(block) > QUIET for block in _blocks(samples_of(path, channel))) * BLOCK / RATE


def hears_phrase(heard: Path, phrase: Path, first: float | None = None) -> bool:
    """Whether the phrase is in what was heard, in its own rhythm; whole, or only its `first` seconds if keys cut it."""
    return phrase_begins(heard, phrase, first) is not None


def phrase_begins(heard: Path, phrase: Path, first: float | None = None) -> float | None:
    """After how many seconds the phrase is most like what was heard; None if it is not like it anywhere."""
    curve, wanted = loudness_curve(heard), _trimmed(loudness_curve(phrase))
    if first is not None:
        wanted = wanted[: round(first * RATE / STEP)]
    likeness = [(_correlation(curve[at : at + len(wanted)], wanted), at) for at in range(len(curve) - len(wanted) + 1)]
    best, at = max(likeness, default=(0.0, 0))
    return at * STEP / RATE if best > LIKENESS else None


@cache
def loudness_curve(path: Path) -> tuple[float, ...]:
    """The loudness of each fiftieth of a second. Of a file that is complete: it is remembered."""
    samples = samples_of(path)
    return tuple(_loudness(samples[at : at + STEP]) for at in range(0, len(samples) - STEP + 1, STEP))


def _trimmed(curve: tuple[float, ...]) -> tuple[float, ...]:
    loud = [at for at, value in enumerate(curve) if value > QUIET]
    return curve[loud[0] : loud[-1] + 1]


def _blocks(samples: array) -> list[array]:
    return [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK + 1, BLOCK)]


def _loudness(block: array) -> float:
    return math.sqrt(sum(sample * sample for sample in block) / len(block))


def _is_tone(block: array, hertz: int) -> bool:
    return _loudness(block) >= QUIET and _share(block, hertz) > 0.9


def _share(block: array, hertz: int) -> float:
    """Goertzel's algorithm: the power at one frequency, as a share of the whole block's."""
    whole = sum(sample * sample for sample in block)
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = last = 0.0
    for sample in block:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return 2 * power / (len(block) * whole)


def _correlation(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    over = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    spread = sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other)
    return over / math.sqrt(spread) if spread > 0 else 0.0
