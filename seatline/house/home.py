"""This machine's house: where everything lies under `.local/`, and which programs it is made of."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit

from seatline.env import ROOT, SETTINGS
from seatline.house import secrets
from seatline.house.asterisk import Access, Asterisk, Ports
from seatline.house.keeper import describe
from seatline.house.postgres import Cluster
from seatline.house.prefix import Prefix
from seatline.house.processes import Process

DATABASE = "seatline"
LOGIN_NUMBER = "96968045"  # of the demo's block: agents outside the room log in and out here
RTP = (12000, 15999)  # 370 seats need 1480; callers who wait and phones that are called need their own
# Program -> the role it logs in with; in the order in which they are started.
LOGINS = {"witness": "seatline_switch", "agi": "seatline_switch", "switch": "seatline_switch",
          "standby": "seatline_switch", "watchdog": "seatline_switch",
          "worker": "seatline_app", "web": "seatline_app", "phones": "seatline_switch"}  # fmt: skip
_PASSWORDS = {"seatline_owner": "HOUSE_OWNER_PASSWORD", "seatline_app": "HOUSE_APP_PASSWORD",
              "seatline_switch": "HOUSE_SWITCH_PASSWORD"}  # fmt: skip


@dataclass(frozen=True)
class House:
    """Folder and settings of one house. Nothing here starts anything."""

    local: Path
    values: Mapping[str, str] = field(repr=False)

    @classmethod
    def open(cls, local: Path = ROOT / ".local") -> "House":
        """The house of this folder; its secrets and ports are made if they are not there.

        A DATABASE_URL in the environment at the first time is kept: it stands for the embedded server from then on.
        """
        path = local / "env"
        there = secrets.load(path)
        values = secrets.complete(there)
        given = os.environ.get("DATABASE_URL")
        if given and not there:
            values["HOUSE_DATABASE_URL"] = given
        if values != there:
            secrets.save(path, values)
        return cls(local, values)

    @property
    def has_standby(self) -> bool:
        """Whether a second switch stands by; chosen with `./run up --standby`, and kept."""
        return self.values.get("HOUSE_STANDBY") == "yes"

    def choose_standby(self, wanted: bool) -> "House":
        """The same house with a second switch, or without, from now on."""
        values = {**self.values, "HOUSE_STANDBY": "yes" if wanted else "no"}
        secrets.save(self.local / "env", values)
        return replace(self, values=values)

    def with_new_ports(self, names: list[str]) -> "House":
        """The same house with other free ports under these names, kept from now on."""
        values = secrets.complete({name: value for name, value in self.values.items() if name not in names})
        secrets.save(self.local / "env", values)
        return replace(self, values=values)

    @property
    def var(self) -> Path:
        """Recordings, journal, prompts, logs: what must last."""
        return self.local / "var"

    @property
    def logs(self) -> Path:
        """What the programs print."""
        return self.var / "log"

    @property
    def sounds(self) -> Path:
        """Prompts: en/, zh/ the system's phrases, prompts/ the tenants'."""
        return self.var / "sounds"

    @property
    def web(self) -> str:
        """Where people go with a browser."""
        return f"http://127.0.0.1:{self.values['SEATLINE_WEB_PORT']}"

    @cached_property
    def cluster(self) -> Cluster | None:
        """The embedded PostgreSQL; None where DATABASE_URL was given."""
        if "HOUSE_DATABASE_URL" in self.values:
            return None
        return Cluster(
            self.local / "postgres" / "data",
            int(self.values["HOUSE_POSTGRES_PORT"]),
            self.values["HOUSE_POSTGRES_PASSWORD"],
        )

    @property
    def root_url(self) -> str:
        """The database with a role that may make roles and databases."""
        return self.values.get("HOUSE_DATABASE_URL") or self._embedded.url("postgres")

    @property
    def _embedded(self) -> Cluster:
        assert self.cluster is not None
        return self.cluster

    @property
    def passwords(self) -> dict[str, str]:
        """Of each role that logs in."""
        return {login: self.values[name] for login, name in _PASSWORDS.items()}

    def database_url(self, login: str, database: str = DATABASE) -> str:
        """The database as one of the roles that log in."""
        given = self.values.get("HOUSE_DATABASE_URL")
        if given is None:
            return self._embedded.url(database, login, self.passwords[login])
        parts = urlsplit(given)
        where = f"{parts.hostname or ''}:{parts.port or 5432}"
        return f"postgresql://{login}:{quote(self.passwords[login], safe='')}@{where}/{database}"

    @cached_property
    def asterisk(self) -> Asterisk:
        """The private Asterisk."""
        return Asterisk(
            prefix=Prefix(self.local / "asterisk"),
            folder=self.var / "asterisk",
            sounds=self.sounds,
            ports=Ports(
                sip=int(self.values["SEATLINE_SIP_PORT"]),
                http=int(self.values["HOUSE_ARI_PORT"]),
                ami=int(self.values["SEATLINE_AMI_PORT"]),
                agi=int(self.values["SEATLINE_AGI_PORT"]),
                rtp_first=RTP[0],
                rtp_last=RTP[1],
            ),
            access=Access(self.values["SEATLINE_ARI_PASSWORD"], self.values["SEATLINE_AMI_SECRET"]),
            login_number=LOGIN_NUMBER,
            site_folder=self.local / "site",
        )

    def environment(self, login: str) -> dict[str, str]:
        """The environment of a program that logs in with this role: the caller's own, and this house's settings."""
        own = {setting.name for setting in SETTINGS}
        settings = {name: value for name, value in self.values.items() if name in own}
        return {
            **{name: value for name, value in os.environ.items() if name not in own},
            **settings,
            "SEATLINE_VAR": str(self.var),
            "SEATLINE_CEL": str(self.asterisk.folder / "log" / "cel-custom"),
            "SEATLINE_ARI_URL": f"http://127.0.0.1:{self.values['HOUSE_ARI_PORT']}/ari",
            "DATABASE_URL": self.database_url(login),
            "DJANGO_SETTINGS_MODULE": "seatline.settings",
            secrets.PHONES_PORT: self.values[secrets.PHONES_PORT],
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        }

    @property
    def kept(self) -> Path:
        """The file that tells the watchdog which programs to keep alive; it holds their secrets."""
        return self.var / "run" / "kept.json"

    def describe_kept(self) -> None:
        """Write that file. Scripted phones are actors of the demo: nobody misses one that left the stage."""
        kept = [program for program in self.programs if program.name not in ("watchdog", "phones")]
        describe([self.asterisk.process, *kept], self.kept)

    def program(self, name: str) -> Process:
        """One of `LOGINS`' programs."""
        python, manage = sys.executable, str(ROOT / "manage.py")
        commands: dict[str, tuple[str, ...]] = {
            "witness": (python, manage, "witness"),
            "agi": (python, manage, "agi"),
            "switch": (python, manage, "switch"),
            "standby": (python, manage, "switch"),  # the same program: who of the two leads is not in their names
            "worker": (python, manage, "worker"),
            "web": (
                python, "-m", "uvicorn", "seatline.asgi:application", "--host", "127.0.0.1",
                "--port", self.values["SEATLINE_WEB_PORT"], "--loop", "uvloop", "--timeout-graceful-shutdown", "2",
                "--ws", "websockets-sansio", "--lifespan", "off", "--no-access-log",
            ),
            "phones": (python, "-m", "seatline.house.phones"),
            "watchdog": (python, "-m", "seatline.house.watchdog", str(self.kept)),
        }  # fmt: skip
        return Process(
            name=name,
            command=commands[name],
            folder=self.var / "run",
            log_folder=self.logs,
            environment={**self.environment(LOGINS[name]), **self._metrics(name)},
            directory=ROOT,
        )

    def metrics_port(self, name: str) -> int:
        """Where a program tells its health and figures; 0: nowhere."""
        return int(self.values.get(f"HOUSE_{name.upper()}_METRICS_PORT", 0))

    def _metrics(self, name: str) -> dict[str, str]:
        return {
            "SEATLINE_METRICS_PORT": str(self.metrics_port(name)),
            "SEATLINE_SHIPPER_METRICS_PORT": str(self.metrics_port("shipper")),
        }

    @property
    def programs(self) -> list[Process]:
        """All our own programs, in the order in which they start."""
        return [self.program(name) for name in LOGINS if name != "standby" or self.has_standby]
