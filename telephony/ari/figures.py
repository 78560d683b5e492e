"""What the ARI client tells Prometheus."""

from prometheus_client import Counter, Histogram

ROUND_TRIP = Histogram(
    "seatline_ari_round_trip_seconds", "From a request to Asterisk's answer.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)  # fmt: skip
REFUSALS = Counter("seatline_ari_refusals", "Answers of Asterisk other than yes, by status.", ["status"])


def answered(seconds: float, status: int) -> None:
    """Asterisk has answered a request."""
    ROUND_TRIP.observe(seconds)
    if status >= 300:
        REFUSALS.labels(status).inc()
