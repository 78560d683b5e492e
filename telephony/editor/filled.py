"""What a form sends, read into the parts of a node; and a node's parts as the values of a form.

Rules of this file: pure. A draft may be faulty, so nothing is refused here: a word where a number belongs is kept as a
word, and the definition's own checks say what is wrong with it. Names of fields are paths: `say.0.prompt`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from telephony.editor.shapes import Flag, Group, OneOf, Pairs, Part, Rows, Shape, Text, Whole

Sent = Mapping[str, Sequence[str]]
Node = dict[str, Any]
ABSENT = object()


def read_group(group: Group, sent: Sent, at: str = "") -> Node:
    """The parts that were filled in."""
    found = {part.key: _read_part(part, sent, f"{at}{part.key}") for part in group.parts}
    return {key: value for key, value in found.items() if value is not ABSENT}


def _read_part(part: Part, sent: Sent, path: str) -> Any:
    value = _read(part.shape, sent, path)
    if isinstance(part.shape, Flag):
        return value if part.needed or value != bool(part.default) else ABSENT
    if value in ({}, []):
        return value if part.needed and not isinstance(part.shape, Text) else ABSENT
    return ABSENT if value == "" or (value == part.default and not part.needed) else value


def _read(shape: Shape, sent: Sent, path: str) -> Any:
    match shape:
        case Text(names="weekdays"):
            return "".join(sorted(sent.get(path, ())))
        case Text() | OneOf():
            return _one(sent, path)
        case Whole():
            text = _one(sent, path)
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
        case Flag():
            return bool(_one(sent, path))
        case Group():
            return read_group(shape, sent, f"{path}.")
        case Pairs():
            pairs = [(_one(sent, f"{path}.{no}.name"), _one(sent, f"{path}.{no}.text")) for no in _numbers(sent, path)]
            return {name: text for name, text in pairs if name or text}
        case Rows():
            rows = [read_group(shape.row, sent, f"{path}.{no}.") for no in _numbers(sent, path)]
            return [_short(row, shape.plain) for row in rows if row]


def _short(row: Node, plain: str | None) -> Any:
    return row[plain] if plain is not None and set(row) == {plain} else row


def _one(sent: Sent, path: str) -> str:
    values = sent.get(path, ())
    return values[-1].strip() if values else ""


def _numbers(sent: Sent, path: str) -> list[int]:
    """Which rows were sent, in their order."""
    behind = {name[len(path) + 1 :].partition(".")[0] for name in sent if name.startswith(f"{path}.")}
    return sorted(int(one) for one in behind if one.isascii() and one.isdigit() and len(one) < 5)


def sent_of(group: Group, node: Mapping[str, Any], at: str = "") -> dict[str, list[str]]:
    """The values that a form shows for these parts; what does not fit its shape is not shown."""
    return dict(_sent(group, node, at))


def lost(group: Group, node: Mapping[str, Any]) -> list[str]:
    """Parts of a node that its form cannot show: they are gone once it is saved there."""
    kept = read_group(group, sent_of(group, node))
    return [
        key for key, value in node.items()
        if key != "kind" and not _same(value, kept.get(key, _default(group, key)))
    ]  # fmt: skip


def _default(group: Group, key: str) -> Any:
    return next((part.default for part in group.parts if part.key == key), ABSENT)


def _same(given: Any, kept: Any) -> bool:
    """Whether nothing is lost but another way of writing the same."""
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return all(_same(one, other) for one, other in zip(given, kept, strict=True))
    if isinstance(given, dict) and isinstance(kept, str):
        return list(given.values()) == [kept]
    if isinstance(given, dict) and isinstance(kept, dict):
        return all(_same(value, kept.get(key)) for key, value in given.items() if value not in ("", [], {}))
    return bool(given == kept) or given in ("", [], {}, None)


def _sent(group: Group, values: Mapping[str, Any], at: str) -> Iterator[tuple[str, list[str]]]:
    for part in group.parts:
        value = values.get(part.key, part.default)
        if value is not None:
            yield from _send(part.shape, value, f"{at}{part.key}")


def _send(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    match shape:
        case Text(names="weekdays") if isinstance(value, str):
            yield path, list(value)
        case Flag():
            if value is True:
                yield path, ["on"]
        case Text() | OneOf() | Whole() if isinstance(value, str | int) and not isinstance(value, bool):
            yield path, [str(value)]
        case Group() if isinstance(value, Mapping):
            yield from _sent(shape, value, f"{path}.")
        case Pairs() if isinstance(value, Mapping):
            for no, (name, text) in enumerate(value.items()):
                yield f"{path}.{no}.name", [str(name)]
                yield f"{path}.{no}.text", [str(text)]
        case Rows() if isinstance(value, list):
            for no, one in enumerate(value):
                row = one if isinstance(one, Mapping) else {} if shape.plain is None else {shape.plain: one}
                yield from _sent(shape.row, row, f"{path}.{no}.")
