"""What the ARI client tells Prometheus."""

import time

from prometheus_client import Counter, Histogram

ROUND_TRIP = Histogram(
    "seatline_ari_round_trip_seconds", "From a request to Asterisk's answer.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)  # fmt: skip
REFUSALS = Counter("seatline_ari_refusals", "Answers of Asterisk other than yes, by status.", ["status"])

NOT_UNDERSTOOD = Counter("seatline_ari_not_understood", "Frames and events of Asterisk that were passed over.")
REMEMBERED = 60.0  # seconds
_last_nonsense = float("-inf")  # by the monotonic clock


def not_understood() -> None:
    """Something was passed over."""
    global _last_nonsense  # noqa: PLW0603 - as the counter, it is of the whole process
    _last_nonsense = time.monotonic()
    NOT_UNDERSTOOD.inc()


def nonsense_lately() -> bool:
    """Whether anything was passed over a short while ago."""
    return time.monotonic() - _last_nonsense < REMEMBERED


def answered(seconds: float, status: int) -> None:
    """Asterisk has answered a request."""
    ROUND_TRIP.observe(seconds)
    if status >= 300:
        REFUSALS.labels(status).inc()
