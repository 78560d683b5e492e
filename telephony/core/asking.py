"""Nodes that take something in: digits, a PIN, an order, an answer of the tenant's system, a spoken message.

Rules of this file: data alone; what happens at a node is in `entry.py`, `consulting.py` and `message.py`. What callers
key or systems answer becomes a variable of the call, by a name that later nodes use; a PIN never does.

Where to ask is `system` and `path`, or `table` and `key`: one of both, as `plans.definition` checks. In `path`, `key`
and the values of `send`, {name} stands for a variable; `take` tells for each variable where in the answer it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from telephony.core.say import Say
from telephony.core.values import QueueId

GIVEN = ("caller", "dialled")  # variables that every call has


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Speak, take up to `most` digits (fewer and #; * begins anew) into a variable, read them back if told to.

    Read back, they count once the caller has confirmed them with 1.
    """

    say: tuple[Say, ...]
    into: str
    next: str
    otherwise: str
    least: int = 1
    most: int = 20
    read_back: bool = False
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Ask the tenant's system or one of its tables; go where the answer leads, with what it told in variables.

    With `send` the system is asked by POST, else by GET. The caller hears `say`, then music.
    """

    found: str
    missing: str
    failed: str
    system: str = ""
    path: str = ""
    table: str = ""
    key: str = ""
    send: Mapping[str, str] = field(default_factory=dict)
    take: Mapping[str, str] = field(default_factory=dict)
    say: tuple[Say, ...] = ()
    deadline: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Take an account number into a variable, then its PIN, and have both checked.

    After `tries` wrong ones go to `otherwise`; to `locked` if account or caller is locked out, to `failed` if nobody
    could check; both are `otherwise` if empty.
    """

    say: tuple[Say, ...]
    say_pin: tuple[Say, ...]
    into: str
    next: str
    otherwise: str
    locked: str = ""
    failed: str = ""
    system: str = ""
    path: str = ""
    table: str = ""
    take: Mapping[str, str] = field(default_factory=dict)
    most: int = 12
    length: int = 6
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=6)
    deadline: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Say what is to be ordered; 1 confirms, 2 cancels. What is confirmed is posted once to the tenant's system."""

    say: tuple[Say, ...]
    system: str
    path: str
    send: Mapping[str, str]
    next: str
    cancelled: str
    otherwise: str
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """Speak, then take a message after the tone, until #, a silence, the longest length or the hang-up.

    `mail` is told by e-mail, if it is not empty.
    """

    say: tuple[Say, ...]
    longest: timedelta = timedelta(minutes=2)
    silence: timedelta = timedelta(seconds=5)
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Promise to call back by `queue`, at the place that the caller has: at the caller's number, or at one keyed.

    After the promise it says `promised` and hangs up; `otherwise` is for who gives no number that may be called.
    """

    queue: QueueId
    otherwise: str
    say: tuple[Say, ...] = ()
    promised: tuple[Say, ...] = ()
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=6)


Keyed = Digits | Pin | Order
Asking = Keyed | Lookup | Voicemail | Callback
