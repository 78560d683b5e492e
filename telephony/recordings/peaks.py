"""How loud each lane of a sound is over its length: what a waveform is drawn from.

Rules of this file: pure but for the file it is given. Lane 0 is the caller, lane 1 the agent; a message has one lane.
"""

import sys
import wave
from array import array
from typing import BinaryIO

POINTS = 400  # of a drawing: more are not seen at the width of a page
LOUDEST = 32768
_AT_ONCE = 8000 * 10  # frames: an hour of sound must not lie in memory

Peaks = tuple[bytes, ...]  # for each lane a byte for each point, 0 to 255


def peaks_of(source: BinaryIO) -> Peaks:
    """The loudest sample of each of `POINTS` pieces, by lane. Raises OSError for what is no sound of 16 bits."""
    try:
        with wave.open(source) as sound:
            lanes, frames = sound.getnchannels(), sound.getnframes()
            if sound.getsampwidth() != 2:
                raise OSError("no sound of 16 bits")
            piece = max(-(-frames // POINTS), 1)
            found = [bytearray() for _ in range(lanes)]
            while chunk := sound.readframes(piece * max(_AT_ONCE // piece, 1)):
                _measure(chunk, piece, found)
    except (wave.Error, EOFError) as error:
        raise OSError(str(error)) from error
    return tuple(bytes(lane) for lane in found)


def _measure(chunk: bytes, piece: int, found: list[bytearray]) -> None:
    samples = array("h", chunk)
    if sys.byteorder == "big":
        samples.byteswap()
    for lane, points in enumerate(found):
        mine = samples[lane :: len(found)]
        for at in range(0, len(mine), piece):
            part = mine[at : at + piece]
            highest, lowest = max(part), min(part)
            points.append(max(highest, -lowest) * 255 // LOUDEST)


def packed(peaks: Peaks) -> bytes:
    """As it is kept: the number of lanes, then one lane after another."""
    return bytes([len(peaks)]) + b"".join(peaks)


def unpacked(kept: bytes) -> Peaks:
    """What `packed` made. Raises ValueError."""
    if not kept or not kept[0] or (len(kept) - 1) % kept[0]:
        raise ValueError("no peaks")
    length = (len(kept) - 1) // kept[0]
    return tuple(kept[1 + lane * length : 1 + (lane + 1) * length] for lane in range(kept[0]))
