"""What the shipper tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

SHIPPED = Counter("seatline_shipper_entries", "Entries of the journal that are in PostgreSQL now.")
LAG = Histogram(
    "seatline_shipper_lag_seconds", "From a fact to its being in PostgreSQL.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)  # fmt: skip
DATABASE = Gauge("seatline_shipper_database_answers", "1 if PostgreSQL took what was shipped last.")
