"""Prove that no operation log was changed since its anchors were made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seatline.errors import SeatlineError
from tenants.accounts.scope import operator_scope
from tenants.trust.services import anchors_folder, verify_all


class Command(BaseCommand):
    """Exit code 1 if anything is wrong, with a line for each finding."""

    help = "Check every operation log: each entry's hash, the links between them, and the anchors that were sent away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where anchors are that this machine cannot have changed."""
        parser.add_argument(
            "--anchors", type=Path, action="append", default=[], metavar="FOLDER",
            help="anchors from where they were sent to; without it only this machine's own are compared",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each chain."""
        folders = options["anchors"] or [anchors_folder()]
        wrong = 0
        try:
            with operator_scope():
                for verdict in verify_all(folders):
                    wrong += len(verdict.faults)
                    state = "changed" if verdict.faults else "whole"
                    self.stdout.write(
                        f"{verdict.chain}: {state}, {verdict.entries} entries, {verdict.anchors} anchors compared"
                    )
                    for fault in verdict.faults:
                        self.stdout.write(f"  {fault.kind} at number {fault.seq}")
        except SeatlineError as error:
            raise CommandError(str(error)) from error
        if wrong:
            raise CommandError(f"{wrong} findings. Compare with the anchors that the tenants have, and a backup.")
