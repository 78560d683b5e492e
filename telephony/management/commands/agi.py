"""`manage.py agi`: the server behind the codes that agents dial."""

import signal
from threading import Event
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seatline import health
from seatline.env import environment
from seatline.errors import BadInput
from telephony.agi.house import Services
from telephony.agi.server import Server
from telephony.journal.services import callers_waiting
from telephony.plans.services import seat_of
from tenants.numbers.rules import normalise

log = structlog.get_logger(__name__)


def _canonical(number: str) -> str:
    try:
        return normalise(
            number, country=environment.text("SEATLINE_COUNTRY_CODE"), area=environment.text("SEATLINE_AREA_CODE")
        )
    except BadInput:
        return ""


class Command(BaseCommand):
    """Serve FastAGI on loopback until SIGTERM."""

    help = "Serve the phone codes (*45 and others) to Asterisk until SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop; a port in use is an error in words."""
        port = environment.number("SEATLINE_AGI_PORT")
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        try:
            server = Server(port, Services(seat_of, callers_waiting), settings.VAR / "sounds", _canonical)
        except OSError as error:
            raise CommandError(f"Port {port} for the phone codes cannot be opened: {error.strerror}.") from error
        health.serve(environment.number("SEATLINE_METRICS_PORT"))
        with server:
            log.info("agi ready", port=server.server_address[1])
            server.serve_until(stop.is_set)
        log.info("agi stopped")
