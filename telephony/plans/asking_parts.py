"""The parts of nodes that take something in, and the checks that go beyond one part.

Rules of this file: pure. Where to ask is a system with a path, or a table with a key: never both, never neither. A
variable that is named must be set by some node, so that a slip of the pen is a fault and no silence on the telephone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NoReturn

from telephony.core.asking import GIVEN, Digits, Lookup, Order, Pin, Voicemail
from telephony.core.filling import NAME
from telephony.core.flow import Node
from telephony.core.say import SayValue
from telephony.plans.parts import FLAG, NODE, SAY, TRIES, WAIT, Names, Part, Unfit

_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,32}")
_PLACE = re.compile(r"[^.\s]+(\.[^.\s]+)*")
_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def _fail(sentence: str) -> NoReturn:
    raise Unfit(sentence)


def _fitting(pattern: re.Pattern[str], sentence: str) -> Callable[[Any, Names], str]:
    def read(value: Any, names: Names) -> str:
        return value if isinstance(value, str) and pattern.fullmatch(value) else _fail(sentence)

    return read


def _text(value: Any, names: Names) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= 500 else _fail("should be a text, with {variables}")


def _path(value: Any, names: Names) -> str:
    text = _text(value, names)
    if not text.startswith("/") or text.startswith("//") or ".." in text or re.search(r"[\s\\#@]", text):
        _fail("should be a path below the system's address, as in /orders/{number}")
    return text


def _system(value: Any, names: Names) -> str:
    if not isinstance(value, str) or (names.systems is not None and value not in names.systems):
        _fail(f"the tenant has no system “{value}”")
    return value


def _map(read_key: Callable[[Any, Names], str], read_value: Callable[[Any, Names], str]) -> Any:
    def read(value: Any, names: Names) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > 40:
            _fail("should give each name its text")
        return {read_key(key, names): read_value(item, names) for key, item in value.items()}

    return read


def _whole(least: int, most: int) -> Callable[[Any, Names], int]:
    def read(value: Any, names: Names) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        _fail(f"should be a whole number from {least} to {most}")

    return read


def _seconds(least: int, most: int) -> Part:
    read = _whole(least, most)
    return Part(
        lambda value, names: timedelta(seconds=read(value, names)),
        lambda value, names: int(value.total_seconds()),
        {"type": "integer", "minimum": least, "maximum": most, "description": "seconds"},
    )


def _plain(read: Callable[[Any, Names], Any], **schema: Any) -> Part:
    return Part(read, lambda value, names: dict(value) if isinstance(value, Mapping) else value, schema)


_variable = _fitting(_VARIABLE, "a variable is named in small letters, digits and _")
VARIABLE = _plain(_variable, type="string", pattern=f"^{_VARIABLE.pattern}$")
TEXT = _plain(_text, type="string", description="text; {name} stands for a variable")
PATH = _plain(_path, type="string", description="as in /orders/{number}; below the system's address")
SYSTEM = _plain(_system, type="string", description="code of one of the tenant's systems")
TABLE = _plain(_fitting(_SLUG, "a table is named in letters, digits, - and _"), type="string")
SEND = _plain(_map(_text, _text), type="object", additionalProperties={"type": "string"})
TAKE = _plain(
    _map(_variable, _fitting(_PLACE, "should be where in the answer the value is, as in balance.amount")),
    type="object", additionalProperties={"type": "string"},
)  # fmt: skip
MAIL = _plain(_fitting(_MAIL, "should be an e-mail address"), type="string", format="email")
DIGIT_COUNT = _plain(_whole(1, 40), type="integer", minimum=1, maximum=40)
PIN_LENGTH = _plain(_whole(4, 12), type="integer", minimum=4, maximum=12)
DEADLINE, LONGEST, SILENCE = _seconds(1, 30), _seconds(5, 600), _seconds(2, 30)

_SOURCE = {"system": SYSTEM, "path": PATH, "table": TABLE}
_AGAIN = {"wrong": SAY, "tries": TRIES, "wait": WAIT}
_Parts = tuple[type[Node], dict[str, Part], dict[str, Part]]
ASKING: Mapping[str, _Parts] = {
    "digits": (
        Digits, {"say": SAY, "into": VARIABLE, "next": NODE, "otherwise": NODE},
        {"least": DIGIT_COUNT, "most": DIGIT_COUNT, "read_back": FLAG, **_AGAIN},
    ),
    "lookup": (
        Lookup, {"found": NODE, "missing": NODE, "failed": NODE},
        {**_SOURCE, "key": TEXT, "send": SEND, "take": TAKE, "say": SAY, "deadline": DEADLINE},
    ),
    "pin": (
        Pin, {"say": SAY, "say_pin": SAY, "into": VARIABLE, "next": NODE, "otherwise": NODE},
        {
            "locked": NODE, "failed": NODE, **_SOURCE, "take": TAKE, "most": DIGIT_COUNT, "length": PIN_LENGTH,
            "deadline": DEADLINE, **_AGAIN,
        },
    ),
    "order": (
        Order,
        {
            "say": SAY, "system": SYSTEM, "path": PATH, "send": SEND, "next": NODE, "cancelled": NODE,
            "otherwise": NODE,
        },
        _AGAIN,
    ),
    "voicemail": (Voicemail, {"say": SAY}, {"longest": LONGEST, "silence": SILENCE, "mail": MAIL}),
}  # fmt: skip


def ways(node: Node) -> Iterator[str]:
    """The nodes to which a node of this file leads."""
    match node:
        case Digits():
            yield from (node.next, node.otherwise)
        case Lookup():
            yield from (node.found, node.missing, node.failed)
        case Pin():
            yield from (node.next, node.otherwise, *(way for way in (node.locked, node.failed) if way))
        case Order():
            yield from (node.next, node.cancelled, node.otherwise)


def unfit(made: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """What is wrong with nodes as wholes: the node's name and the sentence."""
    known = {*GIVEN, *(variable for node in made.values() for variable in _sets(node))}
    for name, node in made.items():
        yield from ((name, sentence) for sentence in _source_faults(node))
        if isinstance(node, Digits) and node.least > node.most:
            yield name, "“least” is more than “most”"
        for variable in dict.fromkeys(_uses(node)):
            if variable not in known:
                yield name, f"no node sets the variable “{variable}”"


def _source_faults(node: Node) -> Iterator[str]:
    if not isinstance(node, Lookup | Pin):
        return
    if bool(node.system) == bool(node.table):
        yield "it should have “system” and “path”, or “table”"
    elif node.system and not node.path:
        yield "“path” is missing"
    elif node.table and node.path:
        yield "“path” is for a system, not for a table"
    if isinstance(node, Lookup):
        if node.table and not node.key:
            yield "“key” is missing"
        if node.table and node.send:
            yield "“send” is for a system, not for a table"


def _sets(node: Node) -> Iterator[str]:
    if isinstance(node, Digits | Pin):
        yield node.into
    if isinstance(node, Lookup | Pin):
        yield from node.take


def _uses(node: Node) -> Iterator[str]:
    said = (*getattr(node, "say", ()), *getattr(node, "say_pin", ()), *getattr(node, "wrong", ()))
    yield from (one.variable for one in said if isinstance(one, SayValue))
    texts = [getattr(node, "path", ""), getattr(node, "key", ""), *getattr(node, "send", {}).values()]
    for text in texts:
        yield from NAME.findall(text)
