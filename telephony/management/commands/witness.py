"""`manage.py witness`: the process that takes Asterisk's channel events on record."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from seatline import health
from seatline.clock import now
from seatline.env import environment
from telephony.switch.places import HOME, Place, Places
from telephony.witness.alive import Alive, Asterisk
from telephony.witness.process import Proof, Witness, run


class Command(BaseCommand):
    """Be the witness until SIGTERM."""

    help = "Take Asterisk's channel events (CEL) on record, and close calls that it lost, until SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        folder = environment.path("SEATLINE_CEL")
        asterisk = Asterisk(
            environment.text("SEATLINE_ARI_URL"),
            environment.text("SEATLINE_ARI_USER"),
            environment.text("SEATLINE_ARI_PASSWORD"),
        )
        node, words = environment.text("SEATLINE_NODE") or HOME, environment.words("SEATLINE_NODES")
        places = Places([HOME, *(Place.read(word).name for word in words)], lambda _call: None)
        seen = "alive.json" if node == HOME else f"alive-{node}.json"
        alive = Alive(environment.path("SEATLINE_VAR") / "journal" / seen, asterisk, now)
        proof = Proof(folder, asterisk)
        health.serve(
            environment.number("SEATLINE_METRICS_PORT"),
            {
                "asterisk": lambda: "" if alive.answers else "does not answer",
                "witness": lambda: "" if proof.holds else "asterisk has not been seen to write channel events",
            },
        )
        run(Witness(folder, alive, now, lambda linked: places.of_name(linked) == node), alive, proof, stop)
