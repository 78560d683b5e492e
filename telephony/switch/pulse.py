"""The switch's heartbeat and its alarms: what `./run doctor`, the watchdog and the metrics know of it.

An alarm is a name that stays the same and a sentence; it is logged once when it begins and once when it is over.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from telephony.switch.figures import ALARM
from telephony.watch import heartbeat
from telephony.watch.heartbeat import Beat

log = structlog.get_logger(__name__)
EVERY = 0.5  # seconds
LATE = 0.2  # seconds of lag from which on no new call is taken: the fallback is quicker
STEPPED = 1.0  # seconds by which the clock on the wall may run apart from the monotonic one between two beats
REMEMBERED = 600.0  # seconds for which a step of the clock is shown


class Pulse:
    """Beats in the switch's own loop, so that a loop that hangs is silent.

    `look` gives what is to be told at a beat, `alarms` what ails right now.
    """

    def __init__(
        self, var: Path, clock: Callable[[], datetime], look: Callable[[], tuple[bool, int, int]],
        alarms: Callable[[], Mapping[str, str]],
    ) -> None:  # fmt: skip
        self._path = heartbeat.path_in(var)
        self._clock = clock
        self._look = look
        self._alarms = alarms
        self.nodes: Callable[[], Sequence[str]] = lambda: ()  #: the Asterisks to which there is a connection
        self._lag = 0.0
        self._known: Mapping[str, str] = {}
        self._drift: float | None = None
        self._stepped: tuple[float, float] | None = None  # when, and by how much

    def lag(self, seconds: float) -> None:
        """An event came so late; the worst since the last beat counts."""
        self._lag = max(self._lag, seconds)

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            before = time.monotonic()
            self.beat(before)
            await asyncio.sleep(EVERY)
            # What comes through the loop late makes events late, too, also while Asterisk sends none.
            self.lag(time.monotonic() - before - EVERY)

    def beat(self, monotonic: float) -> None:
        """One beat. A disk that takes none ends nothing: the watchdog then thinks us silent, and callers are served."""
        ready, calls, waiting = self._look()
        alarms = {**self._alarms(), **self._clock_step(monotonic)}
        if self._lag > LATE:
            alarms["lag"] = f"events are handled {self._lag * 1000:.0f} ms late; new calls go to the fallback meanwhile"
        self._tell(alarms)
        beat = Beat(
            monotonic=monotonic, at=self._clock().isoformat(), pid=os.getpid(), ready=ready, calls=calls,
            nodes=tuple(self.nodes()), waiting=waiting, lag=self._lag, alarms=alarms,
        )  # fmt: skip
        self._lag = 0.0
        try:
            heartbeat.write(self._path, beat)
        except OSError as error:
            log.critical("heartbeat cannot be written", cause=str(error))

    def _clock_step(self, monotonic: float) -> dict[str, str]:
        drift = self._clock().timestamp() - monotonic
        before, self._drift = self._drift, drift
        if before is not None and abs(drift - before) > STEPPED:
            self._stepped = (monotonic, drift - before)
        if self._stepped is None or monotonic - self._stepped[0] > REMEMBERED:
            return {}
        return {"clock": f"the clock was set by {self._stepped[1]:+.1f} s; times on record jump there, lengths do not"}

    def _tell(self, alarms: Mapping[str, str]) -> None:
        for name in alarms.keys() - self._known.keys():
            log.critical("alarm", alarm=name, what=alarms[name])
            ALARM.labels(name).set(1)
        for name in self._known.keys() - alarms.keys():
            log.warning("alarm is over", alarm=name)
            ALARM.labels(name).set(0)
        self._known = alarms
