"""`manage.py worker`: the process that does the jobs, with its health on loopback."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from billing.figures import tell_backlog
from seatline import health
from seatline.env import environment


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


class Command(BaseCommand):
    """Do jobs until SIGTERM."""

    help = "Do jobs until SIGTERM: procrastinate's worker, with its health on loopback."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        tell_backlog()
        health.serve(environment.number("SEATLINE_METRICS_PORT"), {"database": _database})
        call_command("procrastinate", "worker")
