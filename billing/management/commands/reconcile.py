"""`manage.py reconcile`: do Asterisk, the record and the bills tell the same calls?"""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.reconciliation.rules import Report
from billing.reconciliation.services import reconcile, tenant_names, today
from seatline.clock import now


class Command(BaseCommand):
    """One day; today by default."""

    help = "Compare a day's calls: seen by Asterisk, on record, on bills. Exit code 1 if any call differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which day, and in what form."""
        parser.add_argument("--day", type=date.fromisoformat, help="such as 2026-11-24; today, if none is given")
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the comparison; differences last, call by call."""
        at = now()
        report = reconcile(options["day"] or today(at), at)
        names = tenant_names()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, names), ensure_ascii=False, indent=2))
        else:
            self._print(report, names)
        if not report.ok:
            raise CommandError(f"{len(report.differences)} calls differ on {report.on}.")

    def _print(self, report: Report, names: dict[str, str]) -> None:
        for tenant, row in report.rows.items():
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(row.not_billed.items())) or "none"
            self.stdout.write(
                f"{report.on} {names.get(tenant, 'nobody')}: seen {row.seen}, on record {row.recorded}, billed"
                f" {row.billed}, included {row.included}, going on {row.going_on}, not billed: {reasons}"
            )
        if report.at_the_door:
            self.stdout.write(f"{report.at_the_door} callers hung up before anybody could claim their call.")
        if report.unwatched:
            self.stdout.write(f"{report.unwatched} calls are from before Asterisk's own record began: not compared.")
        for one in report.differences:
            self.stdout.write(f"{one.fault}: call {one.call} of {names.get(one.tenant, 'nobody')} {one.channel}")


def _as_json(report: Report, names: dict[str, str]) -> dict[str, Any]:
    return {
        "on": report.on.isoformat(),
        "ok": report.ok,
        "tenants": [
            {
                "tenant": names.get(tenant), "seen": row.seen, "recorded": row.recorded, "billed": row.billed,
                "included": row.included, "going_on": row.going_on, "not_billed": dict(row.not_billed),
            }
            for tenant, row in report.rows.items()
        ],
        "at_the_door": report.at_the_door,
        "unwatched": report.unwatched,
        "differences": [
            {"fault": one.fault.value, "call": one.call, "tenant": names.get(one.tenant), "channel": one.channel}
            for one in report.differences
        ],
    }  # fmt: skip
