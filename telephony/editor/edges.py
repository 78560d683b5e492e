"""The ways of a flow, read from its definition as it is written: also of a draft that cannot be used yet.

Rules of this file: pure. A way is wherever the published schema says that a text names a node.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from telephony.editor.shapes import Group, Text, kinds

Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another; `path` is the part that leads there, as in ("choices", "1")."""

    source: str
    path: tuple[str, ...]
    target: str


def nodes_of(definition: Definition) -> dict[str, Mapping[str, Any]]:
    """The nodes by name; one that is no object counts as empty."""
    nodes = definition.get("nodes") if isinstance(definition, Mapping) else None
    if not isinstance(nodes, Mapping):
        return {}
    return {str(name): node if isinstance(node, Mapping) else {} for name, node in nodes.items()}


def edges(definition: Definition) -> list[Edge]:
    """All ways, node by node."""
    return [edge for name, node in nodes_of(definition).items() for edge in ways_of(name, node)]


def ways_of(name: str, node: Mapping[str, Any]) -> list[Edge]:
    """The ways on from one node, in the order of its parts."""
    group = kinds().get(str(node.get("kind")))
    return [Edge(name, path, target) for path, target in _ways(group, node, ())] if group else []


def exits_of(node: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """The ways that a node of this kind must have and those it has, with their targets; empty where none is chosen."""
    group = kinds().get(str(node.get("kind")))
    if group is None:
        return []
    there = {edge.path: edge.target for edge in ways_of("", node)}
    wanted = [(part.key,) for part in group.parts if part.needed and _names_node(part.shape)]
    return [(path, there.get(path, "")) for path in dict.fromkeys([*wanted, *there])]


def pointing_at(definition: Definition, name: str) -> list[Edge]:
    """The ways that lead to a node from others."""
    return [edge for edge in edges(definition) if edge.target == name and edge.source != name]


def _names_node(shape: object) -> bool:
    return isinstance(shape, Text) and shape.names == "node"


def _ways(group: Group, values: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for part in group.parts:
        value = values.get(part.key)
        if _names_node(part.shape) and isinstance(value, str) and value:
            yield (*at, part.key), value
        elif isinstance(part.shape, Group) and isinstance(value, Mapping):
            yield from _ways(part.shape, value, (*at, part.key))
