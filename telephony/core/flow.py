"""The IVR as data: nodes, and the walk from one node to the next that needs the caller.

Rules of this file: a flow decides nothing by itself and waits for nothing. `visit` walks through nodes that need no
caller (hours, language) and stops at the first that does, saying what to do there. A flow that walks in a circle
without ever reaching the caller is a fault of the flow, found by its bound and named by its node.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.core.asking import Asking
from telephony.core.opening import Hours
from telephony.core.say import Say as Say  # noqa: PLC0414  whoever reads a flow names it
from telephony.core.values import FlowId, Outcome, QueueId, TenantId

MOST_STEPS = 64  # nodes walked without the caller; a real flow needs a handful


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Speak, then go on. A key cuts the speech short, and counts at the next node that asks for one."""

    say: tuple[Say, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Speak, take one key, go where the key leads; after `tries` without a usable key go to `otherwise`."""

    say: tuple[Say, ...]
    choices: Mapping[str, str]
    otherwise: str
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Speak, take a merchant's code of `length` keys (or fewer and #), go on in that merchant's own flow."""

    say: tuple[Say, ...]
    otherwise: str
    length: int = 3
    wrong: tuple[Say, ...] = ()
    tries: int = 3
    wait: timedelta = timedelta(seconds=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Go one way while it is open, another while it is closed."""

    hours: Hours
    open: str
    closed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """From here on speak this language."""

    language: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """Wait for an agent of this queue; `otherwise` names the node for each way the waiting can fail.

    A caller who comes from another queue keeps the time at which he began to wait.
    """

    queue: QueueId
    say: tuple[Say, ...] = ()
    otherwise: Mapping[Outcome, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)  # what a waiting caller can choose instead: a node for a key


@dataclass(frozen=True, slots=True)
class Target:
    """A number outside, in E.164, and how long it may ring."""

    number: str
    ring: timedelta = timedelta(seconds=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Call numbers outside, one after another, and connect the caller with the first that takes the call.

    With `confirm` an answer counts only once a key is pressed there, so that no mailbox takes the call. The caller
    hears `music`, or ringing if there is none.
    """

    numbers: tuple[Target, ...]
    otherwise: str
    say: tuple[Say, ...] = ()
    confirm: bool = False
    caller_id: str = ""  # to be shown, in E.164; empty: the number that was dialled
    music: str = ""
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Go on in the flow of the merchant with this code: for menus of a shared number's directory.

    In a tenant's own flow it leads nowhere: nobody comes from one tenant to another so.
    """

    code: str
    otherwise: str  # there is no such merchant now


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Speak, hang up, and put this outcome on the record."""

    outcome: Outcome
    say: tuple[Say, ...] = ()


Node = Play | Menu | Directory | Merchant | Opening | Speak | ToQueue | Forward | Finish | Asking
WithCaller = Play | Menu | Directory | Merchant | ToQueue | Forward | Finish | Asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One published version of a flow. `tenant` is None for the operator's own: the directory of a shared number."""

    id: FlowId
    code: str
    version: int
    tenant: TenantId | None
    start: str
    nodes: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a walk stopped: the node that needs the caller, the language there, and the nodes passed on the way."""

    name: str
    node: WithCaller
    language: str
    path: tuple[str, ...]


class FlowBroken(Exception):
    """The flow leads to a node that it does not have, or walks in a circle. The sentence names the node."""


def visit(flow: Flow, name: str, language: str, at: datetime) -> Visit:
    """Walk from node `name` to the first that needs the caller; raises FlowBroken."""
    path: list[str] = []
    for _ in range(MOST_STEPS):
        node = flow.nodes.get(name)
        if node is None:
            raise FlowBroken(f"flow {flow.code} version {flow.version} leads to node “{name}”, which it does not have")
        path.append(name)
        match node:
            case Opening():
                name = node.open if node.hours.open_at(at) else node.closed
            case Speak():
                language, name = node.language, node.next
            case _:
                return Visit(name, node, language, tuple(path))
    raise FlowBroken(f"flow {flow.code} version {flow.version} walks in a circle at node “{name}”")
