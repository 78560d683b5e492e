"""What the switch tells Prometheus of itself. Noting a figure takes a microsecond or two; nothing here waits."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from telephony.core import facts as fact
from telephony.core.engine import Engine
from telephony.journal.disk import Unshipped

EVERY = 2.0  # seconds between two counts of what goes on
ARRIVED = Counter("seatline_calls_arrived", "Calls that the switch has taken.")
ENDED = Counter("seatline_calls_ended", "Calls that have ended, by outcome.", ["outcome"])
GOING_ON = Gauge("seatline_calls_going_on", "Calls that go on, by stage.", ["stage"])
WAITING = Gauge("seatline_queue_waiting", "Callers who wait, by queue.", ["queue"])
WAIT = Histogram(
    "seatline_queue_wait_seconds", "How long callers waited, by how it ended.", ["reason"],
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 600),
)  # fmt: skip
AGENTS = Gauge("seatline_agents", "Agents who are logged in, by state.", ["state"])
EVENT_LAG = Histogram(
    "seatline_switch_event_lag_seconds", "From an event in Asterisk to its being heard here.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)  # fmt: skip
LOOP_LAG = Gauge("seatline_switch_loop_lag_seconds", "How much later than asked the switch's loop woke up last.")
JOURNAL_DEPTH = Gauge("seatline_journal_depth", "Facts on this machine's disk that PostgreSQL has not got yet.")
UNWRITTEN = Gauge("seatline_journal_unwritten", "Facts that the disk refused and that are in memory alone.")
REFUSED = Gauge("seatline_journal_refused", "Facts that PostgreSQL refuses for their content.")
LEADS = Gauge("seatline_switch_leads", "1 in the switch that decides; 0 in one that waits for the lead.")
ALARM = Gauge("seatline_switch_alarm", "1 while this ails the switch, by the name of the alarm.", ["alarm"])
CONNECTED = Gauge("seatline_switch_connected", "1 while the switch has a socket to Asterisk.")


class CallFigures:
    """Counts what the facts of calls say."""

    def __init__(self) -> None:
        self._waits: dict[object, datetime] = {}  # call -> waits since

    def note(self, facts: Iterable[fact.Fact]) -> None:
        """Facts that are on the disk now."""
        for one in facts:
            match one:
                case fact.CallArrived():
                    ARRIVED.inc()
                case fact.QueueEntered():
                    self._waits[one.call] = one.at
                case fact.QueueLeft():
                    since = self._waits.pop(one.call, one.at)
                    WAIT.labels(one.reason).observe(max((one.at - since).total_seconds(), 0.0))
                case fact.CallEnded():
                    self._waits.pop(one.call, None)
                    ENDED.labels(one.outcome.value).inc()


def heard(message: dict[str, Any], at: datetime) -> float:
    """A message of Asterisk has come; how late, in seconds. One without a time that can be read tells 0."""
    try:
        sent = datetime.fromisoformat(message["timestamp"])
    except (KeyError, TypeError, ValueError):
        return 0.0
    lag = max((at - sent).total_seconds(), 0.0)
    EVENT_LAG.observe(lag)
    return lag


async def tell(
    engine: Engine, journal: Unshipped, unwritten: Callable[[], int], connected: Callable[[], bool]
) -> None:  # fmt: skip
    """Count again and again how it stands, in the loop that drives the engine; never ends."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        LOOP_LAG.set(max(loop.time() - asked, 0.0))
        CONNECTED.set(connected())
        UNWRITTEN.set(unwritten())
        JOURNAL_DEPTH.set(journal.backlog())
        REFUSED.set(journal.refused())
        look(engine)


def look(engine: Engine) -> None:
    """How it stands now: calls, queues and agents."""
    _set(GOING_ON, (call.stage.shown for call in engine.calls.values()))
    _set(AGENTS, (agent.state.value for agent in engine.floor.agents.values()))
    _set(WAITING, (line.plan.code for line in engine.floor.lines.values() for _ in line.waiting))


def _set(gauge: Gauge, names: Iterable[str]) -> None:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    gauge.clear()
    for name, count in counts.items():
        gauge.labels(name).set(count)
