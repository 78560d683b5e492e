"""What two versions of a flow differ in, node by node.

Rules of this file: pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony.editor.edges import Definition, nodes_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A node that is new (no `before`), gone (no `after`) or changed; `parts` differ. No name: the start."""

    node: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    parts: tuple[str, ...] = ()


def differences(before: Definition, after: Definition) -> list[Difference]:
    """All of them, in the order of the later version; what is gone comes last."""
    old, new = nodes_of(before), nodes_of(after)
    found = []
    if before.get("start") != after.get("start"):
        found.append(Difference("", {"start": before.get("start")}, {"start": after.get("start")}, ("start",)))
    for name, node in new.items():
        was = old.get(name)
        if was is None:
            found.append(Difference(name, None, node, tuple(node)))
        elif was != node:
            changed = [key for key in dict.fromkeys([*node, *was]) if node.get(key) != was.get(key)]
            found.append(Difference(name, was, node, tuple(changed)))
    return [*found, *(Difference(name, node, None, tuple(node)) for name, node in old.items() if name not in new)]
