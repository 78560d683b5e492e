"""Programs that outlive the command that started them: started, found again and stopped by pid, and nothing else.

A pid file holds the pid and the instant at which the kernel says that process began. A pid that was given to another
program since then has another beginning, so a stranger is never taken for ours and never stopped.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from seatline.errors import Unavailable

LOG_LIMIT = 10_000_000  # bytes; a larger log is put aside as NAME.log.1 at the next start

# Children of this very process must be waited for, or they stay as zombies after they ended.
_children: dict[int, subprocess.Popen[bytes]] = {}


class ProcessEnded(Unavailable):
    """{name} ended at once: {last_words} The whole log is {log}."""


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

    def start(self) -> int:
        """Start it unless it runs; its pid. It has a session of its own, so that Ctrl-C reaches only the command."""
        running = self.pid()
        if running is not None:
            return running
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
        began = beginning(child.pid)
        written = self.pid_file.with_suffix(".tmp")
        written.write_text(f"{child.pid} {began or 0}\n")
        written.replace(self.pid_file)
        return child.pid

    def check(self) -> None:
        """Raise `ProcessEnded` with the log's last line if it does not run."""
        if self.pid() is None:
            raise ProcessEnded(name=self.name, last_words=self.last_words(), log=self.log)

    def stop(self, patience: timedelta = timedelta(seconds=15)) -> None:
        """Ask it to end, wait, and force it after `patience`. Safe when it does not run."""
        pid = self.pid()
        if pid is not None:
            for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, timedelta(seconds=5))):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    break
                if self._gone(wait):
                    break
            else:
                raise ProcessDoesNotStop(name=self.name, pid=pid)
            child = _children.pop(pid, None)
            if child is not None:
                child.wait(5)
        self.pid_file.unlink(missing_ok=True)

    def _gone(self, wait: timedelta) -> bool:
        end = time.monotonic() + wait.total_seconds()
        while time.monotonic() < end:
            if self.pid() is None:
                return True
            time.sleep(0.02)
        return self.pid() is None

    def last_words(self) -> str:
        """The last line of the log that says something."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 4000))
                lines = log.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return "it wrote nothing."
        return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing.")
