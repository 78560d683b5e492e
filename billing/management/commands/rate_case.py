"""`manage.py rate_case FILE.json …`: the lines of calculations that stand in files, with their arithmetic.

The format is told in docs/pricing.md; `--schema` prints it as a JSON schema. A file that says which lines it expects is
compared with them. It ends with 1 when a file cannot be read or anything differs. No database is asked.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.rating.case import Case, Outcome, calculate, read_case
from billing.rating.schema import case_schema
from billing.rating.trace import say, unit_name
from seatline.errors import BadInput


class Command(BaseCommand):
    """Prints what a file of inputs comes to."""

    help = "Calculate the lines of cases in JSON files (docs/pricing.md), and compare them with those expected."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, the language of the arithmetic, and the form of the answer."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE.json")
        parser.add_argument("--zh", action="store_true", help="tell the arithmetic in Chinese, too")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--schema", action="store_true", help="print the JSON schema of such files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Calculate all cases of all files."""
        if options["schema"]:
            self.stdout.write(json.dumps(case_schema(), ensure_ascii=False, indent=2))
            return
        if not options["files"]:
            raise CommandError("Name a file, or ask for the --schema.")
        told = []
        differences = 0
        for path in options["files"]:
            for case in self._cases(path):
                outcome = calculate(case)
                differences += len(outcome.differences)
                if options["json"]:
                    told.append(as_json(case, outcome))
                else:
                    self._print(case, outcome, chinese=options["zh"])
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        if differences:
            raise CommandError(f"{differences} lines or sums are not as expected.")

    def _cases(self, path: Path) -> list[Case]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        except json.JSONDecodeError as error:
            raise CommandError(f"{path}, line {error.lineno}: this is not JSON: {error.msg}") from error
        cases = []
        for n, one in enumerate(content if isinstance(content, list) else [content], start=1):
            try:
                cases.append(read_case(one))
            except BadInput as error:
                raise CommandError(f"{path}, case {n}: {error.details['field']} {error.details['cause']}") from error
        return cases

    def _print(self, case: Case, outcome: Outcome, *, chinese: bool) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(case.case))
        for line in outcome.lines:
            unit = unit_name(line.unit, "en", line.quantity)
            quantity = f"{line.quantity.normalize():f} {unit}".strip()
            self.stdout.write(
                f"  {line.component:<16} {line.part:<12} {quantity:>24} {line.amount:>16,f} {case.currency}"
            )
            self.stdout.write(f"    {say(line.steps, 'en')}")
            if chinese:
                self.stdout.write(f"    {say(line.steps, 'zh-hans')}")
        gross = outcome.net + outcome.taxes.total
        self.stdout.write(f"  net {outcome.net:,f}, tax {outcome.taxes.total:,f}, total {gross:,f} {case.currency}")
        for difference in outcome.differences:
            self.stdout.write(self.style.ERROR(f"  {difference}"))


def as_json(case: Case, outcome: Outcome) -> dict[str, object]:
    """A case's outcome for programs; amounts are text."""
    return {
        "case": case.case,
        "lines": [
            {
                "price": line.component,
                "part": line.part,
                "quantity": f"{line.quantity:f}",
                "unit": line.unit,
                "unit_price": f"{line.unit_price:f}",
                "exact": str(line.exact),
                "total": f"{line.total:f}",
                "billed_before": f"{line.billed_before:f}",
                "amount": f"{line.amount:f}",
                "words": say(line.steps, "en"),
                "words_zh": say(line.steps, "zh-hans"),
                "inputs_sha256": line.inputs_sha256,
            }
            for line in outcome.lines
        ],
        "net": f"{outcome.net:f}",
        "tax": f"{outcome.taxes.total:f}",
        "gross": f"{outcome.net + outcome.taxes.total:f}",
        "differences": list(outcome.differences),
    }
