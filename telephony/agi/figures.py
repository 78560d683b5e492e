"""What the server of the phone codes tells Prometheus."""

from prometheus_client import Counter, Gauge

DIALOGUES = Counter("seatline_agi_dialogues", "Codes that were dialled.")
CHILDREN = Gauge("seatline_agi_children", "Dialogues that go on.")
