"""`manage.py retention`: what is kept for how long, and the destruction of what is older."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from seatline.clock import now
from telephony.retention.services import destroy_due, due
from tenants.accounts.scope import operator_scope


class Command(BaseCommand):
    """Destroy sound that is older than its tenant's contract says; with --dry-run only say what would go."""

    help = "Destroy recordings and messages that are older than agreed, in batches; --dry-run says what would go."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to do it."""
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and destroy nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each rule, or for each batch that is done."""
        at = now()
        if options["dry_run"]:
            with operator_scope():
                found = due(at)
            for one in found:
                rule = one.rule
                self.stdout.write(
                    f"{rule.tenant.code:<12} {rule.kind:<10} {rule.days:>5} days  {one.count:>7} to go"
                    f"  {one.size:>12} bytes  {one.held:>5} held"
                )
            if not found:
                self.stdout.write("No tenant has a rule: nothing is ever destroyed by age.")
            return
        count = 0
        for gone in destroy_due(at):
            count += gone.count
            self.stdout.write(f"{gone.rule.tenant.code} {gone.rule.kind}: {gone.count} destroyed, {count} so far")
        self.stdout.write(f"{count} destroyed.")
