"""What `./run` says: on a terminal with colours and a moving sign, elsewhere as plain lines, one for each step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 240  # a file or a pipe has no edge at which to break lines
    return console


@dataclass(slots=True)
class Voice:
    """Says steps, tables and panels. Everything goes to standard error but what a command was asked for."""

    out: Console = field(default_factory=lambda: _console(stderr=False))
    steps: Console = field(default_factory=lambda: _console(stderr=True))

    @contextmanager
    def step(self, title: str) -> "Iterator[Step]":
        """A step with its time; a mark at its end says whether it did something or found all done."""
        started, step = time.monotonic(), Step()
        if self.steps.is_terminal:
            with self.steps.status(title):
                yield step
        else:
            yield step
        took = time.monotonic() - started
        note = f" [dim]{escape(step.note)}[/dim]" if step.note else ""
        self.steps.print(f"[green]ok[/green]  {title}{note} [dim]({took:.1f} s)[/dim]")

    def say(self, text: str) -> None:
        """One line about what goes on."""
        self.steps.print(text, markup=False)

    def trouble(self, text: str) -> None:
        """What went wrong, and what to do."""
        self.steps.print(text, markup=False, style="red")

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """A table; on a terminal with lines."""
        lines = ROUNDED if self.out.is_terminal else None
        table = Table(*columns, title=title or None, title_justify="left", box=lines)
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self.out.print(table)

    def panel(self, title: str, lines: list[str]) -> None:
        """A frame with lines in it."""
        text = "\n".join(lines)
        if self.out.is_terminal:
            self.out.print(Panel(text, title=title, expand=False, title_align="left"))
        else:
            self.out.print(f"{title}\n{text}")


@dataclass(slots=True)
class Step:
    """A step that runs; `note` is shown at its end."""

    note: str = ""

    def say(self, text: str) -> None:
        """What was done, or that nothing had to be."""
        self.note = text


voice = Voice()
