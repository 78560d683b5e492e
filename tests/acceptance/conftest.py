"""Every story has the rig, and is looked over for leaks; all of them together for calls that are lost or doubled."""

from typing import Any

from tests.acceptance.books import books_agree_in_the_end
from tests.acceptance.figures import told
from tests.acceptance.leaks import nothing_is_left
from tests.acceptance.rig import rig

__all__ = ["books_agree_in_the_end", "nothing_is_left", "rig"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures behind the dots."""
    if told():
        terminalreporter.section("figures")
        for line in told():
            terminalreporter.write_line(line)
