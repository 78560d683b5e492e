"""The waveform of a recording: computed once, kept beside the sound, drawn as plain SVG that needs no script."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from telephony.recordings.models import Recording
from telephony.recordings.opening import SoundGone, folder, open_kept
from telephony.recordings.peaks import POINTS, Peaks, packed, peaks_of, unpacked
from tenants.accounts.scope import operator_scope

log = structlog.get_logger(__name__)
LANE = 48  # height of one lane in the drawing
AT_ONCE = 40


def peaks_for(path: str) -> Peaks:
    """The peaks of a kept sound, from the file beside it or computed now. Raises SoundGone."""
    file = folder() / _beside(path)
    with suppress(OSError, ValueError):
        return unpacked(file.read_bytes())
    sound = open_kept(path)
    with sound.open() as source:
        try:
            peaks = peaks_of(source)
        except OSError as error:
            raise SoundGone from error
    fresh = file.with_suffix(".fresh")
    with suppress(OSError):  # a disk that is full draws all the same
        fresh.write_bytes(packed(peaks))
        fresh.replace(file)
    return peaks


def forget_peaks(path: str) -> None:
    """The sound goes, and its drawing with it."""
    (folder() / _beside(path)).unlink(missing_ok=True)


def compute_due() -> int:
    """Compute the peaks of newest recordings that have none yet, some at once; how many. In its own scope."""
    with operator_scope():
        paths = list(Recording.objects.order_by("-stored_at").values_list("path", flat=True)[: AT_ONCE * 5])
    done = 0
    for path in paths:
        if done < AT_ONCE and not (folder() / _beside(path)).exists():
            try:
                peaks_for(path)
                done += 1
            except SoundGone:
                log.debug("no sound to draw", path=path)
    return done


def drawing(row: Recording) -> dict[str, Any]:
    """What the template draws: a polygon for each lane, and the silences of payments as bands."""
    lanes = [
        {"points": _outline(lane, no), "middle": LANE * no + LANE // 2} for no, lane in enumerate(peaks_for(row.path))
    ]
    scale = POINTS / row.seconds if row.seconds else 0.0
    bands = [
        {"x": round(start * scale, 1), "width": round(max((stop - start) * scale, 1.5), 1)}
        for start, stop in row.pauses
    ]
    return {"lanes": lanes, "bands": bands, "width": POINTS, "height": LANE * max(len(lanes), 1)}


def _outline(lane: bytes, no: int) -> str:
    """There and back: the upper edge from left to right, the lower one from right to left."""
    middle, half = LANE * no + LANE / 2, LANE / 2 - 2
    step = POINTS / max(len(lane), 1)
    over = [f"{at * step:.1f},{middle - max(loud * half / 255, 0.4):.1f}" for at, loud in enumerate(lane)]
    under = [f"{at * step:.1f},{middle + max(loud * half / 255, 0.4):.1f}" for at, loud in enumerate(lane)]
    return " ".join([*over, *reversed(under)])


def _beside(path: str) -> Path:
    return Path(path).with_suffix(".peaks")
