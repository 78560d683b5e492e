"""What is beside a call's talk, as its facts tell it: supervisors who were in it, and payments that were taken.

Rules of this file: pure, as `projection.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from telephony.core import facts as fact
from telephony.journal.rows import ListeningRow


def listenings_of(facts: Sequence[fact.Fact]) -> tuple[ListeningRow, ...]:
    """Who was in the talk, from when to when, in the order of their coming; `facts` are one call's, sorted."""
    rows: dict[int, ListeningRow] = {}
    for one in facts:
        match one:
            case fact.ListeningBegan(no=no):
                rows[no] = ListeningRow(
                    no=no, leg=one.leg, agent_id=one.agent, by_id=one.by, ways=one.way, endpoint=one.endpoint,
                    begun_at=one.at,
                )  # fmt: skip
            case fact.ListeningChanged(no=no) if no in rows:
                rows[no] = replace(rows[no], ways=f"{rows[no].ways} {one.way}")
            case fact.ListeningEnded(no=no) if no in rows:
                rows[no] = replace(rows[no], ended_at=one.at, reason=one.reason)
    return tuple(rows.values())


def pauses_of(facts: Sequence[fact.Fact]) -> list[list[float]]:
    """From and to of each payment's silence, in seconds of the recording, to a tenth; a silence that could not be
    made is none."""
    begun: datetime | None = None
    since: datetime | None = None
    found: list[list[float]] = []
    for one in facts:
        match one:
            case fact.RecordingStarted():
                begun = one.at
            case fact.RecordingPaused():
                since = one.at
            case fact.RecordingResumed() if since is not None and begun is not None:
                if one.reason != "failed":
                    found.append([_seconds(begun, since), _seconds(begun, one.at)])
                since = None
    return found


def _seconds(begun: datetime, at: datetime) -> float:
    return max(round((at - begun).total_seconds(), 1), 0.0)
