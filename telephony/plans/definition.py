"""A flow as JSON, as it is stored, edited and exchanged: read into the core's `Flow`, checked, and written back.

    {"start": "hours", "nodes": {
        "hours":   {"kind": "opening", "hours": {"zone": "Asia/Shanghai", "spans": [{"weekdays": "12345",
                    "opens": "09:00", "closes": "18:00"}]}, "open": "menu", "closed": "closed"},
        "menu":    {"kind": "menu", "say": ["welcome"], "choices": {"1": "service"}, "otherwise": "wrong"},
        "service": {"kind": "queue", "queue": "service", "say": ["please-wait"]},
        "closed":  {"kind": "finish", "outcome": "closed"},
        "wrong":   {"kind": "finish", "outcome": "wrong_keys"}}}

Rules of this file: pure. `NODES` is the table of kinds; the reader, the writer and the published `schema()` are made
from it. Faults are found all at once, each with the node where it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from telephony.core.flow import Directory, Finish, Flow, Forward, Menu, Merchant, Node, Opening, Play, Speak, ToQueue
from telephony.core.values import FlowId, TenantId
from telephony.plans.asking_parts import ASKING, unfit
from telephony.plans.asking_parts import ways as ways_of_asking
from telephony.plans.faults import MISSING, Fault, FlowFaulty, Unfit, _
from telephony.plans.parts import (
    CHOICES,
    FLAG,
    HOURS,
    LANGUAGE,
    LENGTH,
    MERCHANT,
    MUSIC,
    NODE,
    NUMBER,
    NUMBERS,
    OTHERWISE,
    OUTCOME,
    QUEUE,
    SAY,
    TRIES,
    WAIT,
    Names,
    Part,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of node: the core's class, and the parts it is written with, by the names of the class's fields."""

    made: type[Node]
    needed: Mapping[str, Part]
    allowed: Mapping[str, Part]


_ASKING = {"wrong": SAY, "tries": TRIES, "wait": WAIT}
NODES: Mapping[str, Kind] = {
    "play": Kind(Play, {"say": SAY, "next": NODE}, {}),
    "menu": Kind(Menu, {"say": SAY, "choices": CHOICES, "otherwise": NODE}, _ASKING),
    "directory": Kind(Directory, {"say": SAY, "otherwise": NODE}, {"length": LENGTH, **_ASKING}),
    "merchant": Kind(Merchant, {"code": MERCHANT, "otherwise": NODE}, {}),
    "opening": Kind(Opening, {"hours": HOURS, "open": NODE, "closed": NODE}, {}),
    "speak": Kind(Speak, {"language": LANGUAGE, "next": NODE}, {}),
    "queue": Kind(ToQueue, {"queue": QUEUE}, {"say": SAY, "otherwise": OTHERWISE, "keys": CHOICES}),
    "forward": Kind(
        Forward,
        {"numbers": NUMBERS, "otherwise": NODE},
        {"say": SAY, "confirm": FLAG, "caller_id": NUMBER, "music": MUSIC, "record": FLAG},
    ),
    "finish": Kind(Finish, {"outcome": OUTCOME}, {"say": SAY}),
    **{word: Kind(*parts) for word, parts in ASKING.items()},
}


def read(
    definition: Any, names: Names, *, id: FlowId, code: str, version: int, tenant: TenantId | None
) -> Flow:  # fmt: skip
    """The flow that a definition describes; raises FlowFaulty with every fault."""
    given = definition if isinstance(definition, dict) else {}
    nodes, start = given.get("nodes"), given.get("start")
    if not isinstance(nodes, dict) or not isinstance(start, str) or set(given) - {"start", "nodes"}:
        raise FlowFaulty([Fault("", _("A flow is {start, nodes}: the name of its first node, and its nodes by name."))])
    faults: list[Fault] = []
    made = {name: node for name, given in nodes.items() if (node := _node(name, given, names, faults))}
    if start not in nodes:
        faults.append(Fault("", _("the flow starts at “%(start)s”, which it does not have"), {"start": start}))
    # Where a node could not be read its ways on are unknown, and would make others look out of reach.
    faults += _missing(made, nodes)
    if len(made) == len(nodes):
        faults += unfit(made)
    if not faults:
        faults += [*_unreachable(made, start), *_circles(made)]
    if faults:
        raise FlowFaulty(faults)
    return Flow(id=id, code=code, version=version, tenant=tenant, start=start, nodes=made)


