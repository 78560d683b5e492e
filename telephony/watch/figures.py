"""What the watchdog tells Prometheus of itself and of what it did."""

from prometheus_client import Counter, Gauge

SILENT = Gauge("seatline_watchdog_switch_silent_seconds", "How long the switch has been silent, or not been ready.")
SENT_ON = Counter("seatline_watchdog_callers_sent_on", "Callers whom the switch had left alone and who were sent on.")
STARTED = Counter("seatline_watchdog_programs_started", "Programs that died and were started again.", ["program"])
HUNG = Counter("seatline_watchdog_switches_ended", "Switches that hung and were ended.")
