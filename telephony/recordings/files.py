"""Files of recordings: from what Asterisk wrote to the WAV that is kept.

Rules of this file: it knows files, no tables and no clock. MixMonitor with option D writes raw sound, two channels
interleaved (left the caller, right the agent), signed 16 bits, little-endian, 8 kHz. The raw file goes only after the
WAV is safe on the disk, so a process killed at any point loses nothing and may begin again.
"""

import math
import os
import re
import shutil
import sys
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

RATE = 8000
CHANNELS = 2
FRAME = 2 * CHANNELS  # bytes of one instant of both channels
CHUNK = FRAME * RATE * 10  # ten seconds at a time: an hour of sound must not lie in memory
FULL_SCALE = 32768
SILENCE_DB = -96.3  # what 16 bits can tell from nothing; stands for the minus infinity of digital silence
_CODE = re.compile(r"[-a-zA-Z0-9_]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that is safe: how long, its loudest sample in dB of full scale, bytes of the file."""

    seconds: float
    peak_db: float
    size: int


def path_of(tenant_code: str, day: date, call_id: UUID) -> Path:
    """Where a call's recording is kept, below the folder of recordings. Raises ValueError for a code with a slash."""
    folder = tenant_code or "operator"
    if not _CODE.fullmatch(folder):
        raise ValueError(f"tenant code {tenant_code!r} is no folder name")
    return Path(folder, day.isoformat(), f"{call_id}.wav")


def message_path(tenant_code: str, day: date, call_id: UUID) -> Path:
    """Where the message of a call is kept, beside its recording."""
    return path_of(tenant_code, day, call_id).with_suffix(".message.wav")


def keep_message(raw: Path, wav: Path) -> Kept:
    """Take over the WAV of a message as Asterisk wrote it, whole or not at all, and measure it.

    As `keep` it may be begun again after any interruption. Raises OSError; EOFError and wave.Error are OSError too.
    """
    if not wav.exists() or raw.exists():
        wav.parent.mkdir(parents=True, exist_ok=True)
        fresh = wav.with_suffix(".tmp")
        try:
            with raw.open("rb") as source, fresh.open("wb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            fresh.replace(wav)
            _sync_folder(wav.parent)
        finally:
            fresh.unlink(missing_ok=True)
        raw.unlink()
    try:
        return _measure(wav)
    except (wave.Error, EOFError) as error:
        raise OSError(f"{wav.name} is no sound: {error}") from error


def day_of(started_at: datetime) -> date:
    """The day under which a call is kept: that of its start, in UTC, so that it never depends on who asks."""
    return started_at.astimezone(UTC).date()


def keep(raw: Path, wav: Path) -> Kept:
    """Make the WAV of a raw file, in one step that is whole or not at all, measure it, and remove the raw file.

    If the raw file is gone and the WAV is there, an earlier run had finished: that one is measured. Raises OSError;
    the raw file is then still there. A last frame that was cut off in writing is left out.
    """
    if wav.exists() and not raw.exists():
        return _measure(wav)
    wav.parent.mkdir(parents=True, exist_ok=True)
    fresh = wav.with_suffix(".tmp")
    frames = peak = 0
    try:
        with raw.open("rb") as source, fresh.open("wb") as target:
            with wave.open(target, "wb") as out:
                out.setparams((CHANNELS, 2, RATE, 0, "NONE", "not compressed"))
                while chunk := source.read(CHUNK):
                    whole = chunk[: len(chunk) - len(chunk) % FRAME]
                    out.writeframes(whole)
                    frames += len(whole) // FRAME
                    peak = max(peak, _loudest(whole))
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(wav)
        _sync_folder(wav.parent)
    finally:
        fresh.unlink(missing_ok=True)
    raw.unlink()
    return Kept(seconds=frames / RATE, peak_db=decibels(peak), size=wav.stat().st_size)


def left_over(folder: Path) -> Iterator[tuple[UUID, Path]]:
    """Raw files named after calls, as a killed switch leaves them; of calls that still run too, oldest call first."""
    for path in sorted(folder.glob("*.raw")):
        try:
            yield UUID(path.stem), path
        except ValueError:
            continue


def decibels(peak: int) -> float:
    """A sample's size in dB of full scale, to a hundredth."""
    return round(20 * math.log10(peak / FULL_SCALE), 2) if peak else SILENCE_DB


def _measure(wav: Path) -> Kept:
    with wave.open(str(wav), "rb") as sound:
        frames = sound.getnframes()
        peak = 0
        while chunk := sound.readframes(CHUNK // FRAME):
            peak = max(peak, _loudest(chunk))
    return Kept(seconds=frames / RATE, peak_db=decibels(peak), size=wav.stat().st_size)


def _loudest(chunk: bytes) -> int:
    samples = array("h", chunk)
    if sys.byteorder == "big":
        samples.byteswap()
    if not samples:
        return 0
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest)


def _sync_folder(folder: Path) -> None:
    """A file's name is safe only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
