"""Changes of a flow's definition, node by node.

Rules of this file: pure; a definition is never changed but a new one given back. `mark` is the fingerprint of what an
editor saw: who saves a node that somebody else has changed meanwhile is told so instead of writing over it, and two
people who work at two nodes do not meet at all.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from seatline.errors import BadInput, NotFound, Refused
from telephony.editor.edges import Definition, Edge, edges, nodes_of
from telephony.editor.shapes import kinds

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class NodeNameUnfit(BadInput):
    """A step is named in letters, digits, - and _, at most 40 of them; “{name}” is not."""


class NodeNameTaken(Refused):
    """There is a step “{name}” already."""


class NodeGone(NotFound):
    """The flow has no step “{name}” any more: somebody has removed or renamed it."""


class StepKindUnknown(BadInput):
    """There is no kind of step “{kind}”."""


class ChangedMeanwhile(Refused):
    """Somebody has changed “{name}” since you opened it. What you typed is below; nothing was written. Open it anew to
    see what is there now."""


def mark(value: Any) -> str:
    """The fingerprint of a node or of a whole definition: 16 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def free_name(definition: Definition, wish: str) -> str:
    """`wish`, or the first of wish-2, wish-3 … that no node has."""
    there = nodes_of(definition)
    number, name = 1, wish
    while name in there:
        number += 1
        name = f"{wish}-{number}"
    return name


def add(definition: Definition, kind: str, name: str = "") -> tuple[Definition, str]:
    """A new empty node, and its name; the first of a flow is its start. Raises StepKindUnknown and errors of names."""
    if kind not in kinds():
        raise StepKindUnknown(kind=kind)
    name = name or free_name(definition, kind)
    _check_new(definition, name)
    return _with(definition, {**_nodes(definition), name: {"kind": kind}}, name), name


def put(definition: Definition, name: str, node: Mapping[str, Any], seen: str) -> Definition:
    """The node as it was filled in. Raises NodeGone, ChangedMeanwhile."""
    nodes = _nodes(definition)
    if name not in nodes:
        raise NodeGone(name=name)
    if mark(nodes[name]) not in (seen, mark(dict(node))):
        raise ChangedMeanwhile(name=name)
    return _with(definition, {**nodes, name: dict(node)})


def copy(definition: Definition, name: str) -> tuple[Definition, str]:
    """The node once more under a name of its own, to which no way leads yet. Raises NodeGone."""
    nodes = _nodes(definition)
    if name not in nodes:
        raise NodeGone(name=name)
    fresh = free_name(definition, name[:36])
    return _with(definition, {**nodes, fresh: deepcopy(nodes[name])}), fresh


def rename(definition: Definition, name: str, fresh: str) -> Definition:
    """The node under another name, with every way that leads to it. Raises NodeGone and errors of names."""
    nodes = _nodes(definition)
    if name not in nodes:
        raise NodeGone(name=name)
    if fresh == name:
        return definition
    _check_new(definition, fresh)
    led = _led(definition, name, fresh)
    start = fresh if definition.get("start") == name else definition.get("start", "")
    return {**led, "start": start, "nodes": {fresh if key == name else key: node for key, node in _nodes(led).items()}}


def remove(definition: Definition, name: str, lead_to: str = "") -> Definition:
    """The flow without the node; ways to it lead to `lead_to`, or to nothing, which is a fault then."""
    led = _led(definition, name, lead_to) if lead_to and lead_to != name else definition
    nodes = {key: node for key, node in _nodes(led).items() if key != name}
    start = definition.get("start", "")
    return {**led, "start": lead_to if start == name and lead_to else start, "nodes": nodes}


def start_at(definition: Definition, name: str) -> Definition:
    """The flow begins at this node. Raises NodeGone."""
    if name not in nodes_of(definition):
        raise NodeGone(name=name)
    return {**definition, "start": name}


def lead(definition: Definition, edge: Edge, target: str) -> Definition:
    """The flow with this way leading elsewhere."""
    nodes = _nodes(definition)
    return {**definition, "nodes": {**nodes, edge.source: _turned(nodes[edge.source], edge, target)}}


def _check_new(definition: Definition, name: str) -> None:
    if not NAME.fullmatch(name):
        raise NodeNameUnfit(name=name)
    if name in nodes_of(definition):
        raise NodeNameTaken(name=name)


def _nodes(definition: Definition) -> dict[str, Any]:
    nodes = definition.get("nodes") if isinstance(definition, Mapping) else None
    return dict(nodes) if isinstance(nodes, Mapping) else {}


def _with(definition: Definition, nodes: dict[str, Any], first: str = "") -> Definition:
    there = definition if isinstance(definition, Mapping) else {}
    return {**there, "start": there.get("start") or first, "nodes": nodes}


def _led(definition: Definition, name: str, fresh: str) -> Definition:
    for edge in edges(definition):
        if edge.target == name:
            definition = lead(definition, edge, fresh)
    return definition


def _turned(node: Mapping[str, Any], edge: Edge, fresh: str) -> dict[str, Any]:
    turned: dict[str, Any] = deepcopy(dict(node))
    here = turned
    for step in edge.path[:-1]:
        here = here[step]
    here[edge.path[-1]] = fresh
    return turned
