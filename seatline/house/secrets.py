"""`.local/env`: this machine's secrets and ports. Made once, readable by its owner alone, different on every machine.

Names that begin with SEATLINE_ are the programs' own settings (seatline/env.py); names that begin with HOUSE_ are what
only `./run` needs.
"""

import hashlib
import hmac
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from seatline.errors import Unavailable

SECRETS = (
    "SEATLINE_SECRET_KEY",
    "SEATLINE_VAULT_KEY",
    "SEATLINE_ARI_PASSWORD",
    "SEATLINE_AMI_SECRET",
    "HOUSE_POSTGRES_PASSWORD",
    "HOUSE_OWNER_PASSWORD",
    "HOUSE_APP_PASSWORD",
    "HOUSE_SWITCH_PASSWORD",
    "HOUSE_BACKUP_KEY",
)
# The usual port where it is free. 54320, because 5432 is likely a PostgreSQL that is not ours to disturb, even later.
PORTS = {
    "SEATLINE_WEB_PORT": 8000,
    "SEATLINE_SIP_PORT": 5060,
    "SEATLINE_AMI_PORT": 5038,
    "SEATLINE_AGI_PORT": 4573,
    "HOUSE_ARI_PORT": 8088,
    "HOUSE_POSTGRES_PORT": 54320,
    # Where each program tells Prometheus its figures (deploy/monitoring/prometheus.yml).
    "HOUSE_WEB_METRICS_PORT": 9471,
    "HOUSE_SWITCH_METRICS_PORT": 9472,
    "HOUSE_AGI_METRICS_PORT": 9473,
    "HOUSE_WORKER_METRICS_PORT": 9474,
    "HOUSE_WITNESS_METRICS_PORT": 9475,
    "HOUSE_SHIPPER_METRICS_PORT": 9476,
    "HOUSE_STANDBY_METRICS_PORT": 9477,
    "HOUSE_WATCHDOG_METRICS_PORT": 9478,
}
PHONES_PORT = "HOUSE_PHONES_PORT"  # the first of a row of ports for the scripted phones
PHONES_ROW = 400  # 40 phones, ten ports each
_FROM = 16000  # below the range from which the kernel takes ports for outgoing connections


class EnvUnreadable(Unavailable):
    """{path} cannot be read or written: {cause}. Make it yours (chown), or remove it: new secrets are made then."""


def load(path: Path) -> dict[str, str]:
    """What the file holds; nothing if there is none."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EnvUnreadable(path=path, cause=error.strerror) from error
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def save(path: Path, values: Mapping[str, str]) -> None:
    """Write the file in one step, with mode 600."""
    text = "# This machine's secrets and ports. Made by ./run; never committed, never shared.\n"
    text += "".join(f"{name}={value}\n" for name, value in sorted(values.items()))
    fresh = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        raise EnvUnreadable(path=path, cause=error.strerror) from error


def complete(values: Mapping[str, str], taken: Callable[[int], bool] | None = None) -> dict[str, str]:
    """`values` with everything that was missing: new secrets, free ports. What is there stays."""
    taken = taken or port_is_taken
    full = {name: values.get(name) or new() for name in SECRETS}
    chosen = {int(values[name]) for name in PORTS if name in values}
    for name, usual in PORTS.items():
        full[name] = values.get(name) or str(free_port(usual, chosen, taken))
        chosen.add(int(full[name]))
    full[PHONES_PORT] = values.get(PHONES_PORT) or str(_free_row(taken))
    return {**values, **full}


def free_port(usual: int, not_these: set[int], taken: Callable[[int], bool] | None = None) -> int:
    """`usual` if nobody has it, else one by chance."""
    taken = taken or port_is_taken
    port = usual
    while port in not_these or taken(port):
        port = _FROM + secrets.randbelow(11000)
    return port


def _free_row(taken: Callable[[int], bool]) -> int:
    first = 15000
    while any(taken(port) for port in range(first, first + PHONES_ROW, 10)):
        first = _FROM + secrets.randbelow(10) * 1000
    return first


def port_is_taken(port: int) -> bool:
    """Somebody on loopback has this port, as TCP or as UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # a port that only waits out its last connection is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return True
    return False


def derived(purpose: str, length: int, alphabet: str, key: str | None = None) -> str:
    """A secret that follows from this machine's own: the same each time, different on every machine and purpose.

    For the demo world, whose passwords and PINs must be printable again although only their digests are stored.
    """
    key = key or os.environ["SEATLINE_SECRET_KEY"]
    number = int.from_bytes(hmac.digest(key.encode(), purpose.encode(), hashlib.sha512))
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        letters.append(alphabet[place])
    return "".join(letters)


def new() -> str:
    """A password that fits any configuration file: 32 characters, letters, digits, - and _."""
    return secrets.token_urlsafe(24)
