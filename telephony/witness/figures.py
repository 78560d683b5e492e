"""What the witness tells Prometheus of itself."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("seatline_witness_events", "Channel events taken on record.")
REFUSED = Counter("seatline_witness_lines_refused", "Lines of Asterisk's file that are no channel event.")
CUT = Counter("seatline_witness_channels_cut", "Channels that Asterisk lost without a word; their ends are estimated.")
LAG = Histogram(
    "seatline_witness_lag_seconds", "From a channel event to its being on record.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)  # fmt: skip
OPEN = Gauge("seatline_witness_open_channels", "Channels that have begun and not ended.")
PROVED = Gauge("seatline_witness_proved", "1 if Asterisk was seen to write channel events since it started.")
ASTERISK = Gauge("seatline_asterisk_answers", "1 if Asterisk answered the last question, asked every five seconds.")
CHANNELS = Gauge("seatline_asterisk_channels", "Channels that Asterisk has.")
