"""Telephones' accounts for a SIP proxy, as files of Kamailio's db_text: it reads them again every two seconds.

The proxy has them also while no switch runs, and while PostgreSQL is away. The digest is all that is in them, as in
Asterisk's own store; whoever can read it can register as that telephone, so nobody else may read the folder.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

_COLUMNS = "key_name(string) key_type(int) value_type(int) key_value(string)\n"
_VERSIONS = "table_name(string) table_version(int)\nphones:2\n"


class Account(Protocol):
    """A telephone's account, as far as the proxy needs it."""

    @property
    def endpoint(self) -> str:
        """Its name."""

    @property
    def digest(self) -> str:
        """MD5 of name, realm and secret."""

    @property
    def browser(self) -> bool:
        """Whether the telephone is in a browser: those register with Asterisk."""


def write(folder: Path, accounts: Iterable[Account]) -> None:
    """Replace the table whole: a reader sees one list or the other. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    desk = sorted((one for one in accounts if not one.browser), key=lambda one: one.endpoint)
    rows = "".join(f"{one.endpoint}:0:0:{one.digest}\n" for one in desk)
    for name, text in (("version", _VERSIONS), ("phones", _COLUMNS + rows)):
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        fresh = folder / f".{name}.new"
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)
