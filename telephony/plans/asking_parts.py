"""The parts of nodes that take something in, and the checks that go beyond one part.

Rules of this file: pure. Where to ask is a system with a path, or a table with a key: never both, never neither. A
variable that is named must be set by some node, so that a slip of the pen is a fault and no silence on the telephone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NoReturn

from telephony.core.asking import GIVEN, Callback, Digits, Lookup, Order, Pin, Voicemail
from telephony.core.filling import NAME
from telephony.core.flow import Node
from telephony.core.say import SayValue
from telephony.plans.faults import MISSING, Fault, Unfit, _
from telephony.plans.parts import FLAG, NODE, QUEUE, SAY, TRIES, WAIT, Names, Part

_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,32}")
_PLACE = re.compile(r"[^.\s]+(\.[^.\s]+)*")
_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def _fail(sentence: str, **values: object) -> NoReturn:
    raise Unfit(sentence, **values)


def _fitting(pattern: re.Pattern[str], sentence: str) -> Callable[[Any, Names], str]:
    def read(value: Any, names: Names) -> str:
        return value if isinstance(value, str) and pattern.fullmatch(value) else _fail(sentence)

    return read


def _text(value: Any, names: Names) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= 500 else _fail(_("should be a text, with {variables}"))


def _path(value: Any, names: Names) -> str:
    text = _text(value, names)
    if not text.startswith("/") or text.startswith("//") or ".." in text or re.search(r"[\s\\#@]", text):
        _fail(_("should be a path below the system's address, as in /orders/{number}"))
    return text


def _system(value: Any, names: Names) -> str:
    if not isinstance(value, str) or (names.systems is not None and value not in names.systems):
        _fail(_("the tenant has no system “%(system)s”"), system=value)
    return value


def _map(read_key: Callable[[Any, Names], str], read_value: Callable[[Any, Names], str]) -> Any:
    def read(value: Any, names: Names) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > 40:
            _fail(_("should give each name its text"))
        return {read_key(key, names): read_value(item, names) for key, item in value.items()}

    return read


def _whole(least: int, most: int) -> Callable[[Any, Names], int]:
    def read(value: Any, names: Names) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        _fail(_("should be a whole number from %(least)s to %(most)s"), least=least, most=most)

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


_variable = _fitting(_VARIABLE, _("a variable is named in small letters, digits and _"))
VARIABLE = _plain(_variable, type="string", pattern=f"^{_VARIABLE.pattern}$")
TEXT = _plain(_text, type="string", description="text; {name} stands for a variable")
PATH = _plain(_path, type="string", description="as in /orders/{number}; below the system's address")
SYSTEM = _plain(_system, type="string", description="code of one of the tenant's systems", **{"x-names": "system"})
TABLE = _plain(
    _fitting(_SLUG, _("a table is named in letters, digits, - and _")), type="string", **{"x-names": "table"}
)
SEND = _plain(_map(_text, _text), type="object", additionalProperties={"type": "string"})
TAKE = _plain(
    _map(_variable, _fitting(_PLACE, _("should be where in the answer the value is, as in balance.amount"))),
    type="object", additionalProperties={"type": "string"},
)  # fmt: skip
MAIL = _plain(_fitting(_MAIL, _("should be an e-mail address")), type="string", format="email")
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
    "callback": (Callback, {"queue": QUEUE, "otherwise": NODE}, {"say": SAY, "promised": SAY, **_AGAIN}),
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
        case Callback():
            yield node.otherwise


def unfit(made: Mapping[str, Node]) -> Iterator[Fault]:
    """What is wrong with nodes as wholes."""
    known = {*GIVEN, *(variable for node in made.values() for variable in _sets(node))}
    for name, node in made.items():
        yield from _source_faults(name, node)
        if isinstance(node, Digits) and node.least > node.most:
            yield Fault(name, _("“least” is more than “most”"))
        for variable in dict.fromkeys(_uses(node)):
            if variable not in known:
                yield Fault(name, _("no node sets the variable “%(variable)s”"), {"variable": variable})


def _source_faults(name: str, node: Node) -> Iterator[Fault]:
    if not isinstance(node, Lookup | Pin):
        return
    if bool(node.system) == bool(node.table):
        yield Fault(name, _("it should have “system” and “path”, or “table”"))
    elif node.system and not node.path:
        yield Fault(name, MISSING, part="path")
    elif node.table and node.path:
        yield Fault(name, _("“path” is for a system, not for a table"))
    if isinstance(node, Lookup):
        if node.table and not node.key:
            yield Fault(name, MISSING, part="key")
        if node.table and node.send:
            yield Fault(name, _("“send” is for a system, not for a table"))


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
