"""What `./run` says: on a terminal with colours and a moving sign, elsewhere as plain lines, one for each step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.panel import Panel
from rich.table import Table


@dataclass(slots=True)
class Voice:
    """Says steps, tables and panels. Everything goes to standard error but what a command was asked for."""

    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    steps: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))

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
        note = f" [dim]{step.note}[/dim]" if step.note else ""
        self.steps.print(f"[green]ok[/green]  {title}{note} [dim]({took:.1f} s)[/dim]")

    def say(self, text: str) -> None:
        """One line about what goes on."""
        self.steps.print(text)

    def trouble(self, text: str) -> None:
        """What went wrong, and what to do."""
        self.steps.print(f"[red]{text}[/red]", markup=True) if "[" not in text else self.steps.print(text, markup=False)

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """A table; on a terminal with lines."""
        table = Table(*columns, title=title or None, title_justify="left")
        for row in rows:
            table.add_row(*row)
        self.out.print(table)

    def panel(self, title: str, lines: list[str]) -> None:
        """A frame with lines in it."""
        self.out.print(Panel("\n".join(lines), title=title, expand=False, title_align="left"))


@dataclass(slots=True)
class Step:
    """A step that runs; `note` is shown at its end."""

    note: str = ""

    def say(self, text: str) -> None:
        """What was done, or that nothing had to be."""
        self.note = text


voice = Voice()
