"""Typed reader of the environment.

Every setting of the house is declared here once: its name, type, default and meaning. README's table and a test are
made from `SETTINGS`, so an undeclared or undocumented name cannot exist. A required name that is missing is refused
with the sentence that mends it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seatline.errors import BadInput

ROOT = Path(__file__).resolve().parent.parent


class SettingMissing(BadInput):
    """The environment has no {name} ({meaning}). `./run` makes it; for another way of starting, copy it from
    .local/env."""


class SettingUnreadable(BadInput):
    """{name}={value!r} cannot be read as {kind}."""


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(text)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class Setting:
    """One name of the environment."""

    name: str
    kind: Callable[[str], object]
    meaning: str
    default: str | None = None
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", str, "PostgreSQL of this process, with its own role", secret=True),
    Setting("SEATLINE_SECRET_KEY", str, "signs sessions and links", secret=True),
    Setting("SEATLINE_VAULT_KEY", _words, "seals clients' secrets; not to be kept with the database", "", secret=True),
    Setting("SEATLINE_DEBUG", _flag, "Django's debug pages; never with clients' data", "no"),
    Setting("SEATLINE_HOSTS", _words, "host names the web answers to", "localhost,127.0.0.1"),
    Setting("SEATLINE_WEB_PORT", int, "port of admin, desk, portal and API on loopback", "8000"),
    Setting("SEATLINE_VAR", Path, "folder of recordings, journal and logs", str(ROOT / ".local" / "var")),
    Setting("SEATLINE_LOG_LEVEL", str, "least level that is logged", "INFO"),
    Setting("SEATLINE_COUNTRY_CODE", str, "country code of national numbers", "86"),
    Setting("SEATLINE_AREA_CODE", str, "area code of local numbers, without the leading 0", "21"),
    Setting("SEATLINE_TIME_ZONE", str, "the operator's own time zone", "Asia/Shanghai"),
    Setting("SEATLINE_ARI_URL", str, "Asterisk's ARI, such as http://127.0.0.1:8088/ari", "http://127.0.0.1:8088/ari"),
    Setting("SEATLINE_ARI_USER", str, "ARI user", "seatline"),
    Setting("SEATLINE_ARI_PASSWORD", str, "ARI password", "", secret=True),
    Setting("SEATLINE_ARI_APP", str, "Stasis application's name; keep it over restarts", "seatline"),
    Setting("SEATLINE_NODES", _words, "more Asterisks: name=ARI-URL=AMI-host:port, … (docs/nodes.md)", ""),
    Setting("SEATLINE_NODE", str, "of a watchdog or witness: its Asterisk's name, if it is not the first", ""),
    Setting("SEATLINE_PROXY", str, "host:port of a SIP proxy that has the phones; empty: Asterisk itself", ""),
    Setting("SEATLINE_AMI_PORT", int, "Asterisk's manager interface on loopback", "5038"),
    Setting("SEATLINE_AMI_USER", str, "AMI user", "seatline"),
    Setting("SEATLINE_AMI_SECRET", str, "AMI secret", "", secret=True),
    Setting(
        "SEATLINE_CEL",
        Path,
        "folder in which Asterisk writes its channel events",
        str(ROOT / ".local" / "var" / "asterisk" / "log" / "cel-custom"),
    ),
    Setting("SEATLINE_METRICS_PORT", int, "port of this program's health and figures on loopback; 0: none", "0"),
    Setting("SEATLINE_SHIPPER_METRICS_PORT", int, "the same of the shipper that the switch starts", "0"),
    Setting("SEATLINE_AGI_PORT", int, "port of the FastAGI server on loopback", "4573"),
    Setting("SEATLINE_SIP_PORT", int, "Asterisk's SIP port on loopback", "5060"),
    Setting(
        "SEATLINE_MAIL_URL", str, "where mail goes out, such as smtps://user:password@host:465", "smtp://localhost"
    ),
    Setting("SEATLINE_MAIL_FROM", str, "the address that mail comes from", "seatline@localhost"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


class Environment:
    """Reads declared settings from a mapping; `Environment(os.environ)` is the process's own."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def _read(self, name: str) -> object:
        setting = _BY_NAME[name]
        text = self._values.get(name, setting.default)
        if text is None:
            raise SettingMissing(name=name, meaning=setting.meaning)
        try:
            return setting.kind(text)
        except ValueError as error:
            shown = "***" if setting.secret else text
            raise SettingUnreadable(name=name, value=shown, kind=setting.kind.__name__.strip("_")) from error

    def text(self, name: str) -> str:
        """A text setting."""
        return str(self._read(name))

    def number(self, name: str) -> int:
        """A whole number."""
        value = self._read(name)
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return bool(self._read(name))

    def words(self, name: str) -> list[str]:
        """Words parted by commas."""
        value = self._read(name)
        assert isinstance(value, list)
        return value

    def path(self, name: str) -> Path:
        """A folder or file."""
        return Path(str(self._read(name)))


environment = Environment(os.environ)
