"""The shape of a node's form, made from the published schema of flows: no second list of fields.

Rules of this file: pure. What JSON Schema says in several ways becomes one of a few shapes. A list whose items may be
written short (`"welcome"` for `{"prompt": "welcome"}`) has rows with all that any way of writing knows, and `plain`
names the part that stands for the item when it is alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from telephony.plans.definition import schema


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `names` says what it is the name of, such as a node or a queue."""

    names: str = ""
    form: str = ""  # JSON Schema's format: time, date, email


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int
    most: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parts with names of their own."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Any number of rows of the same parts."""

    row: Group
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Any number of texts under names that the author chooses."""


Shape = Text | Whole | Flag | OneOf | Group | Rows | Pairs


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of a node or of a group; `default` is what holds if it is left out."""

    key: str
    shape: Shape
    needed: bool = False
    default: Any = None


@cache
def kinds() -> Mapping[str, Group]:
    """The parts of every kind of node, by the kind's word."""
    ways = schema()["properties"]["nodes"]["additionalProperties"]["oneOf"]
    return {way["properties"]["kind"]["const"]: _group(way, leave_out="kind") for way in ways}


def _group(given: Mapping[str, Any], leave_out: str = "") -> Group:
    needed = given.get("required", ())
    return Group(
        tuple(
            Part(key, shape_of(one), key in needed, one.get("default"))
            for key, one in given["properties"].items()
            if key != leave_out
        )
    )


def shape_of(given: Mapping[str, Any]) -> Shape:
    """The shape of a value that this schema describes; raises ValueError for one that no form is made of yet."""
    if "enum" in given:
        return OneOf(tuple(given["enum"]))
    match given.get("type"):
        case "string":
            return Text(given.get("x-names", ""), given.get("format", ""))
        case "integer":
            return Whole(given["minimum"], given["maximum"], given.get("description", ""))
        case "boolean":
            return Flag()
        case "array":
            return _rows(given["items"])
        case "object" if "properties" in given:
            return _group(given)
        case "object":
            return Pairs()
    raise ValueError(f"no form is made of {given}")


def _rows(item: Mapping[str, Any]) -> Rows:
    ways = item.get("anyOf", [item])
    whole = [way for way in ways if way.get("type") == "object"]
    if not whole:
        return Rows(Group((Part("", shape_of(ways[0])),)), "")
    parts = {part.key: part for way in whole for part in _group(way).parts}
    short = next((way for way in ways if way.get("type") == "string"), None)
    plain = whole[0]["required"][0] if short else None
    return Rows(Group(tuple(Part(part.key, part.shape) for part in parts.values())), plain)
