"""`manage.py ship_journal`: started by the switch, never by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from seatline import health
from seatline.env import environment
from telephony.journal.carry import main
from telephony.switch.config import Settings


class Command(BaseCommand):
    """Ship the journal until standard input is closed."""

    help = "Ship the switch's journal into PostgreSQL. The switch starts it; it ends with the switch."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until the switch is gone."""
        health.serve(environment.number("SEATLINE_SHIPPER_METRICS_PORT"))
        main(Settings.read(environment).journal)
