"""Programs that outlive the command that started them: started, found again and stopped by pid, and nothing else.

A pid file holds the pid and the instant at which the kernel says that process began. A pid that was given to another
program since then has another beginning, so a stranger is never taken for ours and never stopped.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from seatline.errors import Unavailable

STOPS_WITHIN = timedelta(seconds=15)  # from the request to the force
LOG_LIMIT = 10_000_000  # bytes; a larger log is put aside as NAME.log.1 at the next start

# Children of this very process must be waited for, or they stay as zombies after they ended.
_children: dict[int, subprocess.Popen[bytes]] = {}


class ProcessEnded(Unavailable):
    """{name} ended at once: {last_words} The whole log is {log}."""


class NotReadyInTime(Unavailable):
    """{name} was started beside the one that runs and is not ready: {last_words} Its log is {log}."""


class ProcessDoesNotStop(Unavailable):
    """{name} (pid {pid}) does not stop, not even by force. Look at it with `ps -o stat,wchan,cmd -p {pid}`."""


def beginning(pid: int) -> int | None:
    """When the kernel began this process, in clock ticks since boot; None if there is none or it has ended.

    A killed program's first thread is a zombie at once, while others may still hold its ports and sockets for a while:
    the program that takes its place would find them taken. So it has ended only when no other thread is left.
    """
    if pid in _children:
        _children[pid].poll()
    try:
        # The name in brackets may hold spaces and brackets itself: count fields from the last one.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" and threads <= 1 else int(fields[19])


@dataclass(frozen=True, slots=True)
class Process:
    """One long-running program: how it is started, where its pid file and its log lie."""

    name: str
    command: tuple[str, ...]
    folder: Path
    log_folder: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds secrets
    directory: Path = Path("/")

    @property
    def log(self) -> Path:
        """What the program prints."""
        return self.log_folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """Pid and beginning."""
        return self.folder / f"{self.name}.pid"

    def pid(self) -> int | None:
        """The running process, or None."""
        try:
            pid, began = (int(word) for word in self.pid_file.read_text().split())
        except (FileNotFoundError, ValueError):
            return None
        return pid if beginning(pid) == began else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops this program meanwhile; the kernel drops the lock with its holder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.pid_file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def start(self) -> int:
        """Start it unless it runs; its pid. It has a session of its own, so that Ctrl-C reaches only the command."""
        with self._alone():
            return self.pid() or self._start()

    def died(self) -> bool:
        """Whether it was started, and has ended without being stopped."""
        return self.pid_file.exists() and self.pid() is None

    def revive(self) -> int | None:
        """Start it again if it died; its new pid. One that was stopped, or is being stopped, stays so."""
        with self._alone():
            return self._start() if self.died() else None

    def relieve(self, ready: Callable[[int], bool], patience: timedelta) -> int:
        """Start another beside the one that runs; when it is `ready`, end the old one. The new one's pid.

        Raises ProcessEnded or NotReadyInTime, and the old one then runs on as before.
        """
        with self._alone():
            old, fresh = self.pid(), self._spawn()
            began, end = beginning(fresh), time.monotonic() + patience.total_seconds()
            while not ready(fresh):
                ended = beginning(fresh) != began
                if ended or time.monotonic() > end:
                    words = {"name": self.name, "last_words": self.last_words(), "log": self.log}
                    _end(self.name, fresh, timedelta(seconds=2))
                    raise ProcessEnded(**words) if ended else NotReadyInTime(**words)
                time.sleep(0.05)
            self._write_pid(fresh)
            if old is not None:
                _end(self.name, old, STOPS_WITHIN)
            return fresh

    def _start(self) -> int:
        pid = self._spawn()
        self._write_pid(pid)
        return pid

    def _spawn(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log_folder.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment) or None,
                cwd=self.directory,
                start_new_session=True,
            )
        _children[child.pid] = child
        return child.pid

    def _write_pid(self, pid: int) -> None:
        written = self.pid_file.with_suffix(".tmp")
        written.write_text(f"{pid} {beginning(pid) or 0}\n")
        written.replace(self.pid_file)

    def check(self) -> None:
        """Raise `ProcessEnded` with the log's last line if it does not run."""
        if self.pid() is None:
            raise ProcessEnded(name=self.name, last_words=self.last_words(), log=self.log)

    def stop(self, patience: timedelta = STOPS_WITHIN) -> None:
        """Ask it to end, wait, and force it after `patience`. Safe when it does not run."""
        with self._alone():
            pid = self.pid()
            if pid is not None:
                _end(self.name, pid, patience)
            self.pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """The last line of the log that says something."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 4000))
                lines = log.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return "it wrote nothing."
        return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing.")


def _end(name: str, pid: int, patience: timedelta) -> None:
    """End a process that is ours: ask, wait, force. Raises ProcessDoesNotStop."""
    began = beginning(pid)
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, timedelta(seconds=5))):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        end = time.monotonic() + wait.total_seconds()
        while (there := beginning(pid)) == began and time.monotonic() < end:
            time.sleep(0.02)
        if there != began:
            break
    else:
        raise ProcessDoesNotStop(name=name, pid=pid)
    child = _children.pop(pid, None)
    if child is not None:
        child.wait(5)
