"""Make calls, legs, recordings and stays in queues from the ledger again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony.journal.projector import project_all


class Command(BaseCommand):
    """Writes only rows that differ; where none does, nothing changes. With --check nothing is written at all."""

    help = "Make calls, legs, recordings and stays from the ledger again; with --check only tell what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to write."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything differs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run over the whole ledger, in batches that each hold off the switch for a moment."""
        check = options["check"]
        differing = {"calls": 0, "legs": 0, "recordings": 0, "stays": 0}
        for changes in project_all(write=not check):
            for kind in differing:
                found = getattr(changes, kind)
                differing[kind] += len(found)
                for key in found if check else ():
                    self.stdout.write(f"{kind}: {key} differs")
        counts = ", ".join(f"{count} {kind}" for kind, count in differing.items())
        if check and any(differing.values()):
            raise CommandError(f"Not as the ledger says: {counts}. Without --check they are put right.")
        self.stdout.write(f"As the ledger says; changed: {counts}.")
