"""Look at this installation as an attacker would, and say what to do about it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError

from seatline import clock
from seatline.audit.configuration import examine_files, examine_version
from seatline.audit.database import OWNER, PROGRAMS, examine_database, examine_server
from seatline.audit.files import SECRET_FILES, examine_backups, examine_files_of, examine_ports, listening
from seatline.audit.findings import Finding, Severity, changes, ranked, score
from seatline.audit.people import LoggedIn, examine_logs, examine_people
from seatline.audit.web import examine_web
from seatline.env import ROOT, environment
from seatline.house.asterisk import AsteriskDoesNotAnswer
from seatline.house.home import House
from tenants.accounts.scope import operator_scope


class Command(BaseCommand):
    """Exit code 1 if anything critical or high was found."""

    help = "Rank what is weak in this installation: database, web, Asterisk, people, files, ports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How it is said."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
        parser.add_argument("--quick", action="store_true", help="do not try the first passwords and PINs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, compare with the last time, say."""
        at = clock.now()
        unseen: list[str] = []
        findings = ranked(self._look(at, guess=not options["quick"], unseen=unseen))
        new, mended = self._compare([f"{one.kind.code} {one.where}" for one in findings])
        if options["json"]:
            self.stdout.write(json.dumps(_told(findings, unseen, new, mended, at), ensure_ascii=False))
        else:
            self._say(findings, unseen, new, mended)
        if any(one.kind.severity >= Severity.HIGH for one in findings):
            raise CommandError("Something critical or high was found.")

    def _look(self, at: datetime, *, guess: bool, unseen: list[str]) -> Iterator[Finding]:
        yield from examine_database()
        yield from examine_web(
            {name: getattr(settings, name) for name in dir(settings) if name.isupper()},
            ",".join(environment.words("SEATLINE_VAULT_KEY")),
        )
        sessions = [session.get_decoded() for session in Session.objects.filter(expire_date__gt=at)]
        people = [LoggedIn(str(one["_auth_user_id"])) for one in sessions if "_auth_user_id" in one]
        with operator_scope():
            yield from examine_people(at, people, guess)
            yield from examine_logs(at)
        var = Path(settings.VAR)
        yield from examine_backups(var.parent / "backup", at)
        if not (ROOT / ".local" / "env").exists():
            unseen.append("Asterisk, files and PostgreSQL's own rules: no house of ./run on this machine")
            return
        yield from self._look_at_house(House.open(), var, unseen)

    def _look_at_house(self, house: House, var: Path, unseen: list[str]) -> Iterator[Finding]:
        etc = house.asterisk.folder / "etc"
        yield from examine_files({path.name: path.read_text() for path in etc.glob("*.conf")})
        try:
            yield from examine_version(house.asterisk.ask("core show version"))
        except AsteriskDoesNotAnswer:
            unseen.append("Asterisk's version: it does not run (./run up)")
        secrets = [house.local / "env", house.local / "demo.json", *(etc / name for name in SECRET_FILES)]
        yield from examine_files_of(secrets, var / "recordings")
        ports = [int(value) for name, value in house.values.items() if name.endswith("_PORT")]
        yield from examine_ports(listening(), ports)
        try:
            with psycopg.connect(house.root_url, connect_timeout=3) as root:
                rules = root.execute(
                    "SELECT type, array_to_string(database, ','), array_to_string(user_name, ','), address, auth_method"
                    " FROM pg_hba_file_rules WHERE error IS NULL"
                ).fetchall()
                logins = [*PROGRAMS[:2], OWNER]
                kept = root.execute(
                    "SELECT rolname, left(rolpassword, 20) FROM pg_authid WHERE rolname = ANY(%s)", [logins]
                ).fetchall()
        except psycopg.Error as error:
            unseen.append(f"PostgreSQL's own rules: {str(error).strip().splitlines()[0]}")
            return
        yield from examine_server(rules, kept)

    def _compare(self, now: list[str]) -> tuple[list[str], list[str]]:
        path = Path(settings.VAR) / "audit.json"
        try:
            before = json.loads(path.read_text())
        except (OSError, ValueError):
            before = now
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, ensure_ascii=False))
        return changes(before, now)

    def _say(self, findings: list[Finding], unseen: list[str], new: list[str], mended: list[str]) -> None:
        for one in findings:
            self.stdout.write(f"{one.kind.severity.name.lower():8} {one.kind.title}: {one.where}")
            self.stdout.write(f"         {one.kind.mend}")
        for line in unseen:
            self.stdout.write(f"unseen   {line}")
        for word, lines in (("new", new), ("mended", mended)):
            for line in lines:
                self.stdout.write(f"{word:8} {line}")
        self.stdout.write(f"score    {score(findings)} of 100, {len(findings)} findings")


def _told(
    findings: list[Finding], unseen: list[str], new: list[str], mended: list[str], at: datetime
) -> dict[str, Any]:
    return {
        "at": at.isoformat(timespec="seconds"), "score": score(findings), "unseen": unseen, "new": new,
        "mended": mended,
        "findings": [
            {
                "code": one.kind.code, "severity": one.kind.severity.name.lower(), "title": one.kind.title,
                "where": one.where, "mend": one.kind.mend,
            }
            for one in findings
        ],
    }  # fmt: skip
