"""`manage.py switch`: the long-running process that answers calls."""

from typing import Any

import uvloop
from django.core.management.base import BaseCommand

from seatline.env import environment
from telephony.switch.config import Settings
from telephony.switch.starting import run


class Command(BaseCommand):
    """Be the switch until SIGTERM."""

    help = "Answer calls: the Stasis application, the AMI listener and the journal."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        uvloop.run(run(Settings.read(environment)))
