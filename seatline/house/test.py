"""`./run test [LAYER]`: the checks and the tests, layer by layer, with a table of figures at the end.

Tests never touch the house that runs: they have a PostgreSQL of their own under `.local/test`, stopped at the end,
and acceptance tests start an Asterisk of their own (tests/acceptance/rig.py).
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seatline.env import ROOT
from seatline.errors import BadInput
from seatline.house import secrets
from seatline.house.console import voice
from seatline.house.home import DATABASE
from seatline.house.postgres import LOGINS, Cluster, make_roles_and_database
from seatline.house.prefix import Prefix
from seatline.house.proxy import KamailioPrefix

ROOMS = ("seatline", "tenants", "agents", "telephony", "billing")
PYTEST_LAYERS = ("architecture", "unit", "integration", "acceptance", "browser")
LAYERS = ("lint", *PYTEST_LAYERS)
_NO_TESTS = 5  # pytest's exit code


class NoSuchLayer(BadInput):
    """There is no layer {layer}; there are {layers}, and all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one layer or one check."""

    name: str
    ok: bool
    figures: str
    seconds: float


FAULTS = ("-m", "faults")  # the long forms of the fault stories, which the ordinary suite leaves out (docs/adr/0039)


def test(local: Path, layer: str, more: list[str], *, faults: bool = False) -> bool:
    """Run one layer or all, or the long fault stories alone; True if everything passed. `more` goes to pytest."""
    if faults:
        layer, more = "acceptance", ["-q", *FAULTS, *more]
    if layer not in (*LAYERS, "all"):
        raise NoSuchLayer(layer=layer, layers=", ".join(LAYERS))
    layers = LAYERS if layer == "all" else (layer,)
    cluster, environment = _world(local / "test")
    if {"acceptance", "browser"} & set(layers):
        Prefix(local / "asterisk").fetch(voice.say)
    if "acceptance" in layers:
        KamailioPrefix(local / "kamailio").fetch(voice.say)
    outcomes: list[Outcome] = []
    try:
        _make_pages(environment)
        for one in layers:
            outcomes += _lint(environment) if one == "lint" else [_pytest(one, more, environment)]
    finally:
        cluster.stop()
    voice.table("", ["layer", "result", "figures", "seconds"], [
        [one.name, "ok" if one.ok else "FAILED", one.figures, f"{one.seconds:.1f}"] for one in outcomes
    ])  # fmt: skip
    return all(one.ok for one in outcomes)


def _world(folder: Path) -> tuple[Cluster, Mapping[str, str]]:
    """A PostgreSQL for tests, and the environment of a program that uses it."""
    path = folder / "env"
    kept = secrets.load(path)
    values = {name: kept.get(name) or secrets.new() for name in ("ROOT", *LOGINS)}
    # A run that was killed may have left the server running: it then keeps its port.
    runs = Cluster(folder / "postgres", 0, "").pid() is not None
    port = int(kept.get("PORT", 54330))
    values["PORT"] = str(port if runs else secrets.free_port(port, set()))
    secrets.save(path, values)
    cluster = Cluster(folder / "postgres", int(values["PORT"]), values["ROOT"])
    cluster.create()
    cluster.start()
    make_roles_and_database(cluster.url("postgres"), DATABASE, {login: values[login] for login in LOGINS})
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SEATLINE_", "HOUSE_"))},
        "DATABASE_URL": cluster.url(DATABASE, "seatline_owner", values["seatline_owner"]),
        "SEATLINE_TEST_APP_URL": cluster.url(DATABASE, "seatline_app", values["seatline_app"]),
        "SEATLINE_TEST_SWITCH_URL": cluster.url(DATABASE, "seatline_switch", values["seatline_switch"]),
        "SEATLINE_SECRET_KEY": "for-tests-only",
        "SEATLINE_VAR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "seatline.settings",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
    }
    return cluster, environment


def _make_pages(environment: Mapping[str, str]) -> None:
    """What the web needs beside its code: static files and compiled translations, which git does not keep."""
    code = "import django; django.setup(); from seatline.house.setup import make_pages; make_pages()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, stdin=subprocess.DEVNULL)


def _lint(environment: Mapping[str, str]) -> list[Outcome]:
    checks = {
        "style": ("ruff", "check", "."),
        "format": ("ruff", "format", "--check", "."),
        "types": ("mypy", *ROOMS),
        "who looks at whom": ("lint-imports",),
        # The admin's theme asks the database for permissions in its checks; here the database is empty yet.
        "no migration forgotten": (
            sys.executable,
            "manage.py",
            "makemigrations",
            "--check",
            "--dry-run",
            "--skip-checks",
        ),
        "the API says what it does": (
            sys.executable,
            "manage.py",
            "spectacular",
            "--validate",
            "--fail-on-warn",
            "--skip-checks",
        ),
    }
    outcomes = []
    for name, command in checks.items():
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        ok = done.returncode == 0
        if not ok:
            voice.trouble(f"{name}: {' '.join(command)}")
            print(done.stdout + done.stderr, flush=True)
        last = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        outcomes.append(Outcome(name, ok, last[-1] if last else "", time.monotonic() - started))
    return outcomes


def _pytest(layer: str, more: list[str], environment: Mapping[str, str]) -> Outcome:
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", f"tests/{layer}", *(more or ["-q"])]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    figures = ""
    assert process.stdout is not None
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            if re.search(r"\d+ (passed|failed|error)", line):
                figures = line.strip("= \n")
    except KeyboardInterrupt:
        process.wait()  # pytest got the same Ctrl-C and is cleaning up
        raise
    code = process.wait()
    return Outcome(layer, code in (0, _NO_TESTS), figures or "no tests", time.monotonic() - started)