def write(flow: Flow, names: Names) -> dict[str, Any]:
    """The definition of a flow; `read` gives the same flow back. Values that are the default are left out."""
    nodes = {}
    for name, node in flow.nodes.items():
        word, kind = next((word, kind) for word, kind in NODES.items() if kind.made is type(node))
        defaults = _defaults(kind.made)
        written: dict[str, Any] = {"kind": word}
        for key, part in {**kind.needed, **kind.allowed}.items():
            value = getattr(node, key)
            if key in kind.needed or value != defaults[key]:
                written[key] = part.write(value, names)
        nodes[name] = written
    return {"start": flow.start, "nodes": nodes}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a definition; that names lead somewhere is checked by `read` alone."""
    kinds = [
        {
            "type": "object", "required": ["kind", *kind.needed], "additionalProperties": False,
            "description": (kind.made.__doc__ or "").split("\n", maxsplit=1)[0],
            "properties": {
                "kind": {"const": word},
                **{key: part.schema for key, part in kind.needed.items()},
                **{key: {**part.schema, **_default(kind, key, part)} for key, part in kind.allowed.items()},
            },
        }
        for word, kind in NODES.items()
    ]  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Flow", "type": "object",
        "required": ["start", "nodes"], "additionalProperties": False,
        "properties": {
            "start": {"type": "string"}, "nodes": {"type": "object", "additionalProperties": {"oneOf": kinds}},
        },
    }  # fmt: skip


def _default(kind: Kind, key: str, part: Part) -> dict[str, Any]:
    """What holds if the part is left out, where that is something."""
    value = part.write(_defaults(kind.made)[key], Names({}))
    return {} if value in ("", [], {}) else {"default": value}


def _node(name: str, given: Any, names: Names, faults: list[Fault]) -> Node | None:
    word = given.get("kind") if isinstance(given, dict) else None
    kind = NODES.get(word) if isinstance(word, str) else None
    if kind is None:
        said = {"kind": word, "allowed": ", ".join(NODES)}
        faults.append(Fault(name, _("there is no kind “%(kind)s”: there are %(allowed)s"), said))
        return None
    parts = {**kind.needed, **kind.allowed}
    before = len(faults)
    faults += [Fault(name, MISSING, part=key) for key in kind.needed if key not in given]
    unknown = [key for key in given if key not in parts and key != "kind"]
    faults += [Fault(name, _("%(kind)s has no “%(part)s”"), {"kind": word}, part=key) for key in unknown]
    values = {}
    for key, part in parts.items():
        if key in given:
            try:
                values[key] = part.read(given[key], names)
            except Unfit as unfit:
                faults.append(Fault(name, unfit.text, unfit.values, part=key))
    return kind.made(**values) if len(faults) == before else None


def _ways(node: Node) -> Iterator[str]:
    yield from ways_of_asking(node)
    match node:
        case Play() | Speak():
            yield node.next
        case Menu():
            yield from node.choices.values()
            yield node.otherwise
        case Directory() | Forward() | Merchant():
            yield node.otherwise
        case Opening():
            yield from (node.open, node.closed)
        case ToQueue():
            yield from node.otherwise.values()
            yield from node.keys.values()


def _missing(made: Mapping[str, Node], nodes: Mapping[str, Any]) -> Iterator[Fault]:
    for name, node in made.items():
        for target in dict.fromkeys(_ways(node)):
            if target not in nodes:
                yield Fault(name, _("it leads to “%(target)s”, which the flow does not have"), {"target": target})


def _unreachable(made: Mapping[str, Node], start: str) -> Iterator[Fault]:
    reached, ahead = {start}, [start]
    while ahead:
        fresh = [target for target in _ways(made[ahead.pop()]) if target not in reached]
        reached.update(fresh)
        ahead += fresh
    for name in made:
        if name not in reached:
            yield Fault(name, _("no way leads to it"))


def _circles(made: Mapping[str, Node]) -> Iterator[Fault]:
    """Nodes from which a walk can come back without ever having met the caller: the call would never get on."""
    without = Opening | Speak | Forward | Merchant
    alone = {name: list(_ways(node)) for name, node in made.items() if isinstance(node, without)}
    for name, ways in alone.items():
        ahead, seen = list(ways), set[str]()
        while ahead:
            here = ahead.pop()
            if here in alone and here not in seen:
                seen.add(here)
                ahead += alone[here]
        if name in seen:
            yield Fault(name, _("it leads back to itself without anything to hear or to key"))


def _defaults(made: type[Node]) -> dict[str, Any]:
    found = {}
    for key, each in made.__dataclass_fields__.items():
        found[key] = each.default_factory() if callable(each.default_factory) else each.default
    return found
